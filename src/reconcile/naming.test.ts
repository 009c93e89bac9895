import { expect, test } from "vitest";
import { registration } from "../../test/support/world.js";
import { named, quoted } from "./findings/finding.js";
import { clipped } from "../text/words.js";

test("a value is whole up to its limit, and cut to it beyond", () => {
  expect(clipped("x".repeat(60))).toBe("x".repeat(60));
  expect(clipped("x".repeat(61))).toBe(`${"x".repeat(59)}…`);
  expect(clipped("abcd", 3)).toBe("ab…");
});

test("letters beyond the first plane are one letter each, and none is cut in two", () => {
  expect(clipped("😀".repeat(3), 3)).toBe("😀😀😀");
  expect(clipped("😀".repeat(4), 3)).toBe("😀😀…");
});

test("a registration is named by its device, its id and its user", () => {
  expect(named(registration({ id: "r1", name: "L" }), "bob@example.com")).toBe("L (r1) of bob@example.com");
  expect(named(registration({ id: "r1", name: "L" }), "")).toBe("L (r1) of no user");
  expect(named(registration({ id: "r1", name: "L" }), "b".repeat(101))).toBe(`L (r1) of ${"b".repeat(99)}…`);
});

test("quotes and controls in a value do not end it", () => {
  expect(quoted('a"b\n')).toBe('"a\\"b\\n"');
});
