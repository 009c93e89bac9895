import { expect, test } from "vitest";
import { costOf, describeCost } from "./pace.js";

const NOTHING = { acts: {}, users: {} };

test("acts go in calls of a hundred, each read back once", () => {
  expect(costOf({ acts: { revoke: 101, delete: 1, unrevoke: 0 }, users: {} }).requests).toBe(6);
  expect(costOf({ acts: { revoke: 101 }, users: {}, chunkSize: 10 }).requests).toBe(22);
});

test("Access users go one by one; who is deleted is read back", () => {
  expect(costOf({ acts: {}, users: { create: 3, rename: 4, delete: 5 } }).requests).toBe(17);
});

test("nothing costs nothing", () => {
  expect(costOf(NOTHING)).toEqual({ requests: 0, budgets: 0, minutes: 0 });
  expect(describeCost(NOTHING)).toBeUndefined();
});

test.each([
  [{ users: { delete: 1_200 } }, "about 2,400 requests, 2 budgets of 1,200, 6 minutes"],
  [{ users: { create: 600 } }, "about 600 requests, 1 budget of 1,200, 1 minute"],
  [{ users: { create: 1_201 } }, "about 1,201 requests, 2 budgets of 1,200, 6 minutes"],
  [{ users: {}, acts: { revoke: 100_000 } }, "about 2,000 requests, 2 budgets of 1,200, 6 minutes"],
  [{ users: { create: 1_200_000 } }, "about 1,200,000 requests, 1,000 budgets of 1,200, 5,495 minutes"],
])("a long run: %j", (workload, said) => {
  expect(describeCost({ acts: {}, ...workload })).toBe(said);
});

test("less than half a budget is not worth a word", () => {
  expect(describeCost({ acts: {}, users: { create: 599 } })).toBeUndefined();
});
