import { describe, expect, it } from "vitest";
import type { MessageCode } from "./message-codes.js";
import { parseAllowlist } from "./parse.js";

/** A title, the files, the code without `allowlist/`, the place as `file:line:column`, and what is said. */
type Bad = readonly [string, readonly string[], string, string, string];

const good = 'version: 1\nusers:\n  a@example.com: [{ serial: "C02X" }]\n';

/** More of the root file, from line 4 on. */
function root(text: string): readonly string[] {
  return [`${good}${text}\n`];
}

/** One entry, from line 4, column 7 on. */
function entry(text: string): readonly string[] {
  return [`version: 1\nusers:\n  a@example.com:\n    - ${text}\n`];
}

/** One user's mapping, from line 4, column 5 on. */
function user(text: string): readonly string[] {
  return [`version: 1\nusers:\n  a@example.com:\n    ${text}\n`];
}

/** A test whose `given` and expectation are good, with more to it, from line 4, column 10 on. */
function test(more: string): readonly string[] {
  return root(`tests: [{ ${more} }]`);
}

const given = "given: { user: none }";

const durations: readonly Bad[] = [
  ["no unit", root("policy: { grace: 72 }"), "bad-duration", "0:4:18", "as `90d`"],
  ["a unit in words", root("policy: { grace: 3 days }"), "bad-duration", "0:4:18", "as `90d`"],
  ["a sum", root("policy: { grace: 1d12h }"), "bad-duration", "0:4:18", "as `90d`"],
  ["a decimal", root("policy: { grace: 1.5d }"), "bad-duration", "0:4:18", "as `90d`"],
  ["a leading zero", root("policy: { grace: 072h }"), "bad-duration", "0:4:18", "as `90d`"],
  ["ISO 8601", root("policy: { grace: P90D }"), "bad-duration", "0:4:18", "as `90d`"],
  ["seconds", root("policy: { grace: 90s }"), "bad-duration", "0:4:18", "as `90d`"],
  ["a minus", root("policy: { grace: -1d }"), "bad-duration", "0:4:18", "as `90d`"],
  ["more than ten years", root("policy: { grace: 3651d }"), "bad-duration", "0:4:18", "at most 3650d"],
  ["a word", root("policy: { grace: never }"), "bad-duration", "0:4:18", "as `90d`"],
  ["stale at once", root("policy: { stale: { after: 0d } }"), "bad-duration", "0:4:27", "`stale: none`"],
  ["revoked at once", root("policy: { revoked: { after: 0 } }"), "bad-duration", "0:4:29", "`revoked: none`"],
  ["no age for a plan", root("limits: { maxPlanAge: 0h }"), "bad-duration", "0:4:23", "as `24h`"],
  ["no rule as an age", root("policy: { stale: { after: none } }"), "bad-duration", "0:4:27", "as `90d`"],
  ["a list", root("policy: { grace: [72h] }"), "wrong-type", "0:4:18", "must be text"],
];

