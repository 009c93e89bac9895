import { ANN, BOB, changeSteps, STAYS } from "../../test/support/change-steps.js";

const policy = (keys: string) => `policy: { ${keys} }\n${ANN}`;
const told = (what: string) => `loosened: the change loosens policy.${what}`;
const names = (count: number) => Array.from({ length: count }, (_, i) => `u${i + 1}@example.com`);
const group = (count: number, keys: string) =>
  `groups: { interns: { users: [${names(count).join(", ")}], policy: { ${keys} } } }\n${ANN}`;

changeSteps("for everybody", [
  {
    name: "settings one by one, each on its line",
    before:
      "policy:\n  unlisted: revoke\n  unknownUsers: delete\n  noUser: revoke\n  listedRevoked: report\n  grace: 1h\n" +
      `  stale: { after: 30d, action: revoke }\n  superseded: revoke\n  maxDevices: 2\n  overMaxDevices: revoke\n${ANN}`,
    after:
      "policy:\n  unlisted: report\n  unknownUsers: report\n  noUser: report\n  listedRevoked: unrevoke\n  grace: 2h\n" +
      `  stale: { after: 60d, action: revoke }\n  superseded: report\n  maxDevices: 3\n  overMaxDevices: report\n${ANN}`,
    tells: [
      told("unlisted: report (before: revoke)"),
      `${told("unknownUsers: report (before: delete)")}${STAYS}: its user is not in the allowlist`,
      told("noUser: report (before: revoke)"),
      told("listedRevoked: unrevoke (before: report)"),
      told("grace: 2h (before: 1h)"),
      told("stale: revoke after 60d (before: revoke after 30d)"),
      told("superseded: report (before: revoke)"),
      told("maxDevices: 3 (before: 2)"),
      told("overMaxDevices: report (before: revoke)"),
    ],
    places: [3, 4, 5, 6, 7, 8, 9, 10, 11].map(
      (line) => `${line}:3, before ${line}:3${line === 4 ? ", b1" : ""}`,
    ),
    back: [],
  },
  {
    name: "to delete and to revoke keep out alike",
    before: policy(
      "unlisted: delete, unknownUsers: revoke, noUser: delete, superseded: revoke, overMaxDevices: delete, stale: { after: 30d, action: delete }",
    ),
    after: policy(
      "unlisted: revoke, unknownUsers: delete, noUser: revoke, superseded: delete, overMaxDevices: revoke, stale: { after: 30d, action: revoke }",
    ),
    tells: [],
    back: [],
  },
  {
    name: "the same as before, in other words",
    before: policy(
      "listedRevoked: report, grace: 24h, stale: { after: 48h, action: revoke }, superseded: none, maxDevices: 2",
    ),
    after: policy(
      "listedRevoked: report, grace: 1d, stale: { after: 2d, action: revoke }, superseded: report, maxDevices: 2",
    ),
    tells: [],
    back: [],
  },
  {
    name: "what there was is switched off; and on",
    before: policy("superseded: revoke, maxDevices: 2, stale: { after: 30d, action: revoke }"),
    after: ANN,
    tells: [
      told("stale: none (before: revoke after 30d)"),
      told("superseded: none (before: revoke)"),
      told("maxDevices: none (before: 2)"),
    ],
    places: ["1:1, before 2:46", "1:1, before 2:11", "1:1, before 2:31"],
    back: [],
  },
  {
    name: "an age after which nothing is done but a report; and an act",
    before: policy("stale: { after: 30d, action: revoke }"),
    after: policy("stale: { after: 30d, action: report }"),
    tells: [told("stale: report after 30d (before: revoke after 30d)")],
    back: [],
  },
  {
    name: "an age of which there is only a report may be any",
    before: policy("stale: { after: 30d, action: report }"),
    after: policy("stale: { after: 60d, action: report, includeListed: true }"),
    tells: [],
    back: [],
  },
  {
    name: "an age that holds for listed devices no more; and does",
    before: policy("stale: { after: 30d, action: revoke, includeListed: true }"),
    after: policy("stale: { after: 30d, action: revoke }"),
    tells: [told("stale: revoke after 30d (before: revoke after 30d, listed devices too)")],
    back: [],
  },
  {
    name: "an earlier age that lets listed devices stay for good; and a later one that does not",
    before: policy("stale: { after: 60d, action: revoke, includeListed: true }"),
    after: policy("stale: { after: 30d, action: revoke }"),
    tells: [told("stale: revoke after 30d (before: revoke after 60d, listed devices too)")],
    back: [told("stale: revoke after 60d, listed devices too (before: revoke after 30d)")],
  },
  {
    name: "a later age for listed devices too; and an earlier one",
    before: policy("stale: { after: 30d, action: delete, includeListed: true }"),
    after: policy("stale: { after: 60d, action: delete, includeListed: true }"),
    tells: [
      told("stale: delete after 60d, listed devices too (before: delete after 30d, listed devices too)"),
    ],
    back: [],
  },
]);

