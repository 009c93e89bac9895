import { describe, expect, test } from "vitest";
import { perform, type PerformOptions } from "./bulk.js";
import type { Act } from "./types.js";
import { CloudflareError, type CloudflareErrorCode } from "./errors.js";
import type { Registrations } from "./registrations.js";
import type { Registration } from "./types.js";

const T = "2026-02-14T13:17:00Z";

function failure(code: CloudflareErrorCode): CloudflareError {
  return new CloudflareError({
    code,
    what: `Told ${code}.`,
    errors: [{ code: 1003, message: "invalid id" }],
  });
}

interface World {
  /** Ids of the account; true for a revoked one. */
  readonly rows: Map<string, boolean>;
  /** Thrown by a bulk call, before it does anything. */
  fault?: (ids: readonly string[], call: number) => CloudflareError | undefined;
  /** Thrown by a reading. */
  readFault?: (reading: number) => CloudflareError | undefined;
  /** Readings that still show the state before the act. */
  lag?: number;
  /** Ids that the API takes and does nothing about. */
  readonly deaf?: readonly string[];
}

function setUp(world: World) {
  const sent: (readonly string[])[] = [];
  const read: (readonly string[])[] = [];
  const sleeps: number[] = [];
  let shown = new Map(world.rows);
  const act = (change: (id: string) => void) => (ids: readonly string[]) => {
    sent.push(ids);
    const fault = world.fault?.(ids, sent.length);
    if (fault) return Promise.reject(fault);
    for (const id of ids) if (world.rows.has(id) && !world.deaf?.includes(id)) change(id);
    return Promise.resolve();
  };
  const listAll: Registrations["listAll"] = (parameters) => {
    const ids = parameters?.id ?? [];
    read.push(ids);
    expect(parameters).toEqual({ id: ids, status: "all", per_page: ids.length });
    const fault = world.readFault?.(read.length);
    if (fault) return Promise.reject(fault);
    if (read.length > (world.lag ?? 0)) shown = new Map(world.rows);
    const rows = ids.filter((id) => shown.has(id));
    return Promise.resolve(rows.map((id) => ({ id, revoked_at: shown.get(id) ? T : null }) as Registration));
  };
  const registrations = {
    chunkSize: 100,
    revoke: act((id) => world.rows.set(id, true)),
    unrevoke: act((id) => world.rows.set(id, false)),
    bulkDelete: act((id) => world.rows.delete(id)),
    listAll,
  } as unknown as Registrations;
  const clock = {
    now: () => 0,
    elapsed: () => 0,
    random: () => 0,
    sleep: (milliseconds: number) => {
      sleeps.push(milliseconds);
      return Promise.resolve();
    },
  };
  const run = async (what: Act, ids: readonly string[], options?: PerformOptions) =>
    Object.fromEntries(
      [...(await perform({ registrations, clock }, what, ids, options))].map(([id, outcome]) => [
        id,
        outcome.result === "done" ? "done" : outcome.reason,
      ]),
    );
  const results = async (what: Act, ids: readonly string[], options?: PerformOptions) =>
    [...(await perform({ registrations, clock }, what, ids, options)).values()].map(({ result }) => result);
  return { run, results, sent, read, sleeps };
}

const ids = (count: number) => Array.from({ length: count }, (_, index) => `r${index}`);
const account = (count: number, revoked = false) => new Map(ids(count).map((id) => [id, revoked]));
const all = (names: readonly string[], outcome: string) =>
  Object.fromEntries(names.map((id) => [id, outcome]));

test.each([
  ["revoke", false],
  ["unrevoke", true],
  ["delete", false],
] as const)("a smooth %s takes one call and one reading for a hundred", async (act, revoked) => {
  const { run, sent, read, sleeps } = setUp({ rows: account(250, revoked) });
  expect(await run(act, ids(250))).toEqual(all(ids(250), "done"));
  expect(sent.map(({ length }) => length)).toEqual([100, 100, 50]);
  expect(read).toEqual(sent);
  expect(sleeps).toEqual([]);
});

