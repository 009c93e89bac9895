import { afterEach, beforeEach, expect, test } from "vitest";
import type { AccessUser, Registration } from "../cloudflare/types.js";
import { type Simulator, startSimulator } from "./simulator.js";
import type { World } from "./world.js";

const NOW = "2026-10-01T08:00:00.000000Z";

function registration(
  id: string,
  user: string,
  device: string,
  more: Partial<Registration> = {},
): Registration {
  const at = `2026-09-0${id.slice(-1)}T08:00:00Z`;
  const of = { id: user, email: `${user}@example.com`, name: user };
  return {
    id,
    key: "k",
    device: { id: device, name: device },
    user: of,
    created_at: at,
    updated_at: at,
    last_seen_at: at,
    ...more,
  };
}

const world: World = {
  account_id: "0123456789abcdef0123456789abcdef",
  registrations: [
    registration("r1", "ann", "a"),
    registration("r2", "ann", "a"),
    registration("r3", "ann", "b"),
    registration("r4", "ann", "c", { revoked_at: NOW }),
    registration("r5", "bob", "d"),
  ],
  physical_devices: [],
  access_users: [
    {
      id: "bob",
      email: "Bob@Example.com",
      name: "Bob B.",
      access_seat: true,
      gateway_seat: true,
      active_device_count: 7,
      created_at: "2026-02-01T00:00:00Z",
    },
    {
      id: "ann",
      email: "ann@example.com",
      name: "Ann",
      gateway_seat: true,
      created_at: "2026-01-01T00:00:00Z",
      last_seen_identity: { ip: "198.51.100.1" },
      active_sessions: [
        { name: "one", metadata: { nonce: "n1", iat: 1 } },
        { name: "two", metadata: { nonce: "n2" }, session: { ip: "198.51.100.2", isActive: false } },
      ],
      failed_logins: [{ expiration: 5, metadata: { app_name: "Wiki" } }],
    },
  ],
};

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator({ world, now: NOW });
});
afterEach(() => simulator.close());

interface Reply {
  readonly status: number;
  readonly result: unknown;
  readonly result_info?: unknown;
  readonly errors: readonly { readonly code: number; readonly message: string }[];
}

async function call(method: string, below = "", body?: unknown): Promise<Reply> {
  const sent = body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) };
  const where = `${simulator.url}/accounts/${world.account_id}/access/users${below}`;
  const reply = await fetch(where, { method, ...sent });
  return { status: reply.status, ...((await reply.json()) as Omit<Reply, "status">) };
}

const idsOf = ({ result }: Reply) => (result as AccessUser[]).map(({ id }) => id);

test("users are listed by when they were created, with what the API shows of them and no more", async () => {
  const { result, result_info } = await call("GET");
  expect(result).toEqual([
    {
      id: "ann",
      email: "ann@example.com",
      name: "Ann",
      gateway_seat: true,
      created_at: "2026-01-01T00:00:00Z",
      // Three of her four registrations are active, on two devices.
      active_device_count: 2,
    },
    world.access_users?.[0],
  ]);
  expect(result_info).toEqual({ count: 2, page: 1, per_page: 1000, total_count: 2, total_pages: 1 });
});

test.each([
  ["?email=bob@example.COM", ["bob"]],
  ["?email=bob", []],
  ["?name=ann", ["ann"]],
  ["?search=B.", ["bob"]],
  ["?search=EXAMPLE", ["ann", "bob"]],
  ["?name=ann&search=bob", []],
  ["?email=", ["ann", "bob"]],
  ["?per_page=1", ["ann"]],
  ["?per_page=1&page=2", ["bob"]],
  ["?per_page=1&page=3", []],
])("%s finds %j", async (query, found) => {
  expect(idsOf(await call("GET", query))).toEqual(found);
});

test("the total counts all users whatever the filter, unless told otherwise; the pages those that are found", async () => {
  const counted = { count: 1, page: 1, per_page: 1 };
  expect((await call("GET", "?search=bob&per_page=1")).result_info).toEqual({
    ...counted,
    total_count: 2,
    total_pages: 1,
  });
  simulator.set({ user_total_count: "filtered" });
  expect((await call("GET", "?search=bob&per_page=1")).result_info).toEqual({
    ...counted,
    total_count: 1,
    total_pages: 1,
  });
  simulator.set({ user_total_count: "left-out", user_total_pages: "left-out" });
  expect((await call("GET", "?search=bob&per_page=1")).result_info).toEqual(counted);
});

test.each([
  ["?page=0", 400, 12130],
  ["?per_page=x", 400, 12130],
  ["/nobody", 404, 12135],
  ["/ann/active_sessions/n9", 404, 12135],
  ["/ann/sessions", 404, 7003],
  ["/ann/failed_logins/1", 404, 7003],
])("GET %s is refused with %i, %i", async (below, status, code) => {
  const reply = await call("GET", below);
  expect([reply.status, reply.errors[0]?.code, reply.result]).toEqual([status, code, null]);
});

test.each([
  ["POST", "", "{", 400, "no JSON"],
  ["POST", "", "[]", 400, "email is required"],
  ["POST", "", { name: "x" }, 400, "email is required"],
  ["POST", "", { email: "no address" }, 400, "email is required"],
  ["POST", "", { email: "x@example.com", name: 1 }, 400, "name must be a string"],
  ["POST", "", { email: "BOB@example.com" }, 409, "conflict"],
  ["PUT", "/ann", { email: "ann@example.com" }, 400, "name is required"],
  ["PUT", "/ann", { email: "bob@example.com", name: "x" }, 400, "email cannot be changed"],
  ["PUT", "/nobody", { email: "ann@example.com", name: "x" }, 404, "not_found"],
  ["DELETE", "/nobody", undefined, 404, "not_found"],
  ["PATCH", "/ann", undefined, 405, "not available"],
])("%s %s with %j is refused with %i: %s", async (method, below, body, status, words) => {
  const before = simulator.world();
  const reply = await call(method, below, body);
  expect(reply.status).toBe(status);
  expect(reply.errors[0]?.message).toContain(words);
  expect(simulator.world()).toEqual(before);
});

