import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { parseAllowlist } from "./parse.js";
import { keyText, type NewEntry, userLines } from "./write-entry.js";
import { addToFile, applyEdits, CannotEdit } from "./write.js";

const S: NewEntry = { match: { serial: "NEW" }, state: "active" };
const BOB = "bob@example.com";

function add(text: string, ...additions: readonly (readonly [string, readonly NewEntry[]])[]): string {
  const file = "allowlist.yaml";
  const result = applyEdits(text, addToFile({ file, text }, new Map(additions)));
  const { messages } = parseAllowlist([{ file, text: result }]);
  expect(messages).toEqual([]);
  return result;
}

/** What was added to a root file with these users; `+` for added lines, the rest as it was. */
function added(users: string, ...additions: readonly (readonly [string, readonly NewEntry[]])[]): string {
  const before = `version: 1\n${users}`;
  return add(before, ...(additions.length > 0 ? additions : [[BOB, [S]] as const])).slice(
    "version: 1\n".length,
  );
}

describe("a user who is there", () => {
  test.each([
    ["a list of lines", "users:\n  bob@example.com:\n    - serial: A1\n", '    - serial: "NEW"\n'],
    ["dashes under the key", "users:\n  bob@example.com:\n  - serial: A1\n", '  - serial: "NEW"\n'],
    [
      "what belongs to the last entry stays with it",
      "users:\n  bob@example.com:\n    - serial: A1 # its own\n      note: |\n        two\n        lines\n      # its own too\n",
      '    - serial: "NEW"\n',
    ],
    [
      "a mapping with devices",
      "users:\n  bob@example.com:\n    maxDevices: 3\n    devices:\n      - serial: A1\n",
      '      - serial: "NEW"\n',
    ],
    [
      "a mapping without devices",
      "users:\n  bob@example.com:\n    state: suspended\n    since: 2031-01-01\n",
      '    devices:\n      - serial: "NEW"\n',
    ],
  ])("%s", (_, users, lines) => {
    expect(added(users)).toBe(users + lines);
  });

  test.each([
    ["an empty list in a mapping", "users: { bob@example.com: [] }\n"],
    ["a list", "users:\n  bob@example.com: [{ serial: A1 }]\n"],
    ["a list with a line for each item", "users:\n  bob@example.com: [\n    { serial: A1 },\n  ]\n"],
    ["a mapping", "users:\n  bob@example.com: { state: suspended, since: 2031-01-01 }\n"],
    ["devices of a mapping", "users:\n  bob@example.com: { devices: [{ serial: A1 }], maxDevices: 2 }\n"],
  ])("in flow style is left to the author: %s", (_, users) => {
    expect(() => added(users)).toThrow(new CannotEdit("it is written in flow style (`[…]` or `{…}`)"));
  });

  test("whose entries are in flow style each gets one in lines", () => {
    expect(added("users:\n  bob@example.com:\n    - { serial: A1 }\n")).toBe(
      'users:\n  bob@example.com:\n    - { serial: A1 }\n    - serial: "NEW"\n',
    );
  });

  test("an empty list becomes lines, its comment stays", () => {
    expect(added("users:\n  bob@example.com: [] # none yet\n  c@example.com: []\n")).toBe(
      'users:\n  bob@example.com: # none yet\n    - serial: "NEW"\n  c@example.com: []\n',
    );
  });

  test("whatever case the key is in", () => {
    expect(added("users:\n  Bob@Example.com:\n    - serial: A1\n")).toContain('A1\n    - serial: "NEW"\n');
  });
});

