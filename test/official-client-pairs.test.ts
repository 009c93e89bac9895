import { type APIError, ConflictError, PermissionDeniedError } from "cloudflare";
import { expect, test } from "vitest";
import { CloudflareError } from "../src/cloudflare/index.js";
import { startSimulator, type Fault, type Simulator } from "../src/simulator/index.js";
import { CALLS, officialClient, ourClient } from "./official-client-calls.js";
import type { Pair } from "./official-client-pair.js";
import { NOW, TOKEN, world } from "./official-client-world.js";

/* Each call by Cloudflare's own client and by this one, each on its own copy of one account. */

interface Came {
  readonly result: unknown;
  readonly statuses: readonly (number | null)[];
  readonly after: unknown;
}

async function run(make: (simulator: Simulator) => Promise<unknown>, ...faults: Fault[]): Promise<Came> {
  const simulator = await startSimulator({ world, token: TOKEN, now: NOW });
  try {
    simulator.addFaults(...faults);
    const result = await make(simulator);
    const statuses = simulator.log().map(({ status }) => status);
    // Nothing to return is null to the one and nothing to the other.
    return { result: result ?? null, statuses, after: simulator.world() };
  } finally {
    await simulator.close();
  }
}

function official({ official: call }: Pair, ...faults: Fault[]): Promise<Came> {
  return run(({ url, accountId }) => call(officialClient(`${url}/client/v4`), accountId), ...faults);
}

function ours({ ours: call }: Pair, ...faults: Fault[]): Promise<Came> {
  return run(
    async ({ url, accountId }) => {
      const client = ourClient(url, accountId);
      return call(client).finally(client.close);
    },
    ...faults,
  );
}

test.each(CALLS)("$name: both clients get the same, and leave the account the same", async (pair) => {
  const [theirs, own] = [await official(pair), await ours(pair)];
  expect(own).toEqual(theirs);
});

test("the calls leave nothing of a pair unsaid: reads give something, writes change something", async () => {
  const untouched = (await run(() => Promise.resolve())).after;
  for (const pair of CALLS) {
    const { result, after } = await ours(pair);
    if (!pair.endpoint.startsWith("GET ")) expect(after, pair.name).not.toEqual(untouched);
    else if (Array.isArray(result) && !pair.name.includes("every parameter")) {
      expect(result.length, pair.name).toBeGreaterThan(0);
    } else expect(after, pair.name).toEqual(untouched);
  }
});

test.concurrent.each(CALLS)("$name: both come again after 429", async (pair) => {
  const limited: Fault = { kind: "status", status: 429, retry_after: 0, times: 1 };
  const [theirs, own] = await Promise.all([official(pair, limited), ours(pair, limited)]);
  expect(own).toEqual(theirs);
  expect(own.statuses.slice(0, 2)).toEqual([429, expect.toBeOneOf([200, 201, 202])]);
});

test.concurrent.each(CALLS)("$name: a refusal is an error of each client's own class", async (pair) => {
  const refused: Fault = { kind: "status", status: 403, code: 10000, message: "Forbidden" };
  const theirs: unknown = await official(pair, refused).catch((error: unknown) => error);
  const own: unknown = await ours(pair, refused).catch((error: unknown) => error);
  expect(theirs).toBeInstanceOf(PermissionDeniedError);
  expect(own).toBeInstanceOf(CloudflareError);
  const { status, errors } = own as CloudflareError;
  expect({ status, errors }).toEqual({ status: 403, errors: [{ code: 10000, message: "Forbidden" }] });
  expect((theirs as APIError).errors[0]).toMatchObject({ code: 10000, message: "Forbidden" });
  expect((own as CloudflareError).code).toBe("cloudflare/missing-permission");
});

/* Where the two differ on purpose. */

test.concurrent(
  "a user who exists: the official client tries a conflict three times, this one once",
  async () => {
    const email = world.access_users?.[0]?.email ?? "";
    const pair: Pair = {
      name: "create",
      endpoint: "",
      official: (client, account_id) => client.zeroTrust.access.users.create({ account_id, email }),
      ours: (client) => client.accessUsers.create({ email }),
    };
    const simulator = await startSimulator({ world, token: TOKEN, now: NOW });
    const client = ourClient(simulator.url, simulator.accountId);
    await expect(pair.official(officialClient(simulator.url), simulator.accountId)).rejects.toThrow(
      ConflictError,
    );
    expect(simulator.log().map(({ status }) => status)).toEqual([409, 409, 409]);
    await expect(pair.ours(client)).rejects.toMatchObject({ code: "cloudflare/refused", status: 409 });
    expect(simulator.log()).toHaveLength(4);
    await client.close();
    await simulator.close();
  },
);

test.concurrent(
  "a created user whose answer is lost: the official client's second try fails, this one looks and finds them",
  async () => {
    const [pair] = CALLS.filter(({ name }) => name === "Access users: create");
    const lost: Fault = { kind: "reset", applied: true };
    await expect(official(pair!, lost)).rejects.toThrow(ConflictError);
    const { result, statuses } = await ours(pair!, lost);
    expect(result).toMatchObject({ email: "new@example.com", name: "Zoë N." });
    expect(statuses).toEqual([null, 200, 200]);
  },
);

test.concurrent(
  "a deletion whose answer is lost: the official client's second try is not found, this one knows why",
  async () => {
    const lost: Fault = { kind: "reset", applied: true };
    for (const pair of CALLS.filter(({ endpoint }) => /^DELETE .*\}$/.test(endpoint))) {
      await expect(official(pair, lost), pair.name).rejects.toMatchObject({ status: 404 });
      expect((await ours(pair, lost)).statuses, pair.name).toEqual([null, 404]);
    }
  },
);

test("success: false under 200: null to the official client, an error to this one", async () => {
  const [pair] = CALLS.filter(({ name }) => name === "Access users: get");
  expect((await official(pair!, { kind: "unsuccessful" })).result).toBeNull();
  await expect(ours(pair!, { kind: "unsuccessful" })).rejects.toMatchObject({ code: "cloudflare/refused" });
});
