/** What rules of order and of age must not do: nobody asked for these acts by name, so they may never cut off or let in. */

import { describe, expect, test } from "vitest";
import {
  BOB,
  BOTH_TYPES,
  EVE,
  IN_USE,
  LATELY,
  LONG_AGO,
  R1,
  R2,
  SAME,
  bob,
  machine,
  stories,
} from "../../test/support/stories.js";
import { plan } from "../../test/support/world.js";
import { HEAD } from "../../test/support/world-steps.js";

const TIDY = bob("superseded: delete", "{ device: d1 }");
/** Revoked for less than 30 days, and for more. */
const AGED = "revoked: { after: 30d, includeListed: true }";

stories("a verdict that removes is carried by every registration of the device", [
  {
    title: "unlisted",
    allowlist: bob("unlisted: revoke", ""),
    live: [R1, R2],
    expect: ["r1: revoke (unlisted)", "r2: revoke (unlisted)"],
  },
  {
    title: "refused by name, though an older registration has another name",
    allowlist: bob("unlisted: report", "{ name: NEW, state: revoked }"),
    live: [
      { ...R1, name: "OLD" },
      { ...R2, name: "NEW" },
    ],
    expect: ["r1: revoke (entry)", "r2: revoke (entry)"],
  },
  {
    title: "stale",
    allowlist: bob("stale: { after: 30d, action: revoke, includeListed: true }", "{ device: d1 }"),
    live: [R1, { ...R2, lastSeen: LONG_AGO }],
    expect: ["r1: revoke (stale)", "r2: revoke (stale)"],
  },
  {
    title: "max-devices",
    allowlist: bob("maxDevices: 1, overMaxDevices: revoke", '{ nameGlob: "*" }'),
    live: [R1, R2, { ...R2, id: "r3", device: "d3", created: "2026-04-01T00:00:00Z" }],
    expect: ["r1: revoke (max-devices)", "r2: revoke (max-devices)", "r3: keep (entry)"],
  },
  {
    title: "but one that allows by the newest alone",
    allowlist: bob("unlisted: revoke", "{ device: d1 }"),
    live: [
      { ...R1, revoked: LONG_AGO },
      { ...R2, revoked: LATELY },
    ],
    expect: ["r1: leave (older)", "r2: unrevoke (entry)"],
  },
]);

stories("superseded speaks only where a newer registration of the device connects", [
  {
    title: "one that is active now",
    allowlist: TIDY,
    live: [R1, R2],
    expect: ["r1: delete (superseded)", "r2: keep (entry)"],
    then: [{ when: "in sync", expect: ["r2: keep (entry)"] }],
  },
  {
    title: "one that this run lets in, on which the removal relies",
    allowlist: TIDY,
    live: [R1, { ...R2, revoked: LATELY }],
    expect: ["r1: delete (superseded)", "r2: unrevoke (entry)"],
    relies: ["r1 relies on r2"],
  },
  {
    title: "not one that stays revoked",
    allowlist: bob("superseded: delete, listedRevoked: report", "{ device: d1 }"),
    live: [R1, { ...R2, revoked: LATELY }],
    untouched: ["r1", "r2"],
  },
  {
    title: "not one that is cut off in this very run",
    allowlist: bob("superseded: delete", "{ device: d1 }, { registration: r2, state: revoked }"),
    live: [R1, R2],
    expect: ["r1: stays", "r2: revoke (entry)"],
    then: [{ when: "in sync", untouched: ["r1", "r2"] }],
  },
  {
    title: "not one that is put out by maxDevices or age",
    allowlist: bob(
      "superseded: delete, unlisted: report, stale: { after: 30d, action: report }, maxDevices: 1, overMaxDevices: revoke",
      "{ device: d1 }, { device: d3 }",
    ),
    live: [R1, R2, { ...R2, id: "r3", device: "d3", created: "2026-04-01T00:00:00Z" }],
    expect: ["r1: revoke (max-devices)", "r2: revoke (max-devices)", "r3: keep (entry)"],
  },
  {
    title: "one outside the scope counts where it is active",
    allowlist: `scope: { policyIds: [p1] }\n${TIDY}`,
    live: [
      { ...R1, policy: "p1" },
      { ...R2, policy: "p2" },
    ],
    expect: ["r1: delete (superseded)"],
  },
  {
    title: "one outside the scope does not count where it is revoked: nothing lets it in",
    allowlist: `scope: { policyIds: [p1] }\n${TIDY}`,
    live: [
      { ...R1, policy: "p1" },
      { ...R2, policy: "p2", revoked: LATELY },
    ],
    untouched: ["r1"],
  },
  {
    title:
      "one outside the scope does not count either where a wider scope would cut it off: a narrower one adds no act",
    allowlist: `scope: { policyIds: [p1] }\n${bob("superseded: delete", "{ device: d1 }, { registration: r2, state: revoked }")}`,
    live: [
      { ...R1, policy: "p1" },
      { ...R2, policy: "p2" },
    ],
    untouched: ["r1"],
  },
  {
    title: "one that an entry refuses by id is no reason, though the next newer one is",
    allowlist: bob("superseded: delete", "{ device: d1 }, { registration: r3, state: revoked }"),
    live: [R1, { ...R2, id: "r2" }, { ...R2, id: "r3", created: "2026-03-02T00:00:00Z" }],
    untouched: ["r2"],
  },
]);