test("create, update and delete answer 201, 200 and 202, and do what they say", async () => {
  const created = await call("POST", "", { email: "new@example.com" });
  const user = created.result as AccessUser;
  expect([created.status, user.email, user.name, user.gateway_seat, user.active_device_count]).toEqual([
    201,
    "new@example.com",
    "",
    false,
    0,
  ]);
  expect(user).toMatchObject({ created_at: NOW, updated_at: NOW });
  const updated = await call("PUT", `/${user.id}`, { email: "NEW@example.com", name: "New" });
  expect([updated.status, updated.result]).toEqual([200, { ...user, name: "New" }]);
  const deleted = await call("DELETE", `/${user.id}`);
  expect([deleted.status, deleted.result]).toEqual([202, null]);
  expect(simulator.accessUser(user.id)).toBeUndefined();
  expect(idsOf(await call("GET"))).toEqual(["ann", "bob"]);
});

test("what is known of a user", async () => {
  expect((await call("GET", "/ann/active_sessions")).result).toEqual([
    { name: "one", metadata: { nonce: "n1", iat: 1 } },
    { name: "two", metadata: { nonce: "n2" } },
  ]);
  expect((await call("GET", "/ann/active_sessions/n1")).result).toEqual({
    ip: "198.51.100.1",
    isActive: true,
  });
  expect((await call("GET", "/ann/active_sessions/n2")).result).toEqual({
    ip: "198.51.100.2",
    isActive: false,
  });
  expect((await call("GET", "/ann/last_seen_identity")).result).toEqual({ ip: "198.51.100.1" });
  expect((await call("GET", "/ann/failed_logins")).result).toEqual([
    { expiration: 5, metadata: { app_name: "Wiki" } },
  ]);
  expect((await call("GET", "/bob/active_sessions")).result).toEqual([]);
});

test("a user who is deleted takes their registrations along, and comes back by signing in", () => {
  simulator.deleteUser("ann");
  expect(["r1", "r2", "r3", "r4"].map((id) => simulator.registration(id)?.deleted_at)).toEqual([
    NOW,
    NOW,
    NOW,
    NOW,
  ]);
  expect(simulator.registration("r5")?.deleted_at).toBeUndefined();
  expect(() => simulator.deleteUser("ann")).toThrow("id: no Access user ann");
  expect(simulator.enrol({ email: "ann@example.com" }).user?.id).toBe("ann");
  expect(simulator.accessUser("ann")).toMatchObject({ gateway_seat: true, last_successful_login: NOW });
});

test("who signs in becomes a user, and who was created keeps their id", async () => {
  const created = (await call("POST", "", { email: "new@example.com", name: "New" })).result as AccessUser;
  expect(simulator.enrol({ email: "new@example.com" }).user).toEqual({
    id: created.id,
    email: "new@example.com",
    name: "New",
  });
  expect(simulator.accessUser(created.id)).toMatchObject({ gateway_seat: true });
  const other = simulator.enrol({ email: "other@example.com" }).user?.id ?? "";
  expect((await call("GET", `/${other}`)).result).toMatchObject({
    email: "other@example.com",
    active_device_count: 1,
  });
});

test("a world that says nothing of users has one for each whom a registration names; one that has none has none", async () => {
  const { access_users: _, ...rest } = world;
  for (const [begin, found] of [
    [rest, ["ann", "bob"]],
    [{ ...rest, access_users: [] }, []],
  ] as const) {
    await simulator.close();
    simulator = await startSimulator({ world: begin, now: NOW });
    expect(idsOf(await call("GET"))).toEqual(found);
  }
});

test("the account as it is now is a world again, users included", async () => {
  await call("PUT", "/ann", { email: "ann@example.com", name: "Ann A." });
  const again = await startSimulator({
    world: JSON.parse(JSON.stringify(simulator.world())) as World,
    now: NOW,
  });
  const before = simulator.world();
  const after = again.world();
  await again.close();
  expect(after).toEqual(before);
  expect(after.access_users?.map(({ name }) => name)).toEqual(["Bob B.", "Ann A."]);
});

test("calls below a user are counted by their endpoint", async () => {
  await call("GET", "/ann/active_sessions/n1");
  await call("GET", "/ann/failed_logins");
  await call("POST", "", { email: "new@example.com" });
  const users = "/accounts/{account_id}/access/users";
  expect(simulator.stats().requests).toEqual({
    [`GET ${users}/{user_id}/active_sessions/{nonce}`]: 1,
    [`GET ${users}/{user_id}/failed_logins`]: 1,
    [`POST ${users}`]: 1,
  });
});

test.each([
  ["forbidden", 403, 10000],
  ["not-enabled", 400, 9999],
] as const)(
  "Access users %s: everything below is refused, devices are not",
  async (access_users, status, code) => {
    simulator.set({ access_users });
    for (const [method, below] of [
      ["GET", ""],
      ["GET", "/ann/last_seen_identity"],
      ["DELETE", "/ann"],
    ] as const) {
      const reply = await call(method, below);
      expect([reply.status, reply.errors[0]?.code]).toEqual([status, code]);
    }
    const devices = await fetch(`${simulator.url}/accounts/${world.account_id}/devices/registrations`);
    expect(devices.status).toBe(200);
  },
);
