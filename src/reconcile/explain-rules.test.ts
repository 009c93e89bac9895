import { describe, expect, test } from "vitest";
import {
  ACCOUNT,
  allowlist,
  NOW,
  physicalDevice,
  registration,
  type Sketch,
} from "../../test/support/world.js";
import { ALICE, BOB, HEAD } from "../../test/support/world-steps.js";
import type { PhysicalDevice } from "../cloudflare/types.js";
import { explain } from "./explain.js";

const DEVICES = [
  physicalDevice("d1", { serial_number: "S-1", hardware_id: "H-1", device_type: "windows" }),
  physicalDevice("d2", { serial_number: "S-2", hardware_id: "H-2" }),
  physicalDevice("d3", {}),
];

interface Step {
  readonly title: string;
  /** Without the line `version: 1`, which is line 1. */
  readonly allowlist: string;
  /** The first of them is explained. */
  readonly live: readonly Sketch[];
  /** {@link DEVICES} unless given. */
  readonly devices?: readonly PhysicalDevice[];
  /** What is told of the rules of these names: `outcome: text line`. */
  readonly rules?: Readonly<Record<string, string>>;
  readonly changes?: readonly string[];
  readonly pending?: string;
  readonly now?: string;
}

function told({ allowlist: text, live, devices = DEVICES, now }: Step) {
  const inventory = { account: ACCOUNT, registrations: live.map(registration), devices };
  const [found] = explain(allowlist(HEAD + text), inventory, now === undefined ? NOW : new Date(now), [
    live[0]?.id ?? "",
  ]);
  if (found?.kind !== "decided") throw new Error("it was not decided");
  const rules = found.rules.map(
    ({ name, outcome, text: why, source }) =>
      [name, `${outcome}: ${why}${source ? ` ${source.line}` : ""}`] as const,
  );
  return { rules: Object.fromEntries(rules), changes: found.changes, pending: found.pending };
}

function steps(title: string, table: readonly Step[]): void {
  describe(title, () => {
    test.each(table)("$title", (step) => {
      const found = told(step);
      if (step.rules) expect(found.rules).toMatchObject(step.rules);
      if (step.changes) expect(found.changes).toEqual(step.changes);
      expect(found.pending).toBe(step.pending);
    });
  });
}

