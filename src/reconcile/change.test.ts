import { expect, test } from "vitest";
import { ANN, BOB, changeSteps, entries, STAYS, tellChange } from "../../test/support/change-steps.js";
import { ALICE, BOB as BOB_MAIL, HEAD } from "../../test/support/world-steps.js";
import { ACCOUNT, allowlist, NOW, registration } from "../../test/support/world.js";
import { parseAllowlist, type AllowlistFile } from "../allowlist/parse.js";
import { withChange } from "./change.js";
import { makePlan, type Plan } from "./plan.js";

changeSteps("a change", [
  {
    name: "in other words only",
    before: ANN + BOB,
    after: `# in other words\n${ANN}${BOB}`,
    tells: [],
    back: [],
  },
  {
    name: "of everything: who stays, what is let in, what is excepted, then which brakes hold less",
    before: `limits: { perRun: 10 }\n${ANN}${BOB}`,
    after: `policy: { grace: 1d }\nprotected: { devices: [d9] }\n${ANN}    - serial: SN-d7\n`,
    tells: [
      /^dropped: the change drops bob@example.com from the allowlist/,
      /^widened: serial "SN-d7" of ann@example.com is new/,
      /^excepted: the change protects device "d9"/,
      /^loosened: the change loosens policy.grace/,
      /^loosened: the change loosens limits.perRun/,
    ],
    places: ["1:1, before 6:3, b1", "7:7", "3:24", "2:11", "before 2:11"],
    back: [/^widened: the change adds the user bob/, /^loosened: the change no longer protects device "d9"/],
  },
]);

const NOBODY = "users: { ann@example.com: [] }\n";
const REPORT = "policy: { unlisted: report }\n";
const LEFT = "out of the scope: this stack no longer decides about them, and they stay connected";
const OUTSIDE = "what is outside is no longer decided";

/** A second device of each of the two. */
const A2 = { id: "a2", email: "ann@example.com", device: "d4", policy: "other" };
const B0 = { id: "b0", email: "bob@example.com", device: "d5" };

changeSteps("off the list", [
  {
    name: "a user is dropped whose device stays connected; and is added",
    before: ANN + BOB,
    after: ANN,
    tells: [
      "dropped: the change drops bob@example.com from the allowlist, and 1 active registration stays connected: its user is not in the allowlist",
    ],
    places: ["1:1, before 5:3, b1"],
    about: ["bob@example.com | b1"],
    back: ['widened: the change adds the user bob@example.com with serial "SN-d2"'],
  },
  {
    name: "several registrations of a user are one thing to tell",
    before: `${ANN}${BOB}    - serial: SN-d5\n`,
    after: ANN,
    live: [B0],
    tells: [
      /^dropped: the change drops bob@example.com from the allowlist, and 2 active registrations stay connected: /,
    ],
    places: ["1:1, before 5:3, b0 b1"],
  },
  {
    name: "several users are told one by one",
    before: `${ANN}${BOB}    - serial: SN-d5\n`,
    after: "users: { eve@example.com: [] }\n",
    live: [B0],
    tells: [
      /^dropped: the change drops ann@example.com from the allowlist, and 1 active/,
      /^dropped: the change drops bob@example.com from the allowlist, and 2 active/,
    ],
    places: ["1:1, before 3:3, a1", "1:1, before 5:3, b0 b1"],
  },
  {
    name: "a user is dropped whose device is cut off: an act, and nothing to tell",
    before: ANN + BOB,
    after: `policy: { unknownUsers: revoke }\n${ANN}`,
    tells: [],
    back: [
      'widened: the change adds the user bob@example.com with serial "SN-d2"',
      `loosened: the change loosens policy.unknownUsers: report (before: revoke)${STAYS}`,
    ],
  },
  {
    name: "a user is dropped who was to have no device, and keeps the one that is there",
    before: `${ANN}  bob@example.com: []\n`,
    after: ANN,
    tells: [/^dropped: the change drops bob@example.com from the allowlist, and 1 active/],
    back: [],
  },
  {
    name: "a user is dropped whose device was only reported, and is now",
    before: `${REPORT}${ANN}  bob@example.com: []\n`,
    after: `${REPORT}${ANN}`,
    tells: [],
    back: [],
  },
  {
    name: "unknown users stay, and nobody was dropped",
    before: `policy: { unknownUsers: revoke }\n${ANN}`,
    after: ANN,
    tells: [
      `loosened: the change loosens policy.unknownUsers: report (before: revoke)${STAYS}: its user is not in the allowlist`,
    ],
    places: ["1:1, before 2:11, b1"],
    back: [],
  },
  {
    name: "a device is dropped that stays connected",
    before: REPORT + ANN,
    after: REPORT + NOBODY,
    tells: [
      "dropped: the change drops what allowed a device of ann@example.com, and 1 active registration stays connected: no entry for its user allows it",
    ],
    places: ["2:11, before 4:3, a1"],
    back: ['widened: serial "SN-d1" of ann@example.com is new'],
  },
  {
    name: "an entry that kept a device out is gone: the entry is told, and nothing was dropped",
    before: REPORT + entries("{ serial: SN-d1, state: revoked }"),
    after: REPORT + NOBODY,
    tells: [/^widened: the change removes or narrows/],
    back: [],
  },
  {
    name: "the policy lets unlisted devices stay: that is told, and nothing was dropped",
    before: NOBODY,
    after: REPORT + NOBODY,
    tells: [
      `loosened: the change loosens policy.unlisted: report (before: revoke)${STAYS}: no entry for its user allows it`,
    ],
    places: ["2:11, a1"],
    back: [],
  },
  {
    name: "an entry gives way to a protection",
    before: ANN,
    after: `protected: { users: [ann@example.com] }\n${NOBODY}`,
    tells: ['excepted: the change protects user "ann@example.com": it is never touched'],
  },
  {
    name: "an entry gives way to whoever runs the tool",
    before: ANN,
    after: `guards: { self: [ann@example.com] }\n${NOBODY}`,
    tells: [/^excepted: the change protects guards.self user "ann@example.com"/],
  },
  {
    name: "an entry gives way to an ignore rule",
    before: ANN,
    after: `ignore: [{ device: d1, reason: theirs }]\n${NOBODY}`,
    tells: [/^excepted: the change ignores device "d1"/],
  },
]);

