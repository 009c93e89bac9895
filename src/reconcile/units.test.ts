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

  test("the removal does not bring it before another let-in of what was seen later", () => {
    const plan = made(
      `limits: { perRun: 1 }\npolicy: { superseded: delete }\nusers:\n  ${BOB}: [{ serial: SN1 }]\n  ${EVE}: [{ device: d3 }]\n`,
      [
        ...LIVE,
        { ...R2, id: "e1", email: EVE, device: "d3", revoked: LATELY, lastSeen: "2026-06-01T11:58:00Z" },
      ],
    );
    expect(acts(plan)).toEqual(["e1: unrevoke"]);
    expect(waits(plan)).toEqual(["r1: delete limit", "r2: unrevoke limit"]);
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

describe("a removal that relies on two let-ins", () => {
  /** Two newer laptops are let in, in whose places two older ones go. */
  const text = (perRun: string) =>
    `${perRun}${bob("maxDevices: 2, overMaxDevices: revoke", "{ device: d1 }, { device: d2 }, { device: d3 }, { device: d4 }")}`;
  const laptop = (id: string, device: string, month: number, more: object = {}): Sketch => ({
    ...R2,
    id,
    device,
    created: `2026-0${month}-01T00:00:00Z`,
    ...more,
  });
  const live = [
    laptop("new1", "d1", 4, { revoked: LATELY }),
    laptop("new2", "d2", 3, { revoked: LATELY }),
    laptop("old1", "d3", 2),
    laptop("old2", "d4", 1),
  ];

  test("is made after both", () => {
    const plan = made(text(""), live);
    expect(relying(plan)).toEqual(["old1 relies on new1 and new2", "old2 relies on new1 and new2"]);
  });

  test("waits where the second of them waits, and says for what", () => {
    const reviewed = made(text(""), live);
    const again = live.map((one) => (one.id === "new2" ? { ...one, revoked: "2026-05-31T00:00:00Z" } : one));
    const plan = made(text(""), again, reviewed);
    expect(acts(plan)).toEqual(["new1: unrevoke"]);
    const changed =
      "changed since the review: revoked 2026-05-31T00:00Z (in the reviewed plan: revoked 2026-05-25T00:00Z)";
    expect(
      plan.pending.map(({ decision, why, text: said }) => [decision.registration.id, why, said]),
    ).toEqual(
      expect.arrayContaining([
        ["new2", "not-reviewed", changed],
        ["old1", "not-reviewed", `it relies on new2, which waits: ${changed}`],
        ["old2", "not-reviewed", `it relies on new2, which waits: ${changed}`],
      ]),
    );
  });

  test("is with them and with another such removal one unit of four, beside which a limit leaves room for more", () => {
    const eve = { ...R2, id: "e1", email: EVE, device: "d9", revoked: LONG_AGO };
    const list = text("limits: { perRun: 5 }\n").replace(
      "policy: { ",
      "policy: { revoked: { after: 30d }, unknownUsers: report, ",
    );
    const plan = made(list, [...live, eve]);
    expect(acts(plan)).toEqual([
      "e1: delete",
      "new1: unrevoke",
      "new2: unrevoke",
      "old1: revoke",
      "old2: revoke",
    ]);
    expect(waits(plan)).toEqual([]);
  });
});

describe("a deletion and those that have to come before it", () => {
  /** The ids are not in the order in which they enrolled. */
  const one = (id: string, month: number, more: object = {}): Sketch => ({
    ...R1,
    id,
    created: `2026-0${month}-01T00:00:00Z`,
    lastSeen: `2026-0${month}-02T00:00:00Z`,
    ...more,
  });
  const text = (perRun: number) => `limits: { perRun: ${perRun} }\n${bob("unlisted: delete", "")}`;

  test("of active ones, under a limit: what an older one has to precede is only revoked, up to the newest", () => {
    const live = [one("a-new", 3), one("b-mid", 2), one("c-old", 1)];
    const plan = made(text(2), live);
    expect(acts(plan)).toEqual(["a-new: revoke", "b-mid: revoke"]);
    expect(waits(plan)).toEqual(["c-old: delete limit"]);
    const told = plan.decisions.map(({ registration: { id }, desired, reason }) => [
      id,
      desired,
      reason.text,
    ]);
    const due = "no entry for its user allows it";
    expect(told).toEqual([
      [
        "a-new",
        "revoked",
        `${due}; only revoked now: b-mid must be deleted first, and waits: limits.perRun is 2`,
      ],
      [
        "b-mid",
        "revoked",
        `${due}; only revoked now: c-old must be deleted first, and waits: limits.perRun is 2`,
      ],
      ["c-old", "deleted", due],
    ]);
  });

  test.each([
    ["the newest of which was seen last", "2026-02-02T00:00:00Z"],
    ["the oldest of which was seen last", "2026-03-10T00:00:00Z"],
  ])("of revoked ones, %s: the oldest go first", (_, lastSeen) => {
    const live = [
      one("a-new", 3, { revoked: LONG_AGO }),
      one("b-mid", 2, { revoked: LONG_AGO, lastSeen }),
      one("c-old", 1, { revoked: LONG_AGO }),
    ];
    expect([1, 2, 3].map((perRun) => acts(made(text(perRun), live)))).toEqual([
      ["c-old: delete"],
      ["b-mid: delete", "c-old: delete"],
      ["a-new: delete", "b-mid: delete", "c-old: delete"],
    ]);
  });

  test("of revoked ones: where one waits, so does what comes after it, and is not revoked once more", () => {
    const live = [one("a-new", 3, { revoked: LONG_AGO }), one("c-old", 1, { revoked: LONG_AGO })];
    const list = bob("unlisted: delete", "");
    const again = [live[0]!, { ...live[1]!, revoked: LATELY }];
    const plan = made(list, again, made(list, live));
    expect(acts(plan)).toEqual([]);
    const changed =
      "changed since the review: revoked 2026-05-25T00:00Z (in the reviewed plan: revoked 2026-03-15T00:00Z)";
    expect(
      plan.pending.map(({ decision, why, text: said }) => [decision.registration.id, why, said]),
    ).toEqual([
      ["a-new", "not-reviewed", `c-old must be deleted first, and waits: ${changed}`],
      ["c-old", "not-reviewed", changed],
    ]);
  });
});