stories("superseded never removes what is in use", [
  {
    title: "what was seen more than an hour after the newest had enrolled under the same device id (clones)",
    allowlist: TIDY,
    live: [{ ...R1, lastSeen: "2026-03-01T01:00:01Z" }, R2],
    expect: ["r1: stays", "r2: keep (entry)"],
  },
  {
    title: "it does remove what was seen for an hour at most",
    allowlist: TIDY,
    live: [{ ...R1, lastSeen: "2026-03-01T01:00:00Z" }, R2],
    expect: ["r1: delete (superseded)", "r2: keep (entry)"],
  },
  {
    title: "by times, not by texts",
    allowlist: TIDY,
    live: [{ ...R1, lastSeen: "2026-03-01T03:00:00+02:00" }, R2],
    expect: ["r1: delete (superseded)", "r2: keep (entry)"],
  },
  {
    title: "a registration of another platform: two systems of one machine (dual boot)",
    allowlist: bob("superseded: delete", "{ serial: SN1 }"),
    live: [R1, { ...R2, device: "d2" }],
    devices: [
      machine("d1", "SN1", "H1", { device_type: "windows" }),
      machine("d2", "SN1", "H1", { device_type: "linux" }),
    ],
    expect: ["r1: stays", "r2: keep (entry)"],
  },
  {
    title: "what is joined through a third, and was seen after the newest had enrolled",
    allowlist: bob("superseded: delete", '{ nameGlob: "*" }'),
    live: [
      { ...R1, lastSeen: IN_USE },
      { ...R1, id: "r2", device: "d2", created: "2026-01-02T00:00:00Z" },
      { ...R2, id: "r3", device: "d3" },
    ],
    devices: [machine("d1", "SN1", null), machine("d2", "SN1", "H2"), machine("d3", null, "H2")],
    untouched: ["r1", "r3"],
  },
  {
    title: "where serials agree and known hardware ids differ it only reports",
    allowlist: bob("superseded: delete", "{ serial: SN1 }"),
    live: [R1, { ...R2, device: "d2" }],
    devices: [machine("d1", "SN1", "H1"), machine("d2", "SN1", "H2")],
    expect: ["r1: stays", "r2: keep (entry)"],
    told: ["r1"],
  },
  {
    title: "two clones, both seen five minutes ago",
    allowlist: bob("superseded: delete", "{ serial: SN1 }"),
    live: [
      { ...R1, lastSeen: IN_USE },
      { ...R2, device: "d2" },
    ],
    devices: SAME,
    expect: ["r1: keep (entry)", "r2: keep (entry)"],
    told: ["r1 r2"],
  },
  {
    title: "two clones that a third enrolment has joined: it is one of the two, and nobody knows which",
    allowlist: bob("superseded: delete", "{ serial: SN1 }"),
    live: [
      { ...R1, lastSeen: "2026-04-30T00:00:00Z" },
      { ...R2, device: "d2", lastSeen: "2026-04-30T00:00:00Z" },
      { ...R2, id: "r3", device: "d3", created: "2026-05-01T00:00:00Z" },
    ],
    devices: [...SAME, machine("d3", "SN1", "H1")],
    expect: ["r1: stays", "r2: stays", "r3: keep (entry)"],
    told: ["r1", "r2", "r1 r2"],
  },
]);

const OTHER = { ...R2, id: "r3", device: "d3", name: "OTHER" };