changeSteps("out of the scope", [
  {
    name: "of a user, what is active leaves; and comes back",
    before: ANN + BOB,
    after: `scope: { emails: [ann@example.com] }\n${ANN}`,
    tells: [
      `out-of-scope: the change takes 1 active registration of bob@example.com ${LEFT}`,
      `out-of-scope: the change narrows the scope: only emails ann@example.com; ${OUTSIDE}`,
    ],
    places: ["before 5:3, b1", "2:1"],
    back: [/^widened: the change adds the user bob/],
  },
  {
    name: "several of users whom no list knows, and of no user",
    before: ANN,
    after: `scope: { emails: [ann@example.com] }\n${ANN}`,
    live: [B0, { id: "n1", device: "d6" }],
    tells: [
      `out-of-scope: the change takes 2 active registrations of bob@example.com ${LEFT}`,
      `out-of-scope: the change takes 1 active registration of no user ${LEFT}`,
      `out-of-scope: the change narrows the scope: only emails ann@example.com; ${OUTSIDE}`,
    ],
    places: ["b0 b1", "n1", "2:1"],
    back: [],
  },
  {
    name: "one device of a user leaves, another is dropped",
    before: `${REPORT}${ANN}    - device: d4\n`,
    after: `scope: { policyIds: [other] }\n${REPORT}${NOBODY}`,
    live: [A2],
    tells: [
      /^dropped: the change drops what allowed a device of ann@example.com, and 1 active/,
      `out-of-scope: the change takes 1 active registration of ann@example.com ${LEFT}`,
      `out-of-scope: the change takes 1 active registration of bob@example.com ${LEFT}`,
      `out-of-scope: the change narrows the scope: only policyIds other; ${OUTSIDE}`,
    ],
    places: ["3:11, before 4:3, a2", "before 4:3, a1", "b1", "2:1"],
  },
]);