changeSteps("what is let in again", [
  {
    name: "what this stack revoked, and not nothing; and nothing",
    before: policy("listedRevoked: report"),
    after: policy("listedRevoked: ours"),
    tells: [told("listedRevoked: ours (before: report)")],
    back: [],
  },
  {
    name: "everything, and not only what this stack revoked; and only that",
    before: policy("listedRevoked: ours"),
    after: policy("listedRevoked: unrevoke"),
    tells: [told("listedRevoked: unrevoke (before: ours)")],
    back: [],
  },
]);

changeSteps("whom the rules by age judge", [
  {
    name: "connectors no more; and connectors too",
    before: policy("machines: judge"),
    after: ANN,
    tells: [told("machines: skip (before: judge)")],
    places: ["1:1, before 2:11"],
    about: ["policy.machines | skip | judge"],
    back: [],
  },
]);

changeSteps("of what is revoked", [
  {
    name: "it is kept out, whether it is deleted some day or not",
    before: policy("revoked: { after: 30d, action: delete, includeListed: true }"),
    after: ANN,
    tells: [],
    back: [],
  },
]);

const BOTH =
  "users: { ann@example.com: [{ serial: SN-d1 }, { device: d5 }], bob@example.com: [{ serial: SN-d2 }, { device: d6 }] }\n";