stories("max-devices counts machines that will be connected after this plan", [
  {
    title: "a client and a browser extension of one machine are one",
    allowlist: `${BOTH_TYPES}${bob("maxDevices: 1, overMaxDevices: revoke", "{ serial: SN1 }")}`,
    live: [R1, { ...R2, type: "browser_extension" }],
    devices: [machine("d1", "SN1", "H1")],
    expect: ["r1: keep (entry)", "r2: keep (entry)"],
  },
  {
    title: "so are they under two device ids with one serial",
    allowlist: `${BOTH_TYPES}${bob("maxDevices: 1, overMaxDevices: revoke", "{ serial: SN1 }")}`,
    live: [R1, { ...R2, device: "d2", type: "browser_extension" }],
    devices: SAME,
    expect: ["r1: keep (entry)", "r2: keep (entry)"],
  },
  {
    title: "in doubt they are one: clones cut nobody off",
    allowlist: bob("maxDevices: 1, overMaxDevices: revoke", "{ serial: SN1 }"),
    live: [
      { ...R1, lastSeen: IN_USE },
      { ...R2, device: "d2" },
    ],
    devices: SAME,
    expect: ["r1: keep (entry)", "r2: keep (entry)"],
  },
  {
    title: "a stale newer laptop takes no place from the older one in use",
    allowlist: bob(
      "maxDevices: 1, overMaxDevices: revoke, stale: { after: 30d, action: revoke, includeListed: true }",
      "{ device: d1 }, { device: d3 }",
    ),
    live: [
      { ...R1, lastSeen: IN_USE },
      { ...OTHER, lastSeen: LONG_AGO },
    ],
    expect: ["r1: keep (entry)", "r3: revoke (stale)"],
  },
  {
    title: "what stays revoked takes no place",
    allowlist: bob(
      "maxDevices: 1, overMaxDevices: revoke, listedRevoked: report",
      "{ device: d1 }, { device: d3 }",
    ),
    live: [
      { ...R1, lastSeen: IN_USE },
      { ...OTHER, revoked: LATELY },
    ],
    untouched: ["r1", "r3"],
  },
  {
    title: "what is outside the scope takes no place",
    allowlist: `scope: { policyIds: [p1] }\n${bob("maxDevices: 1, overMaxDevices: revoke", "{ device: d1 }, { device: d3 }")}`,
    live: [
      { ...R1, policy: "p1" },
      { ...OTHER, policy: "p2" },
    ],
    expect: ["r1: keep (entry)"],
  },
  {
    title: "but an extension in scope on a machine takes its place though the client is not in scope",
    allowlist: `scope: { registrationTypes: [browser_extension] }\n${bob("maxDevices: 1, overMaxDevices: revoke", "{ serial: SN1 }, { device: d3 }")}`,
    live: [
      { ...R1, lastSeen: IN_USE },
      { ...R1, id: "r2", type: "browser_extension", lastSeen: IN_USE },
      { ...OTHER, type: "browser_extension" },
    ],
    devices: [machine("d1", "SN1", "H1")],
    expect: ["r2: revoke (max-devices)", "r3: keep (entry)"],
  },
]);

stories("a device above the limit does not swing", [
  {
    title: "where an older registration has the name that an entry asks for, and a newer one another",
    allowlist: bob(
      "maxDevices: 1, overMaxDevices: revoke, superseded: delete, unlisted: report",
      "{ name: A }, { device: d2 }",
    ),
    live: [
      {
        id: "r5",
        email: BOB,
        device: "d1",
        name: "A",
        created: "2026-02-01T00:00:00Z",
        lastSeen: "2026-02-28T00:00:00Z",
      },
      { id: "r6", email: BOB, device: "d1", name: "B", created: "2026-03-01T00:00:00Z", lastSeen: IN_USE },
      { id: "r7", email: BOB, device: "d2", name: "C", created: "2026-01-01T00:00:00Z", lastSeen: IN_USE },
    ],
    then: [
      { when: "applied", untouched: ["r5", "r6", "r7"] },
      { when: "a month later", now: "2026-07-01T00:00:00Z", untouched: ["r5", "r6", "r7"] },
    ],
  },
]);

stories("stale judges the device by its latest registration", [
  {
    title: "by the later of its creation and when it was seen",
    allowlist: bob("stale: { after: 30d, action: delete, includeListed: true }", "{ device: d1 }"),
    live: [{ ...R1, created: "2026-05-20T00:00:00Z", lastSeen: "2026-02-28T00:00:00Z" }],
    expect: ["r1: keep (entry)"],
  },
  {
    title: "so that a laptop in use is not stale for what it left behind, and that goes by its own age",
    allowlist: bob("stale: { after: 30d, action: revoke, includeListed: true }", "{ device: d1 }"),
    live: [R1, R2],
    expect: ["r1: revoke (stale)", "r2: keep (entry)"],
  },
  {
    title: "so that a new enrolment that was not seen yet keeps the device",
    allowlist: bob("stale: { after: 30d, action: delete, includeListed: true }", "{ device: d1 }"),
    live: [{ ...R2, created: "2026-05-31T00:00:00Z", lastSeen: "2026-01-01T00:00:00Z" }],
    expect: ["r2: keep (entry)"],
  },
]);

const GRACE = (more = "", devices = "") => bob(`grace: 72h${more}`, devices);
const YOUNG = { ...R2, created: "2026-05-31T12:00:00Z" };
/** Records that are as old as the enrolments. */
const FRESH = ["d1", "d2"].map((id) => machine(id, "SN1", "H1", { created_at: "2026-05-31T12:00:00Z" }));

