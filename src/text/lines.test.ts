import { describe, expect, test } from "vitest";
import { columnsOf, excerpt, layOut, line } from "./lines.js";

describe("the columns of a text", () => {
  test.each<[string, string, number]>([
    ["Latin letters", "Müller", 6],
    ["Chinese", "日本語", 6],
    ["full-width forms", "ＡＢ！", 6],
    ["half-width Katakana", "ｱｲ", 2],
    ["a Korean syllable, whole and in its letters", "한\u1112\u1161\u11ab", 4],
    ["a letter and its mark", "e\u0301", 1],
    ["Hindi, with a mark that takes no room and one that does", "\u0915\u094d\u0937\u093e", 3],
    ["an emoji", "😀", 2],
    ["what is an emoji only by the mark behind it", "❤\ufe0f", 2],
    ["the same without it", "❤", 1],
    ["what nobody sees", "a\u200b\u200db\ufeff", 2],
    ["a thermometer, which is drawn as a text", "🌡", 1],
    ["Arabic with vowels", "مُحَمَّد", 4],
  ])("%s", (_what, text, columns) => expect(columnsOf(text)).toBe(columns));
});

test("what breaks a line and what stands below a caret go by the same widths", () => {
  const text = "日本語 ".repeat(30).trim();
  for (const row of layOut([line("  ", text)], { columns: 40 }).split("\n"))
    expect(columnsOf(row)).toBeLessThanOrEqual(40);
  const [shown, caret] = excerpt("名: 😀e\u0301x", 7, 7);
  expect(columnsOf(caret.replace("^", ""))).toBe(columnsOf(shown.slice(0, shown.indexOf("x"))));
});

test("a paragraph that is told to stay whole does, and none is wider otherwise", () => {
  const whole = line("", "Next: ".padEnd(120, "x"), { unbroken: true });
  const rows = layOut([whole, line("", "some words ".repeat(20))], { columns: 50 }).split("\n");
  expect(rows[0]).toHaveLength(120);
  for (const row of rows.slice(1)) expect(row.length).toBeLessThanOrEqual(50);
});
