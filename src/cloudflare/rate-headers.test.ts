import { expect, test } from "vitest";
import { readRateWindows, readRetryAfter } from "./pace.js";

const NOW = Date.parse("2026-11-01T00:00:00Z");

test("Ratelimit with its policy", () => {
  const headers = {
    ratelimit: '"default";r=50;t=30, "burst"; r=3; t=10',
    "ratelimit-policy": '"burst";q=100;w=60',
  };
  expect(readRateWindows(headers, NOW)).toEqual([
    { name: "default", remaining: 50, resetMs: 30_000 },
    { name: "burst", remaining: 3, resetMs: 10_000, quota: 100 },
  ]);
});

test("X-RateLimit, with a delay and with a time by the server's clock", () => {
  const old = { "x-ratelimit-limit": "1200", "x-ratelimit-remaining": "7" };
  const window = { name: "x-ratelimit", remaining: 7, quota: 1200 };
  expect(readRateWindows({ ...old, "x-ratelimit-reset": "60" }, NOW)).toEqual([
    { ...window, resetMs: 60_000 },
  ]);
  const reset = String(NOW / 1000 + 90);
  expect(readRateWindows({ ...old, "x-ratelimit-reset": reset }, NOW)).toEqual([
    { ...window, resetMs: 90_000 },
  ]);
  const date = new Date(NOW + 30_000).toUTCString();
  expect(readRateWindows({ ...old, "x-ratelimit-reset": reset, date }, NOW)).toEqual([
    { ...window, resetMs: 60_000 },
  ]);
});

test("the reset as a date, which comes with 429 alone, and then without a word of what is left", () => {
  const [reset, date] = [90_000, 30_000].map((later) => new Date(NOW + later).toUTCString());
  const limit = { "x-ratelimit-limit": "1200", "x-ratelimit-reset": reset };
  const used = { name: "x-ratelimit", remaining: 0, quota: 1200 };
  expect(readRateWindows(limit, NOW)).toEqual([{ ...used, resetMs: 90_000 }]);
  expect(readRateWindows({ ...limit, date }, NOW)).toEqual([{ ...used, resetMs: 60_000 }]);
  expect(readRateWindows({ ...limit, "x-ratelimit-remaining": "3" }, NOW)).toMatchObject([{ remaining: 3 }]);
  expect(readRateWindows({ ...limit, "x-ratelimit-reset": "soon" }, NOW)).toEqual([]);
});

test.each([{}, { ratelimit: "" }, { ratelimit: '"default";r=x;t=1' }, { "x-ratelimit-remaining": "1" }])(
  "what cannot be read is left out: %j",
  (headers) => expect(readRateWindows(headers, NOW)).toEqual([]),
);

test("Retry-After in seconds and as a date", () => {
  expect(readRetryAfter({ "retry-after": "12" }, NOW)).toBe(12_000);
  expect(readRetryAfter({ "retry-after": new Date(NOW + 9_000).toUTCString() }, NOW)).toBe(9_000);
  const date = new Date(NOW + 4_000).toUTCString();
  expect(readRetryAfter({ "retry-after": new Date(NOW + 9_000).toUTCString(), date }, NOW)).toBe(5_000);
  expect(readRetryAfter({ "retry-after": new Date(NOW - 9_000).toUTCString() }, NOW)).toBe(0);
  expect(readRetryAfter({ "retry-after": "soon" }, NOW)).toBeUndefined();
  expect(readRetryAfter({}, NOW)).toBeUndefined();
});
