import { describe, expect, it } from "vitest";
import { messageCatalogue, type MessageCode } from "./message-codes.js";
import { parseAllowlist } from "./parse.js";

interface Bad {
  readonly title: string;
  readonly files: readonly string[];
  readonly code: MessageCode;
  /** `file:line:column`, files being `0`, `1`, … in the order given; none for a message about the whole. */
  readonly at?: string;
  readonly says: string;
}

/** A root file with one user who has the entry. */
function entry(text: string): readonly string[] {
  return [`version: 1\nusers:\n  a@example.com:\n    - ${text}\n`];
}

const good = 'version: 1\nusers:\n  a@example.com: [{ serial: "C02X" }]\n';

const table: readonly Bad[] = [
  {
    title: "octal-looking serial",
    files: entry("serial: 0012345"),
    code: "allowlist/quote-it",
    at: "0:4:15",
    says: 'serial: "0012345"',
  },
  {
    title: "exponent serial",
    files: entry("serial: 1234E56"),
    code: "allowlist/quote-it",
    at: "0:4:15",
    says: '"1234E56"',
  },
  {
    title: "infinite serial",
    files: entry("serial: 12E9999"),
    code: "allowlist/quote-it",
    at: "0:4:15",
    says: '"12E9999"',
  },
  {
    title: "boolean note",
    files: entry('{ serial: "AB1", note: true }'),
    code: "allowlist/quote-it",
    at: "0:4:30",
    says: '"true"',
  },
  {
    title: "date as reason",
    files: entry('{ serial: "AB1", reason: 2026-05-01 }'),
    code: "allowlist/quote-it",
    at: "0:4:32",
    says: "a date",
  },
  {
    title: "base 60 name",
    files: entry("name: 12:34:56"),
    code: "allowlist/quote-it",
    at: "0:4:13",
    says: "base 60",
  },
  {
    title: "yes as name",
    files: entry("name: yes"),
    code: "allowlist/quote-it",
    at: "0:4:13",
    says: '"yes"',
  },
  {
    title: "number among protected ids",
    files: [`${good}protected: { devices: [12] }\n`],
    code: "allowlist/quote-it",
    at: "0:4:24",
    says: '"12"',
  },
  {
    title: "null entry",
    files: entry("{}\n    - ~").map((t) => t.replace("- {}\n    ", "")),
    code: "allowlist/null-value",
    at: "0:4:7",
    says: "entry 1",
  },
  {
    title: "user without list",
    files: ["version: 1\nusers:\n  a@example.com:\n"],
    code: "allowlist/null-value",
    at: "0:3:3",
    says: "write `[]`",
  },
  {
    title: "null setting",
    files: [`${good}policy:\n`],
    code: "allowlist/null-value",
    at: "0:4:1",
    says: "`policy`",
  },
  {
    title: "misspelt key",
    files: entry('serail: "AB1"'),
    code: "allowlist/unknown-key",
    at: "0:4:7",
    says: "did you mean `serial`?",
  },
  {
    title: "unknown key",
    files: entry('{ serial: "AB1", colour: x }'),
    code: "allowlist/unknown-key",
    at: "0:4:24",
    says: "nameGlob",
  },
  {
    title: "misspelt version",
    files: [good.replace("version", "verison")],
    code: "allowlist/unknown-key",
    at: "0:1:1",
    says: "`version`?",
  },
  {
    title: "prototype as a key",
    files: [`${good}__proto__: {}\n`],
    code: "allowlist/unknown-key",
    at: "0:4:1",
    says: "__proto__",
  },
  {
    title: "bad state",
    files: entry('{ serial: "AB1", state: Revoked }'),
    code: "allowlist/bad-value",
    at: "0:4:31",
    says: "did you mean `revoked`?",
  },
  {
    title: "bad policy",
    files: [`${good}policy: { unlisted: unrevoke }\n`],
    code: "allowlist/bad-value",
    at: "0:4:21",
    says: "revoke, delete, report",
  },
  {
    title: "state in quotes is still a state, a boolean is not",
    files: entry('{ serial: "AB1", state: true }'),
    code: "allowlist/bad-value",
    at: "0:4:31",
    says: "active, revoked, deleted",
  },
  {
    title: "negative guard",
    files: [`${good}guards: { revoke: { max: -1 } }\n`],
    code: "allowlist/bad-value",
    at: "0:4:26",
    says: "must be at least 0",
  },
  {
    title: "guard beyond 100 percent",
    files: [`${good}guards: { delete: { percent: 101 } }\n`],
    code: "allowlist/bad-value",
    at: "0:4:30",
    says: "must be at most 100",
  },
  {
    title: "octal guard",
    files: [`${good}guards: { delete: { max: 010 } }\n`],
    code: "allowlist/bad-value",
    at: "0:4:26",
    says: "write 10",
  },
  {
    title: "fractional count",
    files: [`${good}guards: { delete: { max: 1.5 } }\n`],
    code: "allowlist/wrong-type",
    at: "0:4:26",
    says: "a whole number",
  },
  {
    title: "quoted count",
    files: [`${good}guards: { delete: { max: "5" } }\n`],
    code: "allowlist/wrong-type",
    at: "0:4:26",
    says: "remove the quotes",
  },
  {
    title: "empty scope list",
    files: [`${good}scope: { policyIds: [] }\n`],
    code: "allowlist/bad-value",
    at: "0:4:21",
    says: "empty list",
  },
  {
    title: "blank before a serial",
    files: entry('serial: " AB1"'),
    code: "allowlist/bad-value",
    at: "0:4:15",
    says: 'write "AB1"',
  },
  {
    title: "blank name",
    files: entry('name: "  "'),
    code: "allowlist/bad-value",
    at: "0:4:13",
    says: "blank",
  },
  {
    title: "empty serial",
    files: entry('serial: ""'),
    code: "allowlist/bad-value",
    at: "0:4:15",
    says: "empty",
  },
  {
    title: "line break in a name",
    files: entry('name: "a\\nb"'),
    code: "allowlist/bad-value",
    at: "0:4:13",
    says: "line break",
  },
  {
    title: "vendor default",
    files: entry("serial: To Be Filled By O.E.M."),
    code: "allowlist/placeholder-serial",
    at: "0:4:15",
    says: "hardwareId",
  },
  {
    title: "long note",
    files: entry(`{ serial: "AB1", note: ${"x".repeat(1001)} }`),
    code: "allowlist/too-long",
    at: "0:4:30",
    says: "1000",
  },
  {
    title: "entry that matches nothing",
    files: entry("note: spare"),
    code: "allowlist/missing-key",
    at: "0:4:7",
    says: "none of the match keys",
  },
  {
    title: "user file without users",
    files: [good, "{}\n"],
    code: "allowlist/missing-key",
    at: "1:1:1",
    says: "`users`",
  },
  {
    title: "entry that is text",
    files: entry("C02X"),
    code: "allowlist/wrong-type",
    at: "0:4:7",
    says: 'serial: "C02X"',
  },
  {
    title: "entries without dash",
    files: ['version: 1\nusers:\n  a@example.com:\n    serial: "AB1"\n'],
    code: "allowlist/wrong-type",
    at: "0:4:5",
    says: "begin each entry with",
  },
  {
    title: "list instead of a file",
    files: ["- a\n"],
    code: "allowlist/wrong-type",
    at: "0:1:1",
    says: "a list",
  },
  {
    title: "user that is no address",
    files: ["version: 1\nusers: { alice: [] }\n"],
    code: "allowlist/bad-email",
    at: "0:2:10",
    says: "`alice`",
  },
  {
    title: "protected user that is no address",
    files: [`${good}protected: { users: ["a@b"] }\n`],
    code: "allowlist/bad-email",
    at: "0:4:22",
    says: "address",
  },
  {
    title: "domain with @",
    files: [`${good}scope: { emailDomains: [example.com, "@x.org"] }\n`],
    code: "allowlist/bad-email",
    at: "0:4:38",
    says: "after the @",
  },
  {
    title: "user twice in one file",
    files: [good.replace("\n  a@", "\n  A@Example.com: []\n  a@")],
    code: "allowlist/duplicate-user",
    at: "0:4:3",
    says: "already in 0:3",
  },
  {
    title: "user in two files",
    files: [good, "users:\n  ' A@example.com': []\n"],
    code: "allowlist/duplicate-user",
    at: "1:2:3",
    says: "already in 0:3",
  },
  {
    title: "key twice",
    files: [good.replace("users:", "users:\n  a@example.com: []")],
    code: "allowlist/duplicate-key",
    at: "0:4:3",
    says: "second time",
  },
  {
    title: "entry twice",
    files: entry('serial: "AB1"\n    - serial: "AB1"'),
    code: "allowlist/duplicate-entry",
    at: "0:5:7",
    says: "line 4",
  },
  {
    title: "entry twice, in another case",
    files: entry('serial: "AB1"\n    - serial: "ab1"'),
    code: "allowlist/duplicate-entry",
    at: "0:5:7",
    says: "line 4",
  },
  {
    title: "two states for one hardware id, with and without dashes",
    files: entry(
      'hardwareId: "4c4c4544-0042-3510-8052-b3c04f4b4e32"\n    - { hardwareId: "4C4C4544004235108052B3C04F4B4E32", state: revoked }',
    ),
    code: "allowlist/contradiction",
    at: "0:5:7",
    says: "line 4",
  },
  {
    title: "two states for one match",
    files: entry('serial: "AB1"\n    - { serial: "AB1", state: revoked }'),
    code: "allowlist/contradiction",
    at: "0:5:7",
    says: "line 4",
  },
  {
    title: "protected user",
    files: [
      "version: 1\nprotected: { users: [A@example.com] }\nusers:\n  a@example.com: [{ name: x, state: revoked }]\n",
    ],
    code: "allowlist/contradiction",
    at: "0:4:30",
    says: "protected by 0:2",
  },
  {
    title: "protected registration",
    files: [
      "version: 1\nprotected: { registrations: [r1] }\nusers:\n  a@example.com: [{ registration: r1, state: deleted }]\n",
    ],
    code: "allowlist/contradiction",
    at: "0:4:21",
    says: "protected by 0:2",
  },
  {
    title: "protected serial, in another case",
    files: [
      "version: 1\nprotected: { serials: [pf3] }\nusers:\n  a@example.com: [{ serial: PF3, state: revoked }]\n",
    ],
    code: "allowlist/contradiction",
    at: "0:4:21",
    says: "serial `PF3` is protected by 0:2",
  },
  {
    title: "protected hardware id",
    files: [
      "version: 1\nprotected: { hardwareIds: [h1] }\nusers:\n  a@example.com: [{ name: x, hardwareId: H1, state: deleted }]\n",
    ],
    code: "allowlist/contradiction",
    at: "0:4:30",
    says: "from `protected`",
  },
  {
    title: "protected serial that many machines tell",
    files: [`${good}protected: { serials: [Default string] }\n`],
    code: "allowlist/placeholder-serial",
    at: "0:4:24",
    says: "does not identify a device",
  },
  {
    title: "protected hardware id that is a board's default",
    files: [`${good}protected: { hardwareIds: [03000200-0400-0500-0006-000700080009] }\n`],
    code: "allowlist/placeholder-serial",
    at: "0:4:28",
    says: "does not identify a device",
  },
  {
    title: "protected device",
    files: [
      "version: 1\nprotected: { devices: [d1] }\nusers:\n  a@example.com: [{ device: d1, state: revoked }]\n",
    ],
    code: "allowlist/contradiction",
    at: "0:4:21",
    says: "protected by 0:2",
  },
  {
    title: "user out of scope",
    files: [`${good}scope:\n  emailDomains: [x.org]\n  emails: [b@example.com]\n`],
    code: "allowlist/out-of-scope",
    at: "0:3:3",
    says: "0:5",
  },
  {
    title: "root key in a user file",
    files: [good, "policy: {}\nusers: {}\n"],
    code: "allowlist/root-only",
    at: "1:1:1",
    says: "`policy`",
  },
  {
    title: "misspelt root key in a user file",
    files: [good, "polcy: {}\nusers: {}\n"],
    code: "allowlist/root-only",
    at: "1:1:1",
    says: "`polcy`",
  },
  {
    title: "two root files",
    files: [good, "version: 1\n"],
    code: "allowlist/two-roots",
    at: "1:1:1",
    says: "so does 0",
  },
  { title: "no root file", files: ["users: {}\n", "policy: {}\n"], code: "allowlist/no-root", says: "0, 1" },
  {
    title: "no users",
    files: ["version: 1\n"],
    code: "allowlist/no-users",
    at: "0:1:1",
    says: "has no users",
  },
  {
    title: "version 2",
    files: [good.replace("1", "2")],
    code: "allowlist/unsupported-version",
    at: "0:1:10",
    says: "version `2`",
  },
  {
    title: "version in quotes",
    files: [good.replace("1", '"1"')],
    code: "allowlist/unsupported-version",
    at: "0:1:10",
    says: "without quotes",
  },
  { title: "nothing", files: [""], code: "allowlist/empty-file", at: "0:1:1", says: "empty" },
  { title: "comments only", files: ["# later\n"], code: "allowlist/empty-file", at: "0:1:1", says: "empty" },
  {
    title: "tab as indentation",
    files: ["version: 1\nusers:\n\ta@example.com: []\n"],
    code: "allowlist/syntax",
    at: "0:3:1",
    says: "indent with spaces",
  },
  {
    title: "unclosed quote",
    files: entry('name: "abc'),
    code: "allowlist/syntax",
    at: "0:4:13",
    says: "the quote that opens here is never closed",
  },
  {
    title: "a condition on a device that is refused",
    files: entry("name: L1\n      requires: { platform: mac }\n      state: revoked"),
    code: "allowlist/contradiction",
    at: "0:5:7",
    says: "remove `requires`, or `state`",
  },
  {
    title: "a pattern for an e-mail",
    files: ['version: 1\nprotected: { users: ["*@example.com"] }\nusers: { a@example.com: [] }\n'],
    code: "allowlist/bad-email",
    at: "0:2:22",
    says: "write the whole address",
  },
  {
    title: "second document",
    files: [`${good}---\n${good}---\n`],
    code: "allowlist/syntax",
    at: "0:4:1",
    says: "second YAML document",
  },
  {
    title: "alias",
    files: entry("*x"),
    code: "allowlist/alias",
    at: "0:4:7",
    says: "YAML aliases are not allowed here: `*x`",
  },
  {
    title: "anchor",
    files: ["version: 1\nusers: &x { a@example.com: [] }\n"],
    code: "allowlist/alias",
    at: "0:2:8",
    says: "YAML anchors are not allowed here: `&x`",
  },
  { title: "custom tag", files: entry("serial: !x abc"), code: "allowlist/tag", at: "0:4:15", says: "tag" },
  {
    title: "known tag",
    files: entry("serial: !!binary abcd"),
    code: "allowlist/tag",
    at: "0:4:15",
    says: "tag",
  },
  {
    title: "tag that turns a number into text",
    files: entry("serial: !!str 0012"),
    code: "allowlist/tag",
    at: "0:4:15",
    says: "quotes",
  },
  {
    title: "YAML 1.1",
    files: [`%YAML 1.1\n---\n${good}`],
    code: "allowlist/directive",
    at: "0:1:1",
    says: "YAML 1.2",
  },
  {
    title: "merge key",
    files: [good.replace("\n  a@", "\n  <<: {}\n  a@")],
    code: "allowlist/merge-key",
    at: "0:3:3",
    says: "<<",
  },
  {
    title: "number as a key",
    files: [good.replace("\n  a@", "\n  12: []\n  a@")],
    code: "allowlist/bad-key",
    at: "0:3:3",
    says: 'quote it: "12"',
  },
  {
    title: "list as a key",
    files: [good.replace("\n  a@", "\n  [a]: []\n  a@")],
    code: "allowlist/bad-key",
    at: "0:3:3",
    says: "not text",
  },
  {
    title: "raw bidirectional override",
    files: [good.replace("C02", "\u202eC02")],
    code: "allowlist/hidden-character",
    at: "0:3:30",
    says: "U+202E",
  },
  {
    title: "raw zero-width blank behind an emoji",
    files: [`# 😀\u200b\n${good}`],
    code: "allowlist/hidden-character",
    at: "0:1:4",
    says: "U+200B",
  },
];