stories("grace runs from the first enrolment of the device that no entry allowed", [
  {
    title: "a re-installed client keeps it",
    allowlist: GRACE(),
    live: [
      { ...YOUNG, id: "r1", lastSeen: "2026-05-31T20:00:00Z" },
      { ...YOUNG, device: "d2", created: "2026-06-01T08:00:00Z" },
    ],
    devices: FRESH,
    expect: ["r1: leave (grace)", "r2: leave (grace)"],
    then: [
      {
        when: "as the first one's is over",
        now: "2026-06-03T12:00:00Z",
        expect: ["r1: revoke (unlisted)", "r2: revoke (unlisted)"],
      },
    ],
  },
  {
    title: "enrolling again and again renews nothing",
    allowlist: GRACE(),
    live: [{ ...R1, lastSeen: "2026-05-31T00:00:00Z" }, YOUNG],
    expect: ["r1: revoke (unlisted)", "r2: revoke (unlisted)"],
  },
  {
    title: "nor where the first one was revoked",
    allowlist: GRACE(),
    live: [{ ...R1, revoked: LATELY }, YOUNG],
    expect: ["r1: stays", "r2: revoke (unlisted)"],
  },
  {
    title: "nor where the first one was deleted, and the device's own record tells that it is older",
    allowlist: GRACE(", unlisted: delete"),
    live: [YOUNG],
    devices: [
      machine("d1", "SN1", "H1", { created_at: "2026-01-01T00:00:00Z", last_seen_user: { email: BOB } }),
    ],
    expect: ["r2: delete (unlisted)"],
  },
  {
    title: "a record that is as young as the registration is no trace",
    allowlist: GRACE(", unlisted: delete"),
    live: [YOUNG],
    devices: FRESH,
    expect: ["r2: leave (grace)"],
  },
  {
    title: "a sibling that an entry allows does not spend it",
    allowlist: GRACE("", "{ registration: r1 }"),
    live: [R1, YOUNG],
    expect: ["r1: keep (entry)", "r2: leave (grace)"],
  },
  {
    title: "an equal name counts as the same device where the hardware of either is unknown",
    allowlist: GRACE(),
    live: [
      { ...R1, revoked: LATELY },
      { ...YOUNG, device: "d2" },
    ],
    devices: [machine("d1", "SN1", "H1")],
    expect: ["r1: stays", "r2: revoke (unlisted)"],
  },
  {
    title: "an equal name counts for nothing where the hardware of both is known",
    allowlist: GRACE(),
    live: [
      { ...R1, revoked: LATELY },
      { ...YOUNG, device: "d2" },
    ],
    devices: [machine("d1", "SN1", "H1"), machine("d2", "SN2", "H2", { created_at: YOUNG.created })],
    expect: ["r1: stays", "r2: leave (grace)"],
  },
  {
    title: "another person's registrations spend nothing",
    allowlist: `${GRACE()}  ${EVE}: []\n`,
    live: [{ ...R1, email: EVE, id: "e1" }, YOUNG],
    expect: ["e1: revoke (unlisted)", "r2: leave (grace)"],
  },
]);

test("a policy under which a deletion leaves no trace of the grace that was spent is told", () => {
  const { findings } = plan(`${HEAD}${GRACE(", unlisted: delete")}`, [], []);
  expect(findings.map(({ text }) => text).filter((text) => /grace/iu.test(text))).toHaveLength(1);
  const [all] = findings.filter(({ code }) => code === "renewable-grace");
  expect(all).toMatchObject({
    subject: ["policy.grace", "everybody"],
    registrations: [],
    source: { line: 2 },
  });
  const one = `${HEAD}users:\n  ${BOB}: { devices: [], policy: { grace: 72h, unlisted: delete } }\n`;
  expect(plan(one, [], []).findings.find(({ code }) => code === "renewable-grace")).toMatchObject({
    subject: ["policy.grace", `user ${BOB}`],
    source: { line: 3 },
  });
  const safe = plan(`${HEAD}${GRACE(", unlisted: revoke")}`, [], []);
  expect(safe.findings.map(({ text }) => text).filter((text) => /grace/iu.test(text))).toEqual([]);
});

stories("the newest registration of a device is deleted only together with all its older revoked ones", [
  {
    title: "it goes with them where all are due",
    allowlist: bob(AGED, "{ device: d1 }"),
    live: [
      { ...R1, revoked: LONG_AGO },
      { ...R2, revoked: LONG_AGO },
    ],
    expect: ["r1: delete (revoked-age)", "r2: delete (revoked-age)"],
    then: [{ when: "in sync", expect: [] }],
  },
  {
    title: "it stays as a revoked tombstone where an older one is not due, and that is told",
    allowlist: bob(AGED, "{ device: d1 }"),
    live: [
      { ...R1, revoked: LATELY },
      { ...R2, revoked: LONG_AGO },
    ],
    expect: ["r1: stays", "r2: stays"],
    told: ["r2"],
    then: [
      { when: "in sync", expect: ["r1: stays", "r2: stays"] },
      {
        when: "once both are due",
        now: "2026-06-25T00:00:01Z",
        expect: ["r1: delete (revoked-age)", "r2: delete (revoked-age)"],
      },
      { when: "gone", expect: [] },
    ],
  },
  {
    title: "or where an older one is outside the scope",
    allowlist: `scope: { policyIds: [p2] }\n${bob(AGED, "{ device: d1 }")}`,
    live: [
      { ...R1, revoked: LONG_AGO, policy: "p1" },
      { ...R2, revoked: LONG_AGO, policy: "p2" },
    ],
    expect: ["r2: stays"],
    told: ["r2"],
    then: [
      {
        when: "the scope widened again",
        allowlist: bob(AGED, "{ device: d1 }"),
        expect: ["r1: delete (revoked-age)", "r2: delete (revoked-age)"],
      },
    ],
  },
  {
    title: "or where an older one is protected",
    allowlist: bob(AGED, "{ device: d1 }", "protected: { registrations: [r1] }\n"),
    live: [
      { ...R1, revoked: LONG_AGO },
      { ...R2, revoked: LONG_AGO },
    ],
    expect: ["r1: leave (protected)", "r2: stays"],
    told: ["r2"],
  },
  {
    title: "it goes alone where the older ones are active: those let nobody back in",
    allowlist: bob(AGED, "{ device: d1 }"),
    live: [
      { ...R1, lastSeen: IN_USE },
      { ...R2, revoked: LONG_AGO, lastSeen: LONG_AGO },
    ],
    expect: ["r1: keep (entry)", "r2: delete|unrevoke|leave"],
  },
  ...[
    ["stale", "stale: { after: 30d, action: delete, includeListed: true }"],
    ["max-devices", "maxDevices: 1, overMaxDevices: delete"],
  ].map(([what, policy]) => ({
    title: `nor does ${what} let an older one back in, in the next plan`,
    allowlist: bob(policy ?? "", "{ device: d1 }, { device: d3 }"),
    live: [
      { ...R1, revoked: LONG_AGO },
      { ...R2, lastSeen: LONG_AGO },
      { ...OTHER, created: "2026-04-01T00:00:00Z" },
    ],
    expect: ["r1: stays|delete", "r2: goes", "r3: keep (entry)"],
    then: [
      { when: "in sync", untouched: ["r1", "r2", "r3"] },
      { when: "a week later", now: "2026-06-08T00:00:00Z", untouched: ["r1", "r2"] },
    ],
  })),
]);

