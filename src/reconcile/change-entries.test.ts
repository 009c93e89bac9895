import { ANN, BOB, changeSteps, entries, STAYS } from "../../test/support/change-steps.js";

const NOBODY = "users: { ann@example.com: [] }\n";
const REVOKED = "{ serial: SN-d1, state: revoked, reason: lost }";

/** Bob beside Ann, with so many devices. */
const bobWith = (count: number) =>
  `${ANN}  bob@example.com:\n${Array.from({ length: count }, (_, i) => `    - serial: SN-x${i + 1}\n`).join("")}`;

changeSteps("users", [
  {
    name: "a new user is told with the devices; three of them, and how many more there are",
    before: ANN,
    after: bobWith(3),
    tells: [
      'widened: the change adds the user bob@example.com with serial "SN-x1"; serial "SN-x2"; serial "SN-x3"',
    ],
    places: ["5:3"],
  },
  {
    name: "of a fourth device there is one more",
    before: ANN,
    after: bobWith(4),
    tells: [/with serial "SN-x1"; serial "SN-x2"; serial "SN-x3" and 1 more$/],
  },
  {
    name: "of a sixth device there are three more",
    before: ANN,
    after: bobWith(6),
    tells: [/; serial "SN-x3" and 3 more$/],
  },
  {
    name: "a new user's entries that keep devices out let nothing in",
    before: ANN,
    after: `${ANN}  bob@example.com:\n    - { serial: SN-d2, state: revoked }\n    - serial: SN-d7\n    - { serial: SN-d8, state: deleted }\n`,
    tells: ['widened: the change adds the user bob@example.com with serial "SN-d7"'],
  },
  {
    name: "a new user may have no device: nothing is let in",
    before: ANN,
    after: `${ANN}  bob@example.com: []\n`,
    tells: [],
  },
  {
    name: "a user is not suspended any more; and is",
    before: "users:\n  ann@example.com: { state: suspended, devices: [] }\n",
    after: `# a line more\n${NOBODY}`,
    tells: ["widened: ann@example.com is no longer suspended"],
    places: ["3:10, before 3:22"],
    about: ["ann@example.com | state | suspended"],
    back: [],
  },
  {
    name: "a suspended user goes from the list, with no device left to tell of",
    before: `${ANN}  eve@example.com: { state: offboarded, devices: [] }\n`,
    after: ANN,
    tells: ["widened: eve@example.com is no longer offboarded"],
    places: ["before 5:22"],
    back: [],
  },
  {
    name: "a user is to leave later; and earlier",
    before: "users:\n  ann@example.com: { state: offboarded, since: 2026-06-10, devices: [] }\n",
    after: "users:\n  ann@example.com: { state: suspended, since: 2026-06-20, devices: [] }\n",
    tells: ["widened: ann@example.com is suspended from 2026-06-20 on, later than before the change"],
    places: ["3:22, before 3:22"],
    about: ["ann@example.com | since | 2026-06-20"],
    back: [],
  },
  {
    name: "a user is to leave at some day, and not at once; and at once",
    before: "users:\n  ann@example.com: { state: offboarded, devices: [] }\n",
    after: "users:\n  ann@example.com: { state: offboarded, since: 2026-06-20, devices: [] }\n",
    tells: [/ann@example.com is offboarded from 2026-06-20 on, later/],
    back: [],
  },
  {
    name: "a user is to leave on the same day, for another reason",
    before: "users:\n  ann@example.com: { state: offboarded, since: 2026-06-10, devices: [] }\n",
    after:
      "users:\n  ann@example.com: { state: offboarded, since: 2026-06-10, reason: moved, devices: [] }\n",
    tells: [],
    back: [],
  },
  {
    name: "a user is gone for good, in other words",
    before: "users:\n  ann@example.com: { state: offboarded, devices: [] }\n",
    after: "users:\n  ann@example.com: { state: offboarded, reason: moved, devices: [] }\n",
    tells: [],
    back: [],
  },
]);

