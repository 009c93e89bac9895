import fc from "fast-check";
import { expect, test } from "vitest";
import { readInput, toInput } from "./dynamic.js";

test.each([
  ["Zoë O'Hara", "Zoë O'Hara"],
  ["a <{%reset%}> b", "a \\u{3c}{%reset\\u{25}}> b"],
  ["::error::x\nline", "\\u{3a}:error\\u{3a}:x\\nline"],
  ["back\\u{3c}slash \\n", "back\\u{5c}u{3c}slash \\u{5c}n"],
])("%j is shown as %j, and read back", (text, shown) => {
  expect(toInput(text)).toBe(shown);
  expect(readInput(shown)).toBe(text);
});

test("whatever the text, nothing of it is obeyed, and it is read back as it was", () => {
  const hostile = fc.array(
    fc.constantFrom("<", "{", "%", "}", ">", "\\", "u", "n", "5c", ":", "#", "[", "\u202e", "\n"),
  );
  const texts = fc.oneof(
    fc.string({ unit: "binary" }),
    hostile.map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(texts, (text) => {
      expect(toInput(text)).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]|<\{%|%\}>|::/u);
      expect(readInput(toInput(text))).toBe(text);
    }),
    { numRuns: 2000 },
  );
});