changeSteps("for some", [
  {
    name: "what two groups said on two lines is told together, with the devices of both",
    before: `policy: { unlisted: report }\ngroups:\n  a: { users: [ann@example.com], policy: { unlisted: revoke } }\n  b: { users: [bob@example.com], policy: { unlisted: delete } }\n  c: { users: [eve@example.com], policy: { unlisted: revoke } }\nusers: { ann@example.com: [], bob@example.com: [], eve@example.com: [] }\n`,
    after: `policy: { unlisted: report }\nusers: { ann@example.com: [], bob@example.com: [], eve@example.com: [] }\n`,
    live: [{ id: "e1", email: "eve@example.com", device: "d5" }],
    tells: [
      `${told("unlisted: report (before: revoke), for ann@example.com, eve@example.com")}, and 2 active registrations stay connected: no entry for its user allows it`,
      `${told("unlisted: report (before: delete), for bob@example.com")}${STAYS}: no entry for its user allows it`,
    ],
    places: ["2:11, before 4:44, a1 e1", "2:11, before 5:44, b1"],
  },
  {
    name: "a device is not told with a line that is about others",
    before: `policy: { unlisted: revoke }\ngroups: { b: [bob@example.com] }\nusers: { bob@example.com: [], ann@example.com: [] }\n`,
    after: `policy: { unlisted: revoke }\ngroups: { b: { users: [bob@example.com], policy: { unlisted: report } } }\nusers: { bob@example.com: [], ann@example.com: [{ serial: SN-d1 }] }\n`,
    tells: [
      `widened: serial "SN-d1" of ann@example.com is new${STAYS}`,
      /, for bob@example.com, and 1 active registration stays connected: /,
    ],
    places: ["4:49, a1", "3:52, before 2:11, b1"],
  },
  {
    name: "a device is told with the line of its own group, not with another's",
    before: `groups:\n  a: { users: [ann@example.com], policy: { unlisted: revoke } }\n  b: { users: [bob@example.com], policy: { unlisted: revoke } }\nusers: { ann@example.com: [], bob@example.com: [] }\n`,
    after: `groups:\n  a: { users: [ann@example.com], policy: { unlisted: report } }\n  b: { users: [bob@example.com], policy: { unlisted: report } }\nusers: { ann@example.com: [], bob@example.com: [] }\n`,
    tells: [
      `${told("unlisted: report (before: revoke), for ann@example.com")}${STAYS}: no entry for its user allows it, by the policy of group a`,
      `${told("unlisted: report (before: revoke), for bob@example.com")}${STAYS}: no entry for its user allows it, by the policy of group b`,
    ],
    places: ["3:44, before 3:44, a1", "4:44, before 4:44, b1"],
    back: [],
  },
  {
    name: "a group is told once for all of it, with three names",
    before: ANN,
    after: group(3, "grace: 3d"),
    tells: [told(`grace: 3d (before: 0h), for ${names(3).join(", ")}`)],
    places: ["2:89"],
    back: [],
  },
  {
    name: "of a fourth user there is one more",
    before: ANN,
    after: group(4, "grace: 3d"),
    tells: [told(`grace: 3d (before: 0h), for ${names(3).join(", ")} and 1 more`)],
    back: [],
  },
  {
    name: "of a sixth user there are three more",
    before: ANN,
    after: group(6, "grace: 3d"),
    tells: [told(`grace: 3d (before: 0h), for ${names(3).join(", ")} and 3 more`)],
    back: [],
  },
  {
    name: "a stricter policy of a group is gone: its users are told, with the line for everybody",
    before: group(2, "maxDevices: 1"),
    after: ANN,
    tells: [told("maxDevices: none (before: 1), for u1@example.com, u2@example.com")],
    places: ["1:1, before 2:73"],
    about: ["policy.maxDevices | none | 1 | u1@example.com | u2@example.com"],
    back: [],
  },
  {
    name: "two groups lose what two lines said: the devices that stay are told with both",
    before: `policy: { overMaxDevices: revoke }\ngroups:\n  a: { users: [ann@example.com], policy: { maxDevices: 1 } }\n  b: { users: [bob@example.com], policy: { maxDevices: 1 } }\n${BOTH}`,
    after: `policy: { overMaxDevices: revoke }\n${BOTH}`,
    live: [
      { id: "a5", email: "ann@example.com", device: "d5", created: "2026-05-20T00:00:00Z" },
      { id: "b6", email: "bob@example.com", device: "d6", created: "2026-05-20T00:00:00Z" },
    ],
    tells: [
      `${told("maxDevices: none (before: 1), for ann@example.com, bob@example.com")}, and 2 active registrations stay connected`,
    ],
    places: ["1:1, before 4:44, a1 b1"],
    about: ["policy.maxDevices | none | 1 | ann@example.com | bob@example.com | a1 | b1"],
  },
  {
    name: "the policy for everybody is told once, also where a group says something else besides",
    before: group(2, "maxDevices: 1"),
    after: `policy: { grace: 1d }\n${group(2, "maxDevices: 1")}`,
    tells: [told("grace: 1d (before: 0h)")],
    places: ["2:11"],
    back: [],
  },
  {
    name: "a user's own line is told besides the one for everybody",
    before: ANN + BOB,
    after: `policy: { grace: 1d }\n${ANN}  bob@example.com:\n    policy: { grace: 2d }\n    devices: [{ serial: SN-d2 }]\n`,
    tells: [told("grace: 1d (before: 0h)"), told("grace: 2d (before: 0h), for bob@example.com")],
    places: ["2:11", "7:15"],
    back: [],
  },
  {
    name: "two users with lines of their own, which say the same",
    before: ANN,
    after:
      "users:\n  ann@example.com: { policy: { grace: 2d }, devices: [{ serial: SN-d1 }] }\n" +
      "  eve@example.com: { policy: { grace: 2d }, devices: [] }\n",
    tells: [
      told("grace: 2d (before: 0h), for ann@example.com"),
      told("grace: 2d (before: 0h), for eve@example.com"),
    ],
    places: ["3:32", "4:32"],
    // Eve has no device now, and whatever she enrols later is only reported.
    back: [
      /^dropped: the change drops eve@example.com from the allowlist, and devices that no entry allows stay/,
    ],
  },
]);