stories("age and doubt", [
  {
    title: "one side of a doubt is not deleted by age while the other is revoked",
    allowlist: bob(AGED, "{ serial: SN1 }"),
    live: [
      { ...R1, revoked: LONG_AGO, lastSeen: "2026-03-10T00:00:00Z" },
      { ...R2, device: "d2", revoked: LATELY, lastSeen: "2026-03-10T00:00:00Z" },
    ],
    devices: SAME,
    untouched: ["r1", "r2"],
    then: [{ when: "in sync", untouched: ["r1", "r2"] }],
  },
  {
    title: "what an entry is about to let in is not cleaned away",
    allowlist: bob(
      "listedRevoked: unrevoke, revoked: { after: 30d }, stale: { after: 30d, action: delete }",
      "{ device: d1, from: 2026-06-10 }",
    ),
    live: [{ ...R1, revoked: LONG_AGO }],
    untouched: ["r1"],
    then: [{ when: "the day has come", now: "2026-06-10T08:00:00Z", expect: ["r1: unrevoke (entry)"] }],
  },
]);

describe("what must not happen, in words of those whom it hit", () => {
  test("the gateway of Berlin, silent for 93 days, is not deleted", () => {
    const text = `${HEAD}policy: { noUser: report, stale: { after: 30d, action: delete } }\nusers:\n  ${BOB}: []\n`;
    const live = [
      { ...R1, email: "warp_connector@team.cloudflareaccess.com", lastSeen: "2026-02-28T12:00:00Z" },
    ];
    expect(plan(text, live, []).acts).toEqual([]);
  });
});

stories("what tells that others are refused goes after them, so that a deletion that fails lets nobody in", [
  {
    title: "one deletion fails: what names the machine is only revoked, and the rest stays out",
    allowlist: bob("unlisted: revoke", '{ nameGlob: "*" }, { device: d2, state: deleted }'),
    devices: [machine("d1", "SN1", "H1"), machine("d2", "SN1", "H1")],
    live: [
      { ...R1, id: "r0", device: "d1" },
      { ...R1, device: "d1" },
      { ...R1, id: "r2", device: "d2", created: "2025-11-01T00:00:00Z", lastSeen: "2025-12-01T00:00:00Z" },
    ],
    expect: ["r0: delete (entry)", "r1: delete (entry)", "r2: delete (entry)"],
    then: [
      {
        when: "the first failed",
        failing: ["r0"],
        expect: ["r0: delete (entry)", "r1: delete (entry)", "r2: delete (entry)"],
      },
      { when: "all were done", expect: [] },
    ],
  },
]);

/** Bob's three laptops, by the months in which they enrolled; all in use. */
const MAY = { ...R2, id: "may", device: "d5", created: "2026-05-01T00:00:00Z", policy: "p2" };
const APRIL = { ...R2, id: "april", device: "d4", created: "2026-04-01T00:00:00Z", policy: "p1" };
const MARCH = { ...R2, id: "march", device: "d3", policy: "p1" };
const ONE = "maxDevices: 1, overMaxDevices: revoke";
const ALL = "{ device: d3 }, { device: d4 }, { device: d5 }";
const FULL = "newer ones take precedence; some of them are out of scope";

