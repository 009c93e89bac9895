import { afterEach, beforeEach, expect, test } from "vitest";
import type { PhysicalDevice, Registration } from "../cloudflare/types.js";
import { startSimulator, type Simulator } from "./simulator.js";
import type { World } from "./world.js";

const NOW = "2026-10-01T08:00:00.000000Z";
const policy = { id: "p1", name: "Default", default: true, deleted: false, updated_at: NOW };

function registration(id: string, device: string, more: Partial<Registration> = {}): Registration {
  const at = `2026-09-0${id.slice(-1)}T08:00:00Z`;
  const user = { id: `u${id}`, email: `${id}@example.com`, name: id };
  const named = { id: device, name: `name of ${device}`, client_version: "2026.6" };
  return { id, key: "k", device: named, user, created_at: at, updated_at: at, last_seen_at: at, ...more };
}

const world: World = {
  account_id: "0123456789abcdef0123456789abcdef",
  registrations: [
    registration("r1", "a"),
    registration("r2", "a", { policy }),
    registration("r3", "b", { revoked_at: NOW }),
    registration("r4", "c"),
  ],
  physical_devices: [
    {
      id: "a",
      name: "ada",
      created_at: NOW,
      updated_at: NOW,
      last_seen_at: NOW,
      serial_number: "S-1",
      model: null,
    },
    { id: "z", name: "spare", created_at: NOW, updated_at: NOW, last_seen_at: null },
  ],
};

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator({ world, now: NOW });
});
afterEach(() => simulator.close());

async function call(
  rest: string,
  method = "GET",
): Promise<{ status: number; result: unknown; errors: string }> {
  const url = `${simulator.url}/client/v4/accounts/${simulator.accountId}/devices/physical-devices${rest}`;
  const response = await fetch(url, { method });
  const body = (await response.json()) as { result: unknown; errors: { message: string }[] };
  const errors = body.errors.map(({ message }) => message).join();
  return { status: response.status, result: body.result, errors };
}

async function list(query: string): Promise<string> {
  const devices = (await call(query)).result as PhysicalDevice[];
  return devices.map(({ id, active_registrations: active }) => `${id}:${active}`).join(" ");
}

test.each([
  ["", "a:2 c:1"],
  ["?active_registrations=only", "a:2 c:1"],
  ["?active_registrations=exclude", "b:0 z:0"],
  ["?active_registrations=include", "a:2 b:0 c:1 z:0"],
  ["?active_registrations=include&sort_by=active_registrations&sort_order=desc", "a:2 c:1 z:0 b:0"],
  ["?active_registrations=include&sort_by=name", "a:2 b:0 c:1 z:0"],
  ["?active_registrations=include&id=b&id=z", "b:0 z:0"],
  ["?last_seen_user.email=r2@example.com", "a:2"],
  ["?last_seen_registration.policy.id=p1", "a:2"],
  ["?search=s-1", "a:2"],
  ["?active_registrations=include&seen_before=2026-09-05T00:00:00Z", "b:0 c:1"],
  ["?seen_after=2026-09-05T00:00:00Z", "a:2"],
])("list%s shows %s", async (query, expected) => {
  expect(await list(query)).toBe(expected);
});

test("active registrations follow the registrations", async () => {
  expect(await list("")).toBe("a:2 c:1");
  simulator.revoke("r1", "r2");
  simulator.unrevoke("r3");
  simulator.delete("r4");
  expect(await list("")).toBe("b:1");
});

test("a device that the world does not list is made up from its registrations, without hardware", async () => {
  const { result } = await call("/c");
  expect(result).toEqual({
    id: "c",
    name: "name of c",
    client_version: "2026.6",
    created_at: "2026-09-04T08:00:00Z",
    updated_at: "2026-09-04T08:00:00Z",
    last_seen_at: "2026-09-04T08:00:00Z",
    last_seen_user: { id: "ur4", email: "r4@example.com", name: "r4" },
    active_registrations: 1,
  });
});

test("nulls are left out, but for last_seen_at, which is required", async () => {
  expect((await call("/a")).result).not.toHaveProperty("model");
  expect((await call("/z")).result).toHaveProperty("last_seen_at", null);
  simulator.set({ null_fields: "sent" });
  expect((await call("/z")).result).toMatchObject({ model: null, serial_number: null, hardware_id: null });
});

test("the last profile is sent only where it is asked for", async () => {
  expect((await call("/a")).result).not.toHaveProperty("last_seen_registration");
  const asked = await call("/a?include=last_seen_registration.policy");
  expect(asked.result).toMatchObject({ last_seen_registration: { policy: { id: "p1" } } });
});

test("revoking a device revokes its registrations; deleting it deletes them", async () => {
  expect((await call("/a/revoke", "POST")).status).toBe(200);
  expect(simulator.registration("r1")?.revoked_at).toBe(NOW);
  expect(simulator.registration("r2")?.revoked_at).toBe(NOW);
  expect((await call("/a", "DELETE")).status).toBe(200);
  expect(simulator.registration("r1")?.deleted_at).toBe(NOW);
  expect((await call("/a")).status).toBe(404);
});

test.each([
  ["/nobody", "GET", 404],
  ["/nobody", "DELETE", 404],
  ["/nobody/revoke", "POST", 404],
  ["/a", "PUT", 405],
  ["", "POST", 405],
  ["?active_registrations=all", "GET", 400],
  ["?sort_by=serial_number", "GET", 400],
])("%s by %s is %i", async (rest, method, status) => {
  expect((await call(rest, method)).status).toBe(status);
});

test("a rename and an enrolment show in listings only after the lag", async () => {
  simulator.set({ list_lag_requests: 1 });
  simulator.rename({ device_id: "c" }, "renamed");
  simulator.enrol({ email: "new@example.com", device_id: "n", serial_number: "S-9" });
  expect(((await call("/n")).result as PhysicalDevice).serial_number).toBe("S-9");
  expect(await list("")).toBe("a:2 c:1");
  expect(await list("?sort_by=name")).toBe("n:1 a:2 c:1");
});
