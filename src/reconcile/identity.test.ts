/** What a finding is called from one run to the next: by what it is about, and by nothing that is said of it. */

import { beforeAll, describe, expect, test } from "vitest";
import { announceSeed, holds } from "../../test/support/property.js";
import { world } from "../../test/support/world-arbitraries.js";
import { planOf } from "../../test/support/world-run.js";
import { ACCOUNT, allowlist, NOW, physicalDevice, registration } from "../../test/support/world.js";
import { parseAllowlist } from "../allowlist/parse.js";
import { findChange } from "./change.js";
import { findOverlap } from "./findings/account.js";
import { type Finding, identityOf, identityOfAct } from "./findings/finding.js";
import { makePlan, type Plan } from "./plan.js";

const LIST = `policy: { unlisted: report, superseded: report, maxDevices: 1, overMaxDevices: report, listedRevoked: report }
scope: { policyIds: [p1] }
protected: { users: [nobody@example.com], serials: [SN-GONE] }
guards: { self: [nobody2@example.com] }
ignore: [{ emailDomain: mdm.example, reason: MDM }]
freeze: { until: 2026-05-01, reason: spring }
users:
  ann@example.com:
    - serial: SN-1
    - { serial: SN-2, expires: 2026-06-05 }
    - { serial: SN-3, expires: 2026-05-05 }
    - name: LAPTOP
  bob@example.com:
    state: suspended
  cyd@example.com:
    state: offboarded
    since: 2026-07-01
  dan@example.com:
    - { serial: SN-STOLEN, state: revoked }
    - { serial: SN-OLD }
  eve@example.com:
    - { device: d-eve }
accessUsers: { new@example.com: {} }
`;

const one = (id: string, email: string | undefined, more: object = {}) =>
  registration({ id, ...(email !== undefined && { email }), device: `d-${id}`, policy: "p1", ...more });

const LIVE = [
  one("a1", "ann@example.com"),
  one("a2", "ann@example.com"),
  one("a3", "ann@example.com"),
  one("b1", "bob@example.com", { policy: "p2" }),
  one("d1", "dan@example.com", { revoked: "2026-05-20T00:00:00Z" }),
  one("e1", "eve@example.com", {
    device: "d-eve",
    created: "2026-04-01T00:00:00Z",
    lastSeen: "2026-04-02T00:00:00Z",
  }),
  one("e2", "eve@example.com", { device: "d-eve", created: "2026-05-02T00:00:00Z" }),
  one("f1", "fay@example.com"),
  one("f2", "fay@example.com"),
  one("g1", "gil@example.com"),
  one("n1", undefined),
];

const DEVICES = [
  physicalDevice("d-a1", { serial_number: "SN-1" }),
  physicalDevice("d-a2", { serial_number: "SN-2" }),
  physicalDevice("d-a3", { serial_number: "SN-OTHER" }),
  physicalDevice("d-d1", { serial_number: "SN-OLD" }),
  physicalDevice("d-f1", { serial_number: "SN-STOLEN" }),
  physicalDevice("d-f2", { serial_number: "None" }),
  physicalDevice("d-g1", { serial_number: "SN-STOLEN" }),
  physicalDevice("d-n1", { serial_number: "SN-STOLEN" }),
];

const USERS = [{ id: "u1", email: "ann@example.com", active_device_count: 9 }];

function planned(text: string, { asOf = NOW, turn = false } = {}): Plan {
  const inventory = {
    account: ACCOUNT,
    registrations: turn ? [...LIVE].reverse() : LIVE,
    devices: turn ? [...DEVICES].reverse() : DEVICES,
    accessUsers: USERS,
  };
  const siblings = [
    { stack: "other", scope: allowlist("version: 1\nusers: { x@example.com: [] }\n").scope },
    { stack: "broken", scope: { unreadable: "its allowlist is not valid" } },
  ];
  return makePlan(allowlist(text), inventory, asOf, { siblings });
}

const identities = (findings: readonly Finding[]) => findings.map(identityOf).sort();
const NOW_FOUND = planned(`version: 1\n${LIST}`).findings;

test("a plan with most kinds of findings", () => {
  const found = new Set(NOW_FOUND.map(({ code }) => code));
  for (const code of [
    "elsewhere",
    "unlisted",
    "listed-revoked",
    "unknown-user",
    "no-user",
    "superseded",
    "state-out-of-scope",
    "shared-identity",
    "unmatched-entry",
    "unmatched-protection",
    "unmatched-ignore",
    "expiring-entry",
    "expired-entry",
    "upcoming-state",
    "past-freeze",
    "unusable-serial",
    "unknown-access-user",
    "device-count",
    "overlapping-stack",
    "warning",
  ] as const)
    expect(found).toContain(code);
});

/** Baselines and histories that are written hold these very names: `printf '["r1"]' | sha256sum`. */
test("the name of a finding, and of an act, is its kind and 16 digits of what it is about", () => {
  expect(identityOf({ code: "unlisted", subject: ["r1"] })).toBe("unlisted:38edd8d1053fa194");
  expect(identityOfAct("revoke", "r1")).toBe("act-revoke:38edd8d1053fa194");
});

test("none of its findings has the identity of another", () => {
  expect(new Set(identities(NOW_FOUND)).size).toBe(NOW_FOUND.length);
});

