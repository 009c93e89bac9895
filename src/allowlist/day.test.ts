import { describe, expect, it } from "vitest";
import { lastOfMonth, toDay, toTime } from "./day.js";

describe("toDay", () => {
  it.each(["2000-01-01", "2024-02-29", "2026-06-30", "9999-12-31"])("reads %s", (text) => {
    expect(toDay(text)).toEqual({ text, start: Date.parse(`${text}T00:00:00Z`) });
  });

  it.each([
    "",
    "2026-02-29",
    "2026-02-30",
    "2026-04-31",
    "2026-00-10",
    "2026-01-00",
    "2026-13-01",
    "1999-12-31",
    "10000-01-01",
    "2026-6-1",
    "2026-06-01Z",
    " 2026-06-01",
    "20260601",
  ])("does not read %j", (text) => expect(toDay(text)).toBeUndefined());
});

describe("toTime", () => {
  it.each([
    ["2026-06-15T00:00:00Z", "2026-06-15T00:00:00.000Z"],
    ["2026-06-15t09:30:00z", "2026-06-15T09:30:00.000Z"],
    ["2026-06-15T00:00:00+02:00", "2026-06-14T22:00:00.000Z"],
    ["2026-06-15T23:59:59.123456789-00:30", "2026-06-16T00:29:59.123Z"],
  ])("reads %s", (text, utc) => expect(new Date(toTime(text)!).toISOString()).toBe(utc));

  it.each([
    "2026-06-15",
    "2026-06-15T00:00:00",
    "2026-06-15T00:00Z",
    "2026-06-15 00:00:00Z",
    "2026-06-31T00:00:00Z",
    "2026-06-15T24:00:00Z",
    "2026-06-15T00:60:00Z",
    "2026-06-15T00:00:00+0200",
    "2026-06-15T00:00:00+24:00",
    "1999-06-15T00:00:00Z",
  ])("does not read %j", (text) => expect(toTime(text)).toBeUndefined());
});

describe("lastOfMonth", () => {
  it.each([
    ["2026-02-30", "2026-02-28"],
    ["2024-02-31", "2024-02-29"],
    ["2026-04-31", "2026-04-30"],
    ["2026-12-99", "2026-12-31"],
    ["2026-13-01", undefined],
    ["2026-00-01", undefined],
    ["soon", undefined],
  ])("of %s is %s", (text, last) => expect(lastOfMonth(text)).toBe(last));
});