const laptop: Sketch = { id: "r1", email: ALICE, device: "d1", name: "L1" };
const entry = (keys: string) => `users:\n  ${ALICE}:\n    - ${keys}\n`;
steps("exceptions and states of a user", [
  {
    title: "nothing but an entry: what could narrow it is asked, what follows is not",
    allowlist: entry("device: d1"),
    live: [laptop],
    rules: {
      protected: "passes: no line protects it, its device, or its user",
      "the operator's own": "passes: its user is not in guards.self",
      ignored: "passes: nothing is ignored",
      offboarded: "passes: its user is not offboarded",
      suspended: "passes: its user is not suspended",
      "entry that refuses": 'passes: device "d1" asks for active 4',
      "long revoked": "passes: policy.revoked is not set",
      stale: "passes: policy.stale is not set",
      "too many devices": "passes: policy.maxDevices is not set",
      superseded: "passes: policy.superseded is not set",
      "entry that allows": "decides: allowed by device 4",
      grace: "not-asked: 15 comes first",
      "not allowed": "not-asked: 15 comes first",
    },
    changes: ["without the entry at allowlist.yaml:4, policy.unlisted would decide (revoke)"],
  },
  {
    title: "protected",
    allowlist: `protected: { users: [${ALICE}] }\n${entry("device: d1")}`,
    live: [laptop],
    rules: {
      protected: "decides: protected user, never touched 2",
      "the operator's own": "not-asked: 1 comes first",
      ignored: "not-asked: 1 comes first",
      offboarded: "not-asked: 1 comes first",
      suspended: "not-asked: 1 comes first",
      "entry that refuses": "not-asked: 1 comes first",
      "long revoked": "not-asked: 1 comes first",
      stale: "not-asked: 1 comes first",
      "too many devices": "not-asked: 1 comes first",
      superseded: "not-asked: 1 comes first",
      "entry that allows": "not-asked: 1 comes first",
      grace: "not-asked: 1 comes first",
      "not allowed": "not-asked: 1 comes first",
    },
    changes: ["without allowlist.yaml:2, the other rules would apply"],
  },
  {
    title: "the operator's own",
    allowlist: `guards: { self: [${ALICE}] }\n${entry("device: d2")}`,
    live: [laptop],
    rules: {
      protected: "passes: no line protects it, its device, or its user",
      "the operator's own": "decides: its user runs this tool, so it is never touched 2",
      ignored: "not-asked: 2 comes first",
      offboarded: "not-asked: 2 comes first",
      suspended: "not-asked: 2 comes first",
      "entry that refuses": "not-asked: 2 comes first",
      "long revoked": "not-asked: 2 comes first",
      stale: "not-asked: 2 comes first",
      "too many devices": "not-asked: 2 comes first",
      superseded: "not-asked: 2 comes first",
      "entry that allows": "not-asked: 2 comes first",
      grace: "not-asked: 2 comes first",
      "not allowed": "not-asked: 2 comes first",
    },
    changes: ["without allowlist.yaml:2, the other rules would apply"],
  },
  {
    title: "ignored",
    allowlist: `ignore: [{ device: d1, reason: MDM }]\n${entry("device: d2")}`,
    live: [laptop],
    rules: {
      "the operator's own": "passes: its user is not in guards.self",
      ignored: "decides: ignored: MDM 2",
      offboarded: "not-asked: 3 comes first",
      suspended: "not-asked: 3 comes first",
      "entry that refuses": "not-asked: 3 comes first",
      "long revoked": "not-asked: 3 comes first",
      stale: "not-asked: 3 comes first",
      "too many devices": "not-asked: 3 comes first",
      superseded: "not-asked: 3 comes first",
      "entry that allows": "not-asked: 3 comes first",
      grace: "not-asked: 3 comes first",
      "not allowed": "not-asked: 3 comes first",
    },
    changes: ["without allowlist.yaml:2, the other rules would apply"],
  },
  {
    title: "ignored is another",
    allowlist: `ignore: [{ device: d2, reason: MDM }, { user: ${BOB}, reason: MDM }]\n${entry("device: d1")}`,
    live: [laptop],
    rules: {
      ignored: "passes: none of the 2 ignore rules matches it",
      "entry that allows": "decides: allowed by device 5",
    },
  },
  {
    title: "offboarded",
    allowlist: `users: { ${ALICE}: { state: offboarded, devices: [device: d1] } }\n`,
    live: [laptop],
    rules: {
      offboarded: "decides: its user is offboarded 2",
      suspended: "not-asked: 4 comes first",
      "entry that refuses": "not-asked: 4 comes first",
      "long revoked": "not-asked: 4 comes first",
      stale: "not-asked: 4 comes first",
      "too many devices": "not-asked: 4 comes first",
      superseded: "not-asked: 4 comes first",
      "entry that allows": "not-asked: 4 comes first",
      grace: "not-asked: 4 comes first",
      "not allowed": "not-asked: 4 comes first",
    },
    changes: ["without the state at allowlist.yaml:2, its user's entries would apply"],
  },
  {
    title: "suspended",
    allowlist: `users: { ${ALICE}: { state: suspended, devices: [device: d1] } }\n`,
    live: [laptop],
    rules: {
      offboarded: "passes: its user is not offboarded",
      suspended: "decides: its user is suspended 2",
      "entry that refuses": "not-asked: 5 comes first",
      "long revoked": "not-asked: 5 comes first",
      stale: "not-asked: 5 comes first",
      "too many devices": "not-asked: 5 comes first",
      superseded: "not-asked: 5 comes first",
      "entry that allows": "not-asked: 5 comes first",
      grace: "not-asked: 5 comes first",
      "not allowed": "not-asked: 5 comes first",
    },
    changes: ["without the state at allowlist.yaml:2, its user's entries would apply"],
  },
  {
    title: "suspended from a later day on",
    allowlist: `users: { ${ALICE}: { state: suspended, since: 2026-06-02, devices: [device: d1] } }\n`,
    live: [laptop],
    rules: {
      suspended: "passes: its user is suspended only from 2026-06-02 on 2",
      "entry that refuses": 'passes: device "d1" asks for active 2',
      "entry that allows": "decides: allowed by device 2",
    },
    changes: [
      "without the entry at allowlist.yaml:2, policy.unlisted would decide (revoke)",
      "its user is suspended from 2026-06-02 on (allowlist.yaml:2)",
    ],
  },
  {
    title: "suspended from this very moment on: nothing is to come",
    allowlist: `users: { ${ALICE}: { state: suspended, since: 2026-06-02, devices: [device: d1] } }\n`,
    live: [laptop],
    now: "2026-06-02T00:00:00Z",
    changes: ["without the state at allowlist.yaml:2, its user's entries would apply"],
  },
  {
    title: "suspended from an earlier day on: nothing is to come",
    allowlist: `users: { ${ALICE}: { state: suspended, since: 2026-05-02, devices: [device: d1] } }\n`,
    live: [laptop],
    changes: ["without the state at allowlist.yaml:2, its user's entries would apply"],
  },
]);