describe("a new user", () => {
  test.each([
    ["no users at all", "", '\nusers:\n  bob@example.com:\n    - serial: "NEW"\n'],
    ["an empty mapping", "users: {}\n", 'users:\n  bob@example.com:\n    - serial: "NEW"\n'],
    [
      "in the order of e-mails",
      "users:\n  a@example.com: []\n  # about c\n  c@example.com: []\n",
      'users:\n  a@example.com: []\n  bob@example.com:\n    - serial: "NEW"\n  # about c\n  c@example.com: []\n',
    ],
    [
      "at the end where there is no order",
      "users:\n  z@example.com: []\n  c@example.com: []\n    # about c\n\ntests: []\n",
      'users:\n  z@example.com: []\n  c@example.com: []\n    # about c\n  bob@example.com:\n    - serial: "NEW"\n\ntests: []\n',
    ],
    [
      "before all others",
      "users: # everybody\n  # about c\n  c@example.com: []\n  d@example.com:\n  - serial: A1\n",
      'users: # everybody\n  bob@example.com:\n  - serial: "NEW"\n  # about c\n  c@example.com: []\n  d@example.com:\n  - serial: A1\n',
    ],
    [
      "with a blank line where others have one",
      "users:\n  a@example.com: []\n\n  c@example.com: []\n",
      'users:\n  a@example.com: []\n\n  bob@example.com:\n    - serial: "NEW"\n\n  c@example.com: []\n',
    ],
  ])("%s", (_, before, after) => {
    expect(added(before)).toBe(after);
  });

  test("several at once stand in order", () => {
    const result = added(
      "users:\n  a@example.com: []\n  z@example.com: []",
      ["y@example.com", [S]],
      ["b@example.com", [S]],
    );
    expect(result).toBe(
      'users:\n  a@example.com: []\n  b@example.com:\n    - serial: "NEW"\n  y@example.com:\n    - serial: "NEW"\n  z@example.com: []',
    );
  });

  test("a file without a line end at its end gets one", () => {
    expect(added("users:\n  a@example.com: []", ["b@example.com", [S]], ["c@example.com", [S]])).toBe(
      'users:\n  a@example.com: []\n  b@example.com:\n    - serial: "NEW"\n  c@example.com:\n    - serial: "NEW"\n',
    );
  });
});

test("lines end as in the rest of the file", () => {
  const text =
    "version: 1\r\nusers:\r\n  bob@example.com: [] # x\r\n  c@example.com:\r\n    - serial: A1\r\n";
  const result = add(text, [BOB, [S]], ["c@example.com", [S]], ["d@example.com", [S]]);
  expect(result.replaceAll("\r\n", "")).not.toContain("\n");
  expect(result.split("\r\n")).toHaveLength(text.split("\r\n").length + 4);
});

test.each([
  ["of users", "users: { a@example.com: [] }\n"],
  ["of nobody, on a line of its own", "users:\n  {}\n"],
])("a mapping in flow style %s is left to the author", (_, users) => {
  expect(() => added(users)).toThrow(CannotEdit);
});

test("a file that is one mapping in flow style is left to the author", () => {
  expect(() => add("{ version: 1 }\n", [BOB, [S]])).toThrow(CannotEdit);
});

test("texts of whatever content stay one entry, on one line each", () => {
  const nasty =
    'x\n- serial: forged\r\n---\n"#{} : - !!tag &a *a \u202e\u001b[31m <{% %}> ##[error] é😀\u{e0001}';
  const entry: NewEntry = {
    match: { serial: "A1: #" },
    state: "active",
    note: nasty,
    owner: "y".repeat(900),
    ticket: "yes",
  };
  for (const users of ["users:\n  bob@example.com: []\n", "users: {}\n"]) {
    const text = added(users, [BOB, [entry]]);
    const { allowlist } = parseAllowlist([{ file: "allowlist.yaml", text: `version: 1\n${text}` }]);
    expect(allowlist?.users.get(BOB)?.entries).toMatchObject([entry]);
    expect(allowlist?.users.size).toBe(1);
  }
});

test("what is written without asking the library reads back as it was", () => {
  const ascii = fc.string({
    unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)),
  });
  const address = fc.stringMatching(/^[\w.+-]{1,12}@[\w.-]{1,12}$/u);
  fc.assert(
    fc.property(address, ascii, (email, note) => {
      const lines = userLines(email, [{ match: { serial: note }, state: "active", note }], "", "  ");
      expect(parse(lines.join("\n"))).toEqual({ [email]: [{ serial: note, note }] });
    }),
  );
  for (const key of ["null", "1e3", "-", "2026-01-01", "~", "#a@b", "a: b@c", `${"a".repeat(2000)}@b`])
    expect(parse(`{ ${keyText(key)} : 0 }`)).toEqual({ [key]: 0 });
});
