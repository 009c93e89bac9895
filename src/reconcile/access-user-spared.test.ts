import { describe, expect, test } from "vitest";
import { planOf, row, seated } from "../../test/support/access-users.js";
import { ACCOUNT, allowlist, NOW, type Sketch } from "../../test/support/world.js";
import { makePlan } from "./plan.js";

const BOB = "bob@example.com";
const wanted = (value: string) => `accessUsers: { ${BOB}: ${value} }\n`;
const at = (line: number, column: number) => ({ file: "allowlist.yaml", line, column });

describe("nobody deletes", () => {
  const live: Sketch[] = [
    { id: "r1", email: BOB, device: "d1" },
    { id: "r2", email: "eve@example.com", device: "d2" },
  ];
  const goes = "the registration NAME-r1 (r1) of bob@example.com, which may go with it, is protected";

  test.each<[string, string, string, number]>([
    ["a protected user", `protected: { users: [${BOB}] }`, "is protected", 22],
    ["the operator", `guards: { self: [${BOB}] }`, "runs this tool", 18],
    ["whose device is protected", "protected: { devices: [d1] }", goes, 24],
    ["whose registration is protected", "protected: { registrations: [r1] }", goes, 30],
  ])("%s: both lines are named", (_title, line, what, column) => {
    const text = `${line}\n${wanted("{ state: absent }")}`;
    const { problems } = planOf({ text, users: [row(BOB, seated)], live });
    expect(problems).toEqual([
      {
        code: "allowlist/contradiction",
        text: `the Access user "${BOB}" would be deleted here, but ${what} at allowlist.yaml:3`,
        fix: "remove one of the two lines",
        source: at(4, 16),
        related: [{ text: "the line that forbids it", source: at(3, column) }],
      },
    ]);
    // Who is gone already, or is to stay, contradicts nothing.
    expect(planOf({ text, users: [], live }).problems).toEqual([]);
    expect(planOf({ text: `${line}\n${wanted("{}")}`, users: [], live }).problems).toEqual([]);
  });

  test("but what is protected of others stands against nothing", () => {
    const text = `protected: { devices: [d2], registrations: [r2] }\n${wanted("{ state: absent }")}`;
    expect(planOf({ text, users: [row(BOB, seated)], live }).problems).toEqual([]);
  });
});

describe("a scope", () => {
  const problems = (scope: string, listed: string) => {
    const text = `version: 1\nusers: { ${listed}: [] }\nscope: ${scope}\n${wanted("{ state: absent }")}`;
    const inventory = { account: ACCOUNT, registrations: [], accessUsers: [row(BOB, seated)] };
    return makePlan(allowlist(text), inventory, NOW).problems;
  };

  test.each([
    ["{ emailDomains: [example.org] }", "z@example.org"],
    ["{ emails: [z@example.org] }", "z@example.org"],
    ["{ emails: [z@example.com], emailDomains: [example.org] }", "z@example.com"],
  ])("of others keeps a user from being deleted: %s", (scope, listed) => {
    expect(problems(scope, listed)).toEqual([
      {
        code: "allowlist/out-of-scope",
        text: `the Access user "${BOB}" would be deleted, but is outside \`scope\``,
        fix: "add the domain to `scope.emailDomains` or the address to `scope.emails`, or remove the user from `accessUsers`",
        source: at(4, 16),
      },
    ]);
  });

  test.each([
    ["{ emailDomains: [example.com] }", "z@example.com"],
    [`{ emails: [${BOB}] }`, BOB],
    [`{ emails: [${BOB}], emailDomains: [example.org] }`, BOB],
    ["{ emails: [z@example.org], emailDomains: [example.com] }", "z@example.org"],
    ["{ policyIds: [p1] }", "z@example.org"],
  ])("that has the user's address or domain, or speaks of neither, does not: %s", (scope, listed) => {
    expect(problems(scope, listed)).toEqual([]);
  });
});
