import { describe, expect, test } from "vitest";
import { plan } from "../../test/support/world.js";
import { ALICE, HEAD, steps } from "../../test/support/world-steps.js";

function policy(rules: string, entries = "[]"): string {
  return `policy: { ${rules} }\nusers:\n  ${ALICE}: ${entries}\n`;
}

const LISTED = "[{ device: d1 }]";
const SEEN = "2026-03-01T00:00:00Z";
const A = { id: "a", email: ALICE, device: "d1" };

/** 30 days before 2026-06-01T12:00:00Z. */
describe("stale and revoked: after so long, and not at it", () => {
  test.each([
    ["stale: { after: 30d, action: delete }", { lastSeen: "2026-05-02T12:00:00.000Z" }, "revoke (unlisted)"],
    ["stale: { after: 30d, action: delete }", { lastSeen: "2026-05-02T11:59:59.999Z" }, "delete (stale)"],
    ["stale: { after: 30d, action: delete }", { lastSeen: "never" }, "delete (stale)"],
    ["revoked: { after: 30d }", { revoked: "2026-05-02T12:00:00.000Z" }, "keep (unlisted)"],
    ["revoked: { after: 30d }", { revoked: "2026-05-02T11:59:59.999Z" }, "delete (revoked-age)"],
    ["revoked: { after: 30d }", { revoked: "whenever" }, "keep (unlisted)"],
  ])("%s, %j: %s", (rules, sketch, wanted) => {
    const [{ action, reason } = expect.fail("no decision")] = plan(HEAD + policy(rules), [
      { ...A, ...sketch },
    ]).decisions;
    expect(`${action} (${reason.code})`).toBe(wanted);
  });
});

steps("what has not been seen for so long", [
  {
    title: "is revoked, deleted, or reported, and then the next rule decides",
    allowlist: policy("stale: { after: 30d, action: report }, unlisted: delete"),
    live: [{ ...A, lastSeen: SEEN }],
    expect: ["a: delete (unlisted) 2"],
    findings: ["stale: a"],
  },
  {
    title: "is revoked although unlisted ones are deleted: the first rule that speaks decides",
    allowlist: policy("stale: { after: 30d, action: revoke }, unlisted: delete"),
    live: [{ ...A, lastSeen: SEEN }],
    expect: ["a: revoke (stale) 2"],
    findings: [],
  },
  {
    title: "is kept where an entry allows it",
    allowlist: policy("stale: { after: 30d, action: delete }", LISTED),
    live: [{ ...A, lastSeen: SEEN }],
    expect: ["a: keep (entry) 4"],
  },
  {
    title: "is retired though listed, where listed ones count too",
    allowlist: policy("stale: { after: 30d, action: revoke, includeListed: true }", LISTED),
    live: [
      { ...A, lastSeen: SEEN },
      { id: "b", email: ALICE, device: "d2", lastSeen: SEEN },
    ],
    expect: ["a: revoke (stale) 2", "b: revoke (stale) 2"],
  },
  {
    title: "is not let in again where listed ones count too",
    allowlist: policy("stale: { after: 30d, action: revoke, includeListed: true }", LISTED),
    live: [{ ...A, lastSeen: SEEN, revoked: "2026-05-30T00:00:00Z" }],
    expect: ["a: keep (stale) 2"],
  },
  {
    title: "is deleted where an entry deletes it, whatever its age",
    allowlist: policy(
      "stale: { after: 30d, action: revoke, includeListed: true }",
      "[{ device: d1, state: deleted }]",
    ),
    live: [{ ...A, lastSeen: SEEN }],
    expect: ["a: delete (entry) 4"],
  },
  {
    title:
      "is retired whatever person it belongs to, expired, refused or unknown; not what belongs to nobody",
    allowlist: `policy: { stale: { after: 30d, action: delete } }\nusers:\n  ${ALICE}:\n    - { device: d1, expires: 2026-05-31 }\n    - { name: L, requires: { minClientVersion: "2026" } }\n`,
    live: [
      { ...A, lastSeen: SEEN },
      { id: "b", email: ALICE, name: "L", clientVersion: "2024", lastSeen: SEEN },
      { id: "c", email: "carol@example.com", lastSeen: SEEN },
      { id: "d", lastSeen: SEEN },
    ],
    devices: [],
    expect: ["a: delete (stale) 2", "b: delete (stale) 2", "c: delete (stale) 2", "d: leave (no-user) 1"],
  },
  {
    title: "is left alone where entries contradict each other or go by unknown hardware",
    allowlist: policy(
      "stale: { after: 30d, action: delete, includeListed: true }",
      '[{ nameGlob: "L*" }, { nameGlob: "*1", state: revoked }, { serial: S1 }]',
    ),
    live: [
      { ...A, name: "L1", lastSeen: SEEN },
      { id: "b", email: ALICE, name: "X", lastSeen: SEEN },
    ],
    devices: [],
    expect: ["a: leave (contradiction) 4", "b: leave (unknown-hardware) 4"],
  },
]);

