import { afterEach, beforeEach, expect, test } from "vitest";
import type { Registration } from "../cloudflare/types.js";
import { startSimulator, type Simulator } from "./simulator.js";
import type { World } from "./world.js";

const ACCOUNT = "0123456789abcdef0123456789abcdef";
const NOW = "2026-10-01T08:00:00.000000Z";
const policy = { id: "p1", name: "Default", default: true, deleted: false, updated_at: NOW };

function registration(id: string, more: Partial<Registration> = {}): Registration {
  const at = `2026-09-0${id.slice(-1)}T08:00:00Z`;
  return {
    id,
    key: `key of ${id}`,
    device: { id: `d${id.slice(-1)}`, name: `LAPTOP-${id.slice(-1)}` },
    user: { id: `u${id.slice(-1)}`, email: `user${id.slice(-1)}@example.com`, name: `User ${id.slice(-1)}` },
    created_at: at,
    updated_at: at,
    last_seen_at: at,
    ...more,
  };
}

const world: World = {
  account_id: ACCOUNT,
  registrations: [
    registration("r1", { policy }),
    registration("r2", { user: { id: "u1", email: "zoe@example.com", name: "Ämne" }, virtual_ipv4: null }),
    registration("r3", { revoked_at: NOW, last_seen_at: "2026-09-03T08:00:00.000001Z" }),
    registration("r4", { registration_type: "browser_extension" }),
  ],
  physical_devices: [],
};

let simulator: Simulator;

beforeEach(async () => {
  simulator = await startSimulator({ world, now: NOW });
});
afterEach(() => simulator.close());

interface Reply {
  readonly status: number;
  readonly body: {
    readonly success: boolean;
    readonly errors: readonly { readonly code: number; readonly message: string }[];
    readonly result: unknown;
    readonly result_info?: { readonly count: number; readonly total_count: number | null };
  };
}

async function call(method: string, rest: string, body?: string): Promise<Reply> {
  const url = `${simulator.url}/accounts/${ACCOUNT}/devices/registrations${rest}`;
  const response = await fetch(url, { method, ...(body === undefined ? {} : { body }) });
  return { status: response.status, body: (await response.json()) as Reply["body"] };
}

async function ids(query: string): Promise<string> {
  const { status, body } = await call("GET", query);
  if (status !== 200) return `${status} ${body.errors[0]?.message ?? ""}`;
  return (body.result as Registration[]).map(({ id }) => id).join(" ");
}

test.each([
  ["", "r1 r2 r4"],
  ["?status=all", "r1 r2 r3 r4"],
  ["?status=revoked", "r3"],
  ["?id=r1&id=r4&id=nobody", "r1 r4"],
  ["?user.id=u1&user.id=u4", "r1 r2 r4"],
  ["?device.id=d2", "r2"],
  ["?policy.id=p1", "r1"],
  ["?registration_type=warp", "r1 r2"],
  ["?registration_type=browser_extension", "r4"],
  ["?search=laptop-4", "r4"],
  ["?search=ZOE%40", "r2"],
  ["?status=all&seen_after=2026-09-02T08:00:00Z", "r3 r4"],
  ["?status=all&seen_before=2026-09-03T08:00:00Z", "r1 r2"],
  ["?status=all&seen_after=2026-09-03T08:00:00Z&seen_before=2026-09-03T10:00:01%2B02:00", "r3"],
  ["?sort_by=id&sort_order=desc", "r4 r2 r1"],
  ["?sort_by=user.email", "r1 r4 r2"],
  ["?sort_by=user.name", "r1 r4 r2"],
  ["?sort_by=last_seen_at&sort_order=desc", "r4 r2 r1"],
  ["?sort_by=created_at", "r1 r2 r4"],
  ["?id[]=r1", "r1 r2 r4"],
  ["?id=r1,r2", ""],
  ["?unheard_of=1", "r1 r2 r4"],
])("list%s shows %s", async (query, expected) => {
  expect(await ids(query)).toBe(expected);
});

test.each([
  ["?status=deleted", "status: expected one of active, all, revoked"],
  ["?status=", "status: expected one of"],
  ["?sort_by=name", "sort_by: expected one of id, user.name"],
  ["?sort_order=up", "sort_order: expected one of asc, desc"],
  ["?registration_type=WARP", "registration_type: expected one of warp, browser_extension"],
  ["?seen_after=yesterday", "seen_after: expected an RFC 3339 timestamp"],
  ["?seen_before=2026-09-03", "seen_before: expected an RFC 3339 timestamp"],
  ["?per_page=0", "per_page: expected a whole number from 1 on"],
  ["?per_page=ten", "per_page: expected a whole number from 1 on"],
  ["?include=device", 'include: expected "policy"'],
  ["?cursor=made-up", "cursor: not one that this API gave out"],
])("list%s is a bad request", async (query, message) => {
  expect(await ids(query)).toContain(`400 bad device request: ${message}`);
});

test("the profile is sent only where it is asked for", async () => {
  const without = (await call("GET", "/r1")).body.result as Registration;
  const asked = (await call("GET", "/r1?include=policy")).body.result as Registration;
  expect(without).not.toHaveProperty("policy");
  expect(asked.policy).toEqual(policy);
});

test("null fields are left out, or sent for every field that may be null", async () => {
  expect((await call("GET", "/r2")).body.result).not.toHaveProperty("virtual_ipv4");
  simulator.set({ null_fields: "sent" });
  const nulls = {
    virtual_ipv4: null,
    virtual_ipv6: null,
    revoked_at: null,
    deleted_at: null,
    key_type: null,
  };
  expect((await call("GET", "/r1")).body.result).toMatchObject(nulls);
});