changeSteps("entries that allow", [
  {
    name: "another device",
    before: ANN,
    after: entries("serial: SN-d9"),
    tells: ['widened: serial "SN-d9" of ann@example.com is new'],
    places: ["4:7"],
    back: [`widened: serial "SN-d1" of ann@example.com is new${STAYS}`],
    backPlaces: ["4:7, a1"],
  },
  {
    name: "the devices of several users, each for itself",
    before: ANN + BOB,
    after: `${ANN}    - serial: SN-d7\n${BOB}    - serial: SN-d8\n`,
    tells: [
      'widened: serial "SN-d7" of ann@example.com is new',
      'widened: serial "SN-d8" of bob@example.com is new',
    ],
    places: ["5:7", "8:7"],
    back: [],
  },
  {
    name: "a device goes from one user to the other",
    before: `${ANN}    - serial: SN-d7\n${BOB}`,
    after: `${ANN}${BOB}    - serial: SN-d7\n`,
    tells: ['widened: serial "SN-d7" of bob@example.com is new'],
    back: ['widened: serial "SN-d7" of ann@example.com is new'],
  },
  {
    name: "less specific; and more specific",
    before: entries("serial: SN-d8", "{ serial: SN-d1, name: ANN }"),
    after: entries("serial: SN-d8", "serial: SN-d1"),
    tells: [
      'widened: serial "SN-d1" of ann@example.com is less specific than serial "SN-d1" and name "ANN" before the change',
    ],
    places: ["5:7, before 5:7"],
    about: ["ann@example.com | weaker | serial SN-D1"],
    back: [],
  },
  {
    name: "less specific than what kept a device out is not less specific than what was allowed",
    before: entries("{ serial: SN-d1, name: ANN, state: revoked }"),
    after: entries("serial: SN-d1", "{ serial: SN-d1, name: ANN, state: revoked }"),
    tells: [
      `widened: serial "SN-d1" of ann@example.com is new${STAYS}: lines 4 and 5 ask for different states`,
    ],
    places: ["4:7, a1"],
    back: [],
  },
  {
    name: "in another order, and for longer: the same device all the same",
    before: entries("{ serial: SN-d1, name: ANN, expires: 2026-07-01 }"),
    after: entries("{ name: ANN, serial: SN-d1, expires: 2026-08-01 }"),
    tells: [
      'widened: name "ANN" and serial "SN-d1" of ann@example.com is widened by the change: it expires after 2026-08-01 (before: after 2026-07-01)',
    ],
    places: ["4:7, before 4:7"],
    about: [
      "ann@example.com | wider | name ANN | serial SN-D1 | from  | expires 2026-08-01 | platform  | model  | minClientVersion  | tunnelType  | profile  | minOsVersion ",
    ],
    back: [],
  },
]);