test("an id given twice has one outcome, and an id that is none never goes out", async () => {
  const { run, sent } = setUp({ rows: account(1) });
  expect(await run("revoke", ["r0", "", "r0"])).toEqual({
    r0: "done",
    "": "Not attempted: the id is empty.",
  });
  expect(sent).toEqual([["r0"]]);
  expect(await run("revoke", [])).toEqual({});
});

test("the chunk size is the caller's, up to the client's", async () => {
  const { run, sent } = setUp({ rows: account(250) });
  await run("revoke", ids(5), { chunkSize: 2 });
  await run("revoke", ids(250), { chunkSize: 1_000 });
  expect(sent.map(({ length }) => length)).toEqual([2, 2, 1, 100, 100, 50]);
  await expect(run("revoke", ids(2), { chunkSize: NaN })).rejects.toThrow("chunkSize is NaN");
});

test.each([
  ["revoke", "The registration is no longer in the account."],
  ["unrevoke", "The registration is no longer in the account."],
  ["delete", "done"],
] as const)("%s of a registration that is gone: %s", async (act, outcome) => {
  const { run } = setUp({ rows: account(1, act === "unrevoke") });
  expect(await run(act, ["r0", "gone"])).toEqual({ r0: "done", gone: outcome });
});

test("a row with deleted_at is gone", async () => {
  const row = { id: "r0", deleted_at: T, revoked_at: T } as Registration;
  const registrations = {
    chunkSize: 9,
    revoke: () => Promise.resolve(),
    bulkDelete: () => Promise.resolve(),
    listAll: () => Promise.resolve([row]),
  } as unknown as Registrations;
  const clock = { now: () => 0, elapsed: () => 0, random: () => 0, sleep: () => Promise.resolve() };
  expect((await perform({ registrations, clock }, "delete", ["r0"])).get("r0")?.result).toBe("done");
  expect((await perform({ registrations, clock }, "revoke", ["r0"])).get("r0")?.result).toBe("failed");
});

describe("what does not show at once", () => {
  test("is read again with growing waits, once for all chunks", async () => {
    const { run, sent, read, sleeps } = setUp({ rows: account(4), lag: 3 });
    expect(await run("delete", ids(4), { chunkSize: 2 })).toEqual(all(ids(4), "done"));
    expect(sent).toHaveLength(2);
    expect(sleeps).toEqual([1_000, 2_000]);
    expect(read).toHaveLength(5);
  });

  test("fails by name when it never shows", async () => {
    const { run, sleeps } = setUp({ rows: account(2), deaf: ["r1"] });
    expect(await run("revoke", ids(2))).toEqual({ r0: "done", r1: "The revoke did not take effect." });
    expect(sleeps).toEqual([1_000, 2_000, 4_000, 8_000]);
  });

  test("is left alone until the next wait when a reading fails", async () => {
    const readFault = (reading: number) => (reading > 3 ? failure("cloudflare/unavailable") : undefined);
    const { run, read, sleeps } = setUp({ rows: account(3), deaf: ids(3), readFault });
    await run("revoke", ids(3), { chunkSize: 1 });
    expect(read).toHaveLength(3 + sleeps.length);
  });

  test("is read again when it could not be read", async () => {
    const readFault = (reading: number) => (reading === 1 ? failure("cloudflare/unavailable") : undefined);
    expect(await setUp({ rows: account(2), readFault }).run("revoke", ids(2))).toEqual(all(ids(2), "done"));
    const never = setUp({ rows: account(1), readFault: () => failure("cloudflare/incomplete-listing") });
    expect(await never.results("revoke", ["r0"])).toEqual(["unknown"]);
    expect((await never.run("revoke", ["r0"])).r0).toMatch(
      /^The API accepted the call\. The result could not be read back: Told/,
    );
  });
});

