import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { probableDuration, toDuration } from "./duration.js";

describe("toDuration", () => {
  it.each([
    ["0h", 0],
    ["1m", 60_000],
    ["72h", 259_200_000],
    ["90d", 7_776_000_000],
    ["2w", 1_209_600_000],
    ["3650d", 315_360_000_000],
  ])("reads %s", (text, ms) => expect(toDuration(text)).toEqual({ text, ms }));

  it.each([
    "",
    "h",
    "90",
    "090d",
    "00d",
    "1.5d",
    "-1d",
    "+1d",
    "1d12h",
    "1 d",
    "1D",
    "1s",
    "3651d",
    "522w",
    " 1d",
    "1d\n",
    "१d",
  ])("does not read %j", (text) => expect(toDuration(text)).toBeUndefined());
});

describe("probableDuration", () => {
  it.each([
    ["90", "90d"],
    ["3 days", "3d"],
    ["1 day", "1d"],
    ["12 hrs", "12h"],
    ["36 Hours", "36h"],
    ["90min", "90m"],
    ["120 minutes", "2h"],
    ["2 weeks", "14d"],
    ["3 months", "90d"],
    ["1y", "365d"],
    ["1d 12h", "36h"],
    ["1.5h", "90m"],
    ["PT72H", "3d"],
    ["P1DT12H", "36h"],
    ["0090d", "90d"],
  ])("takes %s for %s", (text, meant) => expect(probableDuration(text)).toBe(meant));

  it.each(["", "0", "0 days", "90s", "never", "1.3m", "-3d", "20 years", "99999999999999999999", "d3"])(
    "makes no guess for %j",
    (text) => expect(probableDuration(text)).toBeUndefined(),
  );

  it("always guesses what can be read", () => {
    const words = fc.constantFrom("d", "h", " days", "w", "mo", " ", ".", "p", "t", "1", "90", "7", "x");
    fc.assert(
      fc.property(fc.array(words, { maxLength: 8 }), (parts) => {
        const guess = probableDuration(parts.join(""));
        expect(guess === undefined || toDuration(guess) !== undefined).toBe(true);
      }),
    );
  });
});
