import { expect, test } from "vitest";
import { RateLimit } from "./admission.js";
import { DEFAULT_SETTINGS } from "./settings.js";

const settings = { ...DEFAULT_SETTINGS, rate_limit: 3, rate_limit_window: 10 };

/** Whether each of these requests passes, given in seconds. */
function passes(times: readonly number[]): readonly boolean[] {
  const limit = new RateLimit();
  return times.map((seconds) => limit.count(settings, seconds * 1000).refusal === undefined);
}

test("a new window counts anew", () => {
  expect(passes([0, 1, 2, 10, 11, 12, 20])).toEqual([true, true, true, true, true, true, true]);
});

test("whoever breaks the limit waits a whole window from then on, not to the window's end", () => {
  expect(passes([0, 1, 2, 8, 10, 17.9, 18])).toEqual([true, true, true, false, false, false, true]);
});

test("asking during the wait does not lengthen it, and Retry-After says what is left", () => {
  const limit = new RateLimit();
  for (const seconds of [0, 0, 0, 5]) limit.count(settings, seconds * 1000);
  expect(limit.count(settings, 9_500).refusal?.headers).toEqual({ "Retry-After": "6" });
});