changeSteps("entries that keep out", [
  {
    name: "nothing about them changes",
    before: `${entries(REVOKED, "serial: SN-d4")}${BOB}    - { serial: SN-d8, state: deleted }\n`,
    after: `${entries("serial: SN-d4", REVOKED)}${BOB}    - { serial: SN-d8, state: deleted, reason: sold }\n`,
    tells: [],
    back: [],
  },
  {
    name: "to be deleted instead of revoked is out as well",
    before: entries("{ serial: SN-d1, state: revoked }"),
    after: entries("{ serial: SN-d1, state: deleted }"),
    tells: [],
    back: [],
  },
  {
    name: "one is gone",
    before: entries("serial: SN-d4", REVOKED),
    after: entries("serial: SN-d4"),
    tells: [
      'widened: the change removes or narrows serial "SN-d1" of ann@example.com, which was refused (revoked)',
    ],
    places: ["3:3, before 5:7"],
    back: [],
  },
  {
    name: "one is gone with its user, whose other devices were cut off besides",
    before: `policy: { unknownUsers: revoke }\n${ANN}  eve@example.com:\n    - serial: SN-d7\n    - { serial: SN-d9, state: deleted }\n`,
    after: `policy: { unknownUsers: revoke }\n${ANN}`,
    tells: [
      'widened: the change removes or narrows serial "SN-d9" of eve@example.com, which was refused (deleted)',
    ],
    places: ["before 8:7"],
    back: ['widened: the change adds the user eve@example.com with serial "SN-d7"'],
  },
  {
    name: "one asks for more, so that less is kept out; and for less",
    before: entries(REVOKED),
    after: entries("{ serial: SN-d1, name: ANN, state: revoked, reason: lost }"),
    tells: [
      'widened: the change removes or narrows serial "SN-d1" of ann@example.com, which was refused (revoked)',
    ],
    back: [],
  },
  {
    name: "one ends; and does not any more",
    before: entries(REVOKED),
    after: entries("{ serial: SN-d1, state: revoked, expires: 2026-07-01 }"),
    tells: [/^widened: the change removes or narrows serial "SN-d1"/],
    back: [],
  },
  {
    name: "one lets the device in, which is told once",
    before: entries("{ serial: SN-d1, state: deleted }"),
    after: entries("serial: SN-d1"),
    tells: [
      `widened: serial "SN-d1" of ann@example.com was refused (deleted) before the change, and is now allowed${STAYS}`,
    ],
    places: ["4:7, before 4:7, a1"],
    about: ["ann@example.com | allowed | serial SN-D1 | a1"],
    back: [],
  },
  {
    name: "one gives way to an entry that allows more than it kept out: both are told",
    before: entries("{ serial: SN-d1, name: ANN, state: revoked }"),
    after: entries("serial: SN-d1"),
    tells: [
      'widened: serial "SN-d1" of ann@example.com is new',
      `widened: the change removes or narrows serial "SN-d1" and name "ANN" of ann@example.com, which was refused (revoked)${STAYS}`,
    ],
    back: [],
  },
  {
    name: "one is gone, and what allows the device later on stays as it was",
    before: entries(
      "{ serial: SN-d1, state: revoked, expires: 2026-06-30 }",
      "{ serial: SN-d1, from: 2026-07-01 }",
    ),
    after: entries("{ serial: SN-d1, from: 2026-07-01 }"),
    tells: [
      'widened: the change removes or narrows serial "SN-d1" of ann@example.com, which was refused (revoked)',
    ],
    back: [],
  },
  {
    name: "one stays, and what allows the device later on is to last longer",
    before: entries(
      "{ serial: SN-d1, state: revoked, expires: 2026-06-30 }",
      "{ serial: SN-d1, from: 2026-07-01, expires: 2026-07-31 }",
    ),
    after: entries(
      "{ serial: SN-d1, state: revoked, expires: 2026-06-30 }",
      "{ serial: SN-d1, from: 2026-07-01, expires: 2026-08-31 }",
    ),
    tells: [/is widened by the change: it expires after 2026-08-31 \(before: after 2026-07-31\)$/],
    places: ["5:7, before 5:7"],
    back: [],
  },
]);

const wider = (what: string) =>
  `widened: serial "SN-d1" of ann@example.com is widened by the change: ${what}`;
const d1 = (keys: string) => entries(`{ serial: SN-d1, ${keys} }`);
const model = (wanted: string) => d1(`requires: { model: "${wanted}" }`);

