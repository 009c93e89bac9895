/** What is said of every kind of item beside registrations. */

import { expect, test } from "vitest";
import { identityOfAct } from "./findings/finding.js";
import { aboutItems, countedKind, factsOf, identityOfItem, itemFields, itemKinds } from "./items.js";

const GONE = {
  email: "ann@example.com",
  live: "present",
  desired: "absent",
  action: "delete",
  user: { id: "u1", email: "ann@example.com", access_seat: true },
  registrations: ["r1"],
  text: "for good",
  source: { file: "allowlist.yaml", line: 3, column: 1 },
} as const;

test("a guard counts the acts of one kind, or those on registrations", () => {
  expect(countedKind("deleteUsers")).toBe(aboutItems("accessUsers"));
  expect(["revoke", "delete", "unrevoke", "perUser"].map(countedKind)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test("a report has two fields for each kind: the items, and what became of their acts", () => {
  expect(itemFields).toEqual(["accessUsers", "accessUserResults"]);
  expect(itemFields).toHaveLength(itemKinds.length * 2);
});

test("an act on an item is known from one run to the next by what it does and to whom", () => {
  expect(identityOfItem("accessUsers", GONE)).toBe(identityOfAct("user-delete", "ann@example.com"));
  expect(identityOfItem("accessUsers", GONE, "bob@example.com")).toBe(
    identityOfAct("user-delete", "bob@example.com"),
  );
});

test("a fingerprint names what a guard counts and was reviewed, and no act that none counts", () => {
  const row = ["u1", "ann@example.com", true, false, ["r1"]];
  const notReviewed = { ...GONE, pending: { why: "not-reviewed", text: "new" } } as const;
  const kept = { ...GONE, action: "keep" } as const;
  const created = { ...GONE, action: "create" } as const;
  expect(factsOf({ accessUsers: [GONE, notReviewed, kept, created] })).toEqual([[row]]);
  expect(factsOf({ accessUsers: [created] })).toEqual([]);
  expect(factsOf({})).toEqual([]);
});
