/** What the catalogues of rules and of findings say, by which reports, pages and the order of a report go. */

import { describe, expect, test } from "vitest";
import { aboutRule, liveState, type RuleCode, ruleMeanings } from "./decision.js";
import { type FindingCode, findingKinds, worthOf } from "./findings/kinds.js";
import { registration } from "../../test/support/world.js";

const rules = Object.keys(ruleMeanings) as RuleCode[];
const kinds = Object.keys(findingKinds) as FindingCode[];

describe("each says in a sentence what it means, and what to do about it", () => {
  const SENTENCE = /^[A-Z`].+\.$/u;

  test.each(rules)("rule %s", (code) => {
    expect(aboutRule(code).meaning).toMatch(SENTENCE);
    expect(aboutRule(code).fix).toMatch(SENTENCE);
    expect(ruleMeanings[code]).toBe(aboutRule(code).meaning);
  });

  test.each(kinds)("finding %s", (code) => {
    expect(findingKinds[code].meaning).toMatch(SENTENCE);
    expect(findingKinds[code].fix).toMatch(SENTENCE);
  });

  test("and no two mean the same", () => {
    expect(new Set(rules.map((code) => aboutRule(code).meaning)).size).toBe(rules.length);
    expect(new Set(kinds.map((code) => findingKinds[code].meaning)).size).toBe(kinds.length);
  });
});

test("what a finding is worth: what a change loosens for everybody and what is refused and connects come first", () => {
  const of = (worth: string) => kinds.filter((code) => worthOf(code) === worth);
  expect(of("loosens")).toEqual(["change-out-of-scope", "change-excepted", "change-loosened"]);
  expect(of("alarms")).toEqual(["elsewhere"]);
  expect(of("drops")).toEqual(["change-dropped"]);
  expect(of("admits")).toEqual(["change-widened"]);
  expect(of("withholds")).toEqual(["change-withheld"]);
  expect(of("informs")).toEqual(
    kinds.filter((code) => !(code.startsWith("change-") || code === "elsewhere")),
  );
});

test("what a later version tells is told with the rest", () => {
  expect([worthOf("of-a-later-version"), worthOf("toString")]).toEqual(["informs", "informs"]);
});

test("a registration is active while it has no `revoked_at`, whatever way the API says so", () => {
  const of = (revoked_at?: string | null) =>
    liveState(registration({ id: "a", also: revoked_at === undefined ? {} : { revoked_at } }));
  expect([of(), of(null), of("2026-05-20T00:00:00Z")]).toEqual(["active", "active", "revoked"]);
});