steps("entries", [
  {
    title: "nobody's",
    allowlist: `policy: { noUser: delete }\n${entry("device: d1")}`,
    live: [{ id: "r1", device: "d1" }],
    rules: {
      "entry that refuses": "passes: it has no user",
      "entry that allows": "passes: it has no user",
      grace: "passes: policy.grace is none",
      "not allowed": "decides: it belongs to no person 2",
    },
    changes: ["policy.noUser decides (now: delete): change it, or protect or ignore this registration"],
  },
  {
    title: "of somebody whom no file lists",
    allowlist: entry("device: d1"),
    live: [{ ...laptop, email: BOB }],
    rules: {
      "entry that refuses": "passes: no file lists bob@example.com",
      "entry that allows": "passes: no file lists bob@example.com",
      "not allowed": "decides: its user is not in the allowlist 1",
    },
    changes: ['add an entry by serial "S-1": warp-registrations accept r1'],
  },
  {
    title: "of a user who has none",
    allowlist: `users:\n  ${ALICE}: []\n`,
    live: [{ ...laptop, device: "d3" }],
    rules: {
      "entry that refuses": "passes: its user is listed without devices 3",
      "entry that allows": "passes: its user is listed without devices 3",
      "not allowed": "decides: no entry for its user allows it 3",
    },
    changes: ['add an entry by device "d3": warp-registrations accept r1'],
  },
  {
    title: "none matches: the first key that differs is told, for five entries",
    allowlist: `users:\n  ${ALICE}:\n${[
      "registration: r9",
      "{ name: L1, serial: S-9 }",
      "hardwareId: H-9",
      "device: d9",
      "{ nameGlob: X*, trustName: told }",
      "{ name: L9, trustName: told }",
      "serial: S-8",
    ]
      .map((keys) => `    - ${keys}\n`)
      .join("")}`,
    live: [laptop],
    rules: {
      "entry that refuses":
        'passes: none of the 7 entries for its user matches it now: registration "r9" (line 4): its registration is "r1"; name "L1" and serial "S-9" (line 5): its serial is "S-1"; hardwareId "H-9" (line 6): its hardwareId is "H-1"; device "d9" (line 7): its device is "d1"; nameGlob "X*" (line 8): its name is "L1"; and 2 more 3',
      "entry that allows": "passes: no entry for its user allows it",
      "not allowed": "decides: no entry for its user allows it 3",
    },
  },
  {
    title: "five entries are told, and no more of them",
    allowlist: `users:\n  ${ALICE}:\n${["d4", "d5", "d6", "d7", "d8"].map((id) => `    - device: ${id}\n`).join("")}`,
    live: [laptop],
    rules: {
      "entry that refuses":
        'passes: none of the 5 entries for its user matches it now: device "d4" (line 4): its device is "d1"; device "d5" (line 5): its device is "d1"; device "d6" (line 6): its device is "d1"; device "d7" (line 7): its device is "d1"; device "d8" (line 8): its device is "d1" 3',
      "entry that allows": "passes: no entry for its user allows it",
      "not allowed": "decides: no entry for its user allows it 3",
    },
  },
  {
    title: "one that goes by a serial that is not known, and by another name",
    allowlist: entry("{ serial: S-9, name: L9 }"),
    live: [{ ...laptop, device: "d3" }],
    rules: {
      "entry that refuses":
        'passes: the entry for its user does not match it now: serial "S-9" and name "L9" (line 4): its serial is not known 3',
      "entry that allows": "passes: no entry for its user allows it",
      "not allowed": "decides: no entry for its user allows it 3",
    },
  },
  {
    title: "one that expired",
    allowlist: entry("{ device: d1, expires: 2026-05-31 }"),
    live: [laptop],
    rules: {
      "entry that refuses":
        'passes: the entry for its user does not match it now: device "d1" (line 4) expired after 2026-05-31 3',
      "entry that allows": "passes: no entry for its user allows it",
      "not allowed": 'decides: device "d1" applies until 2026-05-31 4',
    },
    changes: ['add an entry by serial "S-1": warp-registrations accept r1'],
  },
  {
    title: "one that expired a moment ago",
    allowlist: entry("{ device: d1, expires: 2026-06-01 }"),
    live: [laptop],
    now: "2026-06-02T00:00:00Z",
    rules: {
      "entry that refuses":
        'passes: the entry for its user does not match it now: device "d1" (line 4) expired after 2026-06-01 3',
      "entry that allows": "passes: no entry for its user allows it",
      "not allowed": 'decides: device "d1" applies until 2026-06-01 4',
    },
  },
  {
    title: "one that began, at this very moment or before: it is not to come",
    allowlist: entry("{ device: d1, from: 2026-06-02 }") + "    - { serial: S-1, from: 2026-05-02 }\n",
    live: [laptop],
    now: "2026-06-02T00:00:00Z",
    changes: ["without the entry at allowlist.yaml:5, policy.unlisted would decide (revoke)"],
  },
  {
    title: "one that expires today",
    allowlist: entry("{ device: d1, expires: 2026-06-01 }"),
    live: [laptop],
    changes: [
      "without the entry at allowlist.yaml:4, policy.unlisted would decide (revoke)",
      "its entry expires after 2026-06-01; then policy.unlisted decides (revoke)",
    ],
  },
  {
    title: "one that begins later",
    allowlist: entry("{ device: d1, from: 2026-06-02, expires: 2026-06-03 }"),
    live: [laptop],
    rules: {
      "entry that refuses":
        'passes: the entry for its user does not match it now: device "d1" (line 4) begins on 2026-06-02 3',
      "entry that allows": "passes: no entry for its user allows it",
      "not allowed": 'decides: device "d1" applies from 2026-06-02 until 2026-06-03 4',
    },
    changes: expect.arrayContaining(["the entry at allowlist.yaml:4 begins on 2026-06-02"]) as string[],
  },
  {
    title: "one that requires another platform",
    allowlist: entry("{ device: d1, requires: { platform: mac } }"),
    live: [laptop],
    rules: {
      "entry that refuses": 'passes: device "d1" matches, and requires platform "mac", but it is "windows" 4',
      "entry that allows": "passes: no entry for its user allows it",
      "not allowed": 'decides: device "d1" requires platform "mac", but it is "windows" 4',
    },
    changes: ["change what the entry at allowlist.yaml:4 requires"],
  },
  {
    title: "one that requires what the account does not tell: accept would only repeat it",
    allowlist: entry('{ serial: S-1, requires: { minOsVersion: "10.0", platform: windows } }'),
    live: [laptop],
    changes: [
      "change the entry at allowlist.yaml:4, which has the same match",
      "with policy.unknownHardware: revoke, it would be revoked",
    ],
  },
  {
    title: "one that begins later: accept would only repeat it",
    allowlist: entry("{ serial: S-1, from: 2026-06-02 }"),
    live: [laptop],
    changes: [
      "change the entry at allowlist.yaml:4, which has the same match",
      "the entry at allowlist.yaml:4 begins on 2026-06-02",
    ],
  },
  {
    title: "none: of a device that is out, accept lets in an older registration by its id only",
    allowlist: entry("serial: S-9"),
    live: [
      { ...laptop, created: "2026-04-01T00:00:00Z", revoked: "2026-05-01T00:00:00Z" },
      { ...laptop, id: "r2" },
    ],
    changes: ['add an entry by registration "r1": warp-registrations accept r1'],
  },
  {
    title: "one that goes by hardware that is not known",
    allowlist: entry("serial: S-9"),
    live: [{ ...laptop, device: "d3" }],
    rules: {
      "entry that refuses": "passes: no entry refuses it for certain 4",
      "unknown hardware":
        'decides: its hardware is not known, and an entry for its user matches by serial "S-9" 4',
      "long revoked": "not-asked: 10 comes first",
      stale: "not-asked: 10 comes first",
      "too many devices": "not-asked: 10 comes first",
      superseded: "not-asked: 10 comes first",
      grace: "not-asked: 10 comes first",
      "not allowed": "not-asked: 10 comes first",
    },
    changes: [
      'add an entry by device "d3": warp-registrations accept r1',
      "with policy.unknownHardware: revoke, it would be revoked",
    ],
  },
  {
    title: "one that goes by hardware that is not known, and the policy is to revoke that",
    allowlist: `groups: { interns: { users: [${ALICE}], policy: { unknownHardware: revoke } } }\n${entry("serial: S-9")}`,
    live: [{ ...laptop, device: "d3" }],
    rules: {
      "unknown hardware":
        'decides: its hardware is not known, and an entry for its user matches by serial "S-9"; policy.unknownHardware is revoke, by the policy of group interns 2',
    },
  },
  {
    title: "two that contradict each other",
    allowlist: `users:\n  ${ALICE}:\n    - serial: S-1\n    - { hardwareId: H-1, state: revoked }\n`,
    live: [laptop],
    rules: {
      contradiction: "decides: lines 4 and 5 ask for different states 4",
      "long revoked": "not-asked: 6 comes first",
      stale: "not-asked: 6 comes first",
      "too many devices": "not-asked: 6 comes first",
      superseded: "not-asked: 6 comes first",
      grace: "not-asked: 6 comes first",
      "not allowed": "not-asked: 6 comes first",
    },
    changes: ["remove one of the two entries, or make it more specific"],
  },
  {
    title: "one for a device of which there is a newer registration",
    allowlist: entry("device: d1"),
    live: [
      { ...laptop, revoked: "2026-05-20T00:00:00Z" },
      { ...laptop, id: "r2", created: "2026-05-02T00:00:00Z" },
    ],
    rules: {
      "entry that refuses": 'passes: device "d1" asks for active 4',
      "too many devices": "passes: policy.maxDevices is not set",
      "entry that allows": "decides: an older registration of this device; r2 is the newest 4",
      grace: "not-asked: 15 comes first",
      "not allowed": "not-asked: 15 comes first",
    },
    changes: [
      "only an entry by its registration id would let it in: of each device, only the newest registration is let in",
    ],
  },
  {
    title: "one for a device that is revoked, where nothing is to be let in by itself",
    allowlist: `policy: { listedRevoked: report }\n${entry("device: d1")}`,
    live: [{ ...laptop, revoked: "2026-05-20T00:00:00Z" }],
    rules: {
      "entry that refuses": 'passes: device "d1" asks for active 5',
      "entry that allows":
        'decides: allowed by device "d1", but it is revoked; policy.listedRevoked is report 2',
    },
    changes: ["with listedRevoked: unrevoke at allowlist.yaml:2, it would be let in"],
  },
  {
    title: "what would decide without it is told with whose policy it is",
    allowlist:
      `groups: { interns: { users: [${ALICE}], policy: { unlisted: delete } } }\n` + entry("device: d1"),
    live: [laptop],
    changes: [
      "without the entry at allowlist.yaml:5, policy.unlisted would decide (delete, by the policy of group interns)",
    ],
  },
]);