const FOR_GOOD = "it is never touched";

changeSteps("protections", [
  {
    name: "of a user, a device, a registration, and whoever runs the tool; and none any more",
    before: ANN,
    after: `protected:\n  users: [bob@example.com]\n  devices: [d7]\n  registrations: [r7]\nguards: { self: [eve@example.com] }\n${ANN}`,
    tells: [
      `excepted: the change protects user "bob@example.com": ${FOR_GOOD}`,
      `excepted: the change protects device "d7": ${FOR_GOOD}`,
      `excepted: the change protects registration "r7": ${FOR_GOOD}`,
      `excepted: the change protects guards.self user "eve@example.com": ${FOR_GOOD}`,
    ],
    places: ["3:11", "4:13", "5:19", "6:18"],
    back: [
      'loosened: the change no longer protects user "bob@example.com"',
      'loosened: the change no longer protects device "d7"',
      'loosened: the change no longer protects registration "r7"',
      'loosened: the change no longer protects guards.self user "eve@example.com"',
    ],
    backPlaces: ["before 3:11", "before 4:13", "before 5:19", "before 6:18"],
  },
  {
    name: "of hardware",
    before: ANN,
    after: `protected: { serials: [SN-7], hardwareIds: [H-7] }\n${ANN}`,
    tells: [
      `excepted: the change protects serial "SN-7": ${FOR_GOOD}`,
      `excepted: the change protects hardware id "H-7": ${FOR_GOOD}`,
    ],
    back: [
      'loosened: the change no longer protects serial "SN-7"',
      'loosened: the change no longer protects hardware id "H-7"',
    ],
  },
  {
    name: "those that stay are not told",
    before: `protected: { devices: [d7, d8] }\n${ANN}`,
    after: `protected: { devices: [d9, d7] }\n${ANN}`,
    tells: [
      `excepted: the change protects device "d9": ${FOR_GOOD}`,
      'loosened: the change no longer protects device "d8"',
    ],
    places: ["2:24", "before 2:28"],
    about: ["protected.devices | d9", "protected.devices | d8"],
  },
]);

changeSteps("ignore rules", [
  {
    name: "a new one beside one that stays, in other words",
    before: `ignore:\n  - { user: bob@example.com, device: d7, reason: theirs }\n${ANN}`,
    after: `ignore:\n  - { device: d7, user: bob@example.com, reason: still theirs }\n  - { emailDomain: example.org, reason: another tool }\n${ANN}`,
    tells: [`excepted: the change ignores emailDomain "example.org": ${FOR_GOOD} (another tool)`],
    places: ["4:5"],
    back: [],
  },
  {
    name: "one that ignores less than the one before it; and more",
    before: `ignore: [{ nameGlob: "KIOSK-*", trustName: told, reason: theirs }]\n${ANN}`,
    after: `ignore: [{ nameGlob: "KIOSK-*", user: bob@example.com, trustName: told, reason: theirs }, { name: KIOSK-1, trustName: told, reason: theirs }]\n${ANN}`,
    tells: [],
    back: [`excepted: the change ignores nameGlob "KIOSK-*": ${FOR_GOOD} (theirs)`],
  },
]);

const oneTest = (name: string) =>
  `  - { name: ${name}, given: { user: ann@example.com, serial: SN-d1 }, expect: keep }\n`;

