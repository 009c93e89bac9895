import { describe, expect, test } from "vitest";
import { planOf, row as user, seated, type UserWorld } from "../../test/support/access-users.js";
import type { Sketch } from "../../test/support/world.js";
import type { AccessUser } from "../cloudflare/types.js";

/** `live → desired: action`, of the only one. */
function only(given: UserWorld): string {
  const [one, ...others] = planOf(given).accessUsers;
  expect(others).toEqual([]);
  return `${one!.live} -> ${one!.desired}: ${one!.action}`;
}

const wanted = (value: string) => `accessUsers: { bob@example.com: ${value} }\n`;

describe("who is to be present", () => {
  test.each<[string, string, readonly AccessUser[], string]>([
    ["is created where no row has the address", "{}", [user("eve@example.com")], "absent -> present: create"],
    [
      "is kept, whatever the name, where none is asked for",
      "{}",
      [user("Bob@Example.com", { name: "B" })],
      "present -> present: keep",
    ],
    [
      "is kept though the row holds nothing",
      "{ name: Bob }",
      [user("bob@example.com", { name: "Bob" })],
      "present -> present: keep",
    ],
    ["is renamed", "{ name: Bob }", [user("bob@example.com", { name: "bob" })], "present -> present: rename"],
    [
      "is renamed where the row has no name",
      "{ name: Bob }",
      [user("bob@example.com", { name: null })],
      "present -> present: rename",
    ],
    [
      "is not renamed for blanks or composition",
      '{ name: "Zo\\u00eb" }',
      [user("bob@example.com", { name: " Zoe\u0308 " })],
      "present -> present: keep",
    ],
  ])("%s", (_title, value, users, expected) => {
    expect(only({ text: wanted(value), users })).toBe(expected);
  });

  test("is not decided where the users were not listed, and a finding says so", () => {
    const { accessUsers, findings, guards } = planOf({ text: wanted("{}"), users: undefined });
    expect(accessUsers).toEqual([]);
    expect(findings.filter(({ code }) => code === "access-users-unread")).toEqual([
      {
        code: "access-users-unread",
        subject: ["accessUsers"],
        text: "`accessUsers` is not compared with the account, because its Access users were not listed",
        source: { file: "allowlist.yaml", line: 3, column: 16 },
        registrations: [],
      },
    ]);
    expect(guards.map(({ guard }) => guard)).not.toContain("deleteUsers");
    expect(planOf({ text: wanted("{}"), users: [] }).findings.map(({ code }) => code)).not.toContain(
      "access-users-unread",
    );
  });

  test("is not told as unread where nobody is wanted", () => {
    expect(planOf({ text: "", users: undefined }).findings.map(({ code }) => code)).not.toContain(
      "access-users-unread",
    );
  });
});

describe("the decision says what is, and what is to be", () => {
  const text = (value: string, users: readonly AccessUser[]) =>
    planOf({ text: wanted(value), users }).accessUsers.map((one) => one.text);
  const bob = (more: Partial<AccessUser> = {}) => [user("bob@example.com", more)];

  test.each<[string, readonly AccessUser[], string]>([
    ["{}", [], "no Access user has this address"],
    ["{ name: Bob }", [], 'no Access user has this address; its name will be "Bob"'],
    ["{}", bob(), "it exists"],
    ["{ name: Bob }", bob({ name: "Bob" }), "it exists"],
    ["{ name: Bob }", bob({ name: "B" }), 'its name is "B", and should be "Bob"'],
    ["{ name: Bob }", bob(), 'its name is "", and should be "Bob"'],
    ["{ state: absent }", [], "there is no such user"],
    ["{ state: absent }", bob(), "its row has no seat and no active device"],
  ])("%s", (value, users, expected) => {
    expect(text(value, users)).toEqual([expected]);
  });

  test("whole, without a name where none is asked for", () => {
    const [row] = bob();
    expect(planOf({ text: wanted("{}"), users: [row!] }).accessUsers).toStrictEqual([
      {
        email: "bob@example.com",
        name: undefined,
        live: "present",
        desired: "present",
        action: "keep",
        user: row,
        registrations: [],
        text: "it exists",
        source: { file: "allowlist.yaml", line: 3, column: 16 },
      },
    ]);
  });

  test("in the order of addresses, however the allowlist and the account are written", () => {
    const lines = ["c", "a", "b"].map((name) => `  ${name}@example.com: {}\n`).join("");
    const users = [user("b@example.com"), user("a@example.com")];
    expect(
      planOf({ text: `accessUsers:\n${lines}`, users }).accessUsers.map(({ email, action }) => [
        email,
        action,
      ]),
    ).toEqual([
      ["a@example.com", "keep"],
      ["b@example.com", "keep"],
      ["c@example.com", "create"],
    ]);
  });
});