test.each([
  ["other words", NOW_FOUND.map((finding) => ({ ...finding, text: "said in quite other words" }))],
  ["lines that moved", planned(`# moved\n\n\nversion: 1\n# so far\n${LIST}`).findings],
  ["another moment", planned(`version: 1\n${LIST}`, { asOf: new Date(NOW.getTime() + 3_600_000) }).findings],
  ["another order of the listing", planned(`version: 1\n${LIST}`, { turn: true }).findings],
  ["serials in another case", planned(`version: 1\n${LIST.replaceAll("SN-", "sn-")}`).findings],
])("%s change no identity", (_, findings) => {
  expect(identities(findings)).toEqual(identities(NOW_FOUND));
});

test("what it is about makes another one: another registration, another entry, another stack", () => {
  const [before, after] = [`version: 1\n${LIST}`, `version: 1\n${LIST.replace("SN-2", "SN-9")}`].map((text) =>
    planned(text)
      .findings.filter(({ code }) => code === "expiring-entry")
      .map(identityOf),
  );
  expect(before).toHaveLength(1);
  expect(after).toHaveLength(1);
  expect(after).not.toEqual(before);
  const overlap = (stack: string) =>
    identities(
      findOverlap(
        [{ stack, scope: allowlist("version: 1\nusers: { x@example.com: [] }\n").scope }],
        allowlist(`version: 1\n${LIST}`).scope,
        LIVE,
      ),
    );
  expect(overlap("one")).not.toEqual(overlap("two"));
  const unknown = (findings: readonly Finding[]) =>
    findings.filter(({ code, subject }) => code === "unknown-user" && subject[0] === "fay@example.com");
  const more = makePlan(
    allowlist(`version: 1\n${LIST}`),
    { account: ACCOUNT, registrations: [...LIVE, one("f3", "fay@example.com")], devices: DEVICES },
    NOW,
  ).findings;
  expect(unknown(more)).toHaveLength(1);
  expect(identities(unknown(more))).not.toEqual(identities(unknown(NOW_FOUND)));
});

describe("a change's findings", () => {
  const BASE = `version: 1
policy: { grace: 1d }
protected: { devices: [d9] }
limits: { perRun: 5 }
users:
  ann@example.com: [{ serial: SN-1 }]
  fay@example.com: [{ serial: SN-5, state: revoked }]
`;
  const HEAD = `version: 1
policy: { grace: 2d, unlisted: report }
scope: { emails: [ann@example.com, fay@example.com, zoe@example.com] }
ignore: [{ device: d7, reason: MDM }]
users:
  ann@example.com: [{ serial: SN-1, requires: { platform: mac } }, { serial: SN-8 }]
  fay@example.com: []
  zoe@example.com: [{ serial: SN-6 }]
`;
  const changed = (base: string, head: string) => {
    const inventory = { account: ACCOUNT, registrations: LIVE, devices: DEVICES };
    const [before, after] = [base, head].map((text) => makePlan(allowlist(text), inventory, NOW));
    return findChange({ base: allowlist(base), head: allowlist(head) }, { before: before!, after: after! });
  };
  const found = changed(BASE, HEAD);

  test("are of each kind, and each has an identity of its own", () => {
    const codes = new Set(found.map(({ code }) => code));
    for (const code of [
      "change-widened",
      "change-loosened",
      "change-excepted",
      "change-out-of-scope",
    ] as const)
      expect(codes).toContain(code);
    expect(new Set(identities(found)).size).toBe(found.length);
  });

  test("keep it where lines move", () => {
    expect(identities(changed(`# old\n${BASE}`, `# new\n\n${HEAD}`))).toEqual(identities(found));
  });

  test("lose it where the setting becomes looser still", () => {
    const grace = (findings: readonly Finding[]) =>
      findings.filter(({ text }) => text.includes("policy.grace"));
    const more = changed(BASE, HEAD.replace("grace: 2d", "grace: 90d"));
    expect(grace(more)).toHaveLength(1);
    expect(identities(grace(more))).not.toEqual(identities(grace(found)));
  });
});

test("every warning about an allowlist says what it is about, in no words of its text", () => {
  const text = `version: 1
ignore:
  - { nameGlob: "KIOSK-*", reason: kiosks }
  - { user: root@example.com, reason: MDM }
protected: { users: [root@example.com], serials: ["“A1”"] }
owns: { "allowlist/*.yaml": [carol@example.com] }
accessUsers: { ann@example.com: { state: absent } }
users:
  ann@example.com:
    - { serial: SN-1 }
    - { serial: SN-1, name: LAP }
    - { nameGlob: "*" }
    - { name: LAPTOP }
    - { serial: "A 1" }
    - { serial: SN-2 }
    - { serial: SN-2, name: LAP, state: revoked }
  bob@example.com: [{ serial: SN-1 }]
`;
  const { allowlist: read } = parseAllowlist([{ file: "allowlist.yaml", text }]);
  const codes = read!.warnings.map(({ code }) => code);
  expect(new Set(codes).size).toBe(9);
  for (const { subject = [], text: said } of read!.warnings) {
    expect(subject).not.toEqual([]);
    expect(subject).not.toContain(said);
  }
});

beforeAll(announceSeed);

test("whatever the account, findings of one identity say the same, and words are no part of it", () => {
  holds(world, (made) => {
    const { findings } = planOf(made);
    const said = new Map<string, string>();
    for (const finding of findings) {
      const { subject, text } = finding;
      // Who writes an entry or a rule twice is told twice.
      const other = said.get(identityOf(finding)) ?? text;
      expect(other).toBe(text);
      said.set(identityOf(finding), text);
      expect(subject.length).toBeGreaterThan(0);
      expect(subject).not.toContain(text);
    }
  });
});
