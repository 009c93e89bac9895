import { expect, test } from "vitest";
import { matchesGlob } from "./glob.js";

test.each([
  ["LAPTOP-*", "LAPTOP-7", true],
  ["LAPTOP-*", "LAPTOP-", true],
  ["LAPTOP-*", "laptop-7", false],
  ["*-7", "LAPTOP-7", true],
  ["*-7", "LAPTOP-7b", false],
  ["a?c", "abc", true],
  ["a?c", "ac", false],
  ["?", "😀", true],
  ["*", "", true],
  ["", "", true],
  ["", "a", false],
  ["a.c", "abc", false],
  ["[ab]", "a", false],
  ["*a*b*c*", "xxaxxbxxcxx", true],
  ["*a*b*c*", "xxaxxcxxbxx", false],
])("%j on %j is %j", (pattern, text, expected) => {
  expect(matchesGlob(pattern, text)).toBe(expected);
});

test("a pattern made to backtrack takes a bounded number of steps", () => {
  let reads = 0;
  const name = "a".repeat(2_000);
  const pattern = `${"*a".repeat(50)}b`;
  const counting = {
    [Symbol.iterator]: name[Symbol.iterator].bind(name),
    get length() {
      return (reads++, name.length);
    },
  };
  expect(matchesGlob(pattern, counting as unknown as string)).toBe(false);
  expect(reads).toBeLessThanOrEqual(pattern.length * name.length);
});
