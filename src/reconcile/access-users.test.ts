import { describe, expect, test } from "vitest";
import { ACCOUNT, NOW, allowlist, registration, type Sketch } from "../../test/support/world.js";
import type { AccessUser } from "../cloudflare/access-types.js";
import { makePlan, type RunTerms } from "./plan.js";
import type { ReviewedAccessUser } from "./reviewed.js";

const HEAD = "version: 1\nusers: { z@example.com: [] }\n";
const seated = { access_seat: true, gateway_seat: true, active_device_count: 1 };
const user = (email: string, more: Partial<AccessUser> = {}): AccessUser => ({
  id: `id-${email}`,
  email,
  ...more,
});

interface Given {
  readonly text: string;
  readonly users?: readonly AccessUser[] | undefined;
  readonly live?: readonly Sketch[];
  readonly terms?: RunTerms;
}

function planOf({ text, users, live = [], terms }: Given) {
  const inventory = { account: ACCOUNT, registrations: live.map(registration), accessUsers: users };
  return makePlan(allowlist(`${HEAD}${text}`), inventory, NOW, terms);
}

/** `live → desired: action`, of the only one. */
function only(given: Given): string {
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
    expect(findings.map(({ code }) => code)).toContain("access-users-unread");
    expect(guards.map(({ guard }) => guard)).not.toContain("deleteUsers");
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

  test("takes along what the text spells out: seats, tokens, sessions, every registration by id or address", () => {
    const live: Sketch[] = [
      { id: "r2", email: "bob@example.com", name: "BOB-2", revoked: "2026-05-01T00:00:00Z" },
      { id: "r1", email: "BOB@example.com", name: "BOB-1", type: "browser_extension" },
      { id: "r3", email: "bob@example.com", deleted: "2026-05-01T00:00:00Z" },
      { id: "r4", email: "eve@example.com" },
    ];
    const [one] = planOf({ text, users: [user("bob@example.com", seated)], live }).accessUsers;
    expect(one!.registrations).toEqual(["r1", "r2"]);
    expect(one!.text).toBe(
      "for good, and with it go its Access seat, its Gateway seat, its tokens and sessions; all its 2 registrations (1 active) may go with the seat: BOB-1 (r1), BOB-2 (r2)",
    );
    const byId = planOf({
      text,
      users: [{ ...user("bob@example.com", seated), id: "user-eve@example.com" }],
      live,
    });
    expect(byId.accessUsers[0]!.registrations).toEqual(["r1", "r2", "r4"]);
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
    expect(accessUsers.map(({ action }) => action)).toEqual(["keep"]);
    expect(problems).toMatchObject([{ code: "access-users/ambiguous", source: { line: 3 } }]);
    expect(problems[0]!.text).toContain('("a", "b")');
  }
});

describe("nobody deletes", () => {
  const live: Sketch[] = [{ id: "r1", email: "bob@example.com", device: "d1" }];
  test.each<[string, string, string]>([
    ["a protected user", "protected: { users: [bob@example.com] }\n", "is protected at allowlist.yaml:3"],
    ["the operator", "guards: { self: [bob@example.com] }\n", "runs this tool at allowlist.yaml:3"],
    [
      "whose device is protected",
      "protected: { devices: [d1] }\n",
      "NAME-r1 (r1) of bob@example.com, which may go",
    ],
    [
      "whose registration is protected",
      "protected: { registrations: [r1] }\n",
      "NAME-r1 (r1) of bob@example.com, which may go",
    ],
  ])("%s: both lines are named", (_title, lines, expected) => {
    const text = `${lines}${wanted("{ state: absent }")}`;
    const { problems } = planOf({ text, users: [user("bob@example.com", seated)], live });
    expect(problems).toMatchObject([
      { code: "allowlist/contradiction", source: { line: 4 }, related: [{ source: { line: 3 } }] },
    ]);
    expect(problems[0]!.text).toContain(expected);
    // Who is gone already, or is to stay, contradicts nothing.
    expect(planOf({ text, users: [], live }).problems).toEqual([]);
    expect(planOf({ text: `${lines}${wanted("{}")}`, users: [], live }).problems).toEqual([]);
  });

  test("outside the scope", () => {
    const text = `scope: { emailDomains: [example.org] }\n${wanted("{ state: absent }")}`;
    const root = allowlist(`version: 1\nusers: { z@example.org: [] }\n${text}`);
    const inventory = { account: ACCOUNT, registrations: [], accessUsers: [user("bob@example.com", seated)] };
    expect(makePlan(root, inventory, NOW).problems).toMatchObject([{ code: "allowlist/out-of-scope" }]);
  });
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

describe("what this run does not do", () => {
  const text = `accessUsers:\n  a@example.com: { state: absent }\n  n@example.com: { name: New }\n`;
  const pending = (given: Partial<Given>) =>
    planOf({ text, users: THREE, ...given }).accessUsers.map(({ pending }) => pending?.why);

  test("a freeze holds every act, and the guard counts it all the same", () => {
    const frozen = `freeze: { until: 2999-12-31, reason: year end }\n${text}`;
    expect(pending({ text: frozen })).toEqual(["frozen", "frozen"]);
    expect(planOf({ text: frozen, users: THREE }).guards.at(-1)).toMatchObject({ count: 1 });
  });

  const reviewed = (accessUsers?: Readonly<Record<string, ReviewedAccessUser>>): Partial<Given> => ({
    terms: {
      reviewed: {
        account: ACCOUNT,
        asOf: NOW,
        fingerprint: "f",
        files: [],
        decisions: new Map(),
        ...(accessUsers && { accessUsers: new Map(Object.entries(accessUsers)) }),
      },
    },
  });
  const same = {
    "a@example.com": { action: "delete", id: "id-a@example.com", pending: false },
    "n@example.com": { action: "create", name: "New", pending: false },
  } as const;

  test("what was reviewed is done, of the same user and to the same name only", () => {
    const why = "not-reviewed";
    expect(pending(reviewed(same))).toEqual([undefined, undefined]);
    expect(pending(reviewed())).toEqual([why, why]);
    expect(pending(reviewed({}))).toEqual([why, why]);
    const other = { ...same["a@example.com"], id: "other" };
    const named = { ...same["n@example.com"], name: "Old" };
    expect(pending(reviewed({ "a@example.com": other, "n@example.com": named }))).toEqual([why, why]);
    const put = { ...same["a@example.com"], pending: true };
    const kept = { action: "keep", pending: false } as const;
    expect(pending(reviewed({ "a@example.com": put, "n@example.com": kept }))).toEqual([why, why]);
  });

  test("what was not reviewed neither counts nor enters the fingerprint; what is not due any more is told", () => {
    const unknown = planOf({ text, users: THREE, ...reviewed({}) });
    expect(unknown.guards.at(-1)).toMatchObject({ guard: "deleteUsers", count: 0 });
    expect(unknown.fingerprint).toBe(planOf({ text: "", users: [] }).fingerprint);
    const { findings } = planOf({ text: "", users: THREE, ...reviewed(same) });
    expect(findings.map((one) => one.text)).toContain(
      "the Access user a@example.com was to be deleted in the reviewed plan, and is not any more",
    );
  });
});