stories("a let-in and max-devices", [
  {
    title: "what is let in takes the place of an older one, which is cut off only when that has worked",
    allowlist: bob(ONE, ALL),
    live: [{ ...APRIL, revoked: LATELY }, MARCH],
    expect: ["april: unrevoke (entry)", "march: revoke (max-devices)"],
    relies: ["march relies on april"],
    then: [
      {
        when: "it failed",
        failing: ["april"],
        expect: ["april: unrevoke (entry)", "march: revoke (max-devices)"],
      },
      { when: "it worked", expect: ["april: keep (entry)", "march: keep (max-devices)"] },
    ],
  },
  {
    title: "where nothing is let in, nothing is relied on",
    allowlist: bob(ONE, ALL),
    live: [APRIL, MARCH],
    expect: ["april: keep (entry)", "march: revoke (max-devices)"],
    relies: [],
  },
  {
    title: "a machine out of scope holds the place that it has; the next one in scope keeps its own",
    allowlist: `scope: { policyIds: [p1] }\n${bob(ONE, ALL)}`,
    live: [MAY, { ...APRIL, revoked: LATELY }, MARCH],
    expect: ["april: leave (max-devices)", "march: keep (entry)"],
    relies: [],
  },
  {
    title: "and only what is older than that goes",
    allowlist: `scope: { policyIds: [p1] }\n${bob(ONE, `${ALL}, { device: d2 }`)}`,
    live: [
      MAY,
      { ...APRIL, revoked: LATELY },
      MARCH,
      { ...MARCH, id: "february", device: "d2", created: "2026-02-01T00:00:00Z" },
    ],
    expect: ["april: leave (max-devices)", "february: revoke (max-devices)", "march: keep (entry)"],
  },
  {
    title: "also one that is revoked, if a wider scope would let it in",
    allowlist: `scope: { policyIds: [p1] }\n${bob(ONE, ALL)}`,
    live: [
      { ...MAY, revoked: LATELY },
      { ...APRIL, revoked: LATELY },
    ],
    expect: ["april: leave (max-devices)"],
    then: [
      {
        when: "the scope is wider",
        allowlist: bob(ONE, ALL),
        expect: ["april: keep (max-devices)", "may: unrevoke (entry)"],
      },
    ],
  },
  {
    title: "and one that a wider scope would cut off: in this one it goes on to connect",
    allowlist: `scope: { policyIds: [p1] }\n${bob(`${ONE}, stale: { after: 30d, action: revoke, includeListed: true }`, ALL)}`,
    live: [
      { ...MAY, created: "2026-04-15T00:00:00Z", lastSeen: "2026-04-16T00:00:00Z" },
      { ...APRIL, revoked: LATELY },
    ],
    expect: ["april: leave (max-devices)"],
  },
  {
    title: "but not one that is revoked and would stay so",
    allowlist: `scope: { policyIds: [p1] }\n${bob(`${ONE}, stale: { after: 30d, action: revoke, includeListed: true }`, ALL)}`,
    live: [
      {
        ...MAY,
        created: "2026-04-15T00:00:00Z",
        lastSeen: "2026-04-16T00:00:00Z",
        revoked: "2026-04-20T00:00:00Z",
      },
      { ...APRIL, revoked: LATELY },
    ],
    expect: ["april: unrevoke (entry)"],
  },
  {
    title: "beyond the limit in its scope a revoked one is kept out, whoever holds places out of it",
    allowlist: `scope: { policyIds: [p1] }\n${bob(ONE, ALL)}`,
    live: [MAY, APRIL, { ...MARCH, revoked: LATELY }],
    expect: ["april: keep (entry)", "march: keep (max-devices)"],
  },
  {
    title: "what no entry allows on a machine beyond the limit is the policy's",
    allowlist: `${BOTH_TYPES}${bob(`${ONE}, unlisted: report`, "{ name: LAPTOP }")}`,
    live: [
      { ...R1, lastSeen: IN_USE },
      { ...R2, device: "d9" },
      { ...R1, id: "x1", name: "EXTENSION", type: "browser_extension", lastSeen: IN_USE },
    ],
    expect: ["r1: revoke (max-devices)", "r2: keep (entry)", "x1: leave (unlisted)"],
  },
  {
    title: "a limit that only reports tells once of whom, also where a registration is out of scope",
    allowlist: `scope: { policyIds: [p1] }\n${bob("maxDevices: 1, overMaxDevices: report", "{ device: d1 }, { device: d4 }")}`,
    live: [{ ...R1, policy: "p1" }, { ...R2, policy: "p2" }, APRIL],
    expect: ["april: keep (entry)", "r1: keep (entry)"],
    told: ["r1 r2~1 more device than the 1 that policy.maxDevices allows"],
  },
  {
    title: "or is not what an entry allows",
    allowlist: `${BOTH_TYPES}${bob("maxDevices: 1, overMaxDevices: report, unlisted: report", "{ name: LAPTOP }")}`,
    live: [
      { ...R1, id: "a1", name: "EXTENSION", type: "browser_extension" },
      { ...R1, lastSeen: IN_USE },
      { ...R2, device: "d9" },
    ],
    told: ["a1 r1~1 more device than the 1 that policy.maxDevices allows"],
  },
  {
    title: "a limit that only reports keeps nobody out",
    allowlist: `scope: { policyIds: [p1] }\n${bob("maxDevices: 1, overMaxDevices: report", ALL)}`,
    live: [MAY, { ...APRIL, revoked: LATELY }],
    expect: ["april: unrevoke (entry)"],
  },
]);

