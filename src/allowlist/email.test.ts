import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fold, isEmail, isEmailDomain, normaliseDomain, normaliseEmail } from "./values.js";

describe("normaliseEmail", () => {
  it.each([
    [" Alice@Example.COM\t", "alice@example.com"],
    ["zoe\u0308@example.com", "zo\u00eb@example.com"],
    ["I@EXAMPLE.COM", "i@example.com"],
    ["Bob@B\u00fccher.example", "bob@xn--bcher-kva.example"],
    ["bob@bu\u0308cher.example", "bob@xn--bcher-kva.example"],
    ["bob@XN--BCHER-KVA.example", "bob@xn--bcher-kva.example"],
    ["j\u00fcrgen@stra\u00dfe.example", "j\u00fcrgen@xn--strae-oqa.example"],
    // What is no domain stays: Node would read these as hosts of URLs.
    ["j\u00fcrgen@127.1", "j\u00fcrgen@127.1"],
    ["b\u00fccher", "b\u00fccher"],
    ["bob@x%41\u00fc.example", "bob@x%41\u00fc.example".toLowerCase()],
  ])("makes %j %j", (text, normal) => {
    expect(normaliseEmail(text)).toBe(normal);
  });

  it("changes nothing the second time", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(normaliseEmail(normaliseEmail(text))).toBe(normaliseEmail(text));
      }),
    );
  });
});

describe("isEmail", () => {
  it.each(["a@example.com", "first.last+tag@sub.example.co.uk", "o'neil@example.com", "zoë@münchen.de"])(
    "takes %s",
    (text) => {
      expect(isEmail(text)).toBe(true);
    },
  );

  it.each([
    "",
    "a",
    "@example.com",
    "a@",
    "a@b",
    "a b@example.com",
    "a@@example.com",
    "a@example..com",
    "a@-x.com",
    "<a@example.com>",
    "a\u200b@example.com",
    `${"a".repeat(65)}@example.com`,
    `a@${"x.".repeat(130)}com`,
  ])("refuses %j", (text) => {
    expect(isEmail(text)).toBe(false);
  });
});

describe("isEmailDomain", () => {
  it.each([
    ["example.com", true],
    ["@example.com", false],
    ["*.example.com", false],
    ["com", false],
  ])("of %s is %s", (text, expected) => {
    expect(isEmailDomain(text)).toBe(expected);
  });
});

describe("a domain", () => {
  it("is compared as DNS has it, and shown as it is written", () => {
    expect(normaliseDomain(" B\u00fccher.EXAMPLE")).toBe("xn--bcher-kva.example");
    expect(fold(" B\u00fccher.EXAMPLE")).toBe("b\u00fccher.example");
  });
});
