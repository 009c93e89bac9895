import { afterEach, beforeEach, expect, test } from "vitest";
import { startSimulator, type Simulator } from "../src/simulator/index.js";
import { CALLS, officialClient, ourClient } from "./official-client-calls.js";
import { NOW, POLICY, TOKEN, world } from "./official-client-world.js";
import { type Exchange, type Recorder, startRecorder } from "./wire-recorder.js";

/*
 * What the two clients send, byte for byte: method, path, query as sent, body, and the headers that the API reads.
 * What differs is listed below, with the reason.
 */

let simulator: Simulator;
let recorder: Recorder;

beforeEach(async () => {
  simulator = await startSimulator({ world, token: TOKEN, now: NOW });
  recorder = await startRecorder(simulator.url);
});
afterEach(async () => {
  await recorder.close();
  await simulator.close();
});

/** Headers that only the official client sends, and why the API does not need them. */
const OFFICIAL_ONLY = {
  "x-stainless-arch": "telemetry",
  "x-stainless-lang": "telemetry",
  "x-stainless-os": "telemetry",
  "x-stainless-package-version": "telemetry",
  "x-stainless-retry-count": "telemetry",
  "x-stainless-runtime": "telemetry",
  "x-stainless-runtime-version": "telemetry",
  "api-version":
    "the day it runs, so that what it asks for changes by the day; the paths here have no versions",
  "accept-language": "of fetch, always *",
  "sec-fetch-mode": "of fetch, for browsers",
  "accept-encoding": "of fetch, which can unpack; this client asks for plain answers",
} as const;

/** Headers that both send, each with a value of its own. */
const DIFFERENT = {
  "user-agent": "each tells its own name",
} as const;

function headersOf({ headers }: Exchange): Record<string, unknown> {
  const left = Object.entries(headers).filter(([name]) => !(name in OFFICIAL_ONLY) && !(name in DIFFERENT));
  return Object.fromEntries(left);
}

function sentOf(exchange: Exchange) {
  const { method, path, query, body } = exchange;
  return { method, path, query, body, headers: headersOf(exchange) };
}

async function exchangesOf(make: (url: string) => Promise<unknown>): Promise<readonly Exchange[]> {
  const before = recorder.exchanges.length;
  await make(recorder.url);
  return recorder.exchanges.slice(before);
}

async function byOurs(call: (typeof CALLS)[number]["ours"]): Promise<readonly Exchange[]> {
  return exchangesOf(async (url) => {
    const client = ourClient(url, simulator.accountId);
    await call(client).finally(client.close);
  });
}

test.each(CALLS)("$name: the same on the wire", async ({ official, ours }) => {
  const theirs = await exchangesOf((url) => official(officialClient(url), simulator.accountId));
  simulator.reset();
  const own = await byOurs(ours);
  expect(theirs.length).toBeGreaterThan(0);
  expect(own.map(sentOf)).toEqual(theirs.map(sentOf));
  for (const { headers } of own) {
    expect(headers.authorization).toBe(`Bearer ${TOKEN}`);
    expect(Object.keys(headers).filter((name) => name in OFFICIAL_ONLY)).toEqual([]);
    expect(headers["user-agent"]).toMatch(/^pulumi-warp-registrations\//);
  }
});

test("every header that is listed as the official client's own is one that it sends", async () => {
  const sent = new Set<string>();
  for (const { official } of CALLS) {
    const theirs = await exchangesOf((url) => official(officialClient(url), simulator.accountId));
    for (const { headers } of theirs) for (const name of Object.keys(headers)) sent.add(name);
    simulator.reset();
  }
  expect(Object.keys(OFFICIAL_ONLY).filter((name) => !sent.has(name))).toEqual([]);
});

test("the calls are those of the whole table", () => {
  const base = "/accounts/{account_id}";
  expect([...new Set(CALLS.map(({ endpoint }) => endpoint))].sort()).toEqual([
    `DELETE ${base}/access/users/{user_id}`,
    `DELETE ${base}/devices/physical-devices/{device_id}`,
    `DELETE ${base}/devices/registrations`,
    `DELETE ${base}/devices/registrations/{registration_id}`,
    `GET ${base}/access/users`,
    `GET ${base}/access/users/{user_id}`,
    `GET ${base}/access/users/{user_id}/active_sessions`,
    `GET ${base}/access/users/{user_id}/active_sessions/{nonce}`,
    `GET ${base}/access/users/{user_id}/failed_logins`,
    `GET ${base}/access/users/{user_id}/last_seen_identity`,
    `GET ${base}/devices/physical-devices`,
    `GET ${base}/devices/physical-devices/{device_id}`,
    `GET ${base}/devices/registrations`,
    `GET ${base}/devices/registrations/{registration_id}`,
    `POST ${base}/access/users`,
    `POST ${base}/devices/physical-devices/{device_id}/revoke`,
    `POST ${base}/devices/registrations/revoke`,
    `POST ${base}/devices/registrations/unrevoke`,
    `PUT ${base}/access/users/{user_id}`,
  ]);
});

/* The differences in what is asked for. */

test("listAll asks for the order in which it can prove a listing whole; the official client leaves the order open", async () => {
  const [theirs] = await exchangesOf((url) =>
    officialClient(url).zeroTrust.devices.registrations.list({
      account_id: simulator.accountId,
      status: "all",
    }),
  );
  const [own] = await byOurs((client) => client.registrations.listAll({ status: "all" }));
  expect(theirs?.query).toBe("status=all");
  expect(own?.query).toBe("status=all&sort_by=id&sort_order=asc&per_page=1000");
});

test("without per_page this client asks for 1000 records, the official one for whatever the API's default is", async () => {
  const { accountId: account_id } = simulator;
  const [theirs] = await exchangesOf(async (url) =>
    officialClient(url).zeroTrust.access.users.list({ account_id }),
  );
  const [own] = await byOurs((client) => client.accessUsers.listAll());
  expect([theirs?.query, own?.query]).toEqual(["", "per_page=1000"]);
});

test("devices by profile: the official client's type drops the .id that the document has, so that nothing is filtered", async () => {
  const { accountId: account_id } = simulator;
  const parameters = { account_id, last_seen_registration: { policy: POLICY.id } };
  const [theirs] = await exchangesOf(async (url) =>
    officialClient(url).zeroTrust.devices.devices.list(parameters),
  );
  const [own] = await byOurs((client) =>
    client.physicalDevices.listAll({ "last_seen_registration.policy.id": POLICY.id }),
  );
  expect(theirs?.query).toBe(`last_seen_registration.policy=${POLICY.id}`);
  expect(own?.query).toMatch(new RegExp(`^last_seen_registration.policy.id=${POLICY.id}&`));
  const counts = [theirs, own].map(
    (each) => (JSON.parse(each?.answer ?? "") as { result: unknown[] }).result.length,
  );
  expect(counts[1]).toBeLessThan(counts[0] ?? 0);
});

test("no ids: the official client sends the bulk call, this one sends nothing", async () => {
  const { accountId: account_id } = simulator;
  const theirs = await exchangesOf((url) =>
    officialClient(url)
      .zeroTrust.devices.registrations.bulkDelete({ account_id, id: [] })
      .catch(() => undefined),
  );
  expect(theirs.map(({ method, query }) => [method, query])).toEqual([["DELETE", ""]]);
  expect(await byOurs((client) => client.registrations.bulkDelete([]))).toEqual([]);
});
