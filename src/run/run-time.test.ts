import { expect, test } from "vitest";
import { timeOf } from "./account.js";

const NOON = Date.parse("2026-06-01T12:00:00Z");
const DAY = 86_400_000;
const at = (server: number | undefined, local: number) =>
  timeOf({ serverTime: () => server }, () => new Date(local));

test.each([
  ["100 days ahead", 100 * DAY, "2026-09-09T12:00Z"],
  ["400 days behind", -400 * DAY, "2025-04-27T12:00Z"],
  ["six minutes behind", -360_000, "2026-06-01T11:54Z"],
])("a machine that is %s: the account's clock counts, and a finding names both", (_, off, here) => {
  const { now, findings, notes } = at(NOON, NOON + off);
  expect(now).toEqual(new Date(NOON));
  expect(findings.map(({ code }) => code)).toEqual(["clock-skew"]);
  expect(findings[0]?.text).toContain(here);
  expect(findings[0]?.text).toContain("2026-06-01T12:00Z");
  expect(notes).toEqual([]);
});

test("a little off: the account's clock counts, and nobody is bothered", () => {
  expect(at(NOON, NOON + 299_000)).toEqual({ now: new Date(NOON), findings: [], notes: [] });
});

test("the two agree: the finer one is kept", () => {
  expect(at(NOON, NOON + 1_234).now).toEqual(new Date(NOON + 1_234));
});

test("no answer tells the time: the machine's clock counts, and that is said", () => {
  const { now, findings, notes } = at(undefined, NOON);
  expect(now).toEqual(new Date(NOON));
  expect(findings).toEqual([]);
  expect(notes).toEqual([
    "the account's answers do not contain the time, so this machine's clock is used: 2026-06-01T12:00Z",
  ]);
});