changeSteps("what two plans show besides", [
  {
    name: "a device takes the place of one that is listed no more",
    before: `policy: { maxDevices: 1, overMaxDevices: revoke }\n${ANN}    - serial: SN-d4\n`,
    after: `policy: { maxDevices: 1, overMaxDevices: revoke }\n${ANN}`,
    live: [{ ...A2, created: "2026-05-20T00:00:00Z" }],
    tells: [
      /^widened: the change keeps 1 active registration of ann@example.com connected that would have been revoked: allowed by hardware \(before: .+\)$/,
    ],
    places: ["5:7, before 2:11, a1"],
    about: ["ann@example.com | max-devices | entry | a1"],
    back: [/^widened: serial "SN-d4" of ann@example.com is new, and 1 active registration stays connected$/],
  },
  {
    name: "what was to be let in stays out, which is no act; and is let in, which is one",
    before: `${ANN}${BOB}    - serial: SN-d3\n`,
    after: ANN + BOB,
    tells: [
      "withheld: the change no longer lets in 1 revoked registration of bob@example.com: no entry for its user allows it",
    ],
    places: ["5:3, before 7:7, b2"],
    about: ["bob@example.com | b2"],
    back: ['widened: serial "SN-d3" of bob@example.com is new, and 1 revoked registration is let in'],
    backPlaces: ["7:7, b2"],
  },
  {
    name: "what is to stay out by a setting",
    before: `${ANN}${BOB}    - serial: SN-d3\n`,
    after: `policy: { listedRevoked: report }\n${ANN}${BOB}    - serial: SN-d3\n`,
    tells: [
      /^withheld: the change no longer lets in 1 revoked registration of bob@example.com: allowed by serial/,
    ],
    back: [
      "loosened: the change loosens policy.listedRevoked: unrevoke (before: report), and 1 revoked registration is let in",
    ],
    backPlaces: ["1:1, before 2:11, b2"],
  },
  {
    name: "what was to be let in leaves the scope",
    before: `scope: { policyIds: [p1, p2] }\n${ANN}    - serial: SN-d5\n`,
    after: `scope: { policyIds: [p1] }\n${ANN}    - serial: SN-d5\n`,
    live: [
      { id: "a5", email: "ann@example.com", device: "d5", policy: "p2", revoked: "2026-05-01T00:00:00Z" },
      { id: "b5", email: "bob@example.com", device: "d6", policy: "p2", revoked: "2026-05-01T00:00:00Z" },
    ],
    tells: [
      "out-of-scope: the change takes 1 revoked registration of ann@example.com out of the scope: this stack no longer decides about them, and they are not let in",
      /^out-of-scope: the change narrows the scope: without policyIds p2;/,
    ],
    places: ["before 4:3, a5", "2:1, before 2:1"],
    back: [],
  },
  {
    name: "an exception names what it spares now, and its kind is told where it spares nothing",
    before: NOBODY,
    after: `protected: { devices: [d1, d7] }\n${NOBODY}`,
    tells: [
      `excepted: the change protects device "d1": it is never touched${STAYS}: protected device, never touched`,
      'excepted: the change protects device "d7": it is never touched',
    ],
    places: ["2:24, a1", "2:28"],
    back: [/no longer protects device "d1"$/, /no longer protects device "d7"$/],
  },
  {
    name: "a refusal stands, and gives way to a stronger entry, so that protected hardware stays",
    before: `protected: { serials: [SN-d1] }\n${entries("{ device: d1, state: revoked }")}`,
    after: `protected: { serials: [SN-d1] }\n${entries("{ device: d1, state: revoked }", "registration: a1")}`,
    tells: [
      'widened: registration "a1" of ann@example.com is new',
      'excepted: the change keeps 1 active registration of ann@example.com connected that would have been revoked: protected hardware, never touched (before: device "d1" must be revoked)',
    ],
    places: ["6:7", "2:24, before 5:7, a1"],
    about: ["ann@example.com | new | registration a1", "ann@example.com | entry | protected | a1"],
  },
  {
    name: "a user who is suspended no more, with everything that stays",
    before: "users:\n  ann@example.com: { state: suspended, devices: [{ serial: SN-d1 }] }\n",
    after: ANN,
    live: [{ ...A2, revoked: "2026-05-01T00:00:00Z" }],
    tells: [`widened: ann@example.com is no longer suspended${STAYS}`],
    places: ["3:3, before 3:22, a1"],
    back: [],
  },
]);

