import fc from "fast-check";
import { expect, test } from "vitest";
import { Composer } from "yaml";
import { workOf } from "../../test/support/work.js";
import type { Message } from "./messages.js";
import { SourceText, toPlain } from "./source.js";
import { parseSyntax, parseTree, toTree } from "./yaml.js";

function inPieces(text: string) {
  const messages: Message[] = [];
  return { tree: parseTree(new SourceText("a.yaml", text), (message) => messages.push(message)), messages };
}

/** As the library reads a file that is composed when all of it is there. */
function atOnce(text: string) {
  const source = new SourceText("a.yaml", text);
  const messages: Message[] = [];
  const syntax = parseSyntax(source);
  if (!syntax.ok) return { tree: undefined, messages: syntax.messages };
  return { tree: toTree(source, syntax.document, (message) => messages.push(message)), messages };
}

/** What stands below a key, in ways in which people write it; `N` becomes a number of its own. */
const BELOW = [
  " []",
  " [{ serial: AN }, device: b]",
  "\n    - serial: AN\n    - device: b # the second\n",
  "\n  - serial: AN\n    note: |\n      two lines,\n      and a # that is none\n",
  '\n    # before\n\n    - serial: "\\u0041N"\n      note: >-\n        folded\n        text\n  # behind\n',
  "\n    devices:\n      - { serial: AN }\n    offboarded: 2026-01-01",
  ' "on two\n    lines"',
  `\n    - serial: AN\n  # ${"behind the last ".repeat(80)}\n`,
  "",
];

const file = fc
  .record({
    head: fc.constantFrom("", "version: 1\n", "# comment\n---\nversion: 1\n\n"),
    users: fc.array(fc.tuple(fc.constantFrom(...BELOW), fc.constantFrom("", "\n", "\n# between\n")), {
      minLength: 1,
      maxLength: 90,
    }),
    tail: fc.constantFrom("", "tests: []\n", "groups:\n  a: { users: [] }\n", "...\n", "  \n# end"),
  })
  .map(({ head, users, tail }) => {
    const lines = users.map(
      ([below, between], n) => `  u${n}@example.com:${below.replaceAll("N", `${n}`)}\n${between}`,
    );
    return `${head}users:\n${lines.join("")}${tail}`;
  });

test("a file that is read piece by piece is the same tree, with the same places, as one that is read at once", () => {
  fc.assert(
    fc.property(file, (text) => {
      expect(inPieces(text)).toEqual(atOnce(text));
      expect(atOnce(text).messages).toEqual([]);
    }),
  );
});

test("what is wrong anywhere in a file is told as if it was read at once", () => {
  const wrong = [
    "  u0@example.com: []\n",
    "  <<: []\n",
    "  1: []\n",
    "  a: b: c\n",
    "  a: !t b\n",
    ' x: "\n',
    "\ta: b\n",
    "---\n",
    "a\n",
  ];
  fc.assert(
    fc.property(file, fc.constantFrom(...wrong), fc.nat(), (text, line, where) => {
      const lines = text.split(/(?<=\n)/u);
      lines.splice(where % (lines.length + 1), 0, line);
      expect(inPieces(lines.join(""))).toEqual(atOnce(lines.join("")));
    }),
    { numRuns: 300 },
  );
});

test("a key that comes again many users later is found", () => {
  const users = Array.from({ length: 100 }, (_, n) => `  u${n}@example.com: []\n`).join("");
  const { tree, messages } = inPieces(`users:\n${users}  u3@example.com: []\n`);
  expect(tree && Object.keys((toPlain(tree) as { users: object }).users)).toHaveLength(100);
  expect(
    messages.map(({ code, source, related }) => [code, source?.line, related?.[0]?.source.line]),
  ).toEqual([["allowlist/duplicate-key", 102, 5]]);
});

test("users are composed some at a time, so that what the library makes of them does not pile up", async () => {
  const users = Array.from({ length: 300 }, (_, n) => `  u${n}@example.com: []\n`).join("");
  const { calls } = await workOf(() => inPieces(`version: 1\nusers:\n${users}`));
  expect(calls("compose/compose-doc", "composeDoc")).toBeGreaterThan(10);
  expect(calls("src/allowlist/yaml", "parseSyntax")).toBe(0);
  const long = Array.from(
    { length: 60 },
    (_, n) => `  u${n}@x.org:\n    - serial: A${n}\n    # ${"x".repeat(1100)}\n`,
  );
  const told = await workOf(() => inPieces(`version: 1\nusers:\n${long.join("")}`));
  expect(told.calls("src/allowlist/yaml", "parseSyntax")).toBe(0);
});

test("a flood of errors stops the library: the private `onError` of its composer, by which they are counted, is there", () => {
  expect(Reflect.get(new Composer(), "onError")).toBeTypeOf("function");
  const flood = `version: 1\n${"a: 'b' c\n".repeat(5_000)}`;
  const syntax = parseSyntax(new SourceText("flood.yaml", flood));
  expect(syntax.ok).toBe(false);
  if (!syntax.ok)
    expect(syntax.messages.map(({ text }) => text)).toEqual(["this is not YAML: too many errors"]);
});
