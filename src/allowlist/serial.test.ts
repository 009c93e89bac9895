import { describe, expect, it } from "vitest";
import { isUsableSerial } from "./serial.js";

describe("isUsableSerial", () => {
  it.each([
    "",
    "  ",
    "0",
    "00000000",
    "xxxxXXXX",
    "FF-FF-FF",
    "..........",
    "To Be Filled By O.E.M.",
    " to be filled  by o.e.m. ",
    "Default string",
    "System Serial Number",
    "None",
    "N/A",
    "Not Specified",
    "INVALID",
    "123456789",
  ])("refuses %j", (text) => {
    expect(isUsableSerial(text)).toBe(false);
  });

  it.each(["C02XL0ABJGH5", "0012345", "PF-1A2B3C", "5CD1234567", "None-7", "10"])("takes %j", (text) => {
    expect(isUsableSerial(text)).toBe(true);
  });
});