changeSteps("guards and limits", [
  {
    name: "each of them, higher; and lower",
    before: `guards:\n  revoke: { max: 5, percent: 10 }\n  delete: { max: 4, percent: 9 }\n  unrevoke: { max: 3, percent: 8 }\n  perUser: 3\n  deleteUsers: 2\nlimits: { perRun: 10, maxPlanAge: 2h }\n${ANN}`,
    after: `guards:\n  revoke: { max: 6, percent: 11 }\n  delete: { max: 5, percent: 10 }\n  unrevoke: { max: 4, percent: 9 }\n  perUser: 4\n  deleteUsers: 3\nlimits: { maxPlanAge: 3h, perRun: 11 }\n${ANN}`,
    tells: [
      "loosened: the change loosens guards.revoke.max: 6 (before: 5)",
      "loosened: the change loosens guards.revoke.percent: 11 (before: 10)",
      "loosened: the change loosens guards.delete.max: 5 (before: 4)",
      "loosened: the change loosens guards.delete.percent: 10 (before: 9)",
      "loosened: the change loosens guards.unrevoke.max: 4 (before: 3)",
      "loosened: the change loosens guards.unrevoke.percent: 9 (before: 8)",
      "loosened: the change loosens guards.perUser: 4 (before: 3)",
      "loosened: the change loosens guards.deleteUsers: 3 (before: 2)",
      "loosened: the change loosens limits.perRun: 11 (before: 10)",
      "loosened: the change loosens limits.maxPlanAge: 3h (before: 2h)",
    ],
    places: [
      "3:13, before 3:13",
      "3:21, before 3:21",
      "4:13, before 4:13",
      "4:21, before 4:21",
      "5:15, before 5:15",
      "5:23, before 5:23",
      "6:3, before 6:3",
      "7:3, before 7:3",
      "8:27, before 8:11",
      "8:11, before 8:23",
    ],
    back: [],
  },
  {
    name: "limits that are there no more, and limits that there were not",
    before: `guards: { perUser: 3 }\nlimits: { perRun: 10 }\n${ANN}`,
    after: ANN,
    tells: [
      "loosened: the change loosens guards.perUser: none (before: 3)",
      "loosened: the change loosens limits.perRun: none (before: 10)",
    ],
    places: ["before 2:11", "before 3:11"],
    back: [],
  },
  {
    name: "the same as before, in other words",
    before: `guards: { revoke: { max: 50, percent: 20 }, perUser: 3, deleteUsers: 5 }\nlimits: { perRun: 10, maxPlanAge: 1d }\n${ANN}`,
    after: `guards: { perUser: 3 }\nlimits: { perRun: 10, maxPlanAge: 24h }\n${ANN}`,
    tells: [],
    back: [],
  },
]);

changeSteps("the freeze", [
  {
    name: "there is none any more; and there is one",
    before: `freeze: { until: 2026-07-01, reason: audit }\n${ANN}`,
    after: ANN,
    tells: ["loosened: the change loosens freeze: none (before: until 2026-07-02T00:00Z)"],
    places: ["before 2:1"],
    about: ["freeze | none"],
    back: [],
  },
  {
    name: "it ends earlier; and later",
    before: `freeze: { until: 2026-07-01, reason: audit }\n${ANN}`,
    after: `freeze: { until: "2026-07-01T22:30:00Z", reason: audit }\n${ANN}`,
    tells: ["loosened: the change loosens freeze: until 2026-07-01T22:30Z (before: until 2026-07-02T00:00Z)"],
    places: ["2:1, before 2:1"],
    back: [],
  },
  {
    name: "it ends at the same moment, for another reason",
    before: `freeze: { until: 2026-07-01, reason: audit }\n${ANN}`,
    after: `freeze: { until: "2026-07-02T00:00:00Z", reason: holidays }\n${ANN}`,
    tells: [],
    back: [],
  },
]);

changeSteps("tests of the allowlist", [
  {
    name: "those that are gone are told by their names, those that are there are not",
    before: `tests:\n${oneTest("Ann works")}${oneTest("Ann stays")}${oneTest("Ann is in")}${ANN}`,
    after: `tests:\n${oneTest("Ann stays")}${ANN}`,
    tells: [
      'loosened: the change loosens tests: "Ann works" is gone',
      'loosened: the change loosens tests: "Ann is in" is gone',
    ],
    places: ["before 3:5", "before 5:5"],
    about: ["tests | Ann works | gone", "tests | Ann is in | gone"],
    back: [],
  },
]);