describe("a chunk that is refused", () => {
  const bad = (...names: string[]) => {
    return (sent: readonly string[]) =>
      sent.some((id) => names.includes(id)) ? failure("cloudflare/refused") : undefined;
  };

  test("is halved until the one bad id stands alone, which fails with the API's words", async () => {
    const { run, sent, read } = setUp({ rows: account(100), fault: bad("r42") });
    const outcomes = await run("revoke", ids(100));
    expect(outcomes).toEqual({
      ...all(ids(100), "done"),
      r42: "Told cloudflare/refused. (1003: invalid id)",
    });
    expect(sent.length).toBeLessThan(20);
    expect(read).toHaveLength(1);
  });

  test("is waited for where the list is behind: the call for all may have been done for the refused one too", async () => {
    const rows = account(4);
    const fault = (sent: readonly string[], call: number) => {
      if (call === 1) rows.set("r3", true);
      return sent.includes("r3") ? failure("cloudflare/not-found") : undefined;
    };
    const { run, sleeps } = setUp({ rows, fault, lag: 1 });
    expect(await run("revoke", ids(4))).toEqual(all(ids(4), "done"));
    expect(sleeps).toEqual([1_000]);
  });

  test("that was done in part all the same is seen to be, even when the list lags and every single id is refused", async () => {
    const rows = account(20);
    const fault = (sent: readonly string[], call: number) => {
      // As an API would that deletes the ids it knows and then complains about those it does not.
      if (call === 1 || sent.length === 10) for (const id of sent) rows.delete(id);
      return failure("cloudflare/not-found");
    };
    const { run } = setUp({ rows, fault, lag: 3 });
    expect(await run("delete", ids(20), { chunkSize: 10 })).toEqual(all(ids(20), "done"));
  });

  test("on its own, from the start, is final: there was no larger call that could have been done in part", async () => {
    const { run, sleeps } = setUp({ rows: account(1), fault: bad("r0") });
    await run("revoke", ["r0"]);
    expect(sleeps).toEqual([]);
  });

  test("lets an id count as done that stands as it should", async () => {
    const { run } = setUp({ rows: new Map([["r0", true]]), fault: bad("r0", "gone") });
    expect(await run("revoke", ["r0"])).toEqual({ r0: "done" });
    expect(await run("delete", ["gone"])).toEqual({ gone: "done" });
  });

  test("says nothing about the next one", async () => {
    const { run } = setUp({ rows: account(4), fault: bad("r0", "r1") });
    expect(await run("revoke", ids(4), { chunkSize: 2 })).toMatchObject({ r2: "done", r3: "done" });
    expect(await run("revoke", ids(4), { chunkSize: 1 })).toMatchObject({ r2: "done", r3: "done" });
  });

  test("and shows as done late is no reason to give up: the third chunk is sent", async () => {
    const rows = account(30);
    const fault = (sent: readonly string[]) => {
      if (sent.length === 10) for (const id of sent) rows.delete(id);
      return failure("cloudflare/not-found");
    };
    const { run, sleeps } = setUp({ rows, fault, lag: 4 });
    expect(await run("delete", ids(30), { chunkSize: 10 })).toEqual(all(ids(30), "done"));
    expect(sleeps).toEqual([1_000, 2_000]);
  });

  test("stops the act when whole chunks are refused id by id, twice in a row", async () => {
    const { run, sent } = setUp({ rows: account(50), fault: () => failure("cloudflare/refused") });
    const outcomes = await run("revoke", ids(50), { chunkSize: 10 });
    expect(sent).toHaveLength(2 * 19);
    expect(outcomes.r19).toMatch(/^Told/);
    expect(outcomes.r20).toMatch(/^Not attempted: Told/);
    expect(Object.keys(outcomes)).toHaveLength(50);
  });
});

