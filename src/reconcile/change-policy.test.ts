import { ANN, BOB, changeSteps } from "../../test/support/change-steps.js";

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
      told("unknownUsers: report (before: delete)"),
      told("noUser: report (before: revoke)"),
      told("listedRevoked: unrevoke (before: report)"),
      told("grace: 2h (before: 1h)"),
      told("stale: revoke after 60d (before: revoke after 30d)"),
      told("superseded: report (before: revoke)"),
      told("maxDevices: 3 (before: 2)"),
      told("overMaxDevices: report (before: revoke)"),
    ],
    places: ["3:3", "4:3", "5:3", "6:3", "7:3", "8:3", "9:3", "10:3", "11:3"],
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
    places: ["1:1", "1:1", "1:1"],
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

changeSteps("for some", [
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
    places: ["1:1"],
    back: [],
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
    back: [],
  },
]);