steps("what narrows an entry", [
  {
    title: "too many devices: the older one",
    allowlist: `policy: { maxDevices: 1, overMaxDevices: revoke }\n${entry("device: d1")}    - device: d2\n`,
    live: [laptop, { id: "r2", email: ALICE, device: "d2", created: "2026-05-02T00:00:00Z" }],
    rules: {
      "entry that refuses": 'passes: device "d1" asks for active 5',
      "long revoked": "passes: policy.revoked is not set",
      stale: "passes: policy.stale is not set",
      "too many devices": "decides: its user may have 1 device, and newer ones take precedence 2",
      superseded: "not-asked: 13 comes first",
      "entry that allows": "not-asked: 13 comes first",
      grace: "not-asked: 13 comes first",
      "not allowed": "not-asked: 13 comes first",
    },
    changes: ["raise maxDevices at allowlist.yaml:2, or remove one of its user's devices"],
  },
  {
    title: "too many devices: the newer one is within it",
    allowlist: `policy: { maxDevices: 1, overMaxDevices: revoke }\n${entry("device: d1")}    - device: d2\n`,
    live: [{ id: "r2", email: ALICE, device: "d2", created: "2026-05-02T00:00:00Z" }, laptop],
    rules: {
      protected: "passes: no line protects it, its device, or its user",
      "too many devices":
        "passes: its user may have at most 1 device: this one is within the limit, or does not count 2",
      "entry that allows": "decides: allowed by device 6",
    },
  },
  {
    title: "too many devices, by the policy of a group, and only reported",
    allowlist: `groups: { interns: { users: [${ALICE}], policy: { maxDevices: 1 } } }\n${entry("device: d1")}`,
    live: [laptop],
    rules: {
      "too many devices":
        "passes: its user may have at most 1 device, by the policy of group interns: this one is within the limit, or does not count 2",
      "entry that allows": "decides: allowed by device 5",
    },
  },
  {
    title: "too many devices, only reported: every registration beyond it says so",
    allowlist: `policy: { maxDevices: 1, overMaxDevices: report }\nusers:\n  ${ALICE}: [{ device: d1 }, { device: d2 }, { device: d3 }]\n`,
    live: [
      { ...laptop, id: "r1" },
      { ...laptop, id: "r2", device: "d2", created: "2026-05-02T00:00:00Z" },
      { ...laptop, id: "r3", device: "d3", created: "2026-05-03T00:00:00Z" },
    ],
    rules: {
      "too many devices": "passes: its user has more devices, and overMaxDevices is report 2",
      "entry that allows": "decides: allowed by device 4",
    },
  },
  {
    title: "too many devices: an older registration that stays out does not count",
    allowlist: `policy: { maxDevices: 1 }\n${entry("device: d1")}`,
    live: [
      { ...laptop, revoked: "2026-05-20T00:00:00Z" },
      { ...laptop, id: "r2", created: "2026-05-02T00:00:00Z" },
    ],
    rules: {
      "too many devices":
        "passes: its user may have at most 1 device: this one is within the limit, or does not count 2",
      "entry that allows": "decides: an older registration of this device; r2 is the newest 5",
    },
  },
  {
    title: "too many devices: what no entry allows does not count",
    allowlist: `policy: { maxDevices: 1 }\n${entry("device: d9")}`,
    live: [laptop],
    rules: {
      "too many devices":
        "passes: its user may have at most 1 device: this one is within the limit, or does not count 2",
      "not allowed": "decides: no entry for its user allows it 4",
    },
  },
  {
    title: "superseded: nothing newer",
    allowlist: `policy: { superseded: revoke }\n${entry("device: d1")}`,
    live: [laptop],
    rules: {
      superseded: "passes: no newer registration of this user on this device will be connected 2",
      "entry that allows": "decides: allowed by device 5",
    },
  },
  {
    title: "superseded: only reported",
    allowlist: `policy: { superseded: report }\n${entry("device: d1")}`,
    live: [laptop],
    rules: {
      superseded: "passes: no newer registration of this user on this device will be connected 2",
      "entry that allows": "decides: allowed by device 5",
    },
  },
  {
    title: "superseded: an entry names the registration",
    allowlist: `policy: { superseded: revoke }\n${entry("registration: r1")}`,
    live: [laptop],
    rules: {
      superseded: "passes: no newer registration of this user on this device will be connected 2",
      "entry that allows": "decides: allowed by registration 5",
    },
  },
  {
    title: "superseded: an entry names the older registration, and a newer one is connected",
    allowlist: `policy: { superseded: revoke }\nusers:\n  ${ALICE}: [{ registration: r1 }, { device: d1 }]\n`,
    live: [laptop, { ...laptop, id: "r2", created: "2026-05-02T00:00:00Z" }],
    rules: {
      superseded: "passes: the entry names the registration itself, and takes precedence 4",
      "entry that allows": "decides: allowed by registration 4",
    },
  },
  {
    title: "superseded: by a newer one",
    allowlist: `policy: { superseded: revoke }\n${entry("device: d1")}`,
    live: [
      { ...laptop, lastSeen: "2026-05-01T09:00:00Z" },
      { ...laptop, id: "r2", created: "2026-05-02T00:00:00Z" },
    ],
    rules: {
      "entry that refuses": 'passes: device "d1" asks for active 5',
      "long revoked": "passes: policy.revoked is not set",
      stale: "passes: policy.stale is not set",
      superseded: "decides: r2 is a newer registration of this device 2",
      "entry that allows": "not-asked: 14 comes first",
      grace: "not-asked: 14 comes first",
      "not allowed": "not-asked: 14 comes first",
    },
    changes: ['an entry by registration "r1" would decide before allowlist.yaml:2'],
  },
]);

