/** What belongs together in a run: who is let in, and the removals that rely on it. */

import { describe, expect, test } from "vitest";
import {
  bob,
  BOB,
  EVE,
  LATELY,
  LONG_AGO,
  machine,
  R1,
  R2,
  relying,
  stories,
} from "../../test/support/stories.js";
import { applied, inOrder, toReviewed } from "../../test/support/world-run.js";
import { HEAD } from "../../test/support/world-steps.js";
import { ACCOUNT, allowlist, NOW, registration, type Sketch } from "../../test/support/world.js";
import { makePlan, type Plan } from "./plan.js";

const DEVICES = [machine("d1", "SN1", "H1"), machine("d2", "SN2", "H2"), machine("d3", "SN3", "H3")];
const RULES = "superseded: delete";
/** The older one is active and the newer one, which the entry allows, is revoked. */
const LIVE: readonly Sketch[] = [R1, { ...R2, revoked: LATELY }];
const UNIT = bob(RULES, "{ serial: SN1 }");

function made(text: string, live: readonly Sketch[], reviewed?: Plan): Plan {
  const inventory = { account: ACCOUNT, registrations: live.map(registration), devices: DEVICES };
  return makePlan(allowlist(HEAD + text), inventory, NOW, reviewed ? { reviewed: toReviewed(reviewed) } : {});
}

const acts = ({ acts: all }: Plan) =>
  all.map(({ registration: { id }, action }) => `${id}: ${action}`).sort();
const waits = ({ pending }: Plan) =>
  pending
    .map(
      ({
        decision: {
          registration: { id },
          action,
        },
        why,
      }) => `${id}: ${action} ${why}`,
    )
    .sort();

describe("an act that lets in and the removals that rely on it are one unit", () => {
  test("made in that order", () => {
    const plan = made(UNIT, LIVE);
    expect(inOrder(plan).map(({ registration: { id } }) => id)).toEqual(["r2", "r1"]);
    expect(relying(plan)).toEqual(["r1 relies on r2"]);
  });

  test("where the first fails the rest is not made, and is due again", () => {
    const plan = made(UNIT, LIVE);
    const account = applied(plan, LIVE.map(registration), ["r2"]);
    expect(account).toEqual(LIVE.map(registration));
  });

  test("also where the removal is a revocation", () => {
    const plan = made(bob("superseded: revoke", "{ serial: SN1 }"), LIVE);
    expect(acts(plan)).toEqual(["r1: revoke", "r2: unrevoke"]);
    expect(relying(plan)).toEqual(["r1 relies on r2"]);
  });

  test("a removal for a newer one that is connected already relies on nothing", () => {
    const plan = made(UNIT, [R1, R2]);
    expect(acts(plan)).toEqual(["r1: delete"]);
    expect(relying(plan)).toEqual([]);
  });

  test("one larger than the limit is done alone, whole", () => {
    const plan = made(`limits: { perRun: 1 }\n${UNIT}`, LIVE);
    expect([acts(plan), waits(plan)]).toEqual([["r1: delete", "r2: unrevoke"], []]);
  });

  test("of several larger than the limit one is done in each run, whole", () => {
    const text = `limits: { perRun: 1 }\n${bob(RULES, "{ serial: SN1 }, { serial: SN2 }")}`;
    const other = [
      { ...R1, id: "r3", device: "d2" },
      { ...R2, id: "r4", device: "d2", revoked: LATELY },
    ];
    const plan = made(text, [...LIVE, ...other]);
    expect(plan.acts).toHaveLength(2);
    expect([
      ["r1: delete", "r2: unrevoke"],
      ["r3: delete", "r4: unrevoke"],
    ]).toContainEqual(acts(plan));
    expect(waits(plan)).toHaveLength(2);
  });

  test("frozen together", () => {
    const plan = made(`freeze: { until: 2026-07-01, reason: audit }\n${UNIT}`, LIVE);
    expect([acts(plan), waits(plan)]).toEqual([[], ["r1: delete frozen", "r2: unrevoke frozen"]]);
  });

  test("reviewed together: a removal that was reviewed waits for a let-in that was not", () => {
    const before = made(UNIT, [R1, R2]);
    expect(acts(before)).toEqual(["r1: delete"]);
    const plan = made(UNIT, LIVE, before);
    expect(acts(plan)).toEqual([]);
    expect(plan.pending.map(({ decision }) => decision.registration.id).sort()).toEqual(["r1", "r2"]);
  });

  test("reviewed together: both are made where both were reviewed", () => {
    const plan = made(UNIT, LIVE, made(UNIT, LIVE));
    expect([acts(plan), waits(plan)]).toEqual([["r1: delete", "r2: unrevoke"], []]);
  });

  test("a let-in that was reviewed does not wait for a removal that was not", () => {
    const before = made(bob("superseded: report", "{ serial: SN1 }"), LIVE);
    expect(acts(before)).toEqual(["r2: unrevoke"]);
    expect(acts(made(UNIT, LIVE, before))).toContain("r2: unrevoke");
  });
});