changeSteps("places of devices, and of findings", [
  {
    name: "several that take the place of others, user by user, before what is only written",
    before: `policy: { maxDevices: 2, overMaxDevices: revoke }\nlimits: { perRun: 10 }\nusers:\n  ann@example.com: [{ serial: SN-d1 }, { device: d11 }, { device: d12 }, { device: d13 }]\n  bob@example.com: [{ serial: SN-d2 }, { device: d22 }, { device: d23 }]\n`,
    after: `policy: { maxDevices: 2, overMaxDevices: revoke }\nusers:\n  ann@example.com: [{ serial: SN-d1 }, { device: d11 }]\n  bob@example.com: [{ serial: SN-d2 }]\n`,
    live: [
      { id: "a2", email: "ann@example.com", device: "d11" },
      ...["d12", "d13", "d22", "d23"].map((device) => ({
        id: device,
        email: device < "d2" ? "ann@example.com" : "bob@example.com",
        device,
        created: "2026-05-20T00:00:00Z",
      })),
    ],
    tells: [
      /^widened: the change keeps 2 active registrations of ann@example.com connected that would have been revoked: allowed by hardware \(before: /,
      /^widened: the change keeps 1 active registration of bob@example.com connected that would have been revoked: /,
      "loosened: the change loosens limits.perRun: none (before: 10)",
    ],
    places: ["4:21, before 2:11, a1 a2", "5:21, before 2:11, b1", "before 3:11"],
  },
  {
    name: "one that is let in, in the place of another, is an act and nothing to tell",
    before: `policy: { maxDevices: 1, overMaxDevices: revoke }\n${ANN}    - serial: SN-d5\n`,
    after: `policy: { maxDevices: 1, overMaxDevices: revoke }\nusers:\n  ann@example.com:\n    - serial: SN-d5\n`,
    live: [
      {
        id: "a5",
        email: "ann@example.com",
        device: "d5",
        created: "2026-04-01T00:00:00Z",
        revoked: "2026-04-20T00:00:00Z",
      },
    ],
    tells: [],
  },
  {
    name: "of a new user, what is connected, and what is let in",
    before: `policy: { unknownUsers: revoke }\n${ANN}`,
    after: `policy: { unknownUsers: revoke }\n${ANN}${BOB}    - serial: SN-d3\n    - serial: SN-d5\n`,
    live: [{ id: "b5", email: "bob@example.com", device: "d5", revoked: "2026-05-01T00:00:00Z" }],
    tells: [
      `widened: the change adds the user bob@example.com with serial "SN-d2"; serial "SN-d3"; serial "SN-d5", and 2 revoked registrations are let in${STAYS}`,
    ],
    places: ["6:3, b1 b2 b5"],
  },
  {
    name: "a user who is dropped is told once, with what stays",
    before: `${ANN}${BOB}  eve@example.com: []\n`,
    after: ANN,
    tells: [
      /^dropped: the change drops bob@example.com from the allowlist, and 1 active registration stays connected/,
      /^dropped: the change drops eve@example.com from the allowlist, and devices that no entry allows stay connected/,
    ],
    places: ["1:1, before 5:3, b1", "1:1, before 7:3"],
  },
]);

/** Everything that can be said, once. */
const EVERYTHING = `version: 1
scope: { emailDomains: [example.com, example.org], registrationTypes: [warp] }
policy: { unlisted: revoke, grace: 48h, stale: { after: 30d, action: revoke }, maxDevices: 3, superseded: report }
groups:
  interns: { users: [ann@example.com, bob@example.com], policy: { grace: 24h, maxDevices: 2 } }
protected: { users: [eve@example.com], devices: [d8, d9], registrations: [r8] }
guards: { revoke: { max: 5, percent: 20 }, perUser: 3, self: [ops@example.com, root@example.com] }
limits: { perRun: 10, maxPlanAge: 48h }
freeze: { until: 2026-07-01, reason: audit }
ignore:
  - { user: kim@example.com, device: d7, reason: theirs }
  - { emailDomain: example.org, reason: another tool }
accessUsers: { ann@example.com: { name: Ann }, old@example.com: { state: absent } }
tests:
  - { name: in, given: { user: ann@example.com, serial: SN-d1 }, expect: { action: keep, rule: entry } }
  - { name: out, given: { user: ann@example.com, serial: SN-d5 }, at: 2026-06-01, expect: revoke }
users:
  ann@example.com:
    - { serial: SN-d1, requires: { platform: mac, minClientVersion: 2025.1.1 } }
    - { serial: SN-d5, state: revoked, reason: lost }
    - { device: d6, name: SIX, from: 2026-05-01, expires: 2026-12-31 }
  bob@example.com:
    devices: [{ serial: SN-d2 }, { nameGlob: "BOB-*", trustName: told }]
    policy: { stale: none }
  lea@example.com: { state: offboarded, since: 2026-06-10, devices: [] }
`;

const REFORMATTED: readonly AllowlistFile[] = [
  {
    file: "allowlist.yaml",
    text: `# The same, from the bottom to the top.
limits:
  maxPlanAge: 2d
  perRun: 10
ignore:
  - reason: another tool
    emailDomain: "EXAMPLE.org"
  - reason: still theirs
    device: d7
    user: Kim@example.com
freeze:
  reason: an audit
  until: "2026-07-02T00:00:00Z"
guards:
  self: [root@example.com, ops@example.com]
  perUser: 3
  revoke: { percent: 20, max: 5 }
protected:
  registrations: [r8]
  devices: [d9, d8]
  users: [eve@example.com]
groups:
  interns:
    policy: { maxDevices: 2, grace: 1d }
    users: [bob@example.com, ann@example.com]
policy:
  superseded: report
  maxDevices: 3
  stale: { action: revoke, after: 720h }
  grace: 2d
scope:
  registrationTypes: [warp]
  emailDomains: [example.org, example.com]
version: 1
`,
  },
  {
    file: "allowlist/a.yaml",
    text: `users:
  lea@example.com:
    devices: []
    reason: moved
    since: 2026-06-10
    state: offboarded
  bob@example.com:
    policy: { stale: none }
    devices:
      - { trustName: told again, nameGlob: BOB-*, note: his }
      - serial: SN-d2
tests:
  - { expect: revoke, at: "2026-06-01", name: out, given: { serial: SN-d5, user: ann@example.com } }
`,
  },
  {
    file: "allowlist/b.yaml",
    text: `tests:
  - { expect: { rule: entry, action: keep }, name: in, given: { serial: SN-d1, user: ann@example.com } }
accessUsers:
  old@example.com: { state: absent }
  ann@example.com: { state: present, name: Ann }
users:
  Ann@Example.com:
    - { expires: 2026-12-31, from: 2026-05-01, name: SIX, device: d6, owner: it, ticket: T-1 }
    - { reason: stolen, state: revoked, serial: SN-d5 }
    - { requires: { minClientVersion: "2025.1.1", platform: mac }, serial: SN-d1 }
`,
  },
];

test("nothing is told of the same in other files, in another order, in other words", () => {
  const read = (files: readonly AllowlistFile[]) => {
    const { allowlist, messages } = parseAllowlist(files);
    expect(messages).toEqual([]);
    return allowlist!;
  };
  const [one, other] = [read([{ file: "allowlist.yaml", text: EVERYTHING }]), read(REFORMATTED)];
  expect(tellChange(one, other)).toEqual([]);
  expect(tellChange(other, one)).toEqual([]);
});

/** The registrations of two people, and one that is out of scope before the change. */
const LIVE = [
  registration({ id: "a1", email: ALICE, device: "d1" }),
  registration({ id: "a2", email: ALICE, device: "d2" }),
  registration({ id: "a3", email: ALICE, device: "d3", type: "browser_extension" }),
  registration({ id: "a4", email: ALICE, device: "d4" }),
  registration({ id: "b1", email: BOB_MAIL, device: "d5" }),
];

function plansOf(before: string, after: string) {
  const [base, head] = [before, after].map((text, i) =>
    allowlist(HEAD + text, `${["base", "head"][i]!}.yaml`),
  ) as [ReturnType<typeof allowlist>, ReturnType<typeof allowlist>];
  const of = (list: typeof base) =>
    makePlan(list, { account: ACCOUNT, registrations: LIVE, devices: [] }, NOW);
  const plans = { before: of(base), after: of(head) };
  return { plans, changed: withChange({ base, head }, plans) };
}

const removedLines = (all: Plan["decisions"]) =>
  all.map(
    ({ registration: { id }, action, reason, removed }) =>
      `${id}: ${action} (${reason.code}) ${removed ? `${removed.file}:${removed.line}` : "-"}`,
  );

test("an act names the line of before the change that allowed the device and is gone, and nothing else does", () => {
  const before = `policy: { unknownUsers: revoke }\nusers:\n  ${ALICE}:\n    - { device: d1 }\n    - { device: d2 }\n    - { device: d3 }\n  ${BOB_MAIL}:\n    - { device: d5 }\n`;
  const after = `policy: { unknownUsers: revoke }\nscope: { registrationTypes: [warp, browser_extension] }\nusers:\n  ${ALICE}:\n    - { device: d2, expires: 2026-05-01 }\n`;
  expect(removedLines(plansOf(before, after).changed.decisions)).toEqual([
    "a1: revoke (unlisted) base.yaml:5",
    // Its entry is still there, and says by itself why it does not allow it.
    "a2: revoke (expired) -",
    // It was not decided before.
    "a3: revoke (unlisted) -",
    // It was not allowed before.
    "a4: revoke (unlisted) -",
    "b1: revoke (unknown-user) base.yaml:9",
  ]);
});

test("what is only reported has no such line: nothing happens to it", () => {
  const text = (devices: string) =>
    `policy: { unlisted: report }\nusers:\n  ${ALICE}: [${devices}]\n  ${BOB_MAIL}: { state: suspended }\n`;
  const { changed } = plansOf(text("{ device: d1 }"), text(""));
  expect(removedLines(changed.decisions)).toEqual([
    "a1: leave (unlisted) -",
    "a2: leave (unlisted) -",
    "a4: leave (unlisted) -",
    "b1: revoke (suspended) -",
  ]);
});

test("the acts of the run and those that wait name the line as well", () => {
  const before = `users:\n  ${ALICE}: [{ device: d1 }, { device: d2 }, { device: d4 }]\n  ${BOB_MAIL}: []\n`;
  const after = `limits: { perRun: 2 }\nusers:\n  ${ALICE}: [{ device: d2 }]\n  ${BOB_MAIL}: []\n`;
  const { changed } = plansOf(before, after);
  expect(removedLines(changed.acts)).toEqual([
    "a1: revoke (unlisted) base.yaml:3",
    "a4: revoke (unlisted) base.yaml:3",
  ]);
  expect(changed.pending.map(({ decision, why }) => [why, ...removedLines([decision])])).toEqual([
    ["limit", "b1: revoke (unlisted) -"],
  ]);
  const { pending } = plansOf(before, after.replace("perRun: 2", "perRun: 1")).changed;
  expect(pending.flatMap(({ decision }) => removedLines([decision]))).toEqual([
    "a4: revoke (unlisted) base.yaml:3",
    "b1: revoke (unlisted) -",
  ]);
});

test("what the change does comes before all that was found besides, and the rest of the plan stays as it is", () => {
  const before = `users:\n  ${ALICE}: [{ device: d1 }]\n`;
  const after = `users:\n  ${ALICE}: [{ device: d1 }, { device: d2 }, { device: gone }]\n`;
  const { plans, changed } = plansOf(before, after);
  const [first, second, ...rest] = changed.findings;
  expect([first, second].map((one) => [one?.code, one?.subject])).toEqual([
    ["change-widened", [ALICE, "new", "device d2", "a2"]],
    ["change-widened", [ALICE, "new", "device gone"]],
  ]);
  expect(rest).toEqual(plans.after.findings);
  expect(rest.map(({ code }) => code)).toContain("unmatched-entry");
  expect({ ...changed, findings: [] }).toEqual({ ...plans.after, findings: [] });
});

test("a change shows domains as the files write them, also those that only the old files have", () => {
  const before = "users: { ann@bücher.example: [{ device: d1 }], bob@straße.example: [] }\n";
  const after = "users: { ann@bücher.example: [{ device: d1 }, { device: d9 }] }\n";
  const { changed } = plansOf(before, after);
  const texts = changed.findings.filter(({ code }) => code.startsWith("change-")).map(({ text }) => text);
  expect(texts).toEqual([
    expect.stringMatching(/^the change drops bob@straße.example from the allowlist/),
    expect.stringMatching(/^device "d9" of ann@bücher.example is new/),
  ]);
  expect([...changed.domains.values()]).toEqual(expect.arrayContaining(["bücher.example", "straße.example"]));
});
