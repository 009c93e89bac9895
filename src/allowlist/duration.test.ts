import { describe, expect, it } from "vitest";
import { toDuration } from "./values.js";

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