changeSteps("more about tests of the allowlist", [
  {
    name: "one asks for another action, or for no rule any more, or about another case or moment",
    before: `tests:\n${[1, 2, 3, 4].map((n) => `  - { name: t${n}, given: { user: ann@example.com, serial: SN-d1 }, expect: { action: keep, rule: entry } }\n`).join("")}${ANN}`,
    after: `tests:
  - { name: t1, given: { user: ann@example.com, serial: SN-d1 }, expect: { action: revoke, rule: entry } }
  - { name: t2, given: { serial: SN-d1, user: ann@example.com }, expect: keep }
  - { name: t3, given: { user: ann@example.com, serial: SN-d1, name: ANN }, expect: { action: keep, rule: entry } }
  - { name: t4, given: { user: ann@example.com, serial: SN-d1 }, at: 2026-05-01, expect: { action: keep, rule: entry } }
${ANN}`,
    tells: [
      'loosened: the change loosens tests: "t1" expects revoke (before: keep)',
      'loosened: the change loosens tests: "t2" asks for something other than before',
      'loosened: the change loosens tests: "t3" asks for something other than before',
      'loosened: the change loosens tests: "t4" asks for something other than before',
    ],
    places: ["3:5, before 3:5", "4:5, before 4:5", "5:5, before 5:5", "6:5, before 6:5"],
    about: ["tests | t1 | revoke", "tests | t2 | keep", "tests | t3 | keep", "tests | t4 | keep"],
  },
  {
    name: "one asks for a rule as well, in another order: it holds more",
    before: `tests:\n${oneTest("Ann works")}${oneTest("Ann stays")}${ANN}`,
    after: `tests:\n${oneTest("Ann stays")}  - { given: { serial: SN-d1, user: ann@example.com }, expect: { action: keep, rule: entry }, name: Ann works }\n${ANN}`,
    tells: [],
  },
]);

const GONE = "what is outside is no longer decided";
const scoped = (keys: string) => `scope: { ${keys} }\n${ANN}`;
const narrowed = (how: string) => `out-of-scope: the change narrows the scope: ${how}; ${GONE}`;

changeSteps("the scope, though nothing of what is live leaves it", [
  {
    name: "a domain and an address leave it; and come",
    before: scoped("emailDomains: [example.com, example.org], emails: [eve@example.net]"),
    after: scoped("emailDomains: [example.com]"),
    tells: [narrowed("without emails eve@example.net, without emailDomains example.org")],
    places: ["2:1, before 2:1"],
    back: [],
  },
  {
    name: "an address under a domain that stays leaves nothing",
    before: scoped("emailDomains: [example.com], emails: [eve@example.com]"),
    after: scoped("emailDomains: [example.com]"),
    tells: [],
    back: [],
  },
  {
    name: "everybody, then two domains; and everybody again",
    before: ANN,
    after: scoped("emailDomains: [example.com, example.org]"),
    tells: [narrowed("only emailDomains example.com, example.org")],
    places: ["2:1"],
    about: ["scope |  | example.com example.org |  | warp"],
    back: [],
  },
  {
    name: "everybody, then the same two in another order: the same is told",
    before: ANN,
    after: scoped("emailDomains: [example.org, example.com]"),
    tells: [narrowed("only emailDomains example.org, example.com")],
    about: ["scope |  | example.com example.org |  | warp"],
  },
  {
    name: "a domain, then its addresses one by one",
    before: scoped("emailDomains: [example.com]"),
    after: scoped("emails: [ann@example.com, bob@example.com]"),
    tells: [narrowed("without emailDomains example.com")],
    back: [],
  },
  {
    name: "device profiles, and types of registrations",
    before: scoped("policyIds: [p1, p2], registrationTypes: [warp, browser_extension]"),
    after: scoped("policyIds: [p2, p3]"),
    tells: [narrowed("without policyIds p1, without registrationTypes browser_extension")],
    back: [narrowed("without policyIds p3")],
  },
  {
    name: "in another order",
    before: scoped("emailDomains: [example.com, example.org], registrationTypes: [warp]"),
    after: scoped("emailDomains: [example.org, example.com]"),
    tells: [],
    back: [],
  },
]);