const dates: readonly Bad[] = [
  [
    "a day that is none",
    entry('{ serial: "A1", from: 2026-02-30 }'),
    "bad-date",
    "0:4:29",
    "write it as `2026-06-30`",
  ],
  [
    "a month that is none",
    entry('{ serial: "A1", from: 2026-13-01 }'),
    "bad-date",
    "0:4:29",
    "write it as `2026-06-30`",
  ],
  ["no zeros", entry('{ serial: "A1", from: 2026-6-1 }'), "bad-date", "0:4:29", "write it as `2026-06-30`"],
  [
    "slashes",
    entry('{ serial: "A1", expires: 2026/06/01 }'),
    "bad-date",
    "0:4:32",
    "write it as `2026-06-30`",
  ],
  [
    "the day first",
    entry('{ serial: "A1", from: 01.06.2026 }'),
    "bad-date",
    "0:4:29",
    "write it as `2026-06-30`",
  ],
  ["a year", entry('{ serial: "A1", from: 2026 }'), "bad-date", "0:4:29", "`2026`"],
  ["last century", entry('{ serial: "A1", from: 1999-06-01 }'), "bad-date", "0:4:29", "from 2000 to 9999"],
  [
    "a time as a day",
    entry('{ serial: "A1", from: 2026-06-01T10:00:00Z }'),
    "bad-date",
    "0:4:29",
    "write it as `2026-06-30`",
  ],
  [
    "no zone",
    root("freeze: { until: 2026-06-01T10:00:00, reason: x }"),
    "bad-date",
    "0:4:18",
    "a time with its zone",
  ],
  [
    "a blank for T",
    root("freeze: { until: 2026-06-01 10:00:00Z, reason: x }"),
    "bad-date",
    "0:4:18",
    "as `2026-06-30` or, with",
  ],
  [
    "hour 24",
    root("freeze: { until: 2026-06-01T24:00:00Z, reason: x }"),
    "bad-date",
    "0:4:18",
    "a time with its zone",
  ],
  [
    "30 February, 10 o'clock",
    test(`name: x, at: 2026-02-30T10:00:00Z, ${given}, expect: keep`),
    "bad-date",
    "0:4:24",
    "neither a day",
  ],
  ["a user's since", user("{ state: suspended, since: soon }"), "bad-date", "0:4:32", "`soon`"],
  [
    "a test's created",
    test("name: x, given: { user: none, created: 5 }, expect: keep"),
    "bad-date",
    "0:4:50",
    "`5`",
  ],
];

const entries: readonly Bad[] = [
  [
    "expires before it begins",
    entry('{ serial: "A1", from: 2026-06-02, expires: 2026-06-01 }'),
    "contradiction",
    "0:4:41",
    "never applies",
  ],
  ["owner that is a number", entry('{ serial: "A1", owner: 5 }'), "quote-it", "0:4:30", 'owner: "5"'],
  ["ticket that is a date", entry('{ serial: "A1", ticket: 2026-06-01 }'), "quote-it", "0:4:31", "a date"],
  ["no requirement", entry('{ serial: "A1", requires: {} }'), "bad-value", "0:4:33", "empty mapping"],
  [
    "unknown requirement",
    entry('{ serial: "A1", requires: { modell: x } }'),
    "unknown-key",
    "0:4:35",
    "`model`?",
  ],
  [
    "platform in capitals",
    entry('{ serial: "A1", requires: { platform: Mac } }'),
    "bad-value",
    "0:4:45",
    "mean `mac`?",
  ],
  [
    "model with a blank",
    entry('{ serial: "A1", requires: { model: "M " } }'),
    "bad-value",
    "0:4:42",
    'write "M"',
  ],
  [
    "version as a number",
    entry('{ serial: "A1", requires: { minClientVersion: 2025.4 } }'),
    "quote-it",
    "0:4:53",
    '"2025.4"',
  ],
  [
    "version with a v",
    entry('{ serial: "A1", requires: { minClientVersion: v2025.4 } }'),
    "bad-value",
    "0:4:53",
    'write "2025.4"',
  ],
  [
    "version that is a word",
    entry('{ serial: "A1", requires: { minClientVersion: latest } }'),
    "bad-value",
    "0:4:53",
    "2025.4.929.0",
  ],
  [
    "trust beside a serial",
    entry('{ serial: "A1", name: x, trustName: mdm }'),
    "needless-trust",
    "0:4:32",
    "matches by `serial`",
  ],
  ["trust for no reason", entry('{ name: x, trustName: "" }'), "bad-value", "0:4:29", "empty"],
  ["trust for a blank reason", entry('{ name: x, trustName: " " }'), "bad-value", "0:4:29", "blank"],
  [
    "the same match on a day in common",
    entry("{ name: x, expires: 2026-06-02 }\n    - { name: x, from: 2026-06-02, state: revoked }"),
    "contradiction",
    "0:5:7",
    "line 4",
  ],
  [
    "the same match, in another order of days",
    entry("{ name: x, from: 2026-06-02 }\n    - { name: x, expires: 2026-06-02 }"),
    "duplicate-entry",
    "0:5:7",
    "line 4",
  ],
];

