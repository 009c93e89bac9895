import Cloudflare, {
  APIConnectionError,
  APIError,
  BadRequestError,
  NotFoundError,
  RateLimitError,
} from "cloudflare";
import { afterEach, beforeEach, expect, test } from "vitest";
import { generateWorld, startSimulator, type Simulator } from "../src/simulator/index.js";

/* Cloudflare's own client drives the simulator: what it cannot make sense of would not be the API. */

const world = generateWorld({ registrations: 130, users: 60, seed: 11, revoked: 12 });
const ids = world.registrations.map(({ id }) => id).sort();
const active = world.registrations.filter(({ revoked_at }) => revoked_at == null).map(({ id }) => id);
const [FIRST = "", SECOND = "", THIRD = ""] = active;

let simulator: Simulator;
let client: Cloudflare;
let account_id: string;

beforeEach(async () => {
  simulator = await startSimulator({ world, token: "test-token" });
  client = new Cloudflare({ apiToken: "test-token", baseURL: `${simulator.url}/client/v4` });
  account_id = simulator.accountId;
});
afterEach(() => simulator.close());

/** Everything that a listing gives, page after page, with a stop for listings that never end. */
async function collect(listing: AsyncIterable<unknown>): Promise<string[]> {
  const found: string[] = [];
  for await (const record of listing) {
    found.push((record as { id: string }).id);
    if (found.length > 10_000) throw new Error("the listing does not end");
  }
  return found;
}

test.each(["no-cursor", "empty-cursor", "empty-page"] as const)(
  "registrations are listed to the end, with %s on the last page",
  async (last_page) => {
    simulator.set({ last_page });
    const { registrations } = client.zeroTrust.devices;
    expect(await collect(registrations.list({ account_id, status: "all", per_page: 20 }))).toEqual(ids);
    expect(await collect(registrations.list({ account_id }))).toHaveLength(118);
  },
);

test("filters arrive as the client writes them: repeated and dotted", async () => {
  const { registrations } = client.zeroTrust.devices;
  const [one, two] = world.registrations;
  const users = [one?.user?.id ?? "", two?.user?.id ?? ""];
  const theirs = world.registrations.filter(({ user }) => users.includes(user?.id ?? "")).map(({ id }) => id);
  const of = { account_id, status: "all" } as const;
  expect(await collect(registrations.list({ ...of, user: { id: users } }))).toEqual(theirs.sort());
  expect(await collect(registrations.list({ ...of, id: [FIRST, SECOND] }))).toEqual([FIRST, SECOND].sort());
  expect(await collect(registrations.list({ ...of, device: { id: one?.device.id ?? "" } }))).toContain(
    one?.id,
  );
  expect(simulator.log()[0]?.query).toContain(`user.id=${users[0] ?? ""}&user.id=${users[1] ?? ""}`);
});

test("get, revoke, unrevoke, delete and bulk delete", async () => {
  const { registrations } = client.zeroTrust.devices;
  const got = await registrations.get(FIRST, { account_id, include: "policy" });
  expect(got).toEqual(world.registrations.find(({ id }) => id === FIRST));
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- deprecated, and still what this project can undo
  await registrations.revoke({ account_id, id: [FIRST, SECOND] });
  expect((await registrations.get(FIRST, { account_id })).revoked_at).toBeTypeOf("string");
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- as above
  await registrations.unrevoke({ account_id, id: [FIRST] });
  expect((await registrations.get(FIRST, { account_id })).revoked_at).toBeUndefined();
  expect(simulator.registration(SECOND)?.revoked_at).toBeTypeOf("string");
  await registrations.delete(FIRST, { account_id });
  await registrations.bulkDelete({ account_id, id: [SECOND, THIRD] });
  const left = await collect(registrations.list({ account_id, status: "all" }));
  expect(left).toEqual(ids.filter((id) => ![FIRST, SECOND, THIRD].includes(id)));
});

test("physical devices are listed to the end, and got", async () => {
  const { devices } = client.zeroTrust.devices;
  const all = world.physical_devices.map(({ id }) => id).sort();
  const only = new Set(world.registrations.flatMap((row) => (row.revoked_at == null ? [row.device.id] : [])));
  const listed = devices.list({ account_id, active_registrations: "include", per_page: 25 });
  expect(await collect(listed)).toEqual(all);
  expect(await collect(devices.list({ account_id }))).toEqual([...only].sort());
  const [device] = world.physical_devices;
  const got = await devices.get(device?.id ?? "", { account_id });
  expect(got).toMatchObject({ id: device?.id, name: device?.name, mac_address: device?.mac_address });
  expect(got.active_registrations).toBeTypeOf("number");
});

test("the client waits and comes again after 429, as Retry-After says", async () => {
  simulator.addFaults({ kind: "status", status: 429, retry_after: 0, times: 2 });
  const listed = await collect(client.zeroTrust.devices.registrations.list({ account_id, per_page: 1000 }));
  expect(listed).toHaveLength(118);
  expect(simulator.log().map(({ status }) => status)).toEqual([429, 429, 200, 200]);
});

test("the client's own rate: it gets through a limit that its third request breaks", async () => {
  simulator.set({ rate_limit: 2, rate_limit_window: 1 });
  const listed = await collect(client.zeroTrust.devices.registrations.list({ account_id, per_page: 40 }));
  expect(listed).toHaveLength(118);
  expect(simulator.log().map(({ status }) => status)).toEqual([200, 200, 429, 200, 200]);
});

test("the client comes again after a connection that broke", async () => {
  simulator.addFaults({ kind: "reset" });
  await client.zeroTrust.devices.registrations.delete(FIRST, { account_id });
  expect(simulator.log().map(({ status }) => status)).toEqual([null, 200]);
});

test("a 200 with success:false looks like null to the client", async () => {
  simulator.addFaults({ kind: "unsuccessful" });
  expect(await client.zeroTrust.devices.registrations.get(FIRST, { account_id })).toBeNull();
});

test.each([
  ["an unknown id", NotFoundError, 404, 7003],
  ["no ids", BadRequestError, 400, 2004],
  ["another account", APIError, 403, 9109],
  ["a wrong token", APIError, 403, 10000],
  ["a limit", RateLimitError, 429, 971],
] as const)("%s is an error of the client's own class", async (what, kind, status, code) => {
  const { registrations } = client.withOptions({ maxRetries: 0 }).zeroTrust.devices;
  const other = client.withOptions({ apiToken: "another-token" }).zeroTrust.devices.registrations;
  if (what === "a limit") simulator.addFaults({ kind: "status", status: 429 });
  const calls = {
    "an unknown id": () => registrations.get("nobody", { account_id }),
    "no ids": () => registrations.bulkDelete({ account_id, id: [] }),
    "another account": () => registrations.get(FIRST, { account_id: "f".repeat(32) }),
    "a wrong token": () => other.get(FIRST, { account_id }),
    "a limit": () => registrations.get(FIRST, { account_id }),
  };
  const thrown: unknown = await calls[what]().catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(kind);
  expect((thrown as APIError).status).toBe(status);
  expect((thrown as APIError).errors[0]?.code).toBe(code);
});

test("a connection that never works is a connection error", async () => {
  simulator.addFaults({ kind: "reset", times: 3 });
  const { registrations } = client.withOptions({ maxRetries: 0 }).zeroTrust.devices;
  await expect(registrations.get(FIRST, { account_id })).rejects.toThrow(APIConnectionError);
});
