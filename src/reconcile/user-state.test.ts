import { expect, test } from "vitest";
import { plan } from "../../test/support/world.js";
import { ALICE, BOB, HEAD, steps } from "../../test/support/world-steps.js";

const GONE = "2026-05-20T00:00:00Z";

function user(settings: string, devices = "[{ device: d1 }]"): string {
  return `users:\n  ${ALICE}:\n    devices: ${devices}\n    ${settings}\n`;
}

steps("a suspended user", [
  {
    title: "has everything revoked, listed or not, and nothing deleted",
    allowlist: `policy: { unlisted: delete }\n${user("state: suspended")}`,
    live: [
      { id: "a", email: ALICE, device: "d1" },
      { id: "b", email: ALICE, device: "d2" },
      { id: "c", email: ALICE, device: "d1", revoked: GONE },
    ],
    expect: ["a: revoke (suspended) 6", "b: revoke (suspended) 6", "c: keep (suspended) 6"],
  },
  {
    title: "is as everybody else on the last moment before the day",
    allowlist: user("state: suspended\n    since: 2026-06-01"),
    live: [{ id: "a", email: ALICE, device: "d1" }],
    now: "2026-05-31T23:59:59.999Z",
    expect: ["a: keep (entry) 4"],
    findings: ["upcoming-state:"],
  },
  {
    title: "is suspended from the first moment of the day, in UTC",
    allowlist: user("state: suspended\n    since: 2026-06-01"),
    live: [{ id: "a", email: ALICE, device: "d1" }],
    now: "2026-06-01T00:00:00Z",
    expect: ["a: revoke (suspended) 5"],
    findings: [],
  },
  {
    title: "takes no other user along",
    allowlist: `${user("state: suspended")}  ${BOB}: [{ device: d1 }]\n`,
    live: [{ id: "b", email: BOB, device: "d1" }],
    expect: ["b: keep (entry) 6"],
  },
  {
    title: "goes before entries that delete, contradict each other, or go by hardware",
    allowlist: user(
      "state: suspended",
      '[{ device: d1, state: deleted }, { nameGlob: "L*" }, { nameGlob: "*1", state: revoked }, { serial: S1 }]',
    ),
    live: [
      { id: "a", email: ALICE, device: "d1" },
      { id: "b", email: ALICE, device: "d2", name: "L1" },
      { id: "c", email: ALICE, device: "d3" },
    ],
    devices: [],
    expect: ["a: revoke (suspended) 5", "b: revoke (suspended) 5", "c: revoke (suspended) 5"],
  },
  {
    title: "goes before age and grace",
    allowlist: `policy: { grace: 72h, revoked: { after: 30d }, stale: { after: 30d, action: delete, includeListed: true } }\n${user("state: suspended")}`,
    live: [
      { id: "new", email: ALICE, device: "d2", created: "2026-06-01T11:00:00Z" },
      {
        id: "old",
        email: ALICE,
        device: "d1",
        lastSeen: "2025-01-01T00:00:00Z",
        revoked: "2025-02-01T00:00:00Z",
      },
    ],
    devices: [],
    expect: ["new: revoke (suspended) 6", "old: keep (suspended) 6"],
  },
]);

steps("an offboarded user", [
  {
    title: "has everything deleted, revoked ones too",
    allowlist: user("state: offboarded"),
    live: [
      { id: "a", email: ALICE, device: "d1" },
      { id: "b", email: ALICE, device: "d2", revoked: GONE },
    ],
    expect: ["a: delete (offboarded) 5", "b: delete (offboarded) 5"],
  },
  {
    title: "has nothing left to expire: the state goes before the entry's days",
    allowlist: user(
      "state: offboarded",
      "[{ device: d1, expires: 2026-05-31 }, { device: d2, expires: 2026-12-31 }]",
    ),
    live: [
      { id: "a", email: ALICE, device: "d1" },
      { id: "b", email: ALICE, device: "d2" },
    ],
    expect: ["a: delete (offboarded) 5", "b: delete (offboarded) 5"],
  },
  {
    title: "who leaves tomorrow is decided by the entry's days until then",
    allowlist: user(
      "state: offboarded\n    since: 2026-06-02",
      "[{ device: d1, expires: 2026-05-31 }, { device: d2, expires: 2026-12-31 }]",
    ),
    live: [
      { id: "a", email: ALICE, device: "d1" },
      { id: "b", email: ALICE, device: "d2" },
    ],
    expect: ["a: revoke (expired) 4", "b: keep (entry) 4"],
    findings: ["expired-entry:", "upcoming-state:"],
  },
]);

steps("the exceptions, in their order", [
  {
    title: "protected, then the operator's own, then ignored, then the user's state",
    allowlist: `protected: { registrations: [p] }
guards: { self: [${ALICE}] }
ignore:
  - { user: ${ALICE}, reason: kiosk }
  - { user: ${BOB}, device: d1, reason: kiosk }
users:
  ${ALICE}: []
  ${BOB}: { state: offboarded }
`,
    live: [
      { id: "p", email: BOB, device: "d1" },
      { id: "s", email: ALICE },
      { id: "i", email: BOB, device: "d1" },
      { id: "z", email: BOB, device: "d2" },
    ],
    expect: [
      "i: leave (ignored) 6",
      "p: leave (protected) 2",
      "s: leave (self) 3",
      "z: delete (offboarded) 9",
    ],
  },
]);

test("the decision says since when, and why", () => {
  const text = user("state: suspended\n    since: 2026-06-01\n    reason: leave");
  const [decision] = plan(HEAD + text, [{ id: "a", email: ALICE }]).decisions;
  expect(decision?.reason.text).toBe("its user is suspended since 2026-06-01: leave");
  const [plain] = plan(HEAD + user("state: offboarded"), [{ id: "a", email: ALICE }]).decisions;
  expect(plain?.reason.text).toBe("its user is offboarded");
});

/** What a scope keeps out of reach of a person's state, and by which setting. */
test.each([
  ["registrationTypes", "registrationTypes: [warp]", { type: "browser_extension" }],
  ["policyIds", "policyIds: [p1]", { policy: "p2" }],
  ["registrationTypes, policyIds", "policyIds: [p1]", { type: "browser_extension", policy: "p2" }],
])("outside %s a state reaches nothing, and that is told", (settings, scope, sketch) => {
  const list = (state: string) => `${HEAD}scope: { ${scope} }\n${user(state)}`;
  const live = [
    { id: "z", email: ALICE, device: "d1", ...sketch },
    { id: "a", email: ALICE, device: "d1", ...sketch },
    { id: "r", email: ALICE, device: "d3", revoked: GONE, ...sketch },
  ];
  const found = (text: string, of = live) =>
    plan(text, of).findings.filter(({ code }) => code === "state-out-of-scope");
  const end = "connected: widen `scope`, or revoke by hand";
  expect(found(list("state: suspended\n    since: 2026-06-01"))).toMatchObject([
    {
      subject: [ALICE, "a", "z"],
      text: `${ALICE} is suspended, but 2 active registrations outside \`scope\` (${settings}) stay ${end}`,
      source: { line: 6 },
      registrations: ["a", "z"],
    },
  ]);
  expect(found(list("state: offboarded"), live.slice(1))[0]?.text).toBe(
    `${ALICE} is offboarded, but 1 active registration outside \`scope\` (${settings}) stays ${end}`,
  );
  // Not yet.
  expect(found(list("state: suspended\n    since: 2026-06-02"))).toEqual([]);
});