test("what finds no place since others are out of scope says so, with the line of the limit", () => {
  const { decisions } = plan(
    `${HEAD}scope: { policyIds: [p1] }\n${bob(ONE, ALL)}`,
    [MAY, { ...APRIL, revoked: LATELY }],
    [],
  );
  expect(decisions.map(({ reason, source }) => [reason.text, source.line])).toEqual([
    [`its user may have 1 device, and ${FULL}`, 3],
  ]);
});

const EVEN_LISTED = "stale: { after: 30d, action: revoke, includeListed: true }";

stories("hygiene takes from a device what is old when the newest has been let in", [
  {
    title: "so that nobody is cut off where that fails",
    allowlist: bob(EVEN_LISTED, "{ device: d1 }"),
    live: [R1, { ...R2, revoked: LATELY }],
    expect: ["r1: revoke (stale)", "r2: unrevoke (entry)"],
    relies: ["r1 relies on r2"],
    then: [
      { when: "it failed", failing: ["r2"], expect: ["r1: revoke (stale)", "r2: unrevoke (entry)"] },
      { when: "it worked", expect: ["r1: keep (stale)", "r2: keep (entry)"] },
    ],
  },
  {
    title: "relying on nothing where the newest stays out anyway",
    allowlist: bob(`${EVEN_LISTED}, listedRevoked: report`, "{ device: d1 }"),
    live: [R1, { ...R2, revoked: LATELY }],
    expect: ["r1: revoke (stale)", "r2: leave (listed-revoked)"],
    relies: [],
  },
  {
    title: "nor where the newest is out of scope, so that no run lets it in",
    allowlist: `scope: { policyIds: [p1] }\n${bob(EVEN_LISTED, "{ device: d1 }")}`,
    live: [
      { ...R1, policy: "p1" },
      { ...R2, policy: "p2", revoked: LATELY },
    ],
    expect: ["r1: revoke (stale)"],
    relies: [],
  },
  {
    title: "relying on nothing for what is revoked already: it connects nobody",
    allowlist: bob(AGED, "{ device: d1 }"),
    live: [
      { ...R1, revoked: LONG_AGO },
      { ...R2, revoked: LATELY },
    ],
    expect: ["r1: delete (revoked-age)", "r2: unrevoke (entry)"],
    relies: [],
  },
  {
    title: "but what is refused by its id waits for nothing",
    allowlist: bob("unlisted: report", "{ device: d1 }, { registration: r1, state: revoked }"),
    live: [R1, { ...R2, revoked: LATELY }],
    expect: ["r1: revoke (entry)", "r2: unrevoke (entry)"],
    relies: [],
  },
  {
    title: "superseded relies on the newest that stays, where a newer one is deleted by its id",
    allowlist: bob(
      "superseded: revoke",
      "{ device: d1 }, { registration: r2 }, { registration: r3, state: deleted }",
    ),
    live: [R1, { ...R2, revoked: LATELY }, { ...R2, id: "r3", created: "2026-03-02T00:00:00Z" }],
    expect: ["r1: revoke (superseded)", "r2: unrevoke (entry)", "r3: delete (entry)"],
    relies: ["r1 relies on r2"],
  },
]);

/** Why an older registration is only reported. */
stories("superseded and what else is said of the two", [
  {
    title: "in its grace a device is acted on by nothing",
    allowlist: GRACE(", superseded: delete"),
    live: [
      { ...YOUNG, id: "r1", lastSeen: "2026-05-31T20:00:00Z" },
      { ...YOUNG, device: "d2", created: "2026-06-01T08:00:00Z" },
    ],
    devices: FRESH,
    expect: ["r1: leave (grace)", "r2: leave (grace)"],
  },
  {
    title: "an entry by the older one's id whose condition it fails does not allow it",
    allowlist: bob(
      "superseded: delete",
      '{ registration: r1, requires: { minClientVersion: "2025.1" } }, { device: d1 }',
    ),
    live: [{ ...R1, clientVersion: "2024.1.1" }, R2],
    expect: ["r1: delete (superseded)", "r2: keep (entry)"],
  },
  {
    title: "a platform that one of them does not tell is no other one",
    allowlist: bob("superseded: delete", "{ serial: SN1 }"),
    live: [R1, { ...R2, device: "d2" }],
    devices: [machine("d1", "SN1", "H1"), machine("d2", "SN1", "H1", { device_type: "linux" })],
    expect: ["r1: delete (superseded)", "r2: keep (entry)"],
  },
]);

test("findings of these rules are about a registration, or about whom a limit is for with all of theirs", () => {
  const of = (text: string, live: Parameters<typeof plan>[1]) =>
    plan(HEAD + text, live, []).findings.map(({ code, subject }) => [code, ...subject]);
  expect(of(TIDY, [{ ...R1, lastSeen: IN_USE }, R2])).toEqual([["superseded", "r1"]]);
  expect(of(bob("maxDevices: 1, overMaxDevices: report", ALL), [APRIL, MARCH])).toContainEqual([
    "max-devices",
    BOB,
    "march",
  ]);
});

