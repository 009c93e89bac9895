import { describe, expect, it } from "vitest";
import { hardwareIdKey, isUsableHardwareId, isUsableSerial, serialKey } from "./match-values.js";

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
    "not  settable",
    "03000200-0400-0500-0006-000700080009",
  ])("refuses %j", (text) => {
    expect(isUsableSerial(text)).toBe(false);
  });

  it.each(["C02XL0ABJGH5", "0012345", "PF-1A2B3C", "5CD1234567", "None-7", "10"])("takes %j", (text) => {
    expect(isUsableSerial(text)).toBe(true);
  });
});

describe("isUsableHardwareId", () => {
  it.each([
    "To Be Filled By O.E.M.",
    "Default string",
    "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
    "03000200-0400-0500-0006-000700080009",
    "03000200040005000006000700080009",
    "{03000200-0400-0500-0006-000700080009}",
    "00020003-0004-0005-0006-000700080009",
    "4c4c4544-0000-2010-8020-80c04f202020",
    "fefefefe-fefe-fefe-fefe-fefefefefefe",
    "12345678-ffff-ffff-ffff-ffffffffffff",
    "00010203-0405-0607-0809-0A0B0C0D0E0F",
  ])("refuses %j", (text) => {
    expect(isUsableHardwareId(text)).toBe(false);
  });

  it.each([
    "4c4c4544-0042-3510-8052-b3c04f4b4e32",
    "03000200-0400-0500-0006-00070008000a",
    "fefefefe-fefe-fefe-fefe-fefefefefeff",
    "hw-1",
  ])("takes %j", (text) => {
    expect(isUsableHardwareId(text)).toBe(true);
  });
});

describe("serialKey", () => {
  it.each([
    ["PF3TQ9ZX", "PF3TQ9ZX"],
    [" pf3tq9zx\t", "PF3TQ9ZX"],
    ["vmware-56 4d  aa", "VMWARE-56 4D AA"],
    ["PF3-TQ9", "PF3-TQ9"],
    // Nothing but ASCII letters becomes equal: `ſ`, `ß` and `ı` have upper cases that other serials have, too.
    ["\u017f\u00df\u0131x", "\u017f\u00df\u0131X"],
    ["", ""],
  ])("compares %j as %j, the second time as well", (text, key) => {
    expect(serialKey(text)).toBe(key);
    expect(serialKey(key)).toBe(key);
  });

  it("tells serials apart that differ in more than case and blanks around them", () => {
    expect(new Set(["AB1", "AB-1", "AB 1", "AB1-", "A\u0412"].map(serialKey)).size).toBe(5);
  });
});

describe("hardwareIdKey", () => {
  it("is one for a UUID with and without dashes and braces, in either case", () => {
    const forms = [
      "4c4c4544-0042-3510-8052-b3c04f4b4e32",
      "4C4C4544-0042-3510-8052-B3C04F4B4E32",
      "4c4c4544004235108052b3c04f4b4e32",
      " {4C4C4544-0042-3510-8052-B3C04F4B4E32} ",
    ];
    expect([...new Set(forms.map(hardwareIdKey))]).toEqual(["4C4C4544004235108052B3C04F4B4E32"]);
  });

  it("keeps the dashes of what is no UUID", () => {
    expect(hardwareIdKey("ab-12")).toBe("AB-12");
  });
});