const STALE = (more: string) => `policy: { stale: { after: 30d, ${more} } }\n`;
const OLD: Sketch = { ...laptop, lastSeen: "2026-04-01T00:00:00Z" };

steps("age", [
  {
    title: "nobody's is counted by no limit",
    allowlist: `policy: { maxDevices: 1, noUser: report }\n${entry("device: d2")}`,
    live: [{ id: "r1", device: "d1" }],
    rules: { "too many devices": "passes: policy.maxDevices does not count what belongs to no person" },
  },
  {
    title: "nobody's is skipped, and nothing is due",
    allowlist: `policy: { stale: { after: 30d, action: delete }, revoked: { after: 90d }, noUser: report }\n${entry("device: d2")}`,
    live: [{ id: "r1", device: "d1", revoked: "2026-05-20T00:00:00Z" }],
    rules: {
      "long revoked": "passes: policy.revoked skips what belongs to no person (policy.machines) 2",
      stale: "passes: policy.stale skips what belongs to no person (policy.machines) 1",
    },
    changes: ["policy.noUser decides (now: report): change it, or protect or ignore this registration"],
  },
  {
    title: "what an entry is to let in later is not cleaned away until then, and nothing is due",
    allowlist: `policy: { stale: { after: 30d, action: delete }, revoked: { after: 10d }, unlisted: report }\n${entry("{ device: d1, from: 2026-06-10 }")}`,
    live: [{ ...OLD, revoked: "2026-05-10T00:00:00Z" }],
    rules: {
      "long revoked":
        "passes: policy.revoked: revoked since 2026-05-10, but the entry at line 5 lets it in from 2026-06-10 on 2",
      stale:
        "passes: policy.stale: not seen since 2026-05-01, but the entry at line 5 lets it in from 2026-06-10 on 2",
    },
    changes: [
      'add an entry by serial "S-1": warp-registrations accept r1',
      "the entry at allowlist.yaml:5 begins on 2026-06-10",
    ],
  },
  {
    title: "of what will be listed nothing is due either, though it was seen of late",
    allowlist: `${STALE("action: delete")}${entry("{ device: d1, from: 2026-06-10 }")}`,
    live: [laptop],
    changes: [
      'add an entry by serial "S-1": warp-registrations accept r1',
      "the entry at allowlist.yaml:5 begins on 2026-06-10",
    ],
  },
  {
    title: "of what an entry refuses nothing is due where listed ones do not count",
    allowlist: `policy: { revoked: { after: 30d } }\n${entry("{ device: d1, state: revoked }")}`,
    live: [{ ...laptop, revoked: "2026-05-20T00:00:00Z" }],
    changes: ["without the entry at allowlist.yaml:5, policy.unlisted would decide (revoke)"],
  },
  {
    title: "of what an entry refuses, and is due: its entry would decide without the age",
    allowlist: `policy: { revoked: { after: 30d, includeListed: true } }\n${entry("{ device: d1, state: revoked }")}`,
    live: [{ ...laptop, revoked: "2026-04-20T00:00:00Z" }],
    rules: {
      "entry that refuses": "passes: it has been revoked for longer than policy.revoked.after",
      "long revoked": "decides: revoked since 2026-04-20 2",
    },
    changes: ["without allowlist.yaml:2, its entry would decide"],
  },
  {
    title: "of what fails a condition of its entry: that entry does not allow it",
    allowlist: `${STALE("action: revoke")}${entry("{ device: d1, requires: { platform: mac } }")}`,
    live: [OLD],
    rules: { stale: "decides: not seen since 2026-05-01 2" },
    changes: ['add an entry by serial "S-1": warp-registrations accept r1'],
  },
  {
    title: "by a time that cannot be read nothing is done",
    allowlist: `${STALE("action: revoke")}users:\n  ${ALICE}: []\n`,
    live: [{ ...laptop, created: "some day", lastSeen: "never" }],
    rules: {
      stale: "passes: policy.stale: not seen since an unknown day, which is within 30d 2",
      "not allowed": "decides: no entry for its user allows it 4",
    },
    changes: ['add an entry by serial "S-1": warp-registrations accept r1'],
  },
  {
    title: "of a device's newest registration, when the device will be: by whichever was seen last",
    allowlist: `${STALE("action: delete, includeListed: true")}${entry("device: d1")}`,
    live: [
      { ...laptop, id: "r2", created: "2026-05-20T00:00:00Z", lastSeen: "2026-05-21T00:00:00Z" },
      { ...laptop, lastSeen: "2026-05-28T00:00:00Z" },
    ],
    changes: [
      "without the entry at allowlist.yaml:5, policy.unlisted would decide (revoke)",
      "delete is due after 2026-06-27, unless it is seen again (allowlist.yaml:2)",
    ],
  },
  {
    title: "of an older registration, by when it was seen itself",
    allowlist: `${STALE("action: delete, includeListed: true")}${entry("device: d1")}`,
    live: [
      { ...laptop, lastSeen: "2026-05-19T00:00:00Z" },
      { ...laptop, id: "r2", created: "2026-05-20T00:00:00Z", lastSeen: "2026-05-28T00:00:00Z" },
    ],
    changes: [
      "without the entry at allowlist.yaml:5, policy.unlisted would decide (revoke)",
      "delete is due after 2026-06-18, unless it is seen again (allowlist.yaml:2)",
    ],
  },
  {
    title: "seen within it: when it would be due is told",
    allowlist: `${STALE("action: delete, includeListed: true")}${entry("device: d1")}`,
    live: [laptop],
    rules: {
      "long revoked": "passes: policy.revoked is not set",
      stale: "passes: policy.stale: not seen since 2026-05-31, which is within 30d 2",
      "entry that allows": "decides: allowed by device 5",
    },
    changes: [
      "without the entry at allowlist.yaml:5, policy.unlisted would decide (revoke)",
      "delete is due after 2026-06-30, unless it is seen again (allowlist.yaml:2)",
    ],
  },
  {
    title: "to the millisecond within it",
    allowlist: `${STALE("action: delete")}users:\n  ${ALICE}: []\n`,
    live: [{ ...laptop, lastSeen: "2026-05-02T12:00:00Z" }],
    rules: {
      "long revoked": "passes: policy.revoked is not set",
      stale: "passes: policy.stale: not seen since 2026-05-02, which is within 30d 2",
      "not allowed": "decides: no entry for its user allows it 4",
    },
    changes: expect.arrayContaining([
      "delete is due after 2026-06-01, unless it is seen again (allowlist.yaml:2)",
    ]) as string[],
  },
  {
    title: "only reported",
    allowlist: `${STALE("action: report, includeListed: true")}${entry("device: d1")}`,
    live: [OLD],
    rules: {
      "long revoked": "passes: policy.revoked is not set",
      stale: "passes: not seen since 2026-05-01; its action is report, so it decides nothing 2",
      "entry that allows": "decides: allowed by device 5",
    },
  },
  {
    title: "an entry speaks for it, and listed devices do not count: nothing will be due either",
    allowlist: `${STALE("action: revoke")}${entry("device: d1")}`,
    live: [OLD],
    rules: {
      "long revoked": "passes: policy.revoked is not set",
      stale:
        "passes: policy.stale: not seen since 2026-05-01, but it does not apply to what an entry matches 2",
      "entry that allows": "decides: allowed by device 5",
    },
    changes: ["without the entry at allowlist.yaml:5, policy.unlisted would decide (revoke)"],
  },
  {
    title: "an entry speaks for what was seen of late, and listed devices do not count: nothing will be due",
    allowlist: `${STALE("action: revoke")}${entry("device: d1")}`,
    live: [laptop],
    changes: ["without the entry at allowlist.yaml:5, policy.unlisted would decide (revoke)"],
  },
  {
    title: "does not delete what is revoked where that has a rule of its own",
    allowlist: `policy: { stale: { after: 30d, action: delete }, revoked: { after: 30d, action: report } }\nusers:\n  ${ALICE}: []\n`,
    live: [{ ...OLD, revoked: "2026-04-02T00:00:00Z" }],
    rules: {
      "long revoked": "passes: revoked since 2026-04-02; its action is report, so it decides nothing 2",
      stale: "decides: not seen since 2026-05-01 2",
    },
  },
  {
    title: "decides about what no entry allows: the rest was asked",
    allowlist: `${STALE("action: delete")}users:\n  ${ALICE}: []\n`,
    live: [OLD],
    rules: {
      stale: "decides: not seen since 2026-05-01 2",
      grace: "not-asked: 12 comes first",
      "not allowed": "not-asked: 12 comes first",
    },
    changes: ['add an entry by serial "S-1": warp-registrations accept r1'],
  },
  {
    title: "decides about what an entry allows",
    allowlist: `${STALE("action: delete, includeListed: true")}${entry("device: d1")}`,
    live: [OLD],
    rules: {
      "entry that refuses": 'passes: device "d1" asks for active 5',
      stale: "decides: not seen since 2026-05-01 2",
      "entry that allows": "not-asked: 12 comes first",
      grace: "not-asked: 12 comes first",
      "not allowed": "not-asked: 12 comes first",
    },
    changes: ["without allowlist.yaml:2, its entry would decide"],
  },
  {
    title: "long revoked: another rule comes first, and the group's policy is named",
    allowlist:
      `groups: { interns: { users: [${ALICE}], policy: { stale: { after: 30d, action: delete }, ` +
      `revoked: { after: 10d, action: delete } } } }\nusers:\n  ${ALICE}: []\n`,
    live: [{ ...OLD, revoked: "2026-05-01T00:00:00Z" }],
    rules: {
      "long revoked": "decides: revoked since 2026-05-01, by the policy of group interns 2",
      stale: "not-asked: 11 comes first",
    },
  },
  {
    title: "revoked for less: when it is due",
    allowlist: `policy: { revoked: { after: 30d, action: delete } }\nusers:\n  ${ALICE}: []\n`,
    live: [{ ...laptop, revoked: "2026-05-20T06:00:00Z" }],
    rules: {
      "long revoked": "passes: policy.revoked: revoked since 2026-05-20, which is within 30d 2",
      stale: "passes: policy.stale is not set",
      "not allowed": "decides: no entry for its user allows it 4",
    },
    changes: [
      'add an entry by serial "S-1": warp-registrations accept r1',
      "delete is due after 2026-06-19 (allowlist.yaml:2)",
    ],
  },
  {
    title: "revoked only reports: nothing is due",
    allowlist: `policy: { revoked: { after: 30d, action: report } }\nusers:\n  ${ALICE}: []\n`,
    live: [{ ...laptop, revoked: "2026-05-20T06:00:00Z" }],
    changes: ['add an entry by serial "S-1": warp-registrations accept r1'],
  },
  {
    title: "not revoked",
    allowlist: `policy: { revoked: { after: 30d, action: delete } }\nusers:\n  ${ALICE}: []\n`,
    live: [laptop],
    rules: {
      "long revoked": "passes: policy.revoked: it is not revoked 2",
      stale: "passes: policy.stale is not set",
      "not allowed": "decides: no entry for its user allows it 4",
    },
    changes: ['add an entry by serial "S-1": warp-registrations accept r1'],
  },
  ...[
    ["the operator's own", `guards: { self: [${ALICE}] }\n${entry("device: d1")}`],
    ["what is ignored", `ignore: [{ device: d1, reason: MDM }]\n${entry("device: d2")}`],
    ["a suspended user's", `users: { ${ALICE}: { state: suspended, devices: [] } }\n`],
    ["an offboarded user's", `users: { ${ALICE}: { state: offboarded, devices: [] } }\n`],
  ].map(([title = "", text = ""]) => ({
    title: `${title} does not age`,
    allowlist: `${STALE("action: delete, includeListed: true")}${text}`,
    live: [laptop],
    changes: [expect.stringMatching(/^without /u) as string],
  })),
  {
    title: "what is excepted does not age",
    allowlist: `${STALE("action: delete, includeListed: true")}protected: { users: [${ALICE}] }\n${entry("device: d1")}`,
    live: [laptop],
    changes: ["without allowlist.yaml:3, the other rules would apply"],
  },
]);

