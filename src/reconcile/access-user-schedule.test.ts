import { describe, expect, test } from "vitest";
import { planOf, row, seated, type UserWorld } from "../../test/support/access-users.js";
import { ACCOUNT, NOW } from "../../test/support/world.js";
import type { ReviewedItem } from "./decision.js";

const A = "a@example.com";
const N = "n@example.com";
const R = "r@example.com";
const K = "k@example.com";

/** A deletion, a kept one, a creation and a renaming, in the order of addresses. */
const TEXT = `accessUsers:
  ${A}: { state: absent, name: Ann }
  ${K}: {}
  ${N}: { name: New }
  ${R}: { name: Right }
`;
const USERS = [row(A, seated), row(K), row(R, { name: "Wrong" })];

function waiting(more: Partial<UserWorld>) {
  const { accessUsers } = planOf({ text: TEXT, users: USERS, ...more });
  return accessUsers.flatMap(({ email, pending }) => (pending ? [[email, pending.why, pending.text]] : []));
}

describe("a freeze", () => {
  const frozen = (until: string) => `freeze: { until: ${until}, reason: year end }\n${TEXT}`;

  test("holds every act, and the guard counts it all the same", () => {
    const text = frozen("2999-12-31T08:30:00Z");
    const why = ["frozen", "frozen until 2999-12-31T08:30Z: year end"];
    expect(waiting({ text })).toEqual([A, N, R].map((email) => [email, ...why]));
    expect(planOf({ text, users: USERS }).guards.at(-1)).toMatchObject({ guard: "deleteUsers", count: 1 });
  });

  test("ends at its very moment", () => {
    expect(waiting({ text: frozen("2026-06-01T12:00:01Z") })).toHaveLength(3);
    expect(waiting({ text: frozen("2026-06-01T12:00:00Z") })).toEqual([]);
  });
});

const THEN = {
  [A]: { action: "delete", id: `id-${A}`, pending: false },
  [N]: { action: "create", name: "New", pending: false },
  [R]: { action: "rename", id: `id-${R}`, name: "Right", pending: false },
} as const;

function reviewed(users?: Readonly<Record<string, ReviewedItem>>): Pick<UserWorld, "terms"> {
  const accessUsers = users && new Map(Object.entries(users));
  const known = { account: ACCOUNT, asOf: NOW, fingerprint: "f", files: [], decisions: new Map() };
  return { terms: { reviewed: { ...known, ...(accessUsers && { accessUsers }) } } };
}

describe("what was reviewed", () => {
  test("is done, and nothing else waits", () => {
    expect(waiting(reviewed(THEN))).toEqual([]);
  });

  test.each<[string, keyof typeof THEN, Partial<ReviewedItem>, string]>([
    [
      "of another user with the address",
      A,
      { id: "other" },
      "in the reviewed plan it was another user with that address",
    ],
    ["to another name", N, { name: "Old" }, "in the reviewed plan its new name was different"],
    ["to another name", R, { name: "Old" }, "in the reviewed plan its new name was different"],
    ["put off", A, { pending: true }, "in the reviewed plan it was pending"],
    ["put off", R, { pending: true }, "in the reviewed plan it was pending"],
    ["another act", A, { action: "keep" }, "not in the reviewed plan, where it was keep"],
    ["another act", N, { action: "rename" }, "not in the reviewed plan, where it was rename"],
  ])("is not done where it was %s: %s", (_, email, then, text) => {
    expect(waiting(reviewed({ ...THEN, [email]: { ...THEN[email], ...then } }))).toEqual([
      [email, "not-reviewed", text],
    ]);
  });

  test("of a name binds no deletion, and of a row no renaming", () => {
    const then = { ...THEN, [A]: { ...THEN[A], name: "Old" }, [R]: { ...THEN[R], id: "other" } };
    expect(waiting(reviewed(then))).toEqual([]);
  });

  test.each([undefined, {}])("of no Access user (%j) lets nothing be done", (users) => {
    const text = "not in the reviewed plan, which did not cover this Access user";
    expect(waiting(reviewed(users))).toEqual([A, N, R].map((email) => [email, "not-reviewed", text]));
  });

  test("is told before a freeze, which holds what was reviewed", () => {
    const text = `freeze: { until: 2999-12-31, reason: year end }\n${TEXT}`;
    const { [A]: _, ...rest } = THEN;
    expect(waiting({ text, ...reviewed(rest) }).map(([email, why]) => `${email}: ${why}`)).toEqual([
      `${A}: not-reviewed`,
      `${N}: frozen`,
      `${R}: frozen`,
    ]);
  });

  test("alone counts and enters the fingerprint", () => {
    const unknown = planOf({ text: TEXT, users: USERS, ...reviewed({}) });
    expect(unknown.guards.at(-1)).toMatchObject({ guard: "deleteUsers", count: 0 });
    expect(unknown.fingerprint).toBe(planOf({ text: "", users: [] }).fingerprint);
    const known = planOf({ text: TEXT, users: USERS, ...reviewed(THEN) });
    expect(known.guards.at(-1)).toMatchObject({ guard: "deleteUsers", count: 1 });
    expect(known.fingerprint).toBe(planOf({ text: TEXT, users: USERS }).fingerprint);
  });
});

test("deletions of the reviewed plan that are not due any more are told, in order, and nothing else of it", () => {
  const gone = { action: "delete", id: "x", pending: false } as const;
  const then = {
    "z@example.com": gone,
    ...THEN,
    [K]: gone,
    "p@example.com": { ...gone, pending: true },
    "c@example.com": { action: "create", pending: false },
  } as const;
  const { findings } = planOf({ text: TEXT, users: USERS, ...reviewed(then) });
  expect(findings.filter(({ code }) => code === "reviewed-plan").map((one) => one.subject)).toEqual([
    ["allowlist.yaml", "is new"],
    ["accessUsers", K],
    ["accessUsers", "z@example.com"],
  ]);
  const text = (email: string) =>
    `the Access user ${email} was due for deletion in the reviewed plan, and no longer is`;
  expect(findings.filter(({ code }) => code === "reviewed-plan").map((one) => one.text)).toEqual([
    "allowlist.yaml is new since the reviewed plan",
    text(K),
    text("z@example.com"),
  ]);
});