const sameDays: readonly Bad[] = [
  [
    "the same match on days in common, after one of later days",
    entry(
      "{ name: x, from: 2026-06-10 }\n    - { name: x, expires: 2026-01-31 }\n    - { name: x, from: 2026-01-15, expires: 2026-01-20 }",
    ),
    "duplicate-entry",
    "0:6:7",
    "line 5",
  ],
  [
    "the same match within days of one that ends before another begins",
    entry(
      "{ name: x, expires: 2026-03-31 }\n    - { name: x, from: 2026-04-01, expires: 2026-04-02 }\n    - { name: x, from: 2026-02-01, expires: 2026-02-02 }",
    ),
    "duplicate-entry",
    "0:6:7",
    "line 4",
  ],
];

const users: readonly Bad[] = [
  ["settings without devices", user("{ maxDevices: 3 }"), "missing-key", "0:3:3", "`devices: []`"],
  ["devices misspelt", user("{ devics: [] }"), "unknown-key", "0:4:7", "`devices`?"],
  ["devices without a value", user("devices:"), "null-value", "0:4:5", "write `[]`"],
  [
    "devices without dash",
    user('devices:\n      serial: "A1"'),
    "wrong-type",
    "0:5:7",
    "begin each entry with",
  ],
  ["a device that is text", user("devices: [C02X]"), "wrong-type", "0:4:15", 'serial: "C02X"'],
  ["devices as device", user("{ device: [] }"), "unknown-key", "0:4:7", "`devices`?"],
  [
    "a user that is text",
    ["version: 1\nusers: { a@x.org: A1 }\n"],
    "wrong-type",
    "0:2:19",
    "a list of entries, or a mapping",
  ],
  ["state misspelt", user("state: suspend"), "bad-value", "0:4:12", "`suspended`?"],
  [
    "since without state",
    user("{ since: 2026-06-01, devices: [] }"),
    "missing-key",
    "0:4:7",
    "state: suspended",
  ],
  ["reason without state", user("{ reason: x, devices: [] }"), "missing-key", "0:4:7", "without `state`"],
  ["reason that is a yes", user("{ state: offboarded, reason: yes }"), "quote-it", "0:4:34", '"yes"'],
  [
    "maxDevices twice",
    user("{ maxDevices: 3, policy: { maxDevices: 3 }, devices: [] }"),
    "said-twice",
    "0:4:7",
    "short for",
  ],
  ["no device at most", user("{ maxDevices: 0, devices: [] }"), "bad-value", "0:4:19", "the list `[]`"],
  ["devices that are half", user("{ maxDevices: 1.5, devices: [] }"), "wrong-type", "0:4:19", "whole number"],
  ["devices as octal", user("{ maxDevices: 010, devices: [] }"), "bad-value", "0:4:19", "write 10"],
  ["devices in words", user("{ maxDevices: few, devices: [] }"), "wrong-type", "0:4:19", "or `none`"],
  [
    "devices in quotes",
    user('{ maxDevices: "3", devices: [] }'),
    "wrong-type",
    "0:4:19",
    "remove the quotes",
  ],
  [
    "noUser for a user",
    user("{ policy: { noUser: report }, devices: [] }"),
    "root-only",
    "0:4:17",
    "of a user",
  ],
  [
    "unknownUsers for a user",
    user("{ policy: { unknownUsers: report }, devices: [] }"),
    "root-only",
    "0:4:17",
    "of a user",
  ],
  [
    "noUser for a group",
    root("groups: { g: { users: [], policy: { noUser: report } } }"),
    "root-only",
    "0:4:37",
    "of a group",
  ],
  [
    "machines for a group",
    root("groups: { g: { users: [], policy: { machines: judge } } }"),
    "root-only",
    "0:4:37",
    "of a group",
  ],
  [
    "a setting of the policy beside it",
    user("{ grace: 3d, devices: [] }"),
    "unknown-key",
    "0:4:7",
    "under `policy:`",
  ],
  ["a setting of the policy at the top", root("unlisted: delete"), "unknown-key", "0:4:1", "under `policy:`"],
  ["a key of nobody", user("{ policy: { grase: none }, devices: [] }"), "unknown-key", "0:4:17", "`grace`?"],
];

