import { ANN, BOB, changeSteps, entries } from "../../test/support/change-steps.js";

const NOBODY = "users: { ann@example.com: [] }\n";
const REPORT = "policy: { unlisted: report }\n";
const LEFT = "out of the scope: nothing is decided about them any more, and they stay connected";

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
      "loosened: the change loosens policy.unknownUsers: report (before: revoke)",
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
    tells: ["loosened: the change loosens policy.unknownUsers: report (before: revoke)"],
    back: [],
  },
  {
    name: "a device is dropped that stays connected",
    before: REPORT + ANN,
    after: REPORT + NOBODY,
    tells: [
      "dropped: the change drops what allowed a device of ann@example.com, and 1 active registration stays connected: no entry of its user allows it",
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
    tells: ["loosened: the change loosens policy.unlisted: report (before: revoke)"],
    back: [],
  },
  {
    name: "an entry gives way to a protection",
    before: ANN,
    after: `protected: { users: [ann@example.com] }\n${NOBODY}`,
    tells: ['excepted: the change protects user "ann@example.com": nothing is ever done about it'],
  },
  {
    name: "an entry gives way to whoever runs the tool",
    before: ANN,
    after: `guards: { self: [ann@example.com] }\n${NOBODY}`,
    tells: [/^excepted: the change protects by guards.self "ann@example.com"/],
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
    tells: [`out-of-scope: the change takes 1 active registration of bob@example.com ${LEFT}`],
    places: ["before 5:3, b1"],
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
    ],
    places: ["b0 b1", "n1"],
    back: [],
  },
  {
    name: "one device of a user leaves, another is dropped",
    before: `${REPORT}${ANN}    - device: d4\n`,
    after: `scope: { policyIds: [other] }\n${REPORT}${NOBODY}`,
    live: [A2],
    tells: [
      `out-of-scope: the change takes 1 active registration of ann@example.com ${LEFT}`,
      /^dropped: the change drops what allowed a device of ann@example.com, and 1 active/,
      `out-of-scope: the change takes 1 active registration of bob@example.com ${LEFT}`,
    ],
    places: ["before 4:3, a1", "3:11, before 4:3, a2", "b1"],
  },
]);