changeSteps("names", [
  {
    name: "a glob for a name; and a name that the glob covered",
    before: entries("{ name: ANN, trustName: told }"),
    after: entries('{ nameGlob: "AN*", trustName: told }'),
    tells: ['widened: nameGlob "AN*" of ann@example.com is less specific than name "ANN" before the change'],
    back: [],
  },
  {
    name: "a name that the glob did not cover",
    before: entries('{ nameGlob: "AN*", trustName: told }'),
    after: entries("{ name: BOB, trustName: told }"),
    tells: ['widened: name "BOB" of ann@example.com is new'],
    back: [`widened: nameGlob "AN*" of ann@example.com is new${STAYS}`],
  },
  {
    name: "another glob, which nobody compares with the first",
    before: entries('{ nameGlob: "AN*", trustName: told }'),
    after: entries('{ nameGlob: "ANN*", trustName: told }'),
    tells: ['widened: nameGlob "ANN*" of ann@example.com is new'],
    back: ['widened: nameGlob "AN*" of ann@example.com is new'],
  },
  {
    name: "a glob besides; and the glob is dropped",
    before: entries("serial: SN-d1"),
    after: entries('{ serial: SN-d1, nameGlob: "AN*" }'),
    tells: [],
    back: [/^widened: serial "SN-d1" of ann@example.com is less specific than serial "SN-d1" and nameGlob/],
  },
  {
    name: "a serial besides the same glob",
    before: entries('{ nameGlob: "AN*", trustName: told }'),
    after: entries('{ serial: SN-d1, nameGlob: "AN*" }'),
    tells: [],
    back: [/^widened: nameGlob "AN\*" of ann@example.com is less specific than serial "SN-d1" and nameGlob/],
  },
  {
    name: "whatever name it has, it may be any device",
    before: entries('{ nameGlob: "*", trustName: told }'),
    after: entries("serial: SN-d1"),
    tells: [],
    back: [/^widened: nameGlob "\*" of ann@example.com is less specific than serial "SN-d1"/],
  },
  {
    name: "any name, and another serial",
    before: entries('{ serial: SN-d1, nameGlob: "*" }'),
    after: entries('{ serial: SN-d9, nameGlob: "*" }'),
    tells: ['widened: serial "SN-d9" and nameGlob "*" of ann@example.com is new'],
  },
]);

changeSteps("days", [
  {
    name: "the same days and conditions, with a note",
    before: d1(
      'from: 2026-05-10, expires: 2026-07-01, requires: { platform: mac, model: "Mac*", minClientVersion: 2025.10.1 }',
    ),
    after: d1(
      'from: 2026-05-10, expires: 2026-07-01, requires: { platform: mac, model: "Mac*", minClientVersion: 2025.10.1 }, note: hers',
    ),
    tells: [],
    back: [],
  },
  {
    name: "a later last day; and an earlier one",
    before: d1("expires: 2026-07-01"),
    after: d1("expires: 2026-07-02"),
    tells: [wider("it expires after 2026-07-02 (before: after 2026-07-01)")],
    back: [],
  },
  {
    name: "no last day any more; and one",
    before: d1("expires: 2026-07-01"),
    after: entries("serial: SN-d1"),
    tells: [wider("it no longer expires (before: after 2026-07-01)")],
    back: [],
  },
  {
    name: "an earlier first day; and a later one",
    before: d1("from: 2026-05-10"),
    after: d1("from: 2026-05-09"),
    tells: [wider("it applies from 2026-05-09 on (before: from 2026-05-10 on)")],
    back: [],
  },
  {
    name: "no first day any more; and one",
    before: d1("from: 2026-05-10"),
    after: entries("serial: SN-d1"),
    tells: [wider("it applies from the beginning on (before: from 2026-05-10 on)")],
    back: [],
  },
  {
    name: "other days, which are told both ways by what they add",
    before: d1("from: 2026-05-10, expires: 2026-07-01"),
    after: d1("from: 2026-05-20, expires: 2026-08-01"),
    tells: [wider("it expires after 2026-08-01 (before: after 2026-07-01)")],
    back: [wider("it applies from 2026-05-10 on (before: from 2026-05-20 on)")],
  },
]);

