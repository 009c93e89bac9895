import { describe, expect, test } from "vitest";
import { GONE, grace, row } from "../../test/support/grace-steps.js";
import { plan, summary } from "../../test/support/world.js";
import { ALICE, BOB, HEAD, steps } from "../../test/support/world-steps.js";
import type { EarlierRuns } from "./decision.js";
import { identityOfTrace } from "./findings/finding.js";

/** Enrolled a day before the plan, and long before it. */
const YOUNG = { id: "young", email: ALICE, device: "d2", name: "L", created: "2026-05-31T12:00:00Z" };
const OLD = { id: "old", email: ALICE, device: "d1", name: "L", created: "2026-01-01T00:00:00Z" };

/** 72 hours before 2026-06-01T12:00:00Z. */
describe("grace ends after so long", () => {
  test.each([
    ["2026-05-29T12:00:00.001Z", "leave (grace)"],
    ["2026-05-29T12:00:00.000Z", "revoke (unlisted)"],
    ["2026-07-01T00:00:00.000Z", "leave (grace)"],
  ])("created at %s: %s", (created, wanted) => {
    const [{ action, reason } = expect.fail("no decision")] = plan(
      HEAD + grace(),
      [{ ...YOUNG, created }],
      [],
    ).decisions;
    expect(`${action} (${reason.code})`).toBe(wanted);
  });
});

steps("a new registration that no entry allows", [
  {
    title: "is left alone, whoever it belongs to, where it would be acted on",
    allowlist: grace(", unknownUsers: revoke, noUser: delete"),
    live: [YOUNG, { ...YOUNG, id: "b", email: BOB }, { id: "c", created: YOUNG.created }],
    devices: [],
    expect: ["b: leave (grace) 2", "c: leave (grace) 2", "young: leave (grace) 2"],
    findings: ["grace: b", "grace: c", "grace: young"],
  },
  {
    title: "is left alone by its own rule where that does nothing",
    allowlist: grace(", unlisted: report"),
    live: [YOUNG, { ...YOUNG, id: "b", email: BOB }],
    devices: [],
    expect: ["b: leave (unknown-user) 1", "young: leave (unlisted) 2"],
  },
  {
    title: "has none once it is revoked: there is nothing to put off",
    allowlist: grace(", unlisted: delete"),
    live: [{ ...YOUNG, revoked: "2026-06-01T00:00:00Z" }],
    devices: [],
    expect: ["young: delete (unlisted) 2"],
  },
  {
    title: "has none from an entry that refuses it, nor from its user's state",
    allowlist: `${grace("", "[{ device: d2, state: revoked }]")}  ${BOB}: { state: suspended }\n`,
    live: [YOUNG, { ...YOUNG, id: "b", email: BOB }],
    devices: [],
    expect: ["b: revoke (suspended) 5", "young: revoke (entry) 4"],
  },
]);

