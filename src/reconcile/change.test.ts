import { expect, test } from "vitest";
import { parseAllowlist } from "../allowlist/parse.js";
import type { Allowlist } from "../allowlist/allowlist.js";
import { physicalDevice, registration, type Sketch } from "../../test/support/world.js";
import { reportChange } from "./change.js";
import { makePlan } from "./plan.js";

const NOW = new Date("2026-06-01T12:00:00Z");
const SKETCHES: readonly Sketch[] = [
  { id: "a1", email: "ann@example.com", device: "d1", name: "ANN" },
  { id: "b1", email: "bob@example.com", device: "d2", name: "BOB" },
  { id: "b2", email: "bob@example.com", device: "d3", name: "BOB-OLD", revoked: "2026-05-01T00:00:00Z" },
];
const INVENTORY = {
  account: "test",
  registrations: SKETCHES.map(registration),
  devices: SKETCHES.map(({ device = "", name = "" }) =>
    physicalDevice(device, { name, serial_number: `SN-${device}` }),
  ),
};

function allowlist(file: string, text: string): Allowlist {
  const parsed = parseAllowlist([{ file, text: `version: 1\n${text}` }]);
  if (!parsed.allowlist) throw new Error(JSON.stringify(parsed.messages));
  return parsed.allowlist;
}

function change(before: string, after: string): string[] {
  const [base, head] = [allowlist("base.yaml", before), allowlist("head.yaml", after)];
  const decide = (one: Allowlist) => makePlan(one, INVENTORY, NOW).decisions;
  return reportChange({ base, head }, { before: decide(base), after: decide(head) }).map(
    ({ code, text }) => `${code.replace("change-", "")}: ${text}`,
  );
}

const ANN = "users:\n  ann@example.com:\n    - serial: SN-d1\n";
const BOB = "  bob@example.com:\n    - serial: SN-d2\n";
const entry = (keys: string) => `users:\n  ann@example.com:\n    - ${keys}\n`;

interface Step {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  /** What is told of the change, and nothing besides. */
  readonly tells: readonly (string | RegExp)[];
  /** What is told of the change the other way round. */
  readonly back?: readonly (string | RegExp)[];
}