test("revoke sets revoked_at and updated_at to now, and only for what is active", async () => {
  simulator.setNow("2026-10-02T00:00:00Z");
  const reply = await call("POST", "/revoke?id=r1&id=r3");
  expect(reply).toMatchObject({ status: 200, body: { success: true, errors: [], result: null } });
  const at = "2026-10-02T00:00:00.000000Z";
  expect(simulator.registration("r1")).toMatchObject({ revoked_at: at, updated_at: at });
  expect(simulator.registration("r3")?.revoked_at).toBe(NOW);
  expect(await ids("?status=revoked")).toBe("r1 r3");
});

test("unrevoke clears revoked_at", async () => {
  await call("POST", "/unrevoke?id=r3");
  expect((await call("GET", "/r3")).body.result).not.toHaveProperty("revoked_at");
  expect(await ids("")).toBe("r1 r2 r3 r4");
});

test("delete removes, one or many", async () => {
  expect((await call("DELETE", "/r1")).status).toBe(200);
  expect((await call("DELETE", "?id=r2&id=r3")).status).toBe(200);
  expect(await ids("?status=all")).toBe("r4");
  expect((await call("GET", "/r1")).status).toBe(404);
  expect((await call("DELETE", "/r1")).status).toBe(404);
});

test.each([
  ["POST", "/revoke", undefined],
  ["POST", "/revoke?id[]=r1&id[]=r2", undefined],
  ["POST", "/revoke", JSON.stringify({ id: ["r1"] })],
  ["POST", "/unrevoke?ids=r3", undefined],
  ["DELETE", "", undefined],
  ["DELETE", "?id=", undefined],
])("%s %s with body %s lacks its id, and does nothing", async (method, rest, body) => {
  const before = simulator.world();
  const reply = await call(method, rest, body);
  expect(reply).toMatchObject({ status: 400, body: { success: false, result: null } });
  expect(reply.body.errors[0]?.message).toContain("id: required");
  expect(simulator.world()).toEqual(before);
});

test("ids with a comma between them are one unknown id", async () => {
  expect((await call("POST", "/revoke?id=r1,r2")).status).toBe(200);
  expect(await ids("?status=revoked")).toBe("r3");
});

test.each([
  ["ignored", 200, "r1 r3"],
  ["refused", 404, "r3"],
  ["refused-in-part", 404, "r1 r3"],
] as const)("unknown ids %s: %i, and then revoked are %s", async (unknown_ids, status, revoked) => {
  simulator.set({ unknown_ids });
  const reply = await call("POST", "/revoke?id=r1&id=nobody");
  expect(reply.status).toBe(status);
  if (status === 404) expect(reply.body.errors.map(({ message }) => message).join()).toContain("id=nobody");
  expect(await ids("?status=revoked")).toBe(revoked);
});

test("more ids than one call may have are refused", async () => {
  simulator.set({ bulk_maximum: 2 });
  expect((await call("POST", "/revoke?id=r1&id=r2")).status).toBe(200);
  const reply = await call("DELETE", "?id=r1&id=r2&id=r3");
  expect(reply.body.errors[0]?.message).toContain("id: at most 2 in one call, got 3");
});

test.each([
  ["404", 7003],
  ["405", 7001],
  ["410", 7003],
] as const)("revoke endpoints gone with %s, while delete stays", async (revoke_endpoints, code) => {
  simulator.set({ revoke_endpoints });
  for (const verb of ["revoke", "unrevoke"]) {
    const reply = await call("POST", `/${verb}?id=r1`);
    expect(reply.status).toBe(Number(revoke_endpoints));
    expect(reply.body.errors[0]?.code).toBe(code);
  }
  expect((await call("DELETE", "?id=r1")).status).toBe(200);
});

test.each([
  ["not-found", 404],
  ["gone", 410],
  ["record", 200],
] as const)("a get of a deleted registration: %s", async (get_deleted, status) => {
  simulator.set({ get_deleted });
  simulator.delete("r1");
  const reply = await call("GET", "/r1");
  expect(reply.status).toBe(status);
  if (status === 200) expect(reply.body.result).toMatchObject({ id: "r1", deleted_at: NOW });
});

test("deleted rows show in status=all, and there only, where the setting says so", async () => {
  simulator.set({ deleted_rows: "shown" });
  simulator.delete("r1", "r3");
  expect(await ids("?status=all")).toBe("r1 r2 r3 r4");
  expect(await ids("")).toBe("r2 r4");
  expect(await ids("?status=revoked")).toBe("");
});

test("a write shows in gets at once, and in listings after so many of them", async () => {
  simulator.set({ list_lag_requests: 2 });
  await call("POST", "/revoke?id=r1");
  expect((await call("GET", "/r1")).body.result).toHaveProperty("revoked_at");
  const seen = [await ids(""), await ids(""), await ids("")];
  expect(seen).toEqual(["r1 r2 r4", "r1 r2 r4", "r2 r4"]);
});

test("a write shows in listings after so many milliseconds", async () => {
  simulator.set({ list_lag_ms: 20 });
  await call("DELETE", "/r1");
  await expect.poll(() => ids("")).toBe("r2 r4");
  // Longer than this test takes on whatever machine.
  simulator.set({ list_lag_ms: 3_600_000 });
  await call("DELETE", "/r2");
  expect(await ids("")).toBe("r2 r4");
});

test("a write that shows late never undoes a later one", async () => {
  simulator.set({ list_lag_requests: 1 });
  simulator.revoke("r1");
  simulator.set({ list_lag_requests: 0 });
  simulator.unrevoke("r1");
  const seen = [await ids(""), await ids(""), await ids("")];
  expect(seen).toEqual(["r1 r2 r4", "r1 r2 r4", "r1 r2 r4"]);
});