const GONE = "2026-05-20T00:00:00Z";

steps("an entry that allows a revoked one, and does not let it in", [
  {
    title: "since an older registration alone tells what it goes by",
    allowlist: entry("serial: S-1"),
    live: [
      { ...laptop, id: "r2", device: "d4", created: "2026-05-02T00:00:00Z", revoked: GONE },
      { ...laptop, lastSeen: "2026-05-01T12:00:00Z" },
    ],
    devices: [...DEVICES, physicalDevice("d4", { serial_number: null, hardware_id: "H-1" })],
    rules: {
      "entry that allows":
        'decides: serial "S-1" matches an older registration of this device, but not this one 4',
    },
    changes: ['an entry by registration "r2" would let it in, whichever machine it is'],
  },
  {
    title: "since it matches a newer one of that name",
    allowlist: entry("{ name: L1 }"),
    live: [
      { ...laptop, revoked: GONE },
      { ...laptop, id: "r2", device: "d2", created: "2026-05-02T00:00:00Z" },
    ],
    rules: {
      "entry that allows":
        'decides: name "L1" matches a newer registration, r2, and lets in only the newest 4',
    },
    changes: [
      "only an entry by its registration id would let it in: of each device, only the newest registration is let in",
    ],
  },
]);

steps("ignore rules", [
  {
    title: "one that does not match",
    allowlist: `ignore: [{ device: d9, reason: MDM }]\n${entry("device: d1")}`,
    live: [laptop],
    rules: { ignored: "passes: the ignore rule does not match it" },
  },
  {
    title: "two of which none matches",
    allowlist: `ignore: [{ device: d9, reason: MDM }, { device: d8, reason: MDM }]\n${entry("device: d1")}`,
    live: [laptop],
    rules: { ignored: "passes: none of the 2 ignore rules matches it" },
  },
]);