const settings: readonly Bad[] = [
  [
    "superseded misspelt",
    root("policy: { superseded: off }"),
    "bad-value",
    "0:4:23",
    "revoke, delete, report, none",
  ],
  [
    "stale without after",
    root("policy: { stale: { action: report } }"),
    "missing-key",
    "0:4:11",
    "after: 90d",
  ],
  [
    "stale as a duration",
    root("policy: { stale: 30d }"),
    "wrong-type",
    "0:4:18",
    "mapping (`key: value`), or `none` write `stale: { after: 30d }`",
  ],
  [
    "revoked that revokes",
    root("policy: { revoked: { after: 1d, action: revoke } }"),
    "bad-value",
    "0:4:41",
    "delete, report",
  ],
  [
    "listed in words",
    root('policy: { stale: { after: 1d, includeListed: "yes" } }'),
    "wrong-type",
    "0:4:46",
    "`true` or `false`",
  ],
  ["a group that is text", root("groups: { g: a@example.com }"), "wrong-type", "0:4:14", "a list of e-mails"],
  ["a group without users", root("groups: { g: { policy: {} } }"), "missing-key", "0:4:11", "members"],
  ["a member that is none", root("groups: { g: [bob] }"), "bad-email", "0:4:15", "`bob`"],
  ["a group without a name", root('groups: { "": [] }'), "bad-value", "0:4:11", "a group's name"],
  ["a name on two lines", root('groups: { "a\\nb": [] }'), "bad-value", "0:4:11", "one line"],
  ["no act on a user", root("guards: { perUser: 0 }"), "bad-value", "0:4:20", "to 0"],
  ["octal perUser", root("guards: { perUser: 010 }"), "bad-value", "0:4:20", "write 10"],
  ["perUser of none", root("guards: { perUser: none }"), "wrong-type", "0:4:20", "remove it"],
  ["a freeze that is a day", root("freeze: 2026-12-27"), "wrong-type", "0:4:9", "freeze: { until: <day>"],
  ["an operator that is none", root("guards: { self: [me] }"), "bad-email", "0:4:18", "`me`"],
  ["no act in a run", root("limits: { perRun: 0 }"), "bad-value", "0:4:19", "`freeze`"],
  ["octal perRun", root("limits: { perRun: 010 }"), "bad-value", "0:4:19", "write 10"],
  ["a freeze without reason", root("freeze: { until: 2026-12-27 }"), "missing-key", "0:4:1", "`reason`"],
  ["a freeze without end", root("freeze: { reason: x }"), "missing-key", "0:4:1", "`until`"],
  [
    "a freeze with a blank reason",
    root('freeze: { until: 2026-12-27, reason: " " }'),
    "bad-value",
    "0:4:38",
    "blank",
  ],
  ["nothing to ignore", root("ignore: [{ reason: x }]"), "missing-key", "0:4:10", "emailDomain"],
  ["ignored for no reason", root('ignore: [{ serial: "A1" }]'), "missing-key", "0:4:10", "managed by Intune"],
  [
    "ignored by a misspelt key",
    root('ignore: [{ sreial: "A1", reason: x }]'),
    "unknown-key",
    "0:4:12",
    "`serial`?",
  ],
  ["reason misspelt", root('ignore: [{ serial: "A1", raeson: x }]'), "unknown-key", "0:4:26", "`reason`?"],
  ["ignored user that is none", root("ignore: [{ user: x, reason: mdm }]"), "bad-email", "0:4:18", "address"],
  [
    "ignored domain with @",
    root('ignore: [{ emailDomain: "@x.org", reason: mdm }]'),
    "bad-email",
    "0:4:25",
    "after the @",
  ],
  [
    "ignored profile with a blank",
    root('ignore: [{ policyId: "p ", reason: mdm }]'),
    "bad-value",
    "0:4:22",
    'write "p"',
  ],
  [
    "ignored vendor default",
    root("ignore: [{ serial: Default string, reason: mdm }]"),
    "placeholder-serial",
    "0:4:20",
    "hardwareId",
  ],
  [
    "trust without a name",
    root("ignore: [{ user: a@example.com, reason: x, trustName: mdm }]"),
    "needless-trust",
    "0:4:44",
    "does not match by name",
  ],
  ["an owner of nobody", root("owns: { x.yaml: [] }"), "bad-value", "0:4:17", "empty list"],
  [
    "an owner without a file",
    root('owns: { "": [a@example.com] }'),
    "bad-value",
    "0:4:9",
    "a file or pattern",
  ],
  ["owned pattern of users", root('owns: { x.yaml: ["a*@x.org"] }'), "bad-email", "0:4:18", "*@example.com"],
  ["owned domain that is none", root('owns: { x.yaml: ["*@x"] }'), "bad-email", "0:4:18", "domain"],
];

