import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { ACCOUNT, allowlist, NOW, registration } from "../../test/support/world.js";
import type { AccessUser } from "../cloudflare/types.js";
import type { AccessUserDecision } from "./access-users.js";
import { fingerprint, makePlan } from "./plan.js";

const list = allowlist("version: 1\nusers:\n  alice@example.com: []\n");
const live = [
  registration({ id: "a", email: "alice@example.com" }),
  registration({ id: "b", email: "alice@example.com" }),
  registration({ id: "c", email: "carol@example.com" }),
];
const of = (account: string, registrations = live) =>
  makePlan(list, { account, registrations }, NOW).fingerprint;
const [a, b, c] = live as [(typeof live)[0], (typeof live)[0], (typeof live)[0]];

/** As the document of `fingerprint` says it: what was approved yesterday has the same one today. */
const digest = (what: unknown) =>
  createHash("sha256").update(JSON.stringify(what)).digest("hex").slice(0, 16);

test("the same acts have the same fingerprint, in whatever order they are listed", () => {
  expect(of(ACCOUNT, [c, b, a])).toBe(of(ACCOUNT));
  expect(of(ACCOUNT)).toMatch(/^[0-9a-f]{16}$/u);
});

test("a registration that no act touches does not matter", () => {
  expect(of(ACCOUNT, [a, b])).toBe(of(ACCOUNT));
});

test.each([
  ["another account", of("ffffffffffffffffffffffffffffffff")],
  ["an act less", of(ACCOUNT, [a, c])],
  ["a registration that changed since", of(ACCOUNT, [a, { ...b, updated_at: "2026-06-01T00:00:00Z" }, c])],
  ["another id", of(ACCOUNT, [a, { ...b, id: "z" }, c])],
])("%s has another fingerprint", (_, other) => {
  expect(other).not.toBe(of(ACCOUNT));
});

test("an act on an active registration is another than on a revoked one", () => {
  const deleting = allowlist("version: 1\npolicy: { unlisted: delete }\nusers:\n  alice@example.com: []\n");
  const [active, revoked] = [a, { ...a, revoked_at: a.updated_at }].map(
    (one) => makePlan(deleting, { account: ACCOUNT, registrations: [one] }, NOW).fingerprint,
  );
  expect(active).not.toBe(revoked);
});

test("acts are named in the order of their ids, in whatever order they come", () => {
  const { acts } = makePlan(list, { account: ACCOUNT, registrations: live }, NOW);
  expect(acts.map(({ registration: { id } }) => id)).toEqual(["a", "b"]);
  expect(fingerprint(ACCOUNT, [...acts].reverse())).toBe(fingerprint(ACCOUNT, acts));
  expect(fingerprint(ACCOUNT, acts)).toBe(of(ACCOUNT));
  const rows = ["a", "b"].map((id) => [id, "revoke", "active", a.updated_at]);
  expect(of(ACCOUNT)).toBe(digest([ACCOUNT, 1, rows]));
});

describe("an Access user who is deleted is named with what goes along", () => {
  const source = { file: "allowlist.yaml", line: 1, column: 1 };
  const row = { id: "u1", email: "alice@example.com", access_seat: true, gateway_seat: false };
  const deleted = (user: Partial<AccessUser> = {}, registrations = ["a"]): AccessUserDecision => ({
    email: "alice@example.com",
    live: "present",
    desired: "absent",
    action: "delete",
    user: { ...row, ...user },
    registrations,
    text: "",
    source,
  });
  const one = fingerprint(ACCOUNT, [], { accessUsers: [deleted()] });

  test("with the row's id, the address, both seats and the registrations", () => {
    expect(one).toBe(digest([ACCOUNT, 1, [], [["u1", "alice@example.com", true, false, ["a"]]]]));
  });

  test.each([
    ["none is deleted", []],
    ["another user", [{ ...deleted(), email: "bob@example.com" }]],
    ["another row of the same address", [deleted({ id: "u2" })]],
    ["without the Access seat", [deleted({ access_seat: false })]],
    ["with a Gateway seat", [deleted({ gateway_seat: true })]],
    ["another registration", [deleted({}, ["a", "b"])]],
    ["two users", [deleted(), deleted()]],
  ])("%s: another fingerprint", (_title, users) => {
    expect(fingerprint(ACCOUNT, [], { accessUsers: users })).not.toBe(one);
  });

  test("a sign-in in between changes nothing, nor does a seat that is not told rather than not held", () => {
    expect(fingerprint(ACCOUNT, [], { accessUsers: [deleted({ updated_at: "2026-06-01T00:00:00Z" })] })).toBe(
      one,
    );
    const { gateway_seat: _, ...untold } = row;
    expect(fingerprint(ACCOUNT, [], { accessUsers: [{ ...deleted(), user: untold }] })).toBe(one);
  });

  test("where none is deleted it is as if there were no Access users", () => {
    expect(fingerprint(ACCOUNT, [], { accessUsers: [] })).toBe(fingerprint(ACCOUNT, []));
    // Over account, version and acts, as it was before there were any: approvals of then go on to fit.
    expect(fingerprint(ACCOUNT, [])).toBe(digest([ACCOUNT, 1, []]));
  });
});