changeSteps("conditions", [
  {
    name: "they go altogether; and come",
    before: d1('requires: { platform: mac, model: "Mac*", minClientVersion: 2025.10.1 }'),
    after: entries("serial: SN-d1"),
    tells: [
      wider(
        "platform is no longer required (before: mac), model is no longer required (before: Mac*), minClientVersion is no longer required (before: 2025.10.1)",
      ),
    ],
    back: [],
  },
  {
    name: "one goes, one asks for less",
    before: d1("requires: { platform: mac, minClientVersion: 2025.10.1 }"),
    after: d1("requires: { minClientVersion: 2025.9.30 }"),
    tells: [
      wider(
        "platform is no longer required (before: mac), requires minClientVersion 2025.9.30 (before: 2025.10.1)",
      ),
    ],
    back: [],
  },
  {
    name: "tunnel, profile and system: one goes, one is another, one asks for less",
    before: d1('requires: { tunnelType: masque, profile: Engineering, minOsVersion: "15.10" }'),
    after: d1('requires: { profile: Default, minOsVersion: "15.9" }'),
    tells: [
      wider(
        "tunnelType is no longer required (before: masque), requires profile Default (before: Engineering), requires minOsVersion 15.9 (before: 15.10)",
      ),
    ],
    back: [wider("requires profile Engineering (before: Default)")],
  },
  {
    name: "another tunnel lets in what the first did not",
    before: d1("requires: { tunnelType: masque }"),
    after: d1("requires: { tunnelType: wireguard }"),
    tells: [wider("requires tunnelType wireguard (before: masque)")],
    back: [wider("requires tunnelType masque (before: wireguard)")],
  },
  {
    name: "another platform lets in what the first did not",
    before: d1("requires: { platform: mac }"),
    after: d1("requires: { platform: windows }"),
    tells: [wider("requires platform windows (before: mac)")],
    back: [wider("requires platform mac (before: windows)") + STAYS],
    backPlaces: ["4:7, before 4:7, a1"],
  },
  {
    name: "every model that a glob matches; and one of them",
    before: model("MacBookPro"),
    after: model("MacBook*"),
    tells: [wider("requires model MacBook* (before: MacBookPro)")],
    back: [],
  },
  {
    name: "a model that the glob did not match",
    before: model("MacBook*"),
    after: model("Surface"),
    tells: [wider("requires model Surface (before: MacBook*)")],
    back: [wider("requires model MacBook* (before: Surface)") + STAYS],
  },
  {
    name: "a glob that another would match as text, and that reaches further",
    before: model("MacBook?"),
    after: model("MacBook*"),
    tells: [wider("requires model MacBook* (before: MacBook?)") + STAYS],
  },
  {
    name: "a question mark reaches further than a letter",
    before: model("MacBook?*"),
    after: model("MacBook?"),
    tells: [wider("requires model MacBook? (before: MacBook?*)")],
  },
]);

const OTHERS = "devices that no entry allows stay connected";

changeSteps("what a user enrols later", [
  {
    name: "a user without a device is dropped, and unknown users are left alone; and is added",
    before: `${ANN}  eve@example.com: []\n`,
    after: ANN,
    tells: [
      `dropped: the change drops eve@example.com from the allowlist, and ${OTHERS}: policy.unknownUsers is report (before: policy.unlisted was revoke)`,
    ],
    places: ["1:1, before 5:3"],
    back: [],
  },
  {
    name: "a user is added, and unlisted devices are left alone where those of unknown users were not; and is dropped",
    before: `policy: { unknownUsers: delete, unlisted: report }\n${ANN}`,
    after: `policy: { unknownUsers: delete, unlisted: report }\n${ANN}  eve@example.com: []\n`,
    tells: [
      `widened: the change adds the user eve@example.com, and ${OTHERS}: policy.unlisted is report (before: policy.unknownUsers was delete)`,
    ],
    places: ["6:3"],
    about: ["eve@example.com | added | policy.unlisted"],
    back: [],
  },
  {
    name: "what a user had stays, and is told with the user",
    before: `policy: { unknownUsers: revoke, unlisted: report }\n${ANN}`,
    after: `policy: { unknownUsers: revoke, unlisted: report }\n${ANN}  bob@example.com:\n    - serial: SN-d7\n`,
    tells: [
      `widened: the change adds the user bob@example.com with serial "SN-d7", and ${OTHERS}: policy.unlisted is report (before: policy.unknownUsers was revoke)${STAYS}: no entry for its user allows it`,
    ],
    places: ["6:3, b1"],
  },
  {
    name: "a user with a policy of their own is added: theirs counts",
    before: `policy: { unknownUsers: delete }\n${ANN}`,
    after: `policy: { unknownUsers: delete }\n${ANN}  eve@example.com: { policy: { unlisted: report }, devices: [] }\n`,
    tells: [
      /^widened: the change adds the user eve@example.com, and devices that no entry allows stay connected: policy.unlisted is report/,
      "loosened: the change loosens policy.unlisted: report (before: revoke), for eve@example.com",
    ],
  },
]);

