import { describe, expect, test } from "vitest";
import { toReviewed } from "../../test/support/world-run.js";
import { ALICE, BOB, HEAD, notices } from "../../test/support/world-steps.js";
import { ACCOUNT, allowlist, NOW, plan, registration, type Sketch } from "../../test/support/world.js";
import { makePlan, type Plan } from "./plan.js";

const ids = ({ acts }: Plan) => acts.map(({ registration: { id } }) => id);
const pending = (made: Plan) =>
  made.pending.map(({ decision, why }) => `${decision.registration.id}: ${why}`);

const GONE = "2026-05-20T00:00:00Z";
const MARCH = "2026-03-15T00:00:00Z";
const [MON, TUE, WED] = ["2026-05-25T00:00:00Z", "2026-05-26T00:00:00Z", "2026-05-27T00:00:00Z"];

const USERS = `users:
  ${ALICE}:
    - device: in
    - { device: out, state: revoked }
    - { device: gone, state: deleted }
    - { device: two }
  ${BOB}: { state: suspended }
`;

/** One of each kind, in an order of ids that is not that of urgency. */
const LIVE: readonly Sketch[] = [
  { id: "a-in", email: ALICE, device: "in", revoked: GONE, lastSeen: WED },
  { id: "b-gone", email: ALICE, device: "gone", revoked: GONE, lastSeen: WED },
  { id: "c-long", email: ALICE, device: "x1", revoked: "2026-01-01T00:00:00Z", lastSeen: WED },
  {
    id: "d-super",
    email: ALICE,
    device: "two",
    created: "2026-01-01T00:00:00Z",
    lastSeen: "2026-04-30T00:00:00Z",
  },
  { id: "e-two", email: ALICE, device: "two" },
  { id: "f-new", email: ALICE, device: "x2", lastSeen: MON },
  { id: "g-new", email: ALICE, device: "x3", lastSeen: TUE },
  { id: "h-new", email: ALICE, device: "x4", lastSeen: TUE },
  { id: "i-out", email: ALICE, device: "out", lastSeen: MON },
  { id: "j-bob", email: BOB, lastSeen: TUE },
];
const RULES = "policy: { superseded: revoke, revoked: { after: 30d } }\n";

/** Cut off first what was named, then what nobody allows, then by hygiene; let in; delete what cannot connect. */
const URGENCY = ["j-bob", "i-out", "g-new", "h-new", "f-new", "d-super", "a-in", "b-gone", "c-long"];

describe("limits.perRun", () => {
  const limited = (perRun: number) =>
    plan(`${HEAD}limits: { perRun: ${perRun} }\n${RULES}${USERS}`, LIVE, []);

  test.each([1, 2, 3, 4, 5, 6, 7, 8])("does the %i most urgent acts, in the order of ids", (perRun) => {
    const made = limited(perRun);
    expect(ids(made)).toEqual(URGENCY.slice(0, perRun).sort());
    expect(pending(made)).toEqual(URGENCY.slice(perRun).map((id) => `${id}: limit`));
    expect(made.pending[0]?.text).toBe(`limits.perRun is ${perRun}`);
  });

  test("holds nothing back where it is enough", () => {
    const made = limited(9);
    expect([ids(made), pending(made)]).toEqual([[...URGENCY].sort(), []]);
    expect(made.fingerprint).toBe(limited(1).fingerprint);
  });

  test("lessens no guard: an act that waits was asked for as well", () => {
    const counts = limited(1).guards.map(({ guard, count }) => [guard, count]);
    expect(counts).toEqual(limited(9).guards.map(({ guard, count }) => [guard, count]));
    expect(counts).toEqual([
      ["revoke", 6],
      ["delete", 2],
      ["unrevoke", 1],
    ]);
  });
});

describe("what was not reviewed waits among the rest, most urgent first", () => {
  const of = (limits: string) => {
    const inventory = { account: ACCOUNT, registrations: LIVE.map(registration), devices: [] };
    const known = LIVE.filter(({ id }) => !["b-gone", "f-new", "i-out"].includes(id));
    const reviewed = toReviewed(plan(`${HEAD}${RULES}${USERS}`, known, []));
    return makePlan(allowlist(`${HEAD}${limits}${RULES}${USERS}`), inventory, NOW, { reviewed });
  };

  test("alone", () => {
    const made = of("");
    expect(ids(made)).toEqual(["a-in", "c-long", "d-super", "g-new", "h-new", "j-bob"]);
    expect(pending(made)).toEqual(["i-out: not-reviewed", "f-new: not-reviewed", "b-gone: not-reviewed"]);
  });

  test("beside what a limit holds back, for which it takes no place", () => {
    const made = of("limits: { perRun: 2 }\n");
    expect(ids(made)).toEqual(["g-new", "j-bob"]);
    expect(pending(made)).toEqual([
      "i-out: not-reviewed",
      "h-new: limit",
      "f-new: not-reviewed",
      "d-super: limit",
      "a-in: limit",
      "b-gone: not-reviewed",
      "c-long: limit",
    ]);
  });
});

describe("a freeze", () => {
  const frozen = (until: string, now = NOW) =>
    plan(`${HEAD}freeze: { until: ${until}, reason: audit }\n${RULES}${USERS}`, LIVE, [], now);

  test("shows everything and does nothing", () => {
    const made = frozen("2026-06-02T08:30:00Z");
    expect(ids(made)).toEqual([]);
    expect(pending(made)).toEqual(URGENCY.map((id) => `${id}: frozen`));
    expect(made.pending[0]?.text).toBe("frozen until 2026-06-02T08:30Z: audit");
    expect(made.freeze).toMatchObject({ reason: "audit", source: { line: 2 } });
    expect(made.fingerprint).toBe(frozen("2026-01-01").fingerprint);
    expect(made.guards[0]?.count).toBe(6);
  });

  test.each([
    ["2026-06-01", "2026-06-01T23:59:59.999Z", 0],
    ["2026-06-01", "2026-06-02T00:00:00.000Z", 9],
    ["2026-06-01T12:00:00Z", "2026-06-01T12:00:00.000Z", 9],
  ])("until %s, at %s: %i acts", (until, now, acts) => {
    const made = frozen(until, new Date(now));
    expect(made.acts).toHaveLength(acts);
    expect(made.freeze === undefined).toBe(acts > 0);
    expect(notices(made).includes("past-freeze:")).toBe(acts > 0);
  });

  test("makes no deletion a weaker act, though another one that must come before it waits as well", () => {
    const list = `freeze: { until: 2026-07-01, reason: audit }\npolicy: { revoked: { after: 30d, includeListed: true } }\nusers:\n  ${ALICE}: [{ device: d1 }, { registration: new, state: deleted }]\n`;
    const live = [
      { id: "new", email: ALICE, device: "d1", created: "2026-03-01T00:00:00Z" },
      { id: "old", email: ALICE, device: "d1", created: "2026-01-01T00:00:00Z", revoked: MARCH },
    ];
    const made = plan(HEAD + list, live, []);
    const [first] = made.decisions;
    expect([first?.registration.id, first?.together]).toEqual(["new", ["old"]]);
    expect(made.decisions.map(({ action }) => action)).toEqual(["delete", "delete"]);
    expect(made.pending.map(({ text }) => text)).toEqual(
      Array(2).fill("frozen until 2026-07-02T00:00Z: audit"),
    );
  });

  test("that is over is to be removed", () => {
    const made = frozen("2026-05-31");
    expect(made.findings.find(({ code }) => code === "past-freeze")).toMatchObject({
      text: "the freeze ended at 2026-06-01T00:00Z; remove it",
      source: { line: 2 },
    });
  });
});
