import { expect, test } from "vitest";
import { compareTotal } from "./listing.js";

const START = 1_000_000;
const before = (count: number) => Array.from({ length: count }, () => START - 2_001);
const band = (count: number) =>
  Array.from({ length: count }, (_, index) => START - 2_000 + (index % 2) * 4_000);
const since = (count: number) => Array.from({ length: count }, () => START + 2_001);

test.each([
  ["nothing of nothing", [], 0, { verdict: "whole" }],
  ["all that were counted", before(3), 3, { verdict: "whole" }],
  ["one is missing", before(2), 3, { verdict: "short", missing: 1 }],
  ["nothing of five", [], 5, { verdict: "short", missing: 5 }],
  ["one too many", before(4), 3, { verdict: "over", extra: 1 }],
  ["created since, beside all that were counted", [...before(3), ...since(2)], 3, { verdict: "whole" }],
  [
    "created since cannot stand in for one missing",
    [...before(2), ...since(1)],
    3,
    { verdict: "short", missing: 1 },
  ],
  ["about the start, not counted", [...before(3), ...band(2)], 3, { verdict: "whole" }],
  ["about the start, counted", [...before(3), ...band(2)], 5, { verdict: "whole" }],
  ["about the start, one of two counted", [...before(3), ...band(2)], 4, { verdict: "whole" }],
  ["about the start, and still one missing", [...before(3), ...band(2)], 6, { verdict: "short", missing: 1 }],
  ["about the start cannot hide one too many", [...before(3), ...band(2)], 2, { verdict: "over", extra: 1 }],
])("%s", (_, created, total, verdict) => {
  expect(compareTotal(created, total, START)).toEqual(verdict);
});