const BY_NAME = "{ name: L7, trustName: told }";
const REFUSED = "{ serial: SN-d7, state: revoked }";
const MAC = "{ serial: SN-d7, requires: { platform: mac } }";

changeSteps("how strong an entry is", [
  {
    name: "one that lets in what another kept out, since it decides before that one; and after it",
    before: entries(BY_NAME, REFUSED),
    after: entries("{ registration: r7, name: L7 }", REFUSED),
    tells: [
      'widened: registration "r7" and name "L7" of ann@example.com is stronger than name "L7" before the change: it decides where serial "SN-d7" did',
    ],
    places: ["4:7, before 4:7"],
    about: ["ann@example.com | stronger | name L7 | registration r7"],
    back: [/^widened: name "L7" of ann@example.com is less specific than registration "r7" and name "L7"/],
  },
  {
    name: "one that contradicts what kept out",
    before: entries(BY_NAME, REFUSED),
    after: entries("{ device: d7, name: L7 }", "{ device: d7, state: revoked }"),
    tells: [
      /^widened: device "d7" and name "L7" of ann@example.com is stronger than name "L7" before the change: it decides where device "d7" did$/,
      /^widened: the change removes or narrows serial "SN-d7" of ann@example.com/,
    ],
  },
  {
    name: "one that cannot mean what is kept out, or that decided before already",
    before: entries(
      BY_NAME,
      "{ serial: SN-d8, name: L8, state: revoked }",
      "{ name: L9, state: revoked, trustName: told }",
      "{ device: d5 }",
    ),
    after: entries(
      "{ serial: SN-d7, name: L7 }",
      "{ serial: SN-d8, name: L8, state: revoked }",
      "{ name: L9, state: revoked, trustName: told }",
      "{ serial: SN-d5, device: d5 }",
    ),
    tells: [],
  },
  {
    name: "one that decides where another id of the same machine was refused, which it may have had before",
    before: entries("{ device: d7 }", "{ device: d8, state: deleted }"),
    after: entries("{ device: d7, serial: SN-d7 }", "{ device: d8, state: deleted }"),
    tells: [
      /^widened: .*device "d7".* is stronger than device "d7" before the change: it decides where device "d8" did$/,
    ],
  },
  {
    name: "one that is stronger and requires something besides lets in no more than before",
    before: entries(BY_NAME),
    after: entries("{ serial: SN-d7, name: L7, requires: { platform: mac } }"),
    tells: [],
  },
  {
    name: "one that keeps out the same, and gives way to what allows it; and does not",
    before: entries("{ serial: SN-d7, name: L7, state: revoked }", "device: d7"),
    after: entries("{ name: L7, state: revoked, trustName: told }", "device: d7"),
    tells: [
      'widened: the change removes or narrows serial "SN-d7" and name "L7" of ann@example.com, which was refused (revoked)',
    ],
    back: [/^widened: the change removes or narrows name "L7" of ann@example.com/],
  },
  {
    name: "one that keeps out the same, and more, where nothing allows any of it",
    before: entries(
      "{ serial: SN-d7, name: L7, state: revoked }",
      "{ device: d8, name: L8 }",
      "registration: r7",
    ),
    after: entries(
      "{ name: L7, state: revoked, trustName: told }",
      "{ device: d8, name: L8 }",
      "registration: r7",
    ),
    tells: [],
  },
]);

