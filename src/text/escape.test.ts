import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { escapeText, jsonParts, jsonText } from "./escape.js";

describe("escapeText", () => {
  it.each([
    ["a plain name", "LAPTOP-7 (Zoë's) 日本 😀", "LAPTOP-7 (Zoë's) 日本 😀"],
    ["terminal control", "\u001b[31mred\u0007", "\\u{1b}[31mred\\u{7}"],
    ["C1 control", "\u009b2J", "\\u{9b}2J"],
    ["line breaks and tabs", "a\r\n\tb", "a\\r\\n\\tb"],
    ["other line breaks", "a\u0085b\u2028c\u2029d", "a\\u{85}b\\u{2028}c\\u{2029}d"],
    ["right-to-left override", "\u202egnp.exe", "\\u{202e}gnp.exe"],
    ["isolates and marks", "\u2066a\u2069\u200f", "\\u{2066}a\\u{2069}\\u{200f}"],
    ["zero-width characters", "a\u200bb\u200dc\ufeffd\u00ade", "a\\u{200b}b\\u{200d}c\\u{feff}d\\u{ad}e"],
    [
      "blanks that are not blanks",
      "a\u00a0b\u3000c\u2800d\u3164e",
      "a\\u{a0}b\\u{3000}c\\u{2800}d\\u{3164}e",
    ],
    ["tag characters", "x\u{e0041}", "x\\u{e0041}"],
    ["a lone surrogate", "x\ud800y", "x\\u{d800}y"],
    ["private use", "\ue000", "\\u{e000}"],
    ["Pulumi's markup", "<{%fg 1%}>", "\\u{3c}{%fg 1\\u{25}}>"],
    ["overlapping markup", "<{%}>", "\\u{3c}{\\u{25}}>"],
    ["markup around what is escaped", "<\u200b{%", "<\\u{200b}{%"],
    ["a backslash", "DOMAIN\\user", "DOMAIN\\user"],
  ])("shows %s", (_title, text, shown) => {
    expect(escapeText(text)).toBe(shown);
  });

  it("leaves line feeds and tabs where the sink frames them", () => {
    expect(escapeText("a\n\tb\r", Infinity, { keepLineFeeds: true, keepTabs: true })).toBe("a\n\tb\\r");
  });

  it("cuts by characters, before it escapes", () => {
    expect(escapeText("😀😀😀", 3)).toBe("😀😀😀");
    expect(escapeText("😀😀😀😀", 3)).toBe("😀😀…");
    expect(escapeText("\u202e".repeat(5), 2)).toBe("\\u{202e}…");
    expect(escapeText("abc", 0)).toBe("…");
  });

  it("breaks a stack of combining marks", () => {
    expect(escapeText(`e${"\u0301".repeat(6)}`)).toBe(`e${"\u0301".repeat(4)}\\u{301}\\u{301}`);
  });

  it("never lets hidden text, line breaks or Pulumi's markup through, and is done at once", () => {
    const hostile = fc.array(fc.constantFrom("<", "{", "%", "}", ">", "\\", "\u0301", "\u202e", "\n", "a"));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          hostile.map((parts) => parts.join("")),
        ),
        (text) => {
          const shown = escapeText(text);
          expect(shown).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]|<\{%|%\}>/u);
          expect(escapeText(shown)).toBe(shown);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

it.each([
  ["##[debug]LAPTOP", "\\u{23}#[debug]LAPTOP"],
  ["##vso[task.complete]x", "\\u{23}#vso[task.complete]x"],
  ["::add-mask::revoke", "\\u{3a}:add-mask\\u{3a}:revoke"],
  ["a:::b", "a\\u{3a}\\u{3a}:b"],
  ["#1 [a] 10:30", "#1 [a] 10:30"],
])("a CI runner takes nothing of %j for a command", (text, shown) => {
  expect(escapeText(text)).toBe(shown);
  expect(escapeText(shown)).toBe(shown);
});

describe("jsonText", () => {
  it.each([
    ["C1 controls, and the one before them", "\u009b2J\u0085\u007f", "\\u009b2J\\u0085\\u007f"],
    ["bidirectional and zero-width characters", "\u202ea\u200b\u2028", "\\u202ea\\u200b\\u2028"],
    ["a character of two code units", "\u{e0041}", "\\udb40\\udc41"],
    ["a stack of combining marks", `e${"\u0301".repeat(5)}`, `e${"\u0301".repeat(4)}\\u0301`],
    ["a runner's command", "##[error] ##vso[x]", "\\u0023#[error] \\u0023#vso[x]"],
    ["Pulumi's markup", "<{%a%}>", "\\u003c{%a\\u0025}>"],
    ["what is seen as it is", "Zoë 日本 😀 2001:db8::1 100% #1", "Zoë 日本 😀 2001:db8::1 100% #1"],
  ])("writes %s", (_title, text, written) => {
    expect(jsonText([text])).toBe(`["${written}"]`);
    expect(jsonText({ [text]: 1 })).toBe(`{"${written}":1}`);
  });

  it("keeps its line breaks, and is parsed to what it was", () => {
    expect(jsonText({ a: ["\n"] }, 2)).toBe('{\n  "a": [\n    "\\n"\n  ]\n}');
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(JSON.parse(jsonText({ [text]: text }, 2))).toEqual({ [text]: text });
        expect(jsonText(text)).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});

describe("jsonParts", () => {
  const list = fc
    .integer({ min: 0, max: 450 })
    .map((length) => Array.from({ length }, (_, n) => ({ n, name: "\u202ea" })));

  it("is what jsonText writes, in parts that end where a line does", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.oneof(list, fc.jsonValue(), fc.constant(undefined))),
        (object) => {
          const parts = [...jsonParts(object)];
          expect(parts.join("")).toBe(`${jsonText(object, 2)}\n`);
          for (const [at, part] of parts.entries())
            expect(part.endsWith("\n") || parts[at + 1]?.[0] === "\n" || parts[at + 1]?.[1] === "\n").toBe(
              true,
            );
        },
      ),
    );
  });

  it("holds no long list in one part", () => {
    const rows = Array.from({ length: 10_000 }, (_, n) => `row ${n}`);
    const parts = [...jsonParts({ rows, more: rows })];
    expect(Math.max(...parts.map((part) => part.length))).toBeLessThan(jsonText({ rows }, 2).length / 20);
  });
});