steps("enrolling again renews no grace", [
  {
    title: "where the old one is revoked and protected, whatever is wanted of it",
    allowlist: `protected: { registrations: [old] }\n${grace()}`,
    live: [{ ...OLD, device: "d2", revoked: GONE }, YOUNG],
    devices: [],
    expect: ["old: leave (protected) 2", "young: revoke (unlisted) 5"],
  },
  {
    title: "but an entry that has expired gives it, as no entry does",
    allowlist: grace("", "[{ device: d2, expires: 2026-05-31 }]"),
    live: [YOUNG],
    devices: [],
    expect: ["young: leave (grace) 2"],
  },
  {
    title: "and hardware that is known by serial alone, or by id alone, is known",
    allowlist: grace(),
    live: [{ ...OLD, revoked: GONE }, YOUNG, { ...YOUNG, id: "young2", device: "d3" }],
    devices: [row("d1", "S-1", null), row("d2", "S-2", null), row("d3", null, "H-3")],
    expect: ["old: keep (unlisted) 4", "young: leave (grace) 2", "young2: leave (grace) 2"],
  },
  {
    title: "where the same hardware is revoked, though its id and name changed",
    allowlist: grace(),
    live: [{ ...OLD, name: "OTHER", revoked: GONE }, YOUNG],
    devices: [row("d1", "S1", "H1"), row("d2", "S1", "H1")],
    expect: ["old: keep (unlisted) 4", "young: revoke (unlisted) 4"],
  },
  {
    title: "nor where it is about to be revoked",
    allowlist: grace(),
    live: [{ ...OLD, device: "d2" }, YOUNG],
    devices: [],
    expect: ["old: revoke (unlisted) 4", "young: revoke (unlisted) 4"],
  },
  {
    title: "but a device that is allowed beside it takes nothing from it",
    allowlist: grace("", "[{ registration: old }]"),
    live: [{ ...OLD, device: "d2" }, YOUNG],
    devices: [],
    expect: ["old: keep (entry) 4", "young: leave (grace) 2"],
  },
  {
    title: "nor does another device of the same name, where both are known",
    allowlist: grace(),
    live: [{ ...OLD, revoked: GONE }, YOUNG],
    devices: [row("d1", "S1"), row("d2", "S2")],
    expect: ["old: keep (unlisted) 4", "young: leave (grace) 2"],
  },
  {
    title: "where neither hardware is known, the name tells",
    allowlist: grace(),
    live: [{ ...OLD, revoked: GONE }, YOUNG],
    devices: [],
    expect: ["old: keep (unlisted) 4", "young: revoke (unlisted) 4"],
  },
  {
    title: "where only that of the revoked one is known, the name tells",
    allowlist: grace(),
    live: [{ ...OLD, revoked: GONE }, YOUNG],
    devices: [row("d1", "S1"), row("d2", null)],
    expect: ["old: keep (unlisted) 4", "young: revoke (unlisted) 4"],
  },
  {
    title: "where only that of the new one is known, by serial or by hardware id, the name tells",
    allowlist: grace(),
    live: [{ ...OLD, revoked: GONE }, YOUNG, { ...YOUNG, id: "young2", device: "d3" }],
    devices: [row("d1", null), row("d2", "S2", null), row("d3", null, "H3")],
    expect: ["old: keep (unlisted) 4", "young: revoke (unlisted) 4", "young2: revoke (unlisted) 4"],
  },
  {
    title: "an unknown device of another name is another one",
    allowlist: grace(),
    live: [{ ...OLD, name: "OTHER", revoked: GONE }, YOUNG],
    devices: [],
    expect: ["old: keep (unlisted) 4", "young: leave (grace) 2"],
  },
  {
    title: "and neither is another user's device",
    allowlist: `${grace()}  ${BOB}: []\n`,
    live: [{ ...OLD, email: BOB, device: "d2", revoked: GONE }, YOUNG],
    devices: [],
    expect: ["old: keep (unlisted) 5", "young: leave (grace) 2"],
  },
  {
    title: "two new registrations of one device have their grace both",
    allowlist: grace(),
    live: [YOUNG, { ...YOUNG, id: "young2" }],
    devices: [],
    expect: ["young: leave (grace) 2", "young2: leave (grace) 2"],
  },
  {
    title: "what loses its grace takes that of the next one along",
    allowlist: grace(),
    live: [{ ...OLD, name: "A", device: "d2", revoked: GONE }, YOUNG, { ...YOUNG, id: "next", device: "d3" }],
    devices: [],
    expect: ["next: revoke (unlisted) 4", "old: keep (unlisted) 4", "young: revoke (unlisted) 4"],
  },
  {
    title: "a suspended user's revoked devices count as well, once the user is back",
    allowlist: `policy: { grace: 72h }\nusers:\n  ${ALICE}: { state: suspended, since: 2026-06-02 }\n`,
    live: [{ ...OLD, device: "d2", revoked: GONE }, YOUNG],
    devices: [],
    expect: ["old: keep (unlisted) 4", "young: revoke (unlisted) 4"],
  },
]);

test("the decision says when, what and why", () => {
  const [young] = plan(HEAD + grace(", unlisted: delete"), [YOUNG], []).decisions;
  expect(young?.reason.text).toBe(
    "no entry for its user allows it; delete is due from 2026-06-03T12:00Z on, after 72h of grace",
  );
});

describe("a history remembers who enrolled without an entry, when the account has forgotten", () => {
  const LONG_AGO = "2026-01-01T00:00:00Z";
  const remembered = (key: string, time = LONG_AGO): EarlierRuns => ({
    isWhole: false,
    made: new Map(),
    enrolled: new Map([[identityOfTrace(key), time]]),
  });
  const decided = (own: EarlierRuns | undefined, entries = "[]") =>
    summary(
      plan(HEAD + grace(", unlisted: delete", entries), [YOUNG], [row("d2", "S2", "H2")], undefined, own),
    );

  test.each([`${ALICE}\ndevice d2`, `${ALICE}\nserial S2`, `${ALICE}\nhardwareId H2`])(
    "by its owner and %j: the grace is over",
    (key) => expect(decided(remembered(key))).toEqual(["young: delete (unlisted) 2"]),
  );

  test.each([
    ["another user's", remembered(`${BOB}\ndevice d2`)],
    ["another device's", remembered(`${ALICE}\ndevice d1`)],
    ["a later one", remembered(`${ALICE}\ndevice d2`, "2026-06-01T00:00:00Z")],
    ["none", undefined],
  ])("%s enrolment changes nothing", (_whose, own) =>
    expect(decided(own)).toEqual(["young: leave (grace) 2"]),
  );

  test("what an entry allows spends no grace", () => {
    const own = remembered(`${ALICE}\ndevice d2`);
    expect(decided(own, "[{ device: d2 }]")).toEqual(["young: keep (entry) 4"]);
  });

  test("and then no grace can be renewed", () => {
    const codes = (own: EarlierRuns | undefined) =>
      plan(HEAD + grace(", unlisted: delete"), [], [], undefined, own).findings.map(({ code }) => code);
    expect(codes(undefined)).toContain("renewable-grace");
    expect(codes({ isWhole: true, made: new Map() })).toContain("renewable-grace");
    expect(codes(remembered("anything"))).not.toContain("renewable-grace");
  });
});
