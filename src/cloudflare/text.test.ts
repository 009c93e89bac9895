import { expect, test } from "vitest";
import { visibleText } from "./text.js";

test.each([
  ["a line break and an escape sequence", "a\r\n\u001b[31mb", "a\\u{d}\\u{a}\\u{1b}[31mb"],
  ["bidi controls", "a\u202eb\u2066c", "a\\u{202e}b\\u{2066}c"],
  ["zero-width characters", "a\u200bb\u{e0041}", "a\\u{200b}b\\u{e0041}"],
  ["half a character", "a\ud83d", "a\\u{d83d}"],
  ["Pulumi's opening and closing", "<{%reset%}>", "<\\u{7b}%reset%\\u{7d}>"],
])("%s shows", (_, text, shown) => {
  expect(visibleText(text)).toBe(shown);
});

test("ordinary text of any script stays as it is", () => {
  expect(visibleText("Zoë's 笔记本 {a} <b> 🙂")).toBe("Zoë's 笔记本 {a} <b> 🙂");
});

test("a long text is cut where it is told", () => {
  expect(visibleText("abcdef", 3)).toBe("abc…");
  expect(visibleText("x".repeat(10_000))).toHaveLength(301);
});