describe("a failure that is not about the ids", () => {
  test.each([
    "cloudflare/bad-token",
    "cloudflare/missing-permission",
    "cloudflare/unknown-account",
    "cloudflare/endpoint-gone",
    "cloudflare/rate-limited",
    "cloudflare/closed",
  ] as const)("%s fails every id without another call", async (code) => {
    const { run, sent, read, sleeps } = setUp({ rows: account(5), fault: () => failure(code) });
    const outcomes = await run("revoke", ids(5), { chunkSize: 2 });
    expect(Object.values(outcomes).filter((reason) => reason.includes(`Told ${code}`))).toHaveLength(5);
    expect([sent.length, read.length, sleeps.length]).toEqual([1, 0, 0]);
  });

  test("midway through a split chunk leaves what was done as done", async () => {
    const fault = (_: readonly string[], call: number) =>
      [failure("cloudflare/refused"), undefined, failure("cloudflare/bad-token")][call - 1];
    const { run, sent } = setUp({ rows: account(4), fault });
    const told = "Told cloudflare/bad-token. (1003: invalid id)";
    expect(await run("revoke", ids(4))).toEqual({ r0: "done", r1: "done", r2: told, r3: told });
    expect(sent).toHaveLength(3);
  });

  test("leaves the rest of a split chunk unsent", async () => {
    const fault = (_: readonly string[], call: number) =>
      [failure("cloudflare/refused"), failure("cloudflare/bad-token")][call - 1];
    const { run, sent } = setUp({ rows: account(4), fault });
    expect(await run("revoke", ids(4))).toEqual(all(ids(4), "Told cloudflare/bad-token. (1003: invalid id)"));
    expect(sent).toHaveLength(2);
  });

  test("a retry that is turned away does not hide what its first attempt did", async () => {
    const rows = account(2);
    const fault = (sent: readonly string[]) => {
      for (const id of sent) rows.set(id, true);
      const { code, what } = failure("cloudflare/rate-limited");
      return new CloudflareError({ code, what, doubtful: true });
    };
    const { run, sent } = setUp({ rows, fault });
    const outcomes = await run("revoke", ids(2), { chunkSize: 1 });
    expect(outcomes).toEqual({ r0: "done", r1: "Not attempted: Told cloudflare/rate-limited." });
    expect(sent).toEqual([["r0"]]);
  });

  test("a limit that is met after a refused call for all of them leaves the ids to be read back", async () => {
    const rows = account(4);
    const fault = (sent: readonly string[], call: number) => {
      if (call === 1) for (const id of sent) rows.set(id, id !== "r3");
      return failure(call === 1 ? "cloudflare/not-found" : "cloudflare/rate-limited");
    };
    const { run } = setUp({ rows, fault });
    const outcomes = await run("revoke", ids(4));
    expect(outcomes).toMatchObject({ r0: "done", r1: "done", r2: "done" });
    expect(outcomes.r3).toMatch(/^Told cloudflare\/rate-limited/);
  });

  test("a call of which nobody knows is read back, and fails with its own reason if nothing came of it", async () => {
    const rows = new Map([
      ["r0", true],
      ["r1", false],
    ]);
    const { run } = setUp({ rows, fault: () => failure("cloudflare/timeout") });
    const outcomes = await run("revoke", ids(2));
    expect(outcomes).toEqual({ r0: "done", r1: "Told cloudflare/timeout. (1003: invalid id)" });
  });

  test("an outage ends the act after two chunks, a passing one does not", async () => {
    const outage = setUp({ rows: account(5), fault: () => failure("cloudflare/unavailable") });
    expect((await outage.run("revoke", ids(5), { chunkSize: 1 })).r4).toMatch(/^Not attempted/);
    expect(outage.sent).toHaveLength(2);
    const passing = setUp({
      rows: account(5),
      fault: (_, call) => (call % 2 ? failure("cloudflare/unavailable") : undefined),
    });
    const outcomes = await passing.run("revoke", ids(5), { chunkSize: 1 });
    expect(outcomes).toMatchObject({ r1: "done", r3: "done" });
    expect(passing.sent).toHaveLength(5);
  });
});

