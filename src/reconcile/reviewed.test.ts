import { describe, expect, test } from "vitest";
import { toReviewed } from "../../test/support/world-run.js";
import { ALICE, BOB, HEAD } from "../../test/support/world-steps.js";
import { ACCOUNT, allowlist, NOW, registration, type Sketch } from "../../test/support/world.js";
import { makePlan, type Plan } from "./plan.js";

const NOBODY = `${HEAD}users:\n  ${ALICE}: []\n`;
const A = { id: "a", email: ALICE, device: "d1", lastSeen: "2026-06-01T10:00:00Z" };
const B = { id: "b", email: ALICE, device: "d2", created: "2026-06-01T09:30:00Z" };
const GONE = "2026-06-01T00:00:00Z";

function made(text: string, live: readonly Sketch[], reviewed?: Plan, now = NOW): Plan {
  const inventory = { account: ACCOUNT, registrations: live.map(registration), devices: [] };
  return makePlan(allowlist(text), inventory, NOW, {
    now,
    ...(reviewed && { reviewed: toReviewed(reviewed) }),
  });
}

const ids = ({ acts }: Plan) => acts.map((act) => act.registration.id);
const pending = (plan: Plan) =>
  plan.pending.map(({ decision, why, text }) => [decision.registration.id, why, text]);
const skipped = (plan: Plan) => plan.skipped.map(({ registration: id, act, text }) => [id, act, text]);

