import { expect, test } from "vitest";
import { ALICE, BOB, HEAD } from "../../test/support/world-steps.js";
import { ACCOUNT, allowlist, NOW, plan, registration } from "../../test/support/world.js";
import { findWarning } from "./findings/allowlist.js";
import { makePlan } from "./plan.js";

const LIST = `${HEAD}scope: { emailDomains: [example.com] }\nusers:\n  ${ALICE}: [{ device: d1 }]\n`;
const LIVE = [
  { id: "a", email: ALICE, device: "d1" },
  { id: "b", email: ALICE, device: "d2", revoked: "2026-05-20T00:00:00Z" },
  { id: "c", email: "carol@example.org" },
  { id: "d", email: "dan@example.org" },
  { id: "e", email: "eve@example.org" },
];

test("a plan counts what is in scope, what of it is active, and what is outside", () => {
  expect(plan(LIST, LIVE).population).toEqual({ inScope: 2, active: 1, outOfScope: 3 });
});

test("without a reviewed plan nothing is skipped and nothing bound; the moment is the one that was given", () => {
  const made = plan(LIST, LIVE);
  expect([made.skipped, made.reviewed, made.notes, made.asOf]).toEqual([[], undefined, [], NOW]);
});

test("what could not be looked at is passed on, and other stacks are told of", () => {
  const inventory = { account: ACCOUNT, registrations: LIVE.map(registration), notes: ["no seats"] };
  const list = allowlist(LIST);
  const made = makePlan(list, inventory, NOW, { siblings: [{ stack: "other", scope: list.scope }] });
  expect(made.notes).toEqual(["no seats"]);
  expect(made.findings.map(({ code, registrations }) => [code, registrations])).toEqual([
    ["overlapping-stack", ["a", "b"]],
  ]);
});

test("a warning that has no fix is its text alone", () => {
  const text = "2 more problems are not listed";
  expect(findWarning({ code: "allowlist/too-many", text })).toEqual({
    code: "warning",
    subject: ["allowlist/too-many"],
    text,
    registrations: [],
  });
});

test("a warning about the allowlist is a finding with its fix, its line and the other place", () => {
  const made = plan(
    `${HEAD}protected: { users: [${BOB}] }\nignore: [{ user: ${BOB}, reason: MDM }]\nusers:\n  ${ALICE}: []\n`,
    [],
  );
  const place = (line: number, column: number) => ({ file: "allowlist.yaml", line, column });
  expect(made.findings.filter(({ code }) => code === "warning")).toEqual([
    {
      code: "warning",
      subject: ["allowlist/ignored-and-protected", "ignore", `user ${BOB}`],
      text: "allowlist.yaml:2 protects everything that this rule matches, so the rule has no effect; keep one of the two",
      source: place(3, 10),
      related: [{ text: "protected here", source: place(2, 22) }],
      registrations: [],
    },
  ]);
});
