import { expect, test } from "vitest";
import { CloudflareError, type CloudflareErrorCode } from "./errors.js";
import { Pace } from "./pace.js";
import { type Attempt, backoffMs, MOST_REQUESTS, withRetries } from "./retry.js";

const ABOUT = { method: "GET", path: "/x" } as const;

/** `set` is what somebody does to the machine's clock during each sleep. */
function fakeClock(set = 0) {
  let now = 0;
  let elapsed = 0;
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => now,
    elapsed: () => elapsed,
    random: () => 0,
    sleep: (milliseconds: number) => {
      sleeps.push(milliseconds);
      elapsed += milliseconds;
      now += milliseconds + set;
      return Promise.resolve();
    },
  };
}

function failing(
  status: number | undefined,
  code: CloudflareErrorCode,
  more: { again?: boolean; retryAfterMs?: number } = {},
): Attempt<string> {
  return {
    ok: false,
    again: true,
    error: new CloudflareError({ ...ABOUT, code, what: "No.", status }),
    ...more,
  };
}

const DOWN = failing(503, "cloudflare/unavailable");
const LIMITED = failing(429, "cloudflare/rate-limited");

function run(
  outcomes: readonly Attempt<string>[],
  limits = { maxAttempts: 3, deadlineMs: 60_000 },
  clock = fakeClock(),
) {
  const pace = new Pace();
  let attempts = 0;
  const attempt = () => {
    const outcome = outcomes[Math.min(attempts, outcomes.length - 1)]!;
    attempts += 1;
    return Promise.resolve(outcome);
  };
  const result = withRetries(attempt, ABOUT, limits, pace, clock);
  return { clock, pace, result, attempts: () => attempts };
}

test("waits grow by doubling up to 30 s, between a half and the whole by chance", () => {
  expect([1, 2, 3, 9].map((failures) => backoffMs(failures, 0))).toEqual([250, 500, 1_000, 15_000]);
  expect([1, 2, 3, 9].map((failures) => backoffMs(failures, 1))).toEqual([500, 1_000, 2_000, 30_000]);
});

test("tries again until it goes well", async () => {
  const { result, clock, attempts } = run([DOWN, DOWN, { ok: true, value: "fine" }]);
  await expect(result).resolves.toBe("fine");
  expect(attempts()).toBe(3);
  expect(clock.sleeps).toEqual([250, 500]);
});

test("gives up after the last attempt and says how many there were", async () => {
  const { result, attempts } = run([DOWN]);
  await expect(result).rejects.toMatchObject({ code: "cloudflare/unavailable", details: ["tried 3 times"] });
  expect(attempts()).toBe(3);
});

test("what cannot go better is not tried again", async () => {
  const { result, attempts } = run([failing(400, "cloudflare/refused", { again: false })]);
  await expect(result).rejects.toMatchObject({ code: "cloudflare/refused" });
  expect(attempts()).toBe(1);
});

test.each([
  ["a limit", LIMITED, "cloudflare/rate-limited"],
  ["a refusal", failing(400, "cloudflare/refused", { again: false }), "cloudflare/refused"],
] as const)(
  "%s after an attempt whose answer was lost leaves the call in doubt; without such an attempt it does not",
  async (_, last, code) => {
    await expect(run([DOWN, last]).result).rejects.toMatchObject({ code, doubtful: true });
    await expect(run([last]).result).rejects.toMatchObject({ code, doubtful: false });
  },
);

test("a limit that is known before the next attempt leaves the call in doubt too", async () => {
  const clock = fakeClock();
  const pace = new Pace();
  const attempt = () => {
    pace.heard([{ name: "default", remaining: 0, resetMs: 300_000 }], clock.elapsed());
    return Promise.resolve(DOWN);
  };
  const result = withRetries(attempt, ABOUT, { maxAttempts: 3, deadlineMs: 60_000 }, pace, clock);
  await expect(result).rejects.toMatchObject({ code: "cloudflare/rate-limited", doubtful: true });
});

