import { describe, expect, it } from "vitest";
import { formatMessages, type Message } from "./messages.js";

const at = (column: number, line: string, more: Partial<Message> = {}): Message => ({
  code: "allowlist/syntax",
  text: "wrong",
  source: { file: "a.yaml", line: 12, column },
  line,
  ...more,
});

/** The line of the file, and the caret's line. */
function rows(message: Message): [string, string] {
  const [, line = "", caret = ""] = formatMessages([message]).split("\n");
  return [line, caret];
}

describe("formatMessages", () => {
  it("says place, text, code, line, fix and related places, and counts", () => {
    const other = { file: "b.yaml", line: 3, column: 4 };
    const messages: Message[] = [
      at(3, "  key: x", { fix: "do this", related: [{ text: "the first", source: other }] }),
      { code: "allowlist/no-root", text: "no file" },
      at(1, "x", { source: other }),
    ];
    expect(formatMessages(messages)).toBe(
      [
        "a.yaml:12:3: wrong [allowlist/syntax]",
        "  12 |   key: x",
        "     |   ^",
        "  fix: do this",
        "  see: b.yaml:3:4: the first",
        "",
        "no file [allowlist/no-root]",
        "",
        "b.yaml:3:4: wrong [allowlist/syntax]",
        "  3 | x",
        "    |  ^",
        "",
        "3 errors in 2 files",
      ].join("\n"),
    );
  });

  it("counts one error as one", () => {
    expect(formatMessages([at(1, "x")])).toMatch(/\n1 error in 1 file$/);
  });

  it("counts warnings as such", () => {
    expect(formatMessages([at(1, "x")], "warning")).toMatch(/\n1 warning in 1 file$/);
    expect(formatMessages([at(1, "x"), at(2, "x")], "warning")).toMatch(/\n2 warnings in 1 file$/);
  });

  it("keeps tabs, so that the caret stays below its column", () => {
    expect(rows(at(4, "\ta\tb"))).toEqual(["  12 | \ta\tb", "     | \t \t^"]);
  });

  it("gives wide characters two columns, and marks none", () => {
    expect(rows(at(4, "日e\u0301x"))[1]).toBe("     |    ^");
  });

  it("points below what is escaped", () => {
    expect(rows(at(3, "a\u202eb"))).toEqual(["  12 | a\\u{202e}b", `     | ${" ".repeat(9)}^`]);
  });

  it.each([1, 20, 95, 150, 290, 301])("cuts a long line around column %i to 100 columns", (column) => {
    const line = Array.from({ length: 300 }, (_, n) => String.fromCharCode(97 + (n % 26))).join("");
    const [shown, caret] = rows(at(column, line));
    expect(shown.length).toBeLessThanOrEqual(100);
    expect(shown[caret.indexOf("^")] ?? "end").toBe(line[column - 1] ?? "end");
    expect(shown).toContain("…");
  });

  it("lets no text of a file speak for itself", () => {
    const evil = "\u001b[2J\n<{%x%}>\u202e";
    const message = at(1, evil, {
      text: evil,
      fix: evil,
      related: [{ text: evil, source: { file: evil, line: 1, column: 1 } }],
    });
    const shown = formatMessages([{ ...message, source: { file: evil, line: 1, column: 1 } }]);
    // eslint-disable-next-line no-control-regex -- what must not be there
    expect(shown).not.toMatch(/\u001b|\u202e|<\{%|%\}>/);
    expect(shown.split("\n")).toHaveLength(7);
  });

  it("escapes markup that the caret's place would cut in two", () => {
    expect(rows(at(2, "<{%x"))[0]).toBe("  12 | \\u{3c}{%x");
  });
});
