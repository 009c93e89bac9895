import { describe, expect, it } from "vitest";
import { parseAllowlist } from "./parse.js";

const owns = 'owns: { "teams/a*.yaml": [a@x.org, "*@a.org"], "*": ["*@x.org", "*@a.org"] }';

/** The codes for a root file with the owners, and user files by name. */
function codesOf(root: string, users: Readonly<Record<string, string>>) {
  const files = Object.entries(users).map(([file, text]) => ({ file, text }));
  const { messages } = parseAllowlist([
    { file: "root.yaml", text: `version: 1\n${owns}\n${root}\n` },
    ...files,
  ]);
  return messages.map(({ code, source }) => `${source!.file} ${code}`);
}

describe("with owners", () => {
  it("the root file may speak about everybody", () => {
    const root =
      "users: { a@x.org: [], z@z.org: [] }\naccessUsers: { a@x.org: {} }\ntests: [{ name: x, given: { user: z@z.org }, expect: keep }]";
    expect(codesOf(root, { "teams/a.yaml": "users: {}\n" })).toEqual([]);
  });

  it("a file may speak about its own e-mails, and about nobody", () => {
    const text =
      "users: { a@x.org: [], b@a.org: [] }\ntests: [{ name: x, given: { user: none }, expect: keep }]\n";
    expect(codesOf("users: { z@x.org: [] }", { "teams/a/1.yaml": text })).toEqual([]);
  });

  it("each pattern that matches a file limits it, and each e-mail is told once", () => {
    expect(codesOf("users: {}", { "teams/a.yaml": "users: { c@x.org: [], d@z.org: [] }\n" })).toEqual([
      "teams/a.yaml allowlist/not-owned",
      "teams/a.yaml allowlist/not-owned",
    ]);
  });

  it("an e-mail that has an owner stands in no other file", () => {
    expect(codesOf("users: {}", { "teams/b.yaml": "users: { a@x.org: [], c@x.org: [] }\n" })).toEqual([
      "teams/b.yaml allowlist/not-owned",
    ]);
  });
});