const STEPS: readonly Step[] = [
  { name: "no change", before: ANN + BOB, after: `# in other words\n${ANN}${BOB}`, tells: [] },
  {
    name: "a user is dropped whose device stays connected; and is added",
    before: ANN + BOB,
    after: ANN,
    tells: [
      /^dropped: the change drops bob@example.com from the allowlist, and 1 active registration stays connected/,
    ],
    back: ['widened: the change adds the user bob@example.com with serial "SN-d2"'],
  },
  {
    name: "a user is dropped whose device is cut off: an act, and nothing to tell",
    before: `${ANN}${BOB}`,
    after: `policy: { unknownUsers: revoke }\n${ANN}`,
    tells: [],
    back: [
      'widened: the change adds the user bob@example.com with serial "SN-d2"',
      "loosened: the change loosens policy.unknownUsers: report (before: revoke)",
    ],
  },
  {
    name: "a user is dropped who was to have no device",
    before: `${ANN}  bob@example.com: []\n`,
    after: ANN,
    tells: [/^dropped: the change drops bob@example.com from the allowlist/],
    back: [],
  },
  {
    name: "a device is dropped that stays connected",
    before: `policy: { unlisted: report }\n${ANN}`,
    after: "policy: { unlisted: report }\nusers: { ann@example.com: [] }\n",
    tells: [/^dropped: the change drops what allowed a device of ann@example.com/],
    back: [/^widened: serial "SN-d1" of ann@example.com is new/],
  },
  {
    name: "a registration leaves the scope",
    before: ANN + BOB,
    after: `scope: { emails: [ann@example.com] }\n${ANN}`,
    tells: [/^out-of-scope: the change takes 1 active registration of bob@example.com out of the scope/],
    back: [/^widened: the change adds the user bob/],
  },
  {
    name: "another device",
    before: ANN,
    after: entry("serial: SN-d9"),
    tells: ['widened: serial "SN-d9" of ann@example.com is new'],
    back: ['widened: serial "SN-d1" of ann@example.com is new'],
  },
  {
    name: "less specific; and more specific",
    before: entry("{ serial: SN-d1, name: ANN }"),
    after: ANN,
    tells: [
      'widened: serial "SN-d1" of ann@example.com is less specific than serial "SN-d1" and name "ANN" before the change',
    ],
    back: [],
  },
  {
    name: "a glob for a name; and a name that the glob covered",
    before: entry("{ name: ANN, trustName: told }"),
    after: entry('{ nameGlob: "AN*", trustName: told }'),
    tells: ['widened: nameGlob "AN*" of ann@example.com is less specific than name "ANN" before the change'],
    back: [],
  },
  {
    name: "a later last day; and an earlier one",
    before: entry("{ serial: SN-d1, expires: 2026-07-01 }"),
    after: entry("{ serial: SN-d1, expires: 2026-08-01 }"),
    tells: [/is widened by the change: it expires after 2026-08-01 \(before: after 2026-07-01\)/],
    back: [],
  },
  {
    name: "no last day any more",
    before: entry("{ serial: SN-d1, expires: 2026-07-01 }"),
    after: ANN,
    tells: [/it does not expire any more/],
    back: [],
  },
  {
    name: "an earlier first day",
    before: entry("{ serial: SN-d1, from: 2026-05-10 }"),
    after: entry("{ serial: SN-d1, from: 2026-05-01 }"),
    tells: [/it speaks from 2026-05-01 on \(before: from 2026-05-10 on\)/],
    back: [],
  },
  {
    name: "conditions go",
    before: entry("{ serial: SN-d1, requires: { platform: mac, minClientVersion: 2025.10.1 } }"),
    after: entry("{ serial: SN-d1, requires: { minClientVersion: 2025.9.30 } }"),
    tells: [
      /platform is not required any more \(before: mac\), requires minClientVersion 2025.9.30 \(before: 2025.10.1\)/,
    ],
    back: [],
  },
  {
    name: "an entry that kept a device out is gone",
    before: entry("{ serial: SN-d1, state: revoked, reason: lost }"),
    after: "users: { ann@example.com: [] }\n",
    tells: [
      /^widened: the change removes or narrows serial "SN-d1" of ann@example.com, which was to be revoked/,
    ],
    back: [],
  },
  {
    name: "an entry that kept a device out lets it in",
    before: entry("{ serial: SN-d1, state: deleted }"),
    after: ANN,
    tells: [/^widened: serial "SN-d1" of ann@example.com was to be deleted, and is allowed by the change/],
    back: [],
  },
  {
    name: "a user is not suspended any more",
    before: "users:\n  ann@example.com: { state: suspended, devices: [] }\n",
    after: "users:\n  ann@example.com: []\n",
    tells: ["widened: ann@example.com is not suspended any more"],
    back: [],
  },
  {
    name: "a user is to leave later",
    before: "users:\n  ann@example.com: { state: offboarded, since: 2026-06-10, devices: [] }\n",
    after: "users:\n  ann@example.com: { state: offboarded, since: 2026-06-20, devices: [] }\n",
    tells: [/ann@example.com is offboarded from 2026-06-20 on, which is later/],
    back: [],
  },
  {
    name: "a protection; and none any more",
    before: ANN,
    after: `protected: { users: [bob@example.com] }\n${ANN}`,
    tells: ['excepted: the change protects user "bob@example.com": nothing is ever done about it'],
    back: ['loosened: the change protects user "bob@example.com" no more'],
  },
  {
    name: "an ignore rule",
    before: ANN,
    after: `ignore: [{ emailDomain: example.org, reason: theirs }]\n${ANN}`,
    tells: [
      /^excepted: the change ignores emailDomain "example.org": nothing is ever done about it \(theirs\)/,
    ],
    back: [],
  },
  {
    name: "guards and limits",
    before: `guards: { revoke: { max: 5, percent: 10 }, perUser: 3 }\nlimits: { perRun: 10, maxPlanAge: 2h }\n${ANN}`,
    after: `guards: { revoke: { max: 6, percent: 11 } }\nlimits: { maxPlanAge: 3h }\n${ANN}`,
    tells: [
      "loosened: the change loosens guards.revoke.max: 6 (before: 5)",
      "loosened: the change loosens guards.revoke.percent: 11 (before: 10)",
      "loosened: the change loosens guards.perUser: none (before: 3)",
      "loosened: the change loosens limits.perRun: none (before: 10)",
      "loosened: the change loosens limits.maxPlanAge: 3h (before: 2h)",
    ],
    back: [],
  },
  {
    name: "the freeze ends earlier",
    before: `freeze: { until: 2026-07-01, reason: audit }\n${ANN}`,
    after: ANN,
    tells: [/^loosened: the change loosens freeze: none \(before: until 2026-07-02T00:00Z\)/],
    back: [],
  },
  {
    name: "the policy, a setting at a time",
    before: `policy: { unlisted: delete, noUser: revoke, listedRevoked: report, grace: 1h, maxDevices: 2, stale: { after: 30d, action: revoke }, superseded: revoke }\n${ANN}`,
    after: `policy: { unlisted: revoke, noUser: report, listedRevoked: unrevoke, grace: 2h, maxDevices: 3, stale: { after: 60d, action: revoke }, superseded: report }\n${ANN}`,
    tells: [
      "loosened: the change loosens policy.noUser: report (before: revoke)",
      "loosened: the change loosens policy.listedRevoked: unrevoke (before: report)",
      "loosened: the change loosens policy.grace: 2h (before: 1h)",
      "loosened: the change loosens policy.stale: revoke after 60d (before: revoke after 30d)",
      "loosened: the change loosens policy.superseded: report (before: revoke)",
      "loosened: the change loosens policy.maxDevices: 3 (before: 2)",
    ],
    back: [],
  },
  {
    name: "the policy of a group, told once for all of it",
    before: `${ANN}${BOB}`,
    after: `groups: { interns: { users: [ann@example.com, bob@example.com], policy: { grace: 3d } } }\n${ANN}${BOB}`,
    tells: [
      /^loosened: the change loosens policy.grace: 3d \(before: 0m?\w*\), for ann@example.com, bob@example.com/,
    ],
    back: [],
  },
  {
    name: "unknown users stay, and nobody was dropped",
    before: `policy: { unknownUsers: revoke }\n${ANN}`,
    after: ANN,
    tells: ["loosened: the change loosens policy.unknownUsers: report (before: revoke)"],
    back: [],
  },
  {
    name: "an entry gives way to a protection",
    before: ANN,
    after: "protected: { users: [ann@example.com] }\nusers: { ann@example.com: [] }\n",
    tells: ['excepted: the change protects user "ann@example.com": nothing is ever done about it'],
  },
  {
    name: "the policy for everybody is told once, also where a group says something else besides",
    before: `groups: { interns: { users: [ann@example.com], policy: { maxDevices: 1 } } }\n${ANN}`,
    after: `policy: { grace: 1d }\ngroups: { interns: { users: [ann@example.com], policy: { maxDevices: 1 } } }\n${ANN}`,
    tells: [/^loosened: the change loosens policy.grace: 1d \(before: \w+\)$/],
    back: [],
  },
  {
    name: "a test is gone",
    before: `tests: [{ name: Ann works, given: { user: ann@example.com, serial: SN-d1 }, expect: keep }]\n${ANN}`,
    after: ANN,
    tells: ['loosened: the change loosens tests: "Ann works" is gone'],
    back: [],
  },
];

function expectTold(told: readonly string[], wanted: readonly (string | RegExp)[]): void {
  expect(told).toEqual(
    wanted.map((one) => (typeof one === "string" ? one : (expect.stringMatching(one) as unknown))),
  );
}

test.each(STEPS)("$name", ({ before, after, tells, back }) => {
  expectTold(change(before, after), tells);
  if (back !== undefined) expectTold(change(after, before), back);
});

test("what is new points into the new files, what is gone into the old ones", () => {
  const base = allowlist("base.yaml", ANN + BOB);
  const head = allowlist("head.yaml", `${ANN}    - serial: SN-d7\n`);
  const decide = (one: Allowlist) => makePlan(one, INVENTORY, NOW).decisions;
  const [dropped, added] = reportChange({ base, head }, { before: decide(base), after: decide(head) });
  expect(dropped).toMatchObject({
    registrations: ["b1"],
    related: [{ source: { file: "base.yaml", line: 5 } }],
  });
  expect(added).toMatchObject({ source: { file: "head.yaml", line: 5, column: 7 } });
});