describe("what was reviewed is what is done", () => {
  test("and nothing else waits or is skipped where nothing changed", () => {
    const plan = made(NOBODY, [A, B], made(NOBODY, [A, B]));
    expect([ids(plan), plan.pending, plan.skipped]).toEqual([["a", "b"], [], []]);
  });

  test("a registration that the reviewed plan did not know waits", () => {
    const plan = made(NOBODY, [A, B], made(NOBODY, [A]));
    expect(ids(plan)).toEqual(["a"]);
    expect(pending(plan)).toEqual([
      [
        "b",
        "not-reviewed",
        "not in the reviewed plan, which had no such registration (created 2026-06-01T09:30Z)",
      ],
    ]);
    expect(plan.skipped).toEqual([]);
  });

  test("an act waits that was none, or another one", () => {
    const kept = made(`${HEAD}users:\n  ${ALICE}: [{ device: d1 }]\n`, [A, B]);
    const deleting = `${HEAD}policy: { unlisted: delete }\nusers:\n  ${ALICE}: []\n`;
    const plan = made(deleting, [A, B], kept);
    expect(ids(plan)).toEqual([]);
    expect(pending(plan)).toEqual(
      [
        ["b", "not-reviewed", "not in the reviewed plan, where it was revoke (unlisted)"],
        ["a", "not-reviewed", "not in the reviewed plan, where it was keep (entry)"],
      ].sort(),
    );
    expect(skipped(plan)).toEqual([
      ["b", "revoke", "it is now active, and the action is delete: no entry for its user allows it"],
    ]);
  });

  test("an act waits where its registration was revoked again since, is another person's, or on another device", () => {
    const letting = `${HEAD}users:\n  ${ALICE}: [{ registration: a }]\n  ${BOB}: [{ registration: a }]\n`;
    const then = { ...A, revoked: "2026-05-01T00:00:00Z" };
    const reviewed = made(letting, [then]);
    expect(ids(reviewed)).toEqual(["a"]);
    const now = (sketch: Partial<Sketch>) => {
      const plan = made(letting, [{ ...then, ...sketch }], reviewed);
      return [ids(plan), pending(plan).map(([, why, text]) => [why, text])];
    };
    const waits = (text: string) => [[], [["not-reviewed", `changed since the review: ${text}`]]];
    expect(now({ revoked: "2026-06-01T08:00:00Z" })).toEqual(
      waits("revoked 2026-06-01T08:00Z (in the reviewed plan: revoked 2026-05-01T00:00Z)"),
    );
    expect(now({ email: BOB })).toEqual(waits(`of ${BOB} (in the reviewed plan: of ${ALICE})`));
    expect(now({ device: "d9" })).toEqual(waits("on device d9 (in the reviewed plan: on d1)"));
    expect(now({ revoked: "2026-05-01T00:00:07Z" })).toEqual(
      waits("revoked 2026-05-01T00:00:07Z (in the reviewed plan: revoked 2026-05-01T00:00:00Z)"),
    );
    // The API tells microseconds.
    expect(now({ revoked: "2026-05-01T00:00:00.000001Z" })).toEqual(
      waits("revoked 2026-05-01T00:00:00.000001Z (in the reviewed plan: revoked 2026-05-01T00:00:00Z)"),
    );
    // Several changes are told, each.
    expect(now({ email: BOB, device: "d9" })).toEqual(
      waits(`of ${BOB} (in the reviewed plan: of ${ALICE}); on device d9 (in the reviewed plan: on d1)`),
    );
    // The same moment written otherwise, and what moves by itself.
    expect(now({ revoked: "2026-05-01T00:00:00.000Z", lastSeen: NOW.toISOString() })).toEqual([["a"], []]);
  });

  test("a registration that has lost its user since waits, and one whose `revoked_at` is null has not changed", () => {
    const text = `${HEAD}policy: { noUser: revoke }\nusers:\n  ${ALICE}: []\n`;
    const reviewed = made(text, [A]);
    const { email: _, ...nobody } = A;
    expect(pending(made(text, [nobody], reviewed))).toEqual([
      ["a", "not-reviewed", `changed since the review: of no user (in the reviewed plan: of ${ALICE})`],
    ]);
    expect(ids(made(text, [{ ...A, also: { revoked_at: null } }], reviewed))).toEqual(["a"]);
  });

  test("a deletion waits where what was revoked connects again", () => {
    const deleting = `${HEAD}users:\n  ${ALICE}: [{ device: d1, state: deleted }]\n`;
    const reviewed = made(deleting, [{ ...A, revoked: GONE }]);
    expect(ids(reviewed)).toEqual(["a"]);
    expect(pending(made(deleting, [A], reviewed))).toEqual([
      [
        "a",
        "not-reviewed",
        "changed since the review: not revoked (in the reviewed plan: revoked 2026-06-01T00:00Z)",
      ],
    ]);
  });

  test("an act that was pending there waits here", () => {
    const limited = made(`${HEAD}limits: { perRun: 1 }\nusers:\n  ${ALICE}: []\n`, [A, B]);
    expect(ids(limited)).toEqual(["a"]);
    const plan = made(NOBODY, [A, B], limited);
    expect(ids(plan)).toEqual(["a"]);
    expect(pending(plan)).toEqual([["b", "not-reviewed", "in the reviewed plan it was pending"]]);
    expect(plan.skipped).toEqual([]);
  });

  test("what is done, gone or allowed since is skipped", () => {
    const reviewed = made(NOBODY, [A, B, { ...A, id: "c" }]);
    const plan = made(
      `${HEAD}users:\n  ${ALICE}: [{ device: d2 }]\n`,
      [{ ...A, revoked: GONE }, B],
      reviewed,
    );
    expect(ids(plan)).toEqual([]);
    expect(skipped(plan)).toEqual([
      ["a", "revoke", "it is now revoked, and the action is keep: no entry for its user allows it"],
      ["b", "revoke", "it is now active, and the action is keep: allowed by device"],
      ["c", "revoke", "the registration is no longer in scope or in the account"],
    ]);
    expect(plan.skipped[0]).toMatchObject({ user: ALICE, device: "NAME-a" });
  });

  test("what was left alone there was no act, and none is skipped", () => {
    const reviewed = made(`${HEAD}policy: { unlisted: report }\nusers:\n  ${ALICE}: []\n`, [A, B]);
    expect(skipped(made(NOBODY, [A], reviewed))).toEqual([]);
  });

  test("guards and approval are about what was reviewed", () => {
    const one = made(NOBODY, [A]);
    const plan = made(NOBODY, [A, B], one);
    expect(plan.guards[0]).toMatchObject({ guard: "revoke", count: 1 });
    expect(plan.fingerprint).toBe(one.fingerprint);
    expect(plan.fingerprint).not.toBe(made(NOBODY, [A, B]).fingerprint);
  });

  test("most urgent first also where acts wait for two reasons", () => {
    const limit = `${HEAD}limits: { perRun: 1 }\nusers:\n  ${ALICE}: [{ device: d3, state: revoked }]\n`;
    const [one, two, three] = [
      A,
      { ...B, lastSeen: "2026-06-01T11:00:00Z" },
      { id: "c", email: ALICE, device: "d3" },
    ];
    const reviewed = made(`${HEAD}users:\n  ${ALICE}: [{ device: d3, state: revoked }]\n`, [one, three]);
    const plan = made(limit, [one, two, three], reviewed);
    expect(ids(plan)).toEqual(["c"]);
    expect(pending(plan).map(([id, why]) => `${String(id)}: ${String(why)}`)).toEqual([
      "b: not-reviewed",
      "a: limit",
    ]);
  });

  test("time rules go by the reviewed moment, and the freeze by the present one", () => {
    const frozen = `${HEAD}freeze: { until: 2026-06-02T00:00:00Z, reason: audit }\nusers:\n  ${ALICE}: []\n`;
    expect(ids(made(frozen, [A], made(NOBODY, [A]), new Date("2026-06-02T00:00:00Z")))).toEqual(["a"]);
    expect(ids(made(frozen, [A], made(NOBODY, [A]), new Date("2026-06-01T23:59:59Z")))).toEqual([]);
  });
});

describe("the files of the reviewed plan", () => {
  const file = (name: string, digest: string) => ({ file: name, digest });
  const reviewed = {
    ...toReviewed(made(NOBODY, [])),
    files: [file("same", "1"), file("changed", "1"), file("removed", "1")],
  };
  const now = { ...allowlist(NOBODY), files: [file("same", "1"), file("new", "1"), file("changed", "2")] };

  test("are compared, and each difference is a finding", () => {
    const plan = makePlan(now, { account: ACCOUNT, registrations: [] }, NOW, { reviewed });
    const found = plan.findings.filter(({ code }) => code === "reviewed-plan");
    expect(found.flatMap(({ registrations }) => registrations)).toEqual([]);
    expect(found.map(({ subject }) => subject)).toEqual([
      ["changed", "was changed"],
      ["new", "is new"],
      ["removed", "was removed"],
    ]);
    expect(found.map(({ text }) => text)).toEqual([
      "changed was changed since the reviewed plan",
      "new is new since the reviewed plan",
      "removed was removed since the reviewed plan",
    ]);
  });

  test("are not looked at without one", () => {
    const plan = makePlan(now, { account: ACCOUNT, registrations: [] }, NOW);
    expect(plan.findings.map(({ code }) => code)).not.toContain("reviewed-plan");
  });
});