stories("superseded says why it only reports", [
  {
    title: "what was seen of late",
    allowlist: TIDY,
    live: [{ ...R1, lastSeen: IN_USE }, R2],
    expect: ["r1: keep (entry)", "r2: keep (entry)"],
    told: ["r1~r2 is a newer registration of this device; this one was seen after the newer one enrolled"],
  },
  {
    title: "what is another system",
    allowlist: bob("superseded: delete", "{ serial: SN1 }"),
    live: [R1, { ...R2, device: "d2" }],
    devices: [
      machine("d1", "SN1", "H1", { device_type: "windows" }),
      machine("d2", "SN1", "H1", { device_type: "linux" }),
    ],
    expect: ["r1: keep (entry)", "r2: keep (entry)"],
    told: ["r1~; this one is on windows, the newer one on linux"],
  },
  {
    title: "what reports another hardware id",
    allowlist: bob("superseded: delete", "{ serial: SN1 }"),
    live: [R1, { ...R2, device: "d2" }],
    devices: [machine("d1", "SN1", "H1"), machine("d2", "SN1", "H2")],
    expect: ["r1: keep (entry)", "r2: keep (entry)"],
    told: ["r1~; their hardware ids differ"],
  },
  {
    title: "what another machine claims as well, where the newest does not tell all that the older one told",
    allowlist: bob("superseded: delete", "{ serial: SN1 }, { serial: SN2 }"),
    live: [R1, { ...R2, device: "d2" }, { ...R2, id: "r3", device: "d3", created: "2026-05-01T00:00:00Z" }],
    devices: [machine("d1", "SN1", "H1"), machine("d2", "SN2", "H1"), machine("d3", "SN1", null)],
    expect: ["r1: keep (entry)", "r2: keep (entry)", "r3: keep (entry)"],
    told: ["r1~; the two may not be one machine"],
  },
]);

stories("grace by the records of a device", [
  ...[
    ["the older one first", ["2026-01-01T00:00:00Z", "2026-05-31T12:00:00Z"]],
    ["the older one last", ["2026-05-31T12:00:00Z", "2026-01-01T00:00:00Z"]],
  ].map(([what, times]) => ({
    title: `runs from the oldest of several, ${String(what)}`,
    allowlist: GRACE(", unlisted: delete"),
    live: [{ ...YOUNG, device: "d3" }],
    devices: [
      ...["d1", "d2"].map((id, i) =>
        machine(id, "SN1", "H1", { created_at: times?.[i] ?? "", last_seen_user: { email: BOB } }),
      ),
      machine("d3", "SN1", "H1", { created_at: "2026-05-31T12:00:00Z" }),
    ],
    expect: ["r2: delete (unlisted)"],
  })),
  {
    title: "does not run from one while an entry allows a registration of the device: that made it",
    allowlist: GRACE("", "{ registration: r1 }"),
    live: [R1, YOUNG],
    devices: [
      machine("d1", "SN1", "H1", { created_at: "2026-01-01T00:00:00Z", last_seen_user: { email: BOB } }),
    ],
    expect: ["r1: keep (entry)", "r2: leave (grace)"],
  },
  {
    title: "runs from one of unknown hardware too, whatever else has its name",
    allowlist: GRACE(", unlisted: revoke"),
    live: [YOUNG, { ...YOUNG, id: "r1", device: "d2" }],
    devices: [
      machine("d1", null, null, { created_at: "2026-01-01T00:00:00Z", last_seen_user: { email: BOB } }),
    ],
    expect: ["r1: leave (grace)", "r2: revoke (unlisted)"],
  },
  {
    title: "goes by times that can be read",
    allowlist: GRACE(),
    live: [{ ...YOUNG, id: "r1", created: "some day" }, YOUNG],
    expect: ["r1: leave (grace)", "r2: leave (grace)"],
    then: [
      {
        when: "it is over",
        now: "2026-06-03T12:00:00Z",
        expect: ["r1: revoke (unlisted)", "r2: revoke (unlisted)"],
      },
    ],
  },
  {
    title: "does not run from one that was deleted",
    allowlist: GRACE(", unlisted: delete"),
    live: [YOUNG],
    devices: [
      machine("d1", "SN1", "H1", {
        created_at: "2026-01-01T00:00:00Z",
        last_seen_user: { email: BOB },
        deleted_at: "2026-02-01T00:00:00Z",
      }),
    ],
    expect: ["r2: leave (grace)"],
  },
]);

stories("a deletion in a narrower scope", [
  {
    title: "is made whatever the rest of the machine would have to expect in a wider one",
    allowlist: bob("superseded: delete, unlisted: revoke", "{ name: LAPTOP }"),
    live: [R1, { ...R2, device: "d2" }, { ...R2, id: "x1", name: "EXTENSION", type: "browser_extension" }],
    devices: SAME,
    expect: ["r1: delete (superseded)", "r2: keep (entry)"],
  },
]);