const testsAndAccess: readonly Bad[] = [
  ["test without a name", test(`${given}, expect: keep`), "missing-key", "0:4:9", "`name`"],
  ["test with a blank name", test(`name: " ", ${given}, expect: keep`), "bad-value", "0:4:17", "blank"],
  ["test of nothing", test("name: x, given: {}, expect: keep"), "missing-key", "0:4:20", "user: none"],
  ["test without expectation", test(`name: x, ${given}`), "missing-key", "0:4:9", "`expect`"],
  ["expectation misspelt", test(`name: x, ${given}, expect: revoked`), "bad-value", "0:4:51", "`revoke`?"],
  ["action misspelt", test(`name: x, ${given}, expect: { action: kep }`), "bad-value", "0:4:61", "`keep`?"],
  [
    "expectation without action",
    test(`name: x, ${given}, expect: { rule: grace }`),
    "missing-key",
    "0:4:43",
    "`action`",
  ],
  [
    "a rule that is blank",
    test(`name: x, ${given}, expect: { action: keep, rule: " " }`),
    "bad-value",
    "0:4:73",
    "blank",
  ],
  [
    "given misspelt",
    test('name: x, given: { user: none, seral: "A" }, expect: keep'),
    "unknown-key",
    "0:4:41",
    "`serial`?",
  ],
  [
    "given user that is none",
    test("name: x, given: { user: bob }, expect: keep"),
    "bad-email",
    "0:4:35",
    "`bob`",
  ],
  [
    "given serial as a number",
    test("name: x, given: { user: none, serial: 012 }, expect: keep"),
    "quote-it",
    "0:4:49",
    '"012"',
  ],
  [
    "given version",
    test("name: x, given: { user: none, clientVersion: v1 }, expect: keep"),
    "bad-value",
    "0:4:56",
    'write "1"',
  ],
  [
    "given system",
    test("name: x, given: { user: none, osVersion: v15 }, expect: keep"),
    "bad-value",
    "0:4:52",
    'write "15"',
  ],
  ["Access user that is none", root("accessUsers: { bob: {} }"), "bad-email", "0:4:16", "`bob`"],
  [
    "Access user without a value",
    root("accessUsers:\n  b@example.com:"),
    "null-value",
    "0:5:3",
    "write `{}`",
  ],
  [
    "Access user twice",
    [...root("accessUsers: { b@x.org: {} }"), "accessUsers: { B@x.org: {} }\n"],
    "duplicate-user",
    "1:1:16",
    "already in 0:4",
  ],
  [
    "Access user with a blank name",
    root('accessUsers: { b@x.org: { name: " " } }'),
    "bad-value",
    "0:4:33",
    "blank",
  ],
  [
    "Access user removed",
    root("accessUsers: { b@x.org: { state: removed } }"),
    "bad-value",
    "0:4:34",
    "present, absent",
  ],
  ["Access users alone", ["version: 1\naccessUsers: { b@x.org: {} }\n"], "no-users", "0:1:1", "has no users"],
  ["limits in a user file", [good, "limits: {}\ntests: []\n"], "root-only", "1:1:1", "`limits`"],
];

