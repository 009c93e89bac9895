/** Who revoked what an entry allows, and whether `policy.listedRevoked` lets it in again. */

import { describe, expect, test } from "vitest";
import { ALICE, BOB, HEAD } from "../../test/support/world-steps.js";
import { ACCOUNT, allowlist, NOW, registration } from "../../test/support/world.js";
import type { EarlierRuns } from "./decision.js";
import { makePlan, needsOwnRevocations, type Plan, withWhoRevoked } from "./plan.js";

const AT = "2026-05-20T10:00:00Z";
const MOMENT = Date.parse(AT);

const LIVE = [
  registration({ id: "a1", email: ALICE, device: "d1", revoked: AT }),
  registration({ id: "a2", email: ALICE, device: "d2" }),
  registration({ id: "a3", email: ALICE, device: "d3" }),
];

/** What the state tells: that the stack revoked `a1` between these moments. */
const made = (from: number, until: number, isWhole = true): EarlierRuns => ({
  isWhole,
  made: new Map([["a1", { from: MOMENT + from, until: MOMENT + until }]]),
});
const nothing = (isWhole: boolean): EarlierRuns => ({ isWhole, made: new Map() });

function planned(value: string, own?: EarlierRuns, more = ""): Plan {
  const text = `${HEAD}policy: { listedRevoked: ${value} }\n${more}users:\n  ${ALICE}: [{ device: d1 }, { device: d2 }]\n`;
  const inventory = { account: ACCOUNT, registrations: LIVE, devices: [] };
  return makePlan(allowlist(text), inventory, NOW, { own });
}

/** `ours` lets in only what this stack revoked: nothing later, and nothing of which nobody knows. */
const OURS: readonly [title: string, own: EarlierRuns | undefined, decided: string][] = [
  ["the stack revoked it at that very moment", made(0, 0), "unrevoke (entry)"],
  ["the stack revoked it within those moments", made(-1000, 1000), "unrevoke (entry)"],
  ["and the record is not of everything", made(-1000, 0, false), "unrevoke (entry)"],
  ["it was revoked again after the stack had", made(-2000, -1), "leave (listed-revoked) outside this stack"],
  ["it was revoked before the stack did", made(1, 2000), "leave (listed-revoked) outside this stack"],
  ["the stack revoked others only", nothing(true), "leave (listed-revoked) outside this stack"],
  ["a part of what it did is not known", nothing(false), "leave (listed-revoked) by an unknown party"],
  ["nothing tells what it did", undefined, "leave (listed-revoked) by an unknown party"],
];

describe("listedRevoked: ours", () => {
  test.each(OURS)("%s", (_, own, wanted) => {
    const [decision] = planned("ours", own).decisions;
    const { action, reason } = decision!;
    const whose = /outside this stack|by an unknown party/.exec(reason.text);
    expect([`${action} (${reason.code})`, ...(whose ?? [])].join(" ")).toBe(wanted);
  });

  test("says when it was revoked, and by which line it stays so", () => {
    const { findings } = planned("ours", nothing(true));
    expect(findings.find(({ code }) => code === "listed-revoked")).toMatchObject({
      subject: ["a1"],
      text: expect.stringMatching(
        /: allowed by device "d1", but it was revoked outside this stack on 2026-05-20; policy.listedRevoked is ours$/,
      ) as unknown,
      source: { line: 2 },
    });
    const unknown = planned("ours").findings.find(({ code }) => code === "listed-revoked");
    expect(unknown?.text).toContain("but it was revoked on 2026-05-20 by an unknown party; ");
  });

  test("report says of nobody that they revoked it: it is out, whoever did", () => {
    const [decision] = planned("report", made(0, 0)).decisions;
    expect(decision).toMatchObject({ action: "leave", reason: { code: "listed-revoked" } });
    expect(decision!.reason.text).toMatch(/, but it is revoked; policy.listedRevoked is report$/);
  });
});

/** What the plan shows of everything that it lets in again. */
describe("a plan tells of what it lets in who revoked it", () => {
  const told = (own: EarlierRuns | undefined, more = "") => {
    const plan = withWhoRevoked(planned("unrevoke", own, more), own);
    const of = (all: Plan["decisions"]) =>
      all.map(({ registration: { id }, action, revokedBy }) => `${id}: ${action} ${revokedBy ?? "-"}`);
    return [of(plan.decisions), of(plan.acts), of(plan.pending.map(({ decision }) => decision))];
  };

  test.each([
    [made(0, 0), "this-stack"],
    [nothing(true), "outside"],
    [nothing(false), "unknown"],
    [undefined, "unknown"],
  ] as const)("by what the state tells (%#): %s", (own, by) => {
    expect(told(own)).toEqual([
      [`a1: unrevoke ${by}`, "a2: keep -", "a3: revoke -"],
      [`a1: unrevoke ${by}`, "a3: revoke -"],
      [],
    ]);
  });

  test("also of what waits", () => {
    expect(told(made(0, 0), "limits: { perRun: 1 }\n")).toEqual([
      ["a1: unrevoke this-stack", "a2: keep -", "a3: revoke -"],
      ["a3: revoke -"],
      ["a1: unrevoke this-stack"],
    ]);
  });

  test("of a plan that lets nothing in there is nothing to tell", () => {
    const plan = planned("report");
    expect(withWhoRevoked(plan, made(0, 0))).toEqual(plan);
  });
});

describe("what the stack revoked has to be known", () => {
  const isAsked = (text: string) => needsOwnRevocations(allowlist(HEAD + text));

  test.each([
    [false, `users: { ${ALICE}: [] }\n`],
    [false, `policy: { listedRevoked: report }\nusers: { ${ALICE}: [] }\n`],
    [true, `policy: { listedRevoked: ours }\nusers: { ${ALICE}: [] }\n`],
    [true, `users: { ${ALICE}: { devices: [], policy: { listedRevoked: ours } }, ${BOB}: [] }\n`],
    [
      true,
      `policy: { listedRevoked: ours }\nusers: { ${ALICE}: { devices: [], policy: { listedRevoked: report } } }\n`,
    ],
  ])("%s: %s", (wanted, text) => {
    expect(isAsked(text)).toBe(wanted);
  });
});
