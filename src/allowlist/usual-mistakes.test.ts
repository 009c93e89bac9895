import { describe, expect, it } from "vitest";
import { formatMessages } from "./messages.js";
import { parseAllowlist } from "./parse.js";

function messagesOf(text: string) {
  return parseAllowlist([{ file: "a.yaml", text }]).messages;
}

/** Lines below `users:`, which is line 2. */
function users(...lines: readonly string[]): string {
  return `version: 1\nusers:\n${lines.map((line) => `${line}\n`).join("")}`;
}

interface Row {
  readonly title: string;
  readonly lines: readonly string[];
  readonly at: string;
  readonly says: string;
  readonly right: readonly string[];
}

const table: readonly Row[] = [
  {
    title: "a user's state typed above the list",
    lines: ["  a@x.org:", "    state: offboarded", "    - serial: A1", "      note: n", "  b@x.org: []"],
    at: "4:5",
    says: "put the list under the key `devices:`",
    right: ["  a@x.org:", "    state: offboarded", "    devices:", "      - serial: A1", "        note: n"],
  },
  {
    title: "a user's state typed above a list that is indented below it",
    lines: ["  a@x.org:", "    state: offboarded", "      - serial: A1"],
    at: "4:5",
    says: "put the list under the key `devices:`",
    right: ["  a@x.org:", "    state: offboarded", "    devices:", "      - serial: A1"],
  },
  {
    title: "a user's state with its day, typed below the list",
    lines: ["  a@x.org:", "    - serial: A1", "    state: suspended", "    since: 2026-05-01"],
    at: "5:5",
    says: "put the list under the key `devices:`",
    right: [
      "  a@x.org:",
      "    state: suspended",
      "    since: 2026-05-01",
      "    devices:",
      "      - serial: A1",
    ],
  },
  {
    title: "a note one column to the left",
    lines: ["  a@x.org:", "    - serial: A1", "     note: n"],
    at: "5:6",
    says: "`note` begins in column 6, but the keys of its entry begin in column 7",
    right: ["    - serial: A1", "      note: n"],
  },
  {
    title: "a note one column to the right",
    lines: ["  a@x.org:", "    - serial: A1", "       note: n", "    - serial: B1"],
    at: "5:8",
    says: "`note` begins in column 8, but the keys of its entry begin in column 7",
    right: ["    - serial: A1", "      note: n"],
  },
  {
    title: "a note below the dash",
    lines: ["  a@x.org:", "    - serial: A1", "    note: n"],
    at: "5:5",
    says: "`note` begins in column 5, but the keys of its entry begin in column 7",
    right: ["    - serial: A1", "      note: n"],
  },
  {
    title: "a user one column to the right",
    lines: ["  a@x.org:", "    - serial: A1", "   b@x.org:", "    - serial: B1"],
    at: "5:4",
    says: "the user `b@x.org` begins in column 4, but the users beside it begin in column 3",
    right: ["    - serial: A1", "  b@x.org:"],
  },
  {
    title: "an entry one column to the left, with its note",
    lines: ["  a@x.org:", "    - serial: A1", "   - serial: B1", "     note: n"],
    at: "5:4",
    says: "this entry begins in column 4, but the entries beside it begin in column 5",
    right: ["    - serial: A1", "    - serial: B1", "      note: n"],
  },
  {
    title: "a dash without its blank, further down",
    lines: ["  a@x.org:", "    - serial: A1", "    -serial: B1"],
    at: "5:5",
    says: "a space is missing after the dash",
    right: ["    - serial: B1"],
  },
  {
    title: "a tab before the first entry's dash",
    lines: ["  a@x.org:", "\t- serial: A1"],
    at: "4:1",
    says: "indented with a tab",
    right: ["  a@x.org:", "    - serial: A1"],
  },
  {
    title: "a tab before a later dash, in its own column",
    lines: ["  a@x.org:", "    - serial: A1", "    \t- serial: B1"],
    at: "5:5",
    says: "indented with a tab",
    right: ["    - serial: A1", "    - serial: B1"],
  },
  {
    title: "tabs instead of all blanks",
    lines: ["\ta@x.org:", "\t\t- serial: A1"],
    at: "3:1",
    says: "indented with a tab",
    right: ["users:", "  a@x.org:", "    - serial: A1"],
  },
  {
    title: "a user without the colon",
    lines: ["  a@x.org", "    - serial: A1"],
    at: "3:10",
    says: "a colon is missing after `a@x.org`",
    right: ["  a@x.org:"],
  },
  {
    title: "a key without the blank behind its colon",
    lines: ["  a@x.org:", "    - serial:A1", "      note: n"],
    at: "4:13",
    says: "a space is missing after `serial:`",
    right: ["    - serial: A1"],
  },
  {
    title: "a text with a colon",
    lines: ["  a@x.org:", "    - serial: A1", "      note: loan: until May # ask"],
    at: "5:13",
    says: "quotes: it contains `: `",
    right: ['      note: "loan: until May"'],
  },
];