const access = (keys: string) => `accessUsers: ${keys}\n${ANN}`;

changeSteps("Access users", [
  {
    name: "one who was to be absent need not be; and is to be",
    before: access("{ eve@example.com: { state: absent } }"),
    after: ANN,
    tells: ["widened: the change no longer keeps eve@example.com out of Access"],
    places: ["before 2:16"],
    about: ["accessUsers | eve@example.com | absent"],
    back: [],
  },
  {
    name: "one who was to be absent is to be there, and so is a new one; and the other way round",
    before: access("{ eve@example.com: { state: absent }, ann@example.com: {} }"),
    after: access("{ ann@example.com: { name: Ann }, bob@example.com: {}, eve@example.com: {} }"),
    tells: [
      "widened: the change makes bob@example.com an Access user",
      "widened: the change makes eve@example.com an Access user",
    ],
    places: ["2:48", "2:69, before 2:16"],
    back: [],
  },
]);

changeSteps("which file may speak about whom", [
  {
    name: "an address that may stand in another file as well, and one that may stand in any",
    before: `owns:\n  a.yaml: ["*@a.example", boss@a.example]\n  b.yaml: [b@b.example]\n${ANN}`,
    after: `owns:\n  a.yaml: ["*@a.example"]\n  b.yaml: [b@b.example, "*@a.example"]\n${ANN}`,
    tells: [
      "loosened: the change loosens owns.b.yaml: *@a.example as well",
      "loosened: the change loosens owns.a.yaml: boss@a.example may be in any file",
    ],
    about: ["owns.b.yaml | *@a.example", "owns.a.yaml | boss@a.example | any"],
    back: [],
  },
  {
    name: "an address that a further file gets, which owned nothing before",
    before: `owns: { a.yaml: [b@b.example] }\n${ANN}`,
    after: `owns: { a.yaml: [b@b.example], c.yaml: [b@b.example] }\n${ANN}`,
    tells: ["loosened: the change loosens owns.c.yaml: b@b.example as well"],
    places: ["2:32"],
    back: [],
  },
  {
    name: "an address that gets an owner is held closer, and in other words it is the same",
    before: `owns: { a.yaml: [B@b.example] }\n${ANN}`,
    after: `owns: { a.yaml: [b@B.example, c@c.example] }\n${ANN}`,
    tells: [],
    back: ["loosened: the change loosens owns.a.yaml: c@c.example may be in any file"],
  },
]);

const [ONE, TWO, THREE] = ["1", "2", "3"].map((digit) => digit.repeat(32)) as [string, string, string];
const account = (...ids: readonly string[]) => `account: [${ids.map((id) => `"${id}"`).join(", ")}]\n${ANN}`;

changeSteps("which account it is for", [
  {
    name: "any, and not only one; and only one",
    before: account(ONE),
    after: ANN,
    tells: [`loosened: the change loosens account: any (before: ${ONE})`],
    places: ["before 2:11"],
    about: [`account | any | ${ONE}`],
    back: [],
  },
  {
    name: "another one besides; and one less",
    before: account(ONE),
    after: account(ONE, TWO),
    tells: [`loosened: the change loosens account: ${TWO} as well`],
    places: ["2:47"],
    about: [`account | ${TWO}`],
    back: [],
  },
  {
    name: "another one in place of one: on the new one it acts as never before",
    before: account(ONE, TWO),
    after: account(THREE, TWO),
    tells: [`loosened: the change loosens account: ${THREE} as well`],
    back: [`loosened: the change loosens account: ${ONE} as well`],
  },
]);