test("429 goes on beyond the bound of attempts, until the deadline", async () => {
  const limited = failing(429, "cloudflare/rate-limited", { retryAfterMs: 10_000 });
  const well = run([limited, limited, limited, limited, limited, { ok: true, value: "fine" }]);
  await expect(well.result).resolves.toBe("fine");
  const never = run([LIMITED]);
  await expect(never.result).rejects.toMatchObject({ code: "cloudflare/rate-limited", status: 429 });
  expect(never.attempts()).toBeGreaterThan(3);
  expect(never.clock.elapsed()).toBeLessThanOrEqual(60_000);
});

test("a Retry-After is kept to, and holds the other calls too", async () => {
  const { result, clock, pace } = run([
    failing(429, "cloudflare/rate-limited", { retryAfterMs: 20_000 }),
    { ok: true, value: "fine" },
  ]);
  await Promise.resolve();
  await Promise.resolve();
  expect(pace.delay(0)).toBe(20_000);
  await result;
  expect(clock.sleeps).toEqual([20_000]);
});

test("a Retry-After of 0 is no reason to hammer", async () => {
  const { result, clock } = run([
    failing(429, "cloudflare/rate-limited", { retryAfterMs: 0 }),
    { ok: true, value: "fine" },
  ]);
  await result;
  expect(clock.sleeps).toEqual([250]);
});

test("a Retry-After of next to nothing is kept to a floor that grows", async () => {
  const hasty = failing(429, "cloudflare/rate-limited", { retryAfterMs: 1 });
  const { result, clock } = run([...Array.from({ length: 5 }, () => hasty), { ok: true, value: "fine" }]);
  await result;
  expect(clock.sleeps).toEqual([250, 500, 1_000, 2_000, 4_000]);
});

test("a Retry-After of next to nothing, for ever: the call stops asking", async () => {
  const hasty = failing(429, "cloudflare/rate-limited", { retryAfterMs: 1 });
  const patient = { maxAttempts: 3, deadlineMs: Number.MAX_SAFE_INTEGER };
  const { result, attempts } = run([hasty], patient);
  await expect(result).rejects.toMatchObject({
    code: "cloudflare/rate-limited",
    details: [`tried ${MOST_REQUESTS} times`],
  });
  expect(attempts()).toBe(60);
});

test.each([
  ["back by an hour", -3_600_000],
  ["ahead by an hour", 3_600_000],
])("the machine's clock is set %s in each wait: the same waits, the same deadline", async (_, set) => {
  const clock = fakeClock(set);
  const left: number[] = [];
  const attempt = (_number: number, leftMs: number) => {
    left.push(leftMs);
    return Promise.resolve(DOWN);
  };
  const limits = { maxAttempts: 4, deadlineMs: 60_000 };
  await expect(withRetries(attempt, ABOUT, limits, new Pace(), clock)).rejects.toThrow("No.");
  expect(clock.sleeps).toEqual([250, 500, 1_000]);
  expect(left).toEqual([60_000, 59_750, 59_250, 58_250]);
});

test.each([
  [429, "cloudflare/rate-limited", "cloudflare/rate-limited"],
  [503, "cloudflare/unavailable", "cloudflare/deadline"],
] as const)("a Retry-After past the deadline fails at once and says so: %i", async (status, code, told) => {
  const { result, clock, attempts } = run([failing(status, code, { retryAfterMs: 600_000 })]);
  await expect(result).rejects.toMatchObject({
    code: told,
    status,
    details: ["Cloudflare asks to wait 600 s; the call has 60 s left"],
  });
  expect([attempts(), clock.sleeps]).toEqual([1, []]);
});

test("a used-up limit is waited for, or fails at once when it lasts past the deadline", async () => {
  const clock = fakeClock();
  const pace = new Pace();
  const attempt = () => Promise.resolve<Attempt<string>>({ ok: true, value: "fine" });
  const limits = { maxAttempts: 3, deadlineMs: 60_000 };
  pace.heard([{ name: "default", remaining: 0, resetMs: 30_000 }], 0);
  await withRetries(attempt, ABOUT, limits, pace, clock);
  expect(clock.sleeps).toEqual([30_000]);
  pace.heard([{ name: "default", remaining: 0, resetMs: 300_000 }], clock.elapsed());
  const late = withRetries(attempt, ABOUT, limits, pace, clock);
  await expect(late).rejects.toMatchObject({ code: "cloudflare/rate-limited", path: "/x" });
  expect(clock.sleeps).toEqual([30_000]);
});