describe("under limits.perRun a unit has the urgency of its let-in", () => {
  /** Bob's unit, and something of every urgency besides. */
  const text = (perRun: number) =>
    `limits: { perRun: ${perRun} }\npolicy: { superseded: delete, revoked: { after: 30d } }\nusers:\n  ${BOB}: [{ serial: SN1 }]\n  ${EVE}: [{ device: d3, state: revoked }]\n`;
  const live: readonly Sketch[] = [
    ...LIVE,
    { ...R2, id: "e1", email: EVE, device: "d3" },
    { ...R2, id: "e2", email: EVE, device: "d2", revoked: LONG_AGO },
  ];

  test("what cuts off by name comes first", () => {
    expect(acts(made(text(1), live))).toEqual(["e1: revoke"]);
  });

  test("where it does not fit nothing less urgent overtakes it", () => {
    const plan = made(text(2), live);
    expect(acts(plan)).toEqual(["e1: revoke"]);
    expect(waits(plan)).toEqual(["e2: delete limit", "r1: delete limit", "r2: unrevoke limit"]);
  });

  test("where it fits it is made whole", () => {
    expect(acts(made(text(3), live))).toEqual(["e1: revoke", "r1: delete", "r2: unrevoke"]);
  });

  test("in rounds everything is made, and nobody is left without a registration", () => {
    let registrations = live.map(registration);
    const rounds: string[][] = [];
    for (let i = 0; i < 5; i++) {
      const inventory = { account: ACCOUNT, registrations, devices: DEVICES };
      const plan = makePlan(allowlist(HEAD + text(2)), inventory, NOW);
      rounds.push(acts(plan));
      registrations = applied(plan, registrations);
      expect(
        registrations.some(({ id, revoked_at }) => ["r1", "r2"].includes(id) && revoked_at == null),
      ).toBe(true);
    }
    expect(rounds).toEqual([["e1: revoke"], ["r1: delete", "r2: unrevoke"], ["e2: delete"], [], []]);
  });
});

describe("under limits.perRun a deletion does not outrun those of its older registrations", () => {
  test("nor one that is only revoked, since an older one of these waits", () => {
    const text = `limits: { perRun: 2 }\nusers:\n  ${BOB}: [{ nameGlob: "*" }, { name: BAD, state: deleted }]\n`;
    const live: readonly Sketch[] = [
      { id: "a-newest", email: BOB, device: "d1", name: "BAD", created: "2026-04-03T00:00:00Z" },
      { id: "b-older", email: BOB, device: "d1", name: "L1", created: "2026-04-02T00:00:00Z" },
      { id: "c-oldest", email: BOB, device: "d1", name: "L1", created: "2026-04-01T00:00:00Z" },
    ];
    const plan = made(text, live);
    expect(acts(plan)).toEqual(["a-newest: revoke", "b-older: revoke"]);
    expect(waits(plan)).toEqual(["c-oldest: delete limit"]);
  });
});

describe("what refuses is never held by another act", () => {
  test("a thief who enrols again between review and run does not hold back the reviewed revocation", () => {
    const text = bob("unlisted: report", "{ serial: SN1, state: revoked }");
    const before = made(text, [R1]);
    expect(acts(before)).toEqual(["r1: revoke"]);
    const again = [R1, R2, { ...R2, id: "r3", created: "2026-05-31T00:00:00Z" }];
    const plan = made(text, again, before);
    expect(acts(plan)).toEqual(["r1: revoke"]);
    expect(waits(plan)).toEqual(["r2: revoke not-reviewed", "r3: revoke not-reviewed"]);
  });

  test("nor one who is unlisted", () => {
    const text = bob("unlisted: delete", "");
    const plan = made(text, [R1, R2], made(text, [R1]));
    expect([acts(plan), waits(plan)]).toEqual([["r1: delete"], ["r2: delete not-reviewed"]]);
  });

  test("nor one who is suspended or gone", () => {
    for (const state of ["suspended", "offboarded"]) {
      const text = `policy: { superseded: delete }\nusers:\n  ${BOB}: { state: ${state} }\n`;
      const plan = made(text, [R1, R2], made(text, [R1]));
      expect(acts(plan)).toEqual([state === "suspended" ? "r1: revoke" : "r1: delete"]);
      expect(relying(plan)).toEqual([]);
    }
  });

  test("a limit takes the refusal before every let-in", () => {
    const text = `limits: { perRun: 1 }\n${bob("unlisted: report, superseded: delete", "{ serial: SN1 }, { serial: SN2, state: deleted }")}`;
    const plan = made(text, [...LIVE, { ...R2, id: "r9", device: "d2" }]);
    expect(acts(plan)).toEqual(["r9: delete"]);
  });
});

/** The same, told as what a person sees in the account. */
stories("an unrevoke that fails", [
  {
    title: "leaves the older registration connected, run after run, until it works",
    allowlist: UNIT,
    live: LIVE,
    devices: DEVICES,
    expect: ["r1: delete (superseded)", "r2: unrevoke (entry)"],
    then: [
      {
        when: "the unrevoke failed",
        failing: ["r2"],
        expect: ["r1: delete (superseded)", "r2: unrevoke (entry)"],
      },
      {
        when: "it failed again",
        failing: ["r2"],
        expect: ["r1: delete (superseded)", "r2: unrevoke (entry)"],
      },
      { when: "it worked", expect: ["r2: keep (entry)"] },
    ],
  },
]);
