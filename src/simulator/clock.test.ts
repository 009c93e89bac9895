import { expect, test } from "vitest";
import { SimulatedClock, instant } from "./clock-and-dice.js";

test.each([
  ["2026-10-01T08:00:00Z", "2026-10-01T08:00:00.000000Z"],
  ["2026-10-01t08:00:00.5z", "2026-10-01T08:00:00.500000Z"],
  ["2026-10-01T08:00:00.123456789Z", "2026-10-01T08:00:00.123456Z"],
  ["2026-10-01T01:30:00.25+02:00", "2026-09-30T23:30:00.250000Z"],
  ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000Z"],
])("%s is %s in UTC with microseconds", (text, expected) => {
  expect(instant(text)).toBe(expected);
});

test.each([
  "",
  "yesterday",
  "2026-10-01",
  "2026-10-01T08:00:00",
  "2026-02-30T00:00:00Z",
  "2026-10-01T25:00:00Z",
])("%s is no RFC 3339 time", (text) => {
  expect(instant(text)).toBeUndefined();
});

test("a clock that was set stands still", () => {
  const clock = new SimulatedClock("2026-10-01T08:00:00Z");
  expect([clock.now(), clock.now()]).toEqual(["2026-10-01T08:00:00.000000Z", "2026-10-01T08:00:00.000000Z"]);
});

test("a running clock never tells the same time twice", () => {
  const clock = new SimulatedClock();
  const times = Array.from({ length: 2000 }, () => clock.now());
  expect(new Set(times).size).toBe(2000);
  expect([...times].sort()).toEqual(times);
});

test("a clock refuses what is no time", () => {
  expect(() => new SimulatedClock("noon")).toThrow(/now: expected an RFC 3339 time .* got "noon"/);
});
