import { ANN, BOB, changeSteps, entries } from "../../test/support/change-steps.js";

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
    tells: ["widened: ann@example.com is not suspended any more"],
    places: ["3:10, before 3:22"],
    back: [],
  },
  {
    name: "a suspended user goes from the list, with no device left to tell of",
    before: `${ANN}  eve@example.com: { state: offboarded, devices: [] }\n`,
    after: ANN,
    tells: ["widened: eve@example.com is not offboarded any more"],
    places: ["before 5:22"],
    back: [],
  },
  {
    name: "a user is to leave later; and earlier",
    before: "users:\n  ann@example.com: { state: offboarded, since: 2026-06-10, devices: [] }\n",
    after: "users:\n  ann@example.com: { state: suspended, since: 2026-06-20, devices: [] }\n",
    tells: [
      "widened: ann@example.com is suspended from 2026-06-20 on, which is later than before the change",
    ],
    places: ["3:22, before 3:22"],
    back: [],
  },
  {
    name: "a user is to leave at some day, and not at once; and at once",
    before: "users:\n  ann@example.com: { state: offboarded, devices: [] }\n",
    after: "users:\n  ann@example.com: { state: offboarded, since: 2026-06-20, devices: [] }\n",
    tells: [/ann@example.com is offboarded from 2026-06-20 on, which is later/],
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
    back: ['widened: serial "SN-d1" of ann@example.com is new'],
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
    back: [],
  },
  {
    name: "less specific than what kept a device out is not less specific than what was allowed",
    before: entries("{ serial: SN-d1, name: ANN, state: revoked }"),
    after: entries("serial: SN-d1", "{ serial: SN-d1, name: ANN, state: revoked }"),
    tells: ['widened: serial "SN-d1" of ann@example.com is new'],
    places: ["4:7"],
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
      'widened: the change removes or narrows serial "SN-d1" of ann@example.com, which was to be revoked',
    ],
    places: ["3:3, before 5:7"],
    back: [],
  },
  {
    name: "one is gone with its user, whose other devices were cut off besides",
    before: `policy: { unknownUsers: revoke }\n${ANN}  eve@example.com:\n    - serial: SN-d7\n    - { serial: SN-d9, state: deleted }\n`,
    after: `policy: { unknownUsers: revoke }\n${ANN}`,
    tells: [
      'widened: the change removes or narrows serial "SN-d9" of eve@example.com, which was to be deleted',
    ],
    places: ["before 8:7"],
    back: ['widened: the change adds the user eve@example.com with serial "SN-d7"'],
  },
  {
    name: "one asks for more, so that less is kept out; and for less",
    before: entries(REVOKED),
    after: entries("{ serial: SN-d1, name: ANN, state: revoked, reason: lost }"),
    tells: [
      'widened: the change removes or narrows serial "SN-d1" of ann@example.com, which was to be revoked',
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
    tells: ['widened: serial "SN-d1" of ann@example.com was to be deleted, and is allowed by the change'],
    places: ["4:7, before 4:7"],
    back: [],
  },
  {
    name: "one gives way to an entry that allows more than it kept out: both are told",
    before: entries("{ serial: SN-d1, name: ANN, state: revoked }"),
    after: entries("serial: SN-d1"),
    tells: [
      'widened: serial "SN-d1" of ann@example.com is new',
      'widened: the change removes or narrows serial "SN-d1" and name "ANN" of ann@example.com, which was to be revoked',
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
      'widened: the change removes or narrows serial "SN-d1" of ann@example.com, which was to be revoked',
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