describe("an allowlist is refused once, with its code, place and fix:", () => {
  it.each(table)("$title", ({ files, code, at, says }) => {
    const { allowlist, messages } = parseAllowlist(
      files.map((text, index) => ({ file: String(index), text })),
    );
    const places = messages.map(({ code: found, source }) => ({
      code: found,
      at: source && `${source.file}:${source.line}:${source.column}`,
    }));
    expect(places).toEqual([{ code, at }]);
    expect(`${messages[0]!.text} ${messages[0]!.fix ?? ""}`).toContain(says);
    expect(allowlist).toBeUndefined();
  });

  it("with every code of the list, but for those about files, sizes, rules, tests, the account, and warnings", () => {
    const seen = new Set(table.map(({ code }) => code));
    const codes = Object.keys(messageCatalogue).sort() as MessageCode[];
    const errors = codes.filter((code) => !messageCatalogue[code].meaning.startsWith("Warning:"));
    expect(errors.filter((code) => !seen.has(code))).toEqual([
      "access-users/ambiguous",
      "allowlist/bad-date",
      "allowlist/bad-duration",
      "allowlist/bad-pattern",
      "allowlist/group-conflict",
      "allowlist/missing-file",
      "allowlist/needless-trust",
      "allowlist/no-files",
      "allowlist/not-owned",
      "allowlist/not-utf8",
      "allowlist/other-account",
      "allowlist/outside-project",
      "allowlist/said-twice",
      "allowlist/test-failed",
      "allowlist/too-deep",
      "allowlist/too-large",
      "allowlist/too-many",
      "allowlist/unreadable",
    ]);
  });
});