describe("who is to be absent", () => {
  const text = wanted("{ state: absent }");

  test.each<[string, Partial<AccessUser> | undefined, string]>([
    ["is absent without a row", undefined, "absent -> absent: keep"],
    [
      "is absent with a row that holds nothing",
      { access_seat: false, gateway_seat: null, active_device_count: 0 },
      "absent -> absent: keep",
    ],
    ["is deleted for an Access seat", { access_seat: true }, "present -> absent: delete"],
    ["is deleted for a Gateway seat", { gateway_seat: true }, "present -> absent: delete"],
    ["is deleted for an active device", { active_device_count: 1 }, "present -> absent: delete"],
  ])("%s", (_title, row, expected) => {
    expect(only({ text, users: row ? [user("bob@example.com", row)] : [] })).toBe(expected);
  });

  test("a row that a deleted user left gives way to the one who came back", () => {
    const users = [user("bob@example.com", { id: "old" }), user("bob@example.com", { ...seated, id: "new" })];
    const { accessUsers, problems } = planOf({ text, users });
    expect(accessUsers[0]!.user?.id).toBe("new");
    expect(problems).toEqual([]);
  });
});

test("two rows of one address hold the plan, and neither is acted on", () => {
  const users = [
    user("bob@example.com", { id: "a", ...seated }),
    user("BOB@example.com", { id: "b", ...seated }),
  ];
  for (const value of ["{ name: Bob }", "{ state: absent }"]) {
    const { accessUsers, problems } = planOf({ text: wanted(value), users });
    expect(accessUsers).toMatchObject([
      { action: "keep", live: "present", user: undefined, text: "the account has it more than once" },
    ]);
    expect(problems).toEqual([
      {
        code: "access-users/ambiguous",
        text: 'the account has 2 Access users with the address "bob@example.com" ("a", "b"), and it is not clear which one is meant',
        fix: "delete all but one of them in the dashboard, or remove the user from `accessUsers`",
        source: { file: "allowlist.yaml", line: 3, column: 16 },
      },
    ]);
  }
});

const THREE = ["a", "b", "c"].map((name) => user(`${name}@example.com`, seated));
const ABSENT = `accessUsers:\n${THREE.map(({ email }) => `  ${email!}: { state: absent }\n`).join("")}`;

describe("the guard of deletions", () => {
  const verdict = (lines: string) =>
    planOf({ text: `${lines}${ABSENT}`, users: THREE }).guards.find(({ guard }) => guard === "deleteUsers");

  test.each<[string, number, boolean]>([
    ["", 5, false],
    ["guards: { deleteUsers: 3 }\n", 3, false],
    ["guards: { deleteUsers: 2 }\n", 2, true],
    ["guards: { deleteUsers: 0 }\n", 0, true],
  ])("%j", (lines, limit, tripped) => {
    expect(verdict(lines)).toMatchObject({ count: 3, limit, tripped, by: "max" });
  });

  test("counts deletions alone, is not asked by who names no Access user, and perRun does not pace it", () => {
    const created = planOf({ text: wanted("{}"), users: [] });
    expect(created.guards.find(({ guard }) => guard === "deleteUsers")).toMatchObject({ count: 0 });
    expect(planOf({ text: "", users: THREE }).guards).toHaveLength(3);
    const paced = planOf({ text: `limits: { perRun: 1 }\n${ABSENT}`, users: THREE });
    expect(paced.accessUsers.filter(({ pending }) => pending)).toEqual([]);
  });
});

describe("the fingerprint", () => {
  const of = (text: string, users: readonly AccessUser[], live: readonly Sketch[] = []) =>
    planOf({ text, users, live }).fingerprint;

  test("is the same without a deletion as without Access users", () => {
    expect(of(wanted("{ name: Bob }"), [])).toBe(of("", []));
  });

  test("changes with who is deleted, with what the row holds, and with what goes along", () => {
    const text = wanted("{ state: absent }");
    const bob = user("bob@example.com", seated);
    const all = [
      of("", []),
      of(text, [bob]),
      of(text, [{ ...bob, id: "other" }]),
      of(text, [{ ...bob, access_seat: false }]),
      of(text, [bob], [{ id: "r1", email: "bob@example.com" }]),
    ];
    expect(new Set(all).size).toBe(all.length);
    expect(of(text, [{ ...bob, updated_at: "2026-06-01T00:00:00Z" }])).toBe(of(text, [bob]));
  });
});
