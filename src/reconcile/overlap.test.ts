import { expect, test } from "vitest";
import { allowlist, registration } from "../../test/support/world.js";
import { findOverlap } from "./findings/account.js";

const scope = (text: string) => allowlist(`version: 1\n${text}\nusers: { a@example.com: [] }\n`).scope;
const WHOLE = scope("");
const HERE = scope("scope: { emailDomains: [example.com] }");
const LIVE = [
  registration({ id: "c", email: "carol@example.com" }),
  registration({ id: "a", email: "alice@example.com" }),
  registration({ id: "b", email: "bob@example.org" }),
  registration({ id: "x", email: "xenia@example.com", type: "browser_extension" }),
];

test("a stack that decides about some of the same registrations is named, with them in the order of ids", () => {
  expect(findOverlap([{ stack: "acme/prod", scope: WHOLE }], HERE, LIVE)).toEqual([
    {
      code: "overlapping-stack",
      subject: ["acme/prod"],
      text: "stack acme/prod has 2 of these registrations in its scope too, and may undo what this stack does: give each stack its own scope",
      registrations: ["a", "c"],
    },
  ]);
});

test("stacks without a registration in common are not", () => {
  const apart = scope("scope: { emails: [a@example.com] }");
  expect(findOverlap([{ stack: "apart", scope: apart }], HERE, LIVE)).toEqual([]);
  expect(findOverlap([{ stack: "whole", scope: WHOLE }], apart, LIVE)).toEqual([]);
  expect(findOverlap([], WHOLE, LIVE)).toEqual([]);
});

test("what was deleted is in nobody's scope", () => {
  const gone = registration({ id: "g", email: "gil@example.com", deleted: "2026-05-01T00:00:00Z" });
  const [found] = findOverlap([{ stack: "acme/prod", scope: WHOLE }], HERE, [...LIVE, gone]);
  expect(found?.registrations).toEqual(["a", "c"]);
});

test("where the other scope cannot be read, that is said, and each stack is told of by itself", () => {
  const siblings = [
    { stack: "one", scope: { unreadable: "Pulumi.one.yaml is no YAML" } },
    { stack: "two", scope: HERE },
  ];
  expect(findOverlap(siblings, HERE, LIVE)).toEqual([
    {
      code: "overlapping-stack",
      subject: ["one", "unreadable"],
      text: "stack one also uses this account, and it is not known whether its scope overlaps: Pulumi.one.yaml is no YAML",
      registrations: [],
    },
    expect.objectContaining({ subject: ["two"], registrations: ["a", "c"] }),
  ]);
});