const LONG = "2026-04-01T00:00:00Z";

steps("what has been revoked for so long", [
  {
    title: "is deleted where no entry speaks for it",
    allowlist: policy("revoked: { after: 30d }, listedRevoked: report", LISTED),
    live: [
      { ...A, revoked: LONG },
      { id: "b", email: ALICE, revoked: LONG },
    ],
    expect: ["a: leave (listed-revoked) 2", "b: delete (revoked-age) 2"],
  },
  {
    title: "is deleted where listed ones count too: older, only reported, or revoked by an entry",
    allowlist: policy(
      "revoked: { after: 30d, includeListed: true }, listedRevoked: report",
      "[{ device: d1 }, { device: d2, state: revoked }]",
    ),
    live: [
      { ...A, id: "old", created: "2026-01-01T00:00:00Z", revoked: LONG },
      { ...A, id: "new", created: "2026-02-01T00:00:00Z" },
      { ...A, id: "two", device: "d2", revoked: LONG },
    ],
    devices: [],
    expect: ["new: keep (entry) 4", "old: delete (revoked-age) 2", "two: delete (revoked-age) 2"],
  },
  {
    title: "is deleted where it is listed, revoked, and only reported",
    allowlist: policy("revoked: { after: 30d, includeListed: true }, listedRevoked: report", LISTED),
    live: [{ ...A, revoked: LONG }],
    expect: ["a: delete (revoked-age) 2"],
  },
  {
    title: "is reported, and the next rule decides",
    allowlist: policy("revoked: { after: 30d, action: report }, unlisted: delete"),
    live: [{ ...A, revoked: LONG }],
    expect: ["a: delete (unlisted) 2"],
    findings: ["revoked-age: a"],
  },
]);

steps("what an entry refuses, and has been revoked for so long", [
  {
    title: "stays revoked where the age is not about listed ones",
    allowlist: policy("revoked: { after: 30d }", "[{ device: d1, state: revoked }]"),
    live: [{ ...A, revoked: LONG }],
    expect: ["a: keep (entry) 4"],
  },
  {
    title: "stays the entry's where the age only reports",
    allowlist: policy(
      "revoked: { after: 30d, action: report, includeListed: true }",
      "[{ device: d1, state: revoked }]",
    ),
    live: [{ ...A, revoked: LONG }],
    expect: ["a: keep (entry) 4"],
  },
]);

steps("what an entry allows from a day on", [
  {
    title: "is judged by age as any listed device, once that day has come",
    allowlist: policy(
      "stale: { after: 30d, action: revoke, includeListed: true }",
      "[{ device: d1, from: 2026-02-01 }]",
    ),
    live: [{ ...A, created: SEEN, lastSeen: SEEN }],
    expect: ["a: revoke (stale) 2"],
  },
  {
    title: "from the first moment of the day",
    allowlist: policy(
      "stale: { after: 30d, action: revoke, includeListed: true }",
      "[{ device: d1, from: 2026-06-01 }]",
    ),
    live: [{ ...A, created: SEEN, lastSeen: SEEN }],
    now: "2026-06-01T00:00:00Z",
    expect: ["a: revoke (stale) 2"],
  },
  {
    title: "and not a moment before",
    allowlist: policy(
      "stale: { after: 30d, action: revoke, includeListed: true }",
      "[{ device: d1, from: 2026-06-01 }]",
    ),
    live: [{ ...A, created: SEEN, lastSeen: SEEN }],
    now: "2026-05-31T23:59:59.999Z",
    expect: ["a: revoke (expired) 4"],
  },
]);