steps("grace, and what no entry allows", [
  {
    title: "young: it decides, and when it ends is told",
    allowlist: `policy: { grace: 2d }\nusers:\n  ${ALICE}: []\n`,
    live: [{ ...laptop, created: "2026-05-31T00:00:00Z" }],
    rules: {
      grace:
        "decides: no entry for its user allows it; revoke is due from 2026-06-02T00:00Z on, after 2d of grace 2",
      "not allowed": "not-asked: 16 comes first",
    },
    changes: [
      'add an entry by serial "S-1": warp-registrations accept r1',
      "its grace ends at 2026-06-02T00:00Z",
    ],
  },
  {
    title: "as old as it is long",
    allowlist: `policy: { grace: 2d }\nusers:\n  ${ALICE}: []\n`,
    live: [{ ...laptop, created: "2026-05-30T12:00:00Z" }],
    rules: {
      grace: "passes: its device enrolled on 2026-05-30, more than 2d ago 2",
      "not allowed": "decides: no entry for its user allows it 4",
    },
  },
  {
    title: "young and revoked",
    allowlist: `policy: { grace: 2d }\nusers:\n  ${ALICE}: []\n`,
    live: [{ ...laptop, created: "2026-05-31T00:00:00Z", revoked: "2026-06-01T00:00:00Z" }],
    rules: {
      grace: "passes: it is revoked, and grace applies only to active registrations 2",
      "not allowed": "decides: no entry for its user allows it 4",
    },
  },
  {
    title: "young, and nothing would be done",
    allowlist: `policy: { grace: 2d }\n${entry("device: d2")}`,
    live: [{ ...laptop, email: BOB, created: "2026-05-31T00:00:00Z" }],
    rules: {
      grace: "passes: it would be left alone anyway 2",
      "not allowed": "decides: its user is not in the allowlist 1",
    },
  },
  {
    title: "of somebody whom no file lists, by the policy of a user",
    allowlist: `policy: { unknownUsers: revoke, grace: 2d }\n${entry("device: d2")}`,
    live: [{ ...laptop, email: BOB, created: "2026-05-31T00:00:00Z" }],
    rules: {
      grace:
        "decides: its user is not in the allowlist; revoke is due from 2026-06-02T00:00Z on, after 2d of grace 2",
      "not allowed": "not-asked: 16 comes first",
    },
  },
  {
    title: "nobody's",
    allowlist: `policy: { noUser: revoke, grace: 2d }\n${entry("device: d2")}`,
    live: [{ id: "r1", created: "2026-05-31T00:00:00Z" }],
    rules: {
      grace: "decides: it belongs to no person; revoke is due from 2026-06-02T00:00Z on, after 2d of grace 2",
      "not allowed": "not-asked: 16 comes first",
    },
  },
  {
    title: "what is kept takes no place in a run from what is due",
    allowlist: `limits: { perRun: 1 }\nusers:\n  ${ALICE}: []\n  ${BOB}: [{ device: d2 }]\n`,
    live: [
      { ...laptop, id: "r2" },
      { id: "r1", email: BOB, device: "d2" },
      { id: "r3", email: BOB, device: "d2" },
    ],
  },
  {
    title: "an act that waits says why",
    allowlist: `freeze: { until: 2026-07-01, reason: audit }\nusers:\n  ${ALICE}: []\n`,
    live: [laptop],
    pending: "frozen until 2026-07-02T00:00Z: audit",
  },
]);

test("the rules have the names and the order of the page", () => {
  const inventory = { account: ACCOUNT, registrations: [registration(laptop)] };
  const [found] = explain(allowlist(HEAD + entry("device: d1")), inventory, NOW, ["r1"]);
  expect(found?.kind === "decided" && found.rules.map(({ name }) => name)).toEqual([
    "protected",
    "the operator's own",
    "ignored",
    "offboarded",
    "suspended",
    "contradiction",
    "entry that refuses",
    "protected hardware",
    "ignored hardware",
    "unknown hardware",
    "long revoked",
    "stale",
    "too many devices",
    "superseded",
    "entry that allows",
    "grace",
    "not allowed",
  ]);
});