describe("a run that is stopped", () => {
  const STOPPED = "The run was stopped for a test.";

  test("makes no further call: what was done is done, the rest is skipped with why", async () => {
    const { run, sent, sleeps } = setUp({ rows: account(6) });
    const stop = new AbortController();
    const afterChunk = () => {
      if (sent.length === 2) stop.abort(STOPPED);
      return Promise.resolve();
    };
    const outcomes = await run("delete", ids(6), { chunkSize: 2, stop: stop.signal, afterChunk });
    expect(outcomes).toEqual({ ...all(ids(4), "done"), r4: STOPPED, r5: STOPPED });
    expect([sent.length, sleeps.length]).toEqual([2, 0]);
  });

  test("may be stopped by what is asked before each call, and that call is not made", async () => {
    const { run, results, sent } = setUp({ rows: account(4) });
    const asked: (readonly string[])[] = [];
    const beforeCall = (about: readonly string[]) => {
      asked.push(about);
      if (asked.length % 2 === 1) return Promise.resolve();
      return Promise.reject(new CloudflareError({ code: "cloudflare/stopped", what: STOPPED }));
    };
    const options = { chunkSize: 2, beforeCall };
    expect(await run("delete", ids(4), options)).toMatchObject({ r0: "done", r1: "done", r2: STOPPED });
    expect(await results("delete", ids(4), options)).toEqual(["done", "done", "skipped", "skipped"]);
    expect(asked.slice(0, 2)).toEqual([
      ["r0", "r1"],
      ["r2", "r3"],
    ]);
    expect(sent).toEqual([
      ["r0", "r1"],
      ["r0", "r1"],
    ]);
  });

  test("waits for a call that is under way, and no longer than it is told: then nobody knows", async () => {
    const never = setUp({ rows: account(4) });
    const abandon = new AbortController();
    const stop = new AbortController();
    const registrations = {
      chunkSize: 100,
      revoke: () => {
        stop.abort(STOPPED);
        setImmediate(() => abandon.abort(STOPPED));
        return new Promise<void>(() => undefined);
      },
    } as unknown as Registrations;
    const clock = { now: () => 0, elapsed: () => 0, random: () => 0, sleep: () => Promise.resolve() };
    const options = { chunkSize: 2, stop: stop.signal, abandon: abandon.signal };
    const outcomes = await perform({ registrations, clock }, "revoke", ids(4), options);
    expect([...outcomes.values()].map(({ result }) => result)).toEqual([
      ...["skipped", "skipped", "unknown", "unknown"],
    ]);
    expect(never.sent).toEqual([]);
  });

  test("does not wait for a list that lags, and does not call that a failure", async () => {
    const { results, sleeps } = setUp({ rows: account(2), lag: 5 });
    const stop = new AbortController();
    const beforeCall = () => Promise.resolve(setImmediate(() => stop.abort(STOPPED)));
    const afterChunk = () => new Promise<void>((done) => setImmediate(done));
    const options = { stop: stop.signal, beforeCall: () => beforeCall().then(() => undefined), afterChunk };
    expect(await results("revoke", ids(2), options)).toEqual(["unknown", "unknown"]);
    expect(sleeps).toEqual([]);
  });
});

test("each chunk is told of once it is read back, but for what does not show yet", async () => {
  const { run } = setUp({ rows: account(4), deaf: ["r3"] });
  const told: string[][] = [];
  const afterChunk: PerformOptions["afterChunk"] = (outcomes) =>
    Promise.resolve(void told.push([...outcomes.keys()]));
  await run("revoke", ids(4), { chunkSize: 2, afterChunk });
  expect(told).toEqual([["r0", "r1"], ["r2"]]);
});

test("once the token is refused, what was not sent is skipped, and what was accepted is read back", async () => {
  const fault = (_: readonly string[], call: number) =>
    call === 2 ? failure("cloudflare/bad-token") : undefined;
  const readFault = () => failure("cloudflare/bad-token");
  const { results } = setUp({ rows: account(6), fault, readFault });
  expect((await results("revoke", ids(6), { chunkSize: 2 })).sort()).toEqual([
    ...["failed", "failed", "skipped", "skipped", "unknown", "unknown"],
  ]);
});

test("a mistake in the program is not taken for an answer of the API", async () => {
  const { run } = setUp({
    rows: account(1),
    fault: () => {
      throw new TypeError("oops");
    },
  });
  await expect(run("revoke", ["r0"])).rejects.toThrow(TypeError);
});