steps("stale beside revoked", [
  {
    title: "stale deletes no revoked registration before its time",
    allowlist: policy("stale: { after: 30d, action: delete }, revoked: { after: 90d }"),
    live: [
      { ...A, lastSeen: SEEN, revoked: LONG },
      { id: "b", email: ALICE, lastSeen: SEEN },
    ],
    expect: ["a: keep (stale) 2", "b: delete (stale) 2"],
  },
  {
    title: "nor lets it in, only to delete it then",
    allowlist: policy(
      "stale: { after: 30d, action: delete, includeListed: true }, revoked: { after: 90d, includeListed: true }",
      LISTED,
    ),
    live: [{ ...A, lastSeen: SEEN, revoked: LONG }],
    expect: ["a: keep (stale) 2"],
  },
  {
    title: "stale may revoke meanwhile",
    allowlist: policy("stale: { after: 30d, action: revoke }, revoked: { after: 90d }, unlisted: delete"),
    live: [{ ...A, lastSeen: SEEN, revoked: LONG }],
    expect: ["a: keep (stale) 2"],
  },
  {
    title: "once its time has come, revoked deletes it",
    allowlist: policy("stale: { after: 30d, action: delete }, revoked: { after: 30d }"),
    live: [{ ...A, lastSeen: SEEN, revoked: LONG }],
    expect: ["a: delete (revoked-age) 2"],
  },
  {
    title: "stale deletes a listed one where revoked says nothing of listed ones",
    allowlist: policy(
      "stale: { after: 30d, action: delete, includeListed: true }, revoked: { after: 90d }",
      LISTED,
    ),
    live: [{ ...A, lastSeen: SEEN, revoked: LONG }],
    expect: ["a: delete (stale) 2"],
  },
  {
    title: "where revoked only reports, stale is asked next, and still deletes none",
    allowlist: policy("stale: { after: 30d, action: delete }, revoked: { after: 30d, action: report }"),
    live: [{ ...A, lastSeen: SEEN, revoked: LONG }],
    expect: ["a: keep (stale) 2"],
    findings: ["revoked-age: a"],
  },
  {
    title: "where revoked only reports, stale still keeps out what it would revoke",
    allowlist: policy(
      "stale: { after: 30d, action: revoke, includeListed: true }, revoked: { after: 30d, action: report, includeListed: true }",
      LISTED,
    ),
    live: [{ ...A, lastSeen: SEEN, revoked: LONG }],
    expect: ["a: keep (stale) 2"],
    findings: ["revoked-age: a"],
  },
]);

steps("what age only reports", [
  {
    title: "is not retired: it goes on to count as a device",
    allowlist: `policy: { maxDevices: 1, overMaxDevices: revoke, stale: { after: 30d, action: report, includeListed: true } }\nusers:\n  ${ALICE}: [{ device: d1 }, { device: d2 }]\n`,
    live: [
      { id: "new", email: ALICE, device: "d1", created: "2026-02-01T00:00:00Z", lastSeen: SEEN },
      { id: "old", email: ALICE, device: "d2", created: "2026-01-01T00:00:00Z" },
    ],
    devices: [],
    expect: ["new: keep (entry) 4", "old: revoke (max-devices) 2"],
    findings: ["stale: new"],
  },
]);

test("decisions and findings say since when, and of whom", () => {
  const decided = plan(HEAD + policy("stale: { after: 30d, action: delete }, revoked: { after: 30d }"), [
    { ...A, created: SEEN, lastSeen: SEEN },
    { id: "b", email: ALICE, revoked: LONG },
  ]);
  expect(decided.decisions.map(({ reason }) => reason.text)).toEqual([
    "not seen since 2026-03-01",
    "revoked since 2026-04-01",
  ]);
  const reported = plan(HEAD + policy("stale: { after: 30d, action: report }"), [
    { ...A, created: SEEN, lastSeen: SEEN },
    { id: "b", email: "bob@example.com", created: SEEN, lastSeen: SEEN },
  ]);
  expect(
    reported.findings.filter(({ code }) => code === "stale").map(({ text, source }) => [text, source?.line]),
  ).toEqual([
    [`NAME-a (a) of ${ALICE}: not seen since 2026-03-01`, 2],
    ["NAME-b (b) of bob@example.com: not seen since 2026-03-01", 2],
  ]);
});

steps("what was revoked long ago, and is all that was seen of its device lately,", [
  {
    title: "is not deleted, since what is left of the device would be stale without it",
    allowlist: `policy: { unlisted: report, stale: { after: 30d, action: revoke }, revoked: { after: 30d } }\nusers: { ${ALICE}: [] }\n`,
    live: [
      {
        id: "old",
        email: ALICE,
        device: "d1",
        created: "2026-01-01T00:00:00Z",
        lastSeen: "2026-05-30T00:00:00Z",
        revoked: "2026-04-01T00:00:00Z",
      },
      {
        id: "new",
        email: ALICE,
        device: "d1",
        created: "2026-02-01T00:00:00Z",
        lastSeen: "2026-04-15T00:00:00Z",
      },
    ],
    devices: [],
    expect: ["new: leave (unlisted) 2", "old: keep (revoked-age) 2"],
    findings: ["tombstone: old", "unlisted: new"],
  },
]);

test("a person with many registrations is told once of each, however often one asks about another", () => {
  const live = Array.from({ length: 10 }, (_, i) => ({
    ...A,
    id: `r${i}`,
    created: `2026-03-0${i}T00:00:00Z`.replace("03-00", "02-28"),
    lastSeen: SEEN,
  }));
  const { findings } = plan(
    HEAD + policy("superseded: report, stale: { after: 30d, action: report }, unlisted: report"),
    live,
  );
  const stale = findings.filter(({ code }) => code === "stale").flatMap(({ registrations }) => registrations);
  expect([...stale].sort()).toEqual(live.map(({ id }) => id));
});