const together: readonly Bad[] = [
  [
    "suspended and protected",
    ["version: 1\nprotected: { users: [a@x.org] }\nusers: { a@x.org: { state: suspended } }\n"],
    "contradiction",
    "0:3:21",
    "protected by 0:2",
  ],
  [
    "offboarded operator",
    ["version: 1\nguards: { self: [a@x.org] }\nusers: { a@x.org: { state: offboarded } }\n"],
    "contradiction",
    "0:3:21",
    "`guards.self` in 0:2",
  ],
  [
    "operator with a revoked entry",
    ['version: 1\nguards: { self: [a@x.org] }\nusers: { a@x.org: [{ serial: "A1", state: revoked }] }\n'],
    "contradiction",
    "0:3:36",
    "`guards.self` in 0:2",
  ],
  [
    "groups that differ",
    root(
      "groups:\n  g: { users: [a@x.org], policy: { grace: 1d } }\n  h: { users: [b@x.org, A@x.org], policy: { grace: 2d } }",
    ),
    "group-conflict",
    "0:6:25",
    "`g` and `h`, which differ on `grace` (0:5 and 0:6)",
  ],
  [
    "groups of which one has none",
    root(
      "groups:\n  g: { users: [a@x.org], policy: { maxDevices: none } }\n  h: { users: [a@x.org], policy: { maxDevices: 2 } }",
    ),
    "group-conflict",
    "0:6:16",
    "`maxDevices`",
  ],
  [
    "not the owner's e-mail",
    [...root("owns: { 1: x }").map((t) => t.replace("1: x", '"?": [b@x.org]')), "users: { c@x.org: [] }\n"],
    "not-owned",
    "1:1:10",
    "not one of the e-mails that 0:4 gives",
  ],
  [
    "not the e-mail's owner",
    [...root('owns: { "2": [b@x.org] }'), "users: { b@x.org: [] }\n", "users: { }\n"],
    "not-owned",
    "1:1:10",
    "0:4 gives that e-mail to `2`",
  ],
  [
    "an Access user of another owner",
    [...root('owns: { "2": ["*@x.org"] }'), "accessUsers: { b@x.org: {} }\n", "users: { }\n"],
    "not-owned",
    "1:1:16",
    "gives that e-mail",
  ],
  [
    "a test about another's user",
    [
      ...root('owns: { "2": ["*@x.org"] }'),
      "tests: [{ name: x, given: { user: B@x.org }, expect: keep }]\n",
      "users: { }\n",
    ],
    "not-owned",
    "1:1:35",
    "`b@x.org`",
  ],
];

describe.each([
  ["durations", durations],
  ["days and times", dates],
  ["entries", [...entries, ...sameDays]],
  ["users", users],
  ["settings", settings],
  ["tests and Access users", testsAndAccess],
  ["what stands in two places", together],
])("%s are refused once, with code, place and fix:", (_title, table) => {
  it.each(table)("%s", (_name, files, code, at, says) => {
    const { allowlist, messages } = parseAllowlist(
      files.map((text, index) => ({ file: String(index), text })),
    );
    const places = messages.map(({ code: found, source }) => ({
      code: found,
      at: source && `${source.file}:${source.line}:${source.column}`,
    }));
    expect(places).toEqual([{ code: `allowlist/${code}`, at }]);
    expect(`${messages[0]!.text} ${messages[0]!.fix ?? ""}`).toContain(says);
    expect(allowlist).toBeUndefined();
  });
});

it("has the codes that bad-allowlists.test.ts leaves to it", () => {
  const all = [durations, dates, entries, users, settings, testsAndAccess, together].flat();
  const seen = new Set(all.map(([, , code]) => `allowlist/${code}`));
  const left: readonly MessageCode[] = [
    "allowlist/bad-date",
    "allowlist/bad-duration",
    "allowlist/group-conflict",
    "allowlist/needless-trust",
    "allowlist/not-owned",
    "allowlist/said-twice",
  ];
  expect(left.filter((code) => !seen.has(code))).toEqual([]);
});