changeSteps("what an entry required", [
  {
    name: "is asked no more where a weaker entry lets in whatever it is; and is",
    before: entries(MAC, BY_NAME),
    after: entries(BY_NAME),
    tells: [
      'widened: the change removes or narrows serial "SN-d7" of ann@example.com, which required platform mac',
    ],
    places: ["3:3, before 4:7"],
    back: ['widened: serial "SN-d7" of ann@example.com is new'],
  },
  {
    name: "is asked no more where a glob lets in every name: the glob covers the machine, and is weaker",
    before: entries(MAC, '{ nameGlob: "*", trustName: told }'),
    after: entries('{ nameGlob: "*", trustName: told }'),
    tells: [/^widened: the change removes or narrows serial "SN-d7" of ann@example.com, which required/],
  },
  {
    name: "was nothing: an entry goes, and a weaker one lets in what it did before",
    before: entries("serial: SN-d7", BY_NAME),
    after: entries(BY_NAME),
    tells: [],
  },
  {
    name: "is asked for a shorter time; and for longer",
    before: entries(MAC, BY_NAME),
    after: entries("{ serial: SN-d7, expires: 2026-07-01, requires: { platform: mac } }", BY_NAME),
    tells: [
      /^widened: the change removes or narrows serial "SN-d7" of ann@example.com, which required platform mac$/,
    ],
    back: [/is widened by the change: it no longer expires/],
  },
  {
    name: "is asked no more of what no other entry can mean, or what is not allowed at all any more",
    before: entries(MAC, "{ serial: SN-d8, name: L8, requires: { model: Mac } }", BY_NAME),
    after: entries("{ serial: SN-d7, state: revoked }", BY_NAME),
    tells: [],
  },
  {
    name: "is asked by a stronger entry, with more besides",
    before: entries(MAC, BY_NAME),
    after: entries("{ serial: SN-d7, requires: { platform: mac, minClientVersion: 2025.1.1 } }", BY_NAME),
    tells: [],
    back: [/minClientVersion is no longer required/],
  },
]);

const GLOB = '{ nameGlob: "L*", trustName: told }';

changeSteps("what decides between two of one user", [
  {
    name: "an entry that requires something; and one that does not",
    before: entries(BY_NAME, MAC),
    after: entries("{ registration: r7, name: L7 }", MAC),
    tells: [
      'widened: registration "r7" and name "L7" of ann@example.com is stronger than name "L7" before the change: it decides where serial "SN-d7" did',
    ],
  },
  {
    name: "an entry that requires nothing decides nothing else",
    before: entries(BY_NAME, "serial: SN-d7"),
    after: entries("{ registration: r7, name: L7 }", "serial: SN-d7"),
    tells: [],
  },
  {
    name: "one as weak as the entry that gave way",
    before: entries(GLOB, '{ nameGlob: "L7*", state: revoked, trustName: told }'),
    after: entries("{ name: L7, trustName: told }", '{ nameGlob: "L7*", state: revoked, trustName: told }'),
    tells: [/^widened: name "L7" of ann@example.com is stronger than nameGlob "L\*" before/],
  },
  {
    name: "a glob that does not match the name; and a name that the glob does not match",
    before: entries(GLOB, '{ nameGlob: "X*", state: revoked, trustName: told }'),
    after: entries("{ name: L7, trustName: told }", '{ nameGlob: "X*", state: revoked, trustName: told }'),
    tells: [],
  },
  {
    name: "a name that the glob does not match",
    before: entries(GLOB, "{ name: X7, state: revoked, trustName: told }"),
    after: entries('{ serial: SN-d7, nameGlob: "L*" }', "{ name: X7, state: revoked, trustName: told }"),
    tells: [],
  },
  {
    name: "a name that the glob does match",
    before: entries(GLOB, "{ name: L8, state: revoked, trustName: told }"),
    after: entries('{ serial: SN-d7, nameGlob: "L*" }', "{ name: L8, state: revoked, trustName: told }"),
    tells: [
      /^widened: serial "SN-d7" and nameGlob "L\*" of ann@example.com is stronger than nameGlob "L\*" before/,
    ],
  },
  {
    name: "what was required goes, and what is left is as strong, or lets nothing in",
    before: entries(MAC, "hardwareId: H7", "{ name: L7, state: revoked, trustName: told }"),
    after: entries("hardwareId: H7", "{ name: L7, state: revoked, trustName: told }"),
    tells: [],
  },
]);