describe("what was meant is told, with the lines that would be right:", () => {
  it.each(table)("$title", ({ lines, at, says, right }) => {
    const messages = messagesOf(users(...lines));
    expect(messages.map(({ code, source }) => `${code} ${source!.line}:${source!.column}`)).toEqual([
      `allowlist/syntax ${at}`,
    ]);
    expect(`${messages[0]!.text}; ${messages[0]!.fix!}`).toContain(says);
    expect(messages[0]!.right).toEqual(right);
  });

  it("with other line ends, and far down a long file", () => {
    const many = Array.from({ length: 900 }, (_, index) => [`  u${index}@x.org:`, `    - serial: S${index}`]);
    const text = users(...many.flat(), "  a@x.org:", "    - serial: A1", "     note: n", ...many.flat());
    const [message] = messagesOf(text.replaceAll("\n", "\r\n"));
    expect(message).toMatchObject({
      source: { line: 1805, column: 6 },
      right: ["    - serial: A1", "      note: n"],
    });
  });

  it("below the fix, each on a line of its own, and escaped", () => {
    const text = formatMessages(messagesOf(users("  a@x.org:", "    - serial: A1", "     note: \u00ad::x")));
    expect(text).toContain(
      "  fix: align it with them\n    |     - serial: A1\n    |       note: \\u{ad}\\u{3a}:x\n",
    );
  });

  it("and only where the file would then be read", () => {
    const [message, ...others] = messagesOf(users("  a@x.org:", "    - serial: A1", "     note"));
    expect(others).toEqual([]);
    expect(message!.right).toBeUndefined();
  });
});

describe("a merge conflict", () => {
  it.each([
    [
      "whole",
      ["<<<<<<< HEAD", "    - serial: A1", "=======", "    - serial: B1", ">>>>>>> b: c"],
      "4:1",
      "(lines 4 to 8)",
    ],
    ["with its base", ["<<<<<<<", "||||||| 1a2b3c", "=======", ">>>>>>> b"], "4:1", "(lines 4 to 7)"],
    ["of which one line was left", ["    - serial: A1", "======="], "5:1", "(line 5)"],
  ])("is told as such: %s", (_title, lines, at, says) => {
    const messages = messagesOf(users("  a@x.org:", ...lines));
    expect(messages.map(({ source }) => `${source!.line}:${source!.column}`)).toEqual([at]);
    expect(messages[0]!.text).toBe(`an unresolved merge conflict ${says}`);
  });
});

describe("what YAML takes, and we do not:", () => {
  it("users at the beginning of the line, each told once", () => {
    const messages = messagesOf("version: 1\nusers:\na@x.org:\n  - serial: A1\n\nb@x.org: []\n");
    expect(messages.map(({ code, source }) => `${code} ${source!.line}`)).toEqual([
      "allowlist/unknown-key 3",
      "allowlist/unknown-key 6",
    ]);
    expect(messages.map(({ right }) => right)).toEqual([
      ["users:", "  a@x.org:", "    - serial: A1"],
      ["users:", "  b@x.org: []"],
    ]);
  });

  it("a user file with a user at its top", () => {
    const { messages } = parseAllowlist([
      { file: "a.yaml", text: "version: 1\nusers: { b@x.org: [] }\n" },
      { file: "b.yaml", text: "a@x.org:\n  - serial: A1\n" },
    ]);
    expect(messages.map(({ code, right }) => ({ code, right }))).toEqual([
      { code: "allowlist/unknown-key", right: ["users:", "  a@x.org:", "    - serial: A1"] },
    ]);
  });

  it("a first dash without its blank", () => {
    const messages = messagesOf(users("  a@x.org:", "    -serial: A1"));
    expect(messages.map(({ fix }) => fix)).toEqual(["begin the entry with `- serial:`"]);
  });

  it("a user's address under a key", () => {
    const [message] = messagesOf(users("  email: A@x.org"));
    expect(message).toMatchObject({
      code: "allowlist/bad-email",
      right: ["users:", "  a@x.org:", "    - serial: …"],
    });
  });

  it("a user's state in an entry", () => {
    const [message] = messagesOf(users("  a@x.org: [{ serial: A1, state: offboarded }]"));
    expect(message).toMatchObject({
      fix: "write it under the user, beside `devices`",
      right: ["  a@x.org:", "    state: offboarded", "    devices:", "      - …"],
    });
  });
});

describe("a name of the API's, or of another list's, leads to ours:", () => {
  it.each([
    ["serialNumber", "did you mean `serial`?"],
    ["serial_number", "did you mean `serial`?"],
    ["Serial Number", "did you mean `serial`?"],
    ["hardware_id", "did you mean `hardwareId`?"],
    ["device_id", "did you mean `device`?"],
    ["registration_id", "did you mean `registration`?"],
    ["hostname", "did you mean `name`?"],
    ["expires_at", "did you mean `expires`?"],
    ["comment", "did you mean `note`?"],
    ["email", "remove it: an entry is in the list below its user's address"],
    ["id", "did you mean `registration` (a registration's id) or `device` (a physical device's id)?"],
  ])("%s of an entry", (key, fix) => {
    expect(messagesOf(users("  a@x.org:", `    - ${key}: x1`)).map((one) => one.fix)).toEqual([fix]);
  });

  it.each([
    ["ignore: [{ email: b@x.org, reason: r }]", "did you mean `user`?"],
    ["protected: { emails: [b@x.org] }", "did you mean `users`?"],
    ["protected: { serial_numbers: [A1] }", "did you mean `serials`?"],
    ["scope: { email_domains: [x.org] }", "did you mean `emailDomains`?"],
  ])("%s", (line, fix) => {
    expect(messagesOf(`version: 1\nusers: { a@x.org: [] }\n${line}\n`).map((one) => one.fix)).toContain(fix);
  });
});