/** Unknown hardware is cut off, and what no entry allows is only reported. */
const STRICT = "policy: { unknownHardware: revoke, unlisted: report, unknownUsers: report }\n";
const MODEL = "{ serial: SN-d9, requires: { model: Mac } }";
const kept = (match: string, what: string) =>
  `widened: the change removes or narrows ${match} of ann@example.com, which ${what}`;
const UNTOLD = "kept out devices that do not report it";

changeSteps("an entry by what a device may not report, where unknown hardware is cut off", [
  {
    name: "is gone: whatever reports nothing is only reported now",
    before: STRICT + entries("serial: SN-d9"),
    after: STRICT + NOBODY,
    tells: [kept('serial "SN-d9"', UNTOLD)],
    places: ["3:10, before 5:7"],
    back: ['widened: serial "SN-d9" of ann@example.com is new'],
  },
  {
    name: "is gone where the rest is cut off as well",
    before: `policy: { unknownHardware: revoke }\n${entries("serial: SN-d9")}`,
    after: `policy: { unknownHardware: revoke }\n${NOBODY}`,
    tells: [],
  },
  {
    name: "is gone where unknown hardware was only reported",
    before: `policy: { unlisted: report }\n${entries("serial: SN-d9")}`,
    after: `policy: { unlisted: report }\n${NOBODY}`,
    tells: [],
  },
  {
    name: "is gone beside another one, which asks for something else",
    before: STRICT + entries("serial: SN-d8", "serial: SN-d9"),
    after: STRICT + entries("serial: SN-d8"),
    tells: [kept('serial "SN-d9"', UNTOLD)],
  },
  {
    name: "asks for a name besides: it means fewer of those that report nothing",
    before: STRICT + entries("serial: SN-d9"),
    after: STRICT + entries("{ serial: SN-d9, name: L9 }"),
    tells: [kept('serial "SN-d9"', UNTOLD)],
  },
  {
    name: "is still there, beside a new one",
    before: STRICT + entries("{ serial: SN-d9, expires: 2026-07-01 }"),
    after: STRICT + entries("serial: SN-d8", "{ serial: SN-d9, expires: 2026-06-30 }"),
    tells: ['widened: serial "SN-d8" of ann@example.com is new'],
  },
  {
    name: "refuses now: what it refuses it no longer waits for",
    before: STRICT + entries("serial: SN-d9"),
    after: STRICT + entries("{ serial: SN-d9, state: revoked }"),
    tells: [kept('serial "SN-d9"', UNTOLD)],
  },
  {
    name: "is gone, and requires what a device may not report",
    before: STRICT + entries("{ device: d9, requires: { model: Mac } }"),
    after: STRICT + NOBODY,
    tells: [kept('device "d9"', "required model Mac")],
  },
  {
    name: "is gone, and asks only for what every device reports",
    before: STRICT + entries("device: d9", MODEL),
    after: STRICT + entries(MODEL),
    tells: [],
  },
  {
    name: "is gone, and asks for one registration, which every device reports",
    before: STRICT + entries("registration: r9", MODEL),
    after: STRICT + entries(MODEL),
    tells: [],
  },
  {
    name: "goes with its user, and unknown users are only reported",
    before: `${STRICT}${ANN}  eve@example.com: [{ serial: SN-d9 }]\n`,
    after: `${STRICT}${ANN}`,
    tells: [`widened: the change removes or narrows serial "SN-d9" of eve@example.com, which ${UNTOLD}`],
    places: ["before 6:21"],
  },
]);
