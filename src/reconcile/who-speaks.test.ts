/** Which entry, which exception and which state speaks of a device, and what doubt does. */

import { expect, test } from "vitest";
import {
  BOB,
  BOTH_TYPES,
  EVE,
  IN_USE,
  LATELY,
  LONG_AGO,
  R1,
  R2,
  SAME,
  bob,
  machine,
  stories,
} from "../../test/support/stories.js";
import { plan } from "../../test/support/world.js";
import { HEAD } from "../../test/support/world-steps.js";

/** The same laptop under a new device id, as a re-installed client has it. */
const AGAIN = { ...R2, device: "d2" };
/** Of no person, though it has an address. */
const CONNECTOR = "warp_connector@team.cloudflareaccess.com";
/** Told by hardware id only under the new device id. */
const LATE = [machine("d1", "SN1", "H1"), machine("d2", null, "H1")];

stories("an entry by serial, hardware id or device speaks of a device", [
  {
    title: "where any of its registrations tells the value: a refusal takes all of them",
    allowlist: bob("unlisted: report", "{ serial: SN1, state: revoked }"),
    live: [R1, AGAIN],
    devices: LATE,
    expect: ["r1: revoke (entry)", "r2: revoke (entry)"],
    then: [{ when: "in sync", expect: ["r1: keep", "r2: keep"] }],
  },
  {
    title: "and an allowance keeps what is connected of it",
    allowlist: bob("unlisted: revoke", "{ serial: SN1 }"),
    live: [R1, AGAIN],
    devices: LATE,
    expect: ["r1: stays", "r2: keep (entry)"],
  },
  {
    title: "but lets in only a registration that itself tells the value; the rest is reported",
    allowlist: bob("unlisted: revoke", "{ serial: SN1 }"),
    live: [R1, { ...AGAIN, revoked: LATELY }],
    devices: LATE,
    untouched: ["r1", "r2"],
    told: ["r2"],
  },
  {
    title: "and lets in the newest where it tells the value",
    allowlist: bob("unlisted: revoke", "{ serial: SN1 }"),
    live: [R1, { ...AGAIN, revoked: LATELY }],
    devices: SAME,
    expect: ["r1: stays", "r2: unrevoke (entry)"],
  },
  {
    title: "by an earlier device id as well: who is refused stays refused under a new id",
    allowlist: bob("unlisted: report", "{ device: d1, state: revoked }"),
    live: [R1, AGAIN],
    devices: SAME,
    expect: ["r1: revoke (entry)", "r2: revoke (entry)"],
  },
  {
    title: "by an earlier device id as well: who is allowed stays connected under a new id",
    allowlist: bob("unlisted: revoke", "{ device: d1 }"),
    live: [R1, AGAIN],
    devices: SAME,
    expect: ["r1: stays", "r2: keep (entry)"],
  },
  {
    title: "of its own person only",
    allowlist: `users:\n  ${BOB}: [{ serial: SN1, state: deleted }]\n  ${EVE}: [{ device: d9 }]\n`,
    live: [{ ...R1, email: EVE, device: "d9" }],
    devices: [machine("d9", "SN1")],
    expect: ["r1: keep (entry)"],
  },
  {
    title: "though a vendor's default is no value: that entry would take every such machine",
    allowlist: bob("unlisted: report", "{ hardwareId: H1, state: revoked }"),
    live: [R1, { ...AGAIN, created: "2026-02-01T00:00:00Z" }],
    devices: [machine("d1", "Default string", "H1"), machine("d2", "Default string", "H2")],
    expect: ["r1: revoke (entry)", "r2: leave"],
  },
]);

stories("whatever anybody else claims", [
  {
    title: "a refused serial that somebody else claims is refused all the same, and told",
    allowlist: bob("unlisted: report", "{ serial: SN1, state: deleted }"),
    live: [R1, { ...R2, id: "e1", email: EVE, device: "d9" }],
    devices: [machine("d1", "SN1", "H1"), machine("d9", "SN1", "H9")],
    expect: ["e1: leave (unknown-user)", "r1: delete (entry)"],
    told: ["e1 r1"],
  },
  {
    title: "so is a refused hardware id",
    allowlist: bob("unlisted: report", "{ hardwareId: H1, state: deleted }"),
    live: [R1, { ...R2, id: "e1", email: EVE, device: "d9" }],
    devices: [machine("d1", "SN1", "H1"), machine("d9", "SN9", "H1")],
    expect: ["e1: leave (unknown-user)", "r1: delete (entry)"],
  },
  {
    title: "an allowed serial that somebody else claims stays allowed, and what is revoked is let in",
    allowlist: `users:\n  ${BOB}: [{ serial: SN1 }]\n  ${EVE}: []\n`,
    live: [R1, { ...R2, id: "e1", email: EVE, device: "d9" }, { ...R2, revoked: LATELY }],
    devices: [machine("d1", "SN1", "H1"), machine("d9", "SN1", "H9")],
    expect: ["e1: revoke (unlisted)", "r1: stays", "r2: unrevoke (entry)"],
  },
  {
    title: "a row that belongs to nobody takes nothing away either",
    allowlist: bob("unlisted: report", "{ serial: SN1, state: deleted }"),
    live: [R1],
    devices: [machine("d1", "SN1", "H1"), machine("d9", "SN1", "H9")],
    expect: ["r1: delete (entry)"],
  },
]);

stories("an entry by name, glob or requires speaks of a device by its newest registration", [
  {
    title: "an older one of the name does not allow it",
    allowlist: bob("unlisted: revoke", "{ name: OLD }"),
    live: [
      { ...R1, name: "OLD" },
      { ...R2, name: "NEW" },
    ],
    expect: ["r1: revoke (unlisted)", "r2: revoke (unlisted)"],
  },
  {
    title: "an older one of another name does not hinder it",
    allowlist: bob("unlisted: revoke", "{ name: NEW }"),
    live: [
      { ...R1, name: "OLD" },
      { ...R2, name: "NEW" },
    ],
    expect: ["r1: stays", "r2: keep (entry)"],
  },
  {
    title: "by a glob as well",
    allowlist: bob("unlisted: revoke", '{ nameGlob: "NEW*" }'),
    live: [
      { ...R1, name: "OLD" },
      { ...R2, name: "NEW-1" },
    ],
    expect: ["r1: stays", "r2: keep (entry)"],
  },
  {
    title: "a client that was too old when it first enrolled is no condition any more",
    allowlist: bob("unlisted: revoke", '{ device: d1, requires: { minClientVersion: "2025.1" } }'),
    live: [
      { ...R1, clientVersion: "2024.1.1" },
      { ...R2, clientVersion: "2025.9.1" },
    ],
    expect: ["r1: stays", "r2: keep (entry)"],
  },
  {
    title: "one that is too old now takes the whole device",
    allowlist: bob("unlisted: revoke", '{ device: d1, requires: { minClientVersion: "2025.1" } }'),
    live: [
      { ...R1, clientVersion: "2025.9.1" },
      { ...R2, clientVersion: "2024.1.1" },
    ],
    expect: ["r1: revoke (condition)", "r2: revoke (condition)"],
  },
]);

stories("an entry by registration speaks of that registration alone", [
  {
    title: "it keeps one, and the rest of the device is decided as ever",
    allowlist: bob("unlisted: revoke", "{ registration: r1 }"),
    live: [R1, R2],
    expect: ["r1: keep (entry)", "r2: revoke (unlisted)"],
  },
  {
    title: "it refuses one, and the device's place is not given to an older one",
    allowlist: bob("unlisted: revoke", "{ device: d1 }, { registration: r2, state: revoked }"),
    live: [{ ...R1, revoked: LONG_AGO }, R2],
    expect: ["r1: stays", "r2: revoke (entry)"],
    then: [{ when: "in sync", untouched: ["r1", "r2"] }],
  },
  {
    title: "it deletes one, and the older one is let in neither now nor later",
    allowlist: bob("unlisted: revoke", "{ device: d1 }, { registration: r2, state: deleted }"),
    live: [{ ...R1, revoked: LONG_AGO }, R2],
    expect: ["r1: stays|goes", "r2: goes"],
    then: [
      { when: "in sync", untouched: ["r1", "r2"] },
      { when: "half a year later", now: "2026-12-01T00:00:00Z", untouched: ["r1", "r2"] },
    ],
  },
]);

stories("among entries by device", [
  {
    title:
      "one for the newest device id decides the device; a refusal of an earlier id its own registrations",
    allowlist: bob("unlisted: revoke", "{ device: d1, state: deleted }, { device: d2 }"),
    live: [R1, AGAIN],
    devices: [machine("d1", "SN1", "H1"), machine("d2", "SN1", "H2")],
    expect: ["r1: delete (entry)", "r2: keep (entry)"],
    then: [{ when: "in sync", expect: ["r2: keep (entry)"] }],
  },
  {
    title: "so is it where the re-imaged laptop tells no hardware id",
    allowlist: bob("unlisted: revoke", "{ device: d1, state: revoked }, { device: d2 }"),
    live: [R1, AGAIN],
    devices: [machine("d1", "SN1", "H1"), machine("d2", "SN1", null)],
    expect: ["r1: revoke (entry)", "r2: keep (entry)"],
  },
  {
    title: "a refusal of the newest id decides the device, though an earlier one is allowed",
    allowlist: bob("unlisted: revoke", "{ device: d1 }, { device: d2, state: revoked }"),
    live: [R1, AGAIN],
    devices: SAME,
    expect: ["r1: revoke (entry)", "r2: revoke (entry)"],
  },
]);

stories("entries of one rank that ask for the same", [
  {
    title: "are at odds in nothing, though an older registration alone tells what one of them goes by",
    allowlist: bob("unlisted: report", "{ hardwareId: H1, state: revoked }, { serial: SN1, state: revoked }"),
    live: [R1, AGAIN],
    devices: LATE,
    expect: ["r1: revoke (entry)", "r2: revoke (entry)"],
  },
]);

test("where the newest tells two that are at odds, the plan is held by these two, whatever an older one tells", () => {
  const list = `users:
  ${BOB}:
    - { serial: SN1, state: revoked }
    - { hardwareId: H1, state: deleted }
    - { hardwareId: H1, name: LAPTOP }
`;
  const { problems } = plan(HEAD + list, [R1, AGAIN], LATE);
  expect(new Set(problems.map(({ text }) => text.replace(/^.*: /u, "")))).toEqual(
    new Set(["deleted here, active at line 6"]),
  );
  expect(problems.map(({ source }) => source?.line)).toEqual([5, 5]);
});

stories("an entry by name speaks of the newest registration alone", [
  {
    title: "one that a stronger entry overrules refuses no older registration either",
    allowlist: bob("unlisted: revoke", "{ device: d1 }, { name: LAPTOP, state: revoked }"),
    live: [R1, R2],
    expect: ["r1: keep (entry)", "r2: keep (entry)"],
  },
]);

stories("an entry that names a registration and a serial", [
  {
    title: "means no other registration, though that tells no serial",
    allowlist: bob("unlisted: revoke", "{ registration: r9, serial: SN1 }"),
    live: [R1],
    devices: [machine("d1", null, null)],
    expect: ["r1: revoke (unlisted)"],
  },
]);

stories("what may be the machine that an entry refuses", [
  {
    title: "is not let in by its name, enrolled once or twice",
    allowlist: bob("unlisted: revoke", "{ name: LAPTOP }, { serial: LOST, state: revoked }"),
    live: [
      { ...R1, revoked: LONG_AGO },
      { ...R2, revoked: LATELY },
    ],
    devices: [machine("d1", null, null)],
    expect: ["r1: leave (older)", "r2: leave (doubt)"],
    told: ["r2~may be the machine that line 4 refuses"],
  },
]);

stories("two connectors that tell one serial", [
  {
    title: "are two devices, of which an entry by it lets in only the newest, whatever they are called",
    allowlist: `users:\n  ${CONNECTOR}: [{ serial: SN1 }]\n`,
    live: [
      { ...R1, email: CONNECTOR, name: "EAST", revoked: LONG_AGO },
      { ...AGAIN, email: CONNECTOR, name: "WEST", revoked: LATELY },
    ],
    devices: SAME,
    expect: ["r1: leave (older)", "r2: unrevoke (entry)"],
  },
]);

stories("an entry lets in at most the newest that it matches", [
  {
    title: "by name: an old revoked phone of unknown hardware stays out beside the new one",
    allowlist: bob("unlisted: revoke", "{ name: PHONE }"),
    live: [
      { ...R1, name: "PHONE", revoked: LONG_AGO },
      { ...R2, name: "PHONE", device: "d2" },
    ],
    expect: ["r1: stays", "r2: keep (entry)"],
  },
  {
    title: "by name: of two revoked ones the newer comes in",
    allowlist: bob("unlisted: revoke", "{ name: PHONE }"),
    live: [
      { ...R1, name: "PHONE", revoked: LONG_AGO },
      { ...R2, name: "PHONE", device: "d2", revoked: LATELY },
    ],
    expect: ["r1: stays", "r2: unrevoke (entry)"],
    then: [{ when: "in sync", untouched: ["r1", "r2"] }],
  },
  {
    title: "by a glob: the newest of each name",
    allowlist: bob("unlisted: revoke", '{ nameGlob: "P*" }'),
    live: [
      { ...R1, name: "P1", revoked: LONG_AGO },
      { ...R2, name: "P1", device: "d2", revoked: LATELY },
      { ...R2, id: "r3", name: "P2", device: "d3", revoked: LATELY },
    ],
    expect: ["r1: stays", "r2: unrevoke (entry)", "r3: unrevoke (entry)"],
  },
  {
    title: "by name: an old one stays out though the new one is not let in (listedRevoked: report)",
    allowlist: bob("listedRevoked: report", "{ name: PHONE }"),
    live: [
      { ...R1, name: "PHONE", revoked: LONG_AGO },
      { ...R2, name: "PHONE", device: "d2", revoked: LATELY },
    ],
    untouched: ["r1", "r2"],
    told: ["r2"],
  },
  {
    title: "by serial: what an earlier device left stays out, though it tells the serial as well",
    allowlist: bob("unlisted: revoke", "{ serial: SN1 }"),
    live: [{ ...R1, revoked: LONG_AGO }, AGAIN],
    devices: [machine("d1", "SN1", "H1"), machine("d2", "SN1", "H2")],
    expect: ["r1: stays", "r2: keep (entry)"],
  },
]);

stories("a re-imaged laptop is one device", [
  ...(["H2", null] as const).flatMap((hardware) => [
    {
      title: `that an entry by its serial allows (new hardware id: ${String(hardware)})`,
      allowlist: bob("unlisted: revoke", "{ serial: SN1 }"),
      live: [R1, AGAIN],
      devices: [machine("d1", "SN1", "H1"), machine("d2", "SN1", hardware)],
      expect: ["r1: stays", "r2: keep (entry)"],
    },
    {
      title: `that an entry by its serial refuses (new hardware id: ${String(hardware)})`,
      allowlist: bob("unlisted: report", "{ serial: SN1, state: revoked }"),
      live: [R1, AGAIN],
      devices: [machine("d1", "SN1", "H1"), machine("d2", "SN1", hardware)],
      expect: ["r1: revoke (entry)", "r2: revoke (entry)"],
      then: [{ when: "in sync", expect: ["r1: keep", "r2: keep"] }],
    },
  ]),
]);

stories("a refusal is spared by no doubt", [
  {
    title: "both of two clones go where their serial is refused",
    allowlist: bob("unlisted: report", "{ serial: SN1, state: revoked }"),
    live: [{ ...R1, lastSeen: IN_USE }, AGAIN],
    devices: SAME,
    expect: ["r1: revoke (entry)", "r2: revoke (entry)"],
  },
  ...[
    ["device id", "{ device: d1, state: deleted }"],
    ["name", "{ name: LAPTOP, state: deleted }"],
    ["registration", "{ registration: r1, state: deleted }"],
  ].map(([what, entry]) => ({
    title: `a lost phone of unknown hardware that is listed by ${what} as deleted goes, though another entry goes by serial`,
    allowlist: bob("unlisted: revoke", `${entry}, { serial: SN7 }`),
    live: [R1, { ...R2, id: "r7", device: "d7", name: "SEVEN" }],
    devices: [machine("d1", null, null), machine("d7", "SN7")],
    expect: ["r1: delete (entry)", "r7: keep (entry)"],
  })),
  {
    title: "an entry that refuses one lost serial spares no other device of unknown hardware",
    allowlist: bob("unlisted: revoke", "{ serial: LOST1, state: revoked }"),
    live: [R1],
    devices: [machine("d1", null, null)],
    expect: ["r1: revoke"],
  },
  {
    title: "as without it",
    allowlist: bob("unlisted: revoke", ""),
    live: [R1],
    devices: [machine("d1", null, null)],
    expect: ["r1: revoke (unlisted)"],
  },
  {
    title: "an entry that allows one by serial leaves a phone of unknown hardware alone, and tells it",
    allowlist: bob("unlisted: revoke", "{ serial: SN7 }"),
    live: [R1],
    devices: [machine("d1", null, null)],
    expect: ["r1: leave (unknown-hardware)"],
    told: ["r1"],
  },
]);

stories("an exception stands before everything", [
  ...[
    ["protected user", `protected: { users: [${BOB}] }\n`, "protected"],
    ["operator's own", `guards: { self: [${BOB}] }\n`, "self"],
    ["ignored user", `ignore: [{ user: ${BOB}, reason: mdm }]\n`, "ignored"],
  ].map(([what, exception, rule]) => ({
    title: `${what} before what the policy says of unknown users`,
    allowlist: `policy: { unknownUsers: delete, superseded: delete }\n${exception}users:\n  ${EVE}: []\n`,
    live: [R1, R2],
    expect: [`r1: leave (${rule})`, `r2: leave (${rule})`],
  })),
  ...[
    ["protected device", "protected: { devices: [d1] }\n", "protected"],
    ["protected registration", "protected: { registrations: [r1] }\n", "protected"],
    ["ignored user", `ignore: [{ user: ${BOB}, reason: mdm }]\n`, "ignored"],
    ["ignored device", "ignore: [{ device: d1, reason: mdm }]\n", "ignored"],
  ].flatMap(([what, exception, rule]) =>
    ["{ state: offboarded }", "{ state: suspended }", "[{ name: LAPTOP, state: deleted }]"].map((user) => ({
      title: `${what} before ${user}`,
      allowlist: `${exception}users:\n  ${BOB}: ${user}\n`,
      live: [R1],
      devices: [machine("d1", "SN1")],
      expect: [`r1: leave (${rule})`],
    })),
  ),
  {
    title: "the protection of a device id follows the hardware to a new id of the same person",
    allowlist: bob("unlisted: revoke", "", "protected: { devices: [d1] }\n"),
    live: [R1, AGAIN],
    devices: SAME,
    expect: ["r1: leave (protected)", "r2: leave (protected)"],
  },
  {
    title: "also where the old registration is gone, and only the device's record tells the hardware",
    allowlist: bob("unlisted: revoke", "", "protected: { devices: [d1] }\n"),
    live: [AGAIN],
    devices: SAME.map((row) => ({ ...row, last_seen_user: { email: BOB } })),
    expect: ["r2: leave (protected)"],
  },
  {
    title: "but not to another person who claims that hardware",
    allowlist: `protected: { devices: [d1] }\nusers:\n  ${BOB}: []\n  ${EVE}: []\n`,
    live: [R1, { ...AGAIN, id: "e1", email: EVE }],
    devices: SAME,
    expect: ["e1: revoke (unlisted)", "r1: leave (protected)"],
  },
  {
    title: "that an ignored device id enrolled anew makes it no less ignored",
    allowlist: bob("unlisted: revoke", "", "ignore: [{ device: d1, reason: mdm }]\n"),
    live: [R1, AGAIN],
    devices: SAME,
    expect: ["r1: leave (ignored)", "r2: leave (ignored)"],
  },
]);

stories("an ignored serial", [
  ...(
    [
      ["the policy", "[]", "leave (ignored)"],
      ["a state", "{ state: suspended }", "revoke (suspended)"],
      ["a refusal", "[{ name: LAPTOP, state: deleted }]", "delete (entry)"],
    ] as const
  ).map(([what, user, wanted]) => ({
    title: `that one person claims, against ${what}`,
    allowlist: `ignore: [{ serial: SN1, reason: mdm }]\nusers:\n  ${BOB}: ${user}\n`,
    live: [R1],
    devices: [machine("d1", "SN1")],
    expect: [`r1: ${wanted}`],
  })),
  {
    title: "that several people claim spares all of them from policy, and is told",
    allowlist: `ignore: [{ serial: SN1, reason: mdm }]\nusers:\n  ${BOB}: []\n  ${EVE}: []\n`,
    live: [R1, { ...R2, id: "e1", email: EVE, device: "d9" }],
    devices: [machine("d1", "SN1", "H1"), machine("d9", "SN1", "H9")],
    expect: ["e1: leave (ignored)", "r1: leave (ignored)"],
    told: ["e1 r1"],
  },
  {
    title: "that several people claim spares none from a person's state",
    allowlist: `ignore: [{ serial: SN1, reason: mdm }]\nusers:\n  ${BOB}: []\n  ${EVE}: { state: offboarded }\n`,
    live: [R1, { ...R2, id: "e1", email: EVE, device: "d9" }],
    devices: [machine("d1", "SN1", "H1"), machine("d9", "SN1", "H9")],
    expect: ["e1: delete (offboarded)", "r1: leave (ignored)"],
  },
  {
    title: "that several people claim spares none from an entry that refuses it",
    allowlist: `ignore: [{ serial: SN1, reason: mdm }]\nusers:\n  ${BOB}: [{ serial: SN1, state: deleted }]\n  ${EVE}: []\n`,
    live: [R1, { ...R2, id: "e1", email: EVE, device: "d9" }],
    devices: [machine("d1", "SN1", "H1"), machine("d9", "SN1", "H9")],
    expect: ["e1: leave (ignored)", "r1: delete (entry)"],
  },
]);

stories("a person's state takes every device, and is silent about none", [
  {
    title: "nothing below it is asked: no age deletes what a suspended person has revoked",
    allowlist: `policy: { revoked: { after: 30d, includeListed: true }, stale: { after: 30d, action: delete, includeListed: true }, superseded: delete }\nusers:\n  ${BOB}: { state: suspended, devices: [{ device: d1 }] }\n`,
    live: [
      { ...R1, revoked: LONG_AGO },
      { ...R2, lastSeen: LONG_AGO },
    ],
    expect: ["r1: keep (suspended)", "r2: revoke (suspended)"],
  },
  ...(["offboarded", "suspended"] as const).map((state) => ({
    title: `what a person who is ${state} has outside the scope stays connected, and is told with its count and the setting`,
    allowlist: `users:\n  ${BOB}: { state: ${state} }\n`,
    live: [
      R1,
      { ...R2, id: "x1", type: "browser_extension" },
      { ...R2, id: "x2", type: "browser_extension" },
    ],
    expect: [`r1: ${state === "suspended" ? "revoke" : "delete"} (${state})`],
    told: [`${BOB}~2 `, `${BOB}~registrationTypes`],
  })),
  {
    title: "nothing is told where everything is in scope",
    allowlist: `${BOTH_TYPES}users:\n  ${BOB}: { state: suspended }\n`,
    live: [R1, { ...R2, id: "x1", type: "browser_extension" }],
    expect: ["r1: revoke (suspended)", "x1: revoke (suspended)"],
  },
]);

/** These settings are new. */
stories("settings for hardware and machines", [
  {
    title: "unknownHardware: report leaves a phone alone that an entry may mean",
    allowlist: bob("unlisted: revoke, unknownHardware: report", "{ serial: SN7 }"),
    live: [R1],
    devices: [machine("d1", null, null)],
    expect: ["r1: leave (unknown-hardware)"],
  },
  {
    title: "unknownHardware: revoke does not",
    allowlist: bob("unlisted: revoke, unknownHardware: revoke", "{ serial: SN7 }"),
    live: [R1],
    devices: [machine("d1", null, null)],
    expect: ["r1: revoke"],
    then: [{ when: "in sync", expect: ["r1: keep"] }],
  },
  {
    title: "unknownHardware: revoke takes nothing that an entry allows by device id",
    allowlist: bob("unlisted: revoke, unknownHardware: revoke", "{ serial: SN7 }, { device: d1 }"),
    live: [R1],
    devices: [machine("d1", null, null)],
    expect: ["r1: keep (entry)"],
  },
  {
    title: "protected.serials protects whatever tells the serial",
    allowlist: bob("unlisted: revoke", "", "protected: { serials: [SN1] }\n"),
    live: [R1, AGAIN],
    devices: [machine("d1", "SN1", "H1"), machine("d2", "SN1", "H2")],
    expect: ["r1: leave (protected)", "r2: leave (protected)"],
  },
  ...(
    [
      ["from the policy", "[]", "leave (protected)"],
      [
        "not from a person's state, since anybody can claim one",
        "{ state: offboarded }",
        "delete (offboarded)",
      ],
    ] as const
  ).map(([what, user, wanted]) => ({
    title: `protected.hardwareIds protects whatever tells the hardware id ${what}`,
    allowlist: `protected: { hardwareIds: [H1] }\nusers:\n  ${BOB}: ${user}\n`,
    live: [R1],
    devices: [machine("d1", "SN1", "H1")],
    expect: [`r1: ${wanted}`],
  })),
  ...(
    [
      ["the policy", "[]", "leave (protected)"],
      ["a person's state", "{ state: offboarded }", "delete (offboarded)"],
      ["a refusal", "[{ device: d9, state: deleted }]", "delete (entry)"],
    ] as const
  ).map(([what, user, wanted]) => ({
    title: `nobody becomes immune by claiming a protected serial: ${what}`,
    allowlist: `protected: { serials: [SN1] }\nusers:\n  ${BOB}: []\n  ${EVE}: ${user}\n`,
    live: [R1, { ...R2, id: "e1", email: EVE, device: "d9" }],
    devices: [machine("d1", "SN1", "H1"), machine("d9", "SN1", "H9")],
    expect: [`e1: ${wanted}`, "r1: leave (protected)"],
    told: ["e1 r1"],
  })),
  {
    title: "machines: judge lets rules of age speak of what belongs to nobody",
    allowlist: `policy: { noUser: report, machines: judge, stale: { after: 30d, action: delete } }\nusers:\n  ${BOB}: []\n`,
    live: [{ ...R1, email: "warp_connector@team.cloudflareaccess.com" }],
    expect: ["r1: delete (stale)"],
  },
  {
    title: "machines: skip does not",
    allowlist: `policy: { noUser: report, machines: skip, stale: { after: 30d, action: delete } }\nusers:\n  ${BOB}: []\n`,
    live: [{ ...R1, email: "warp_connector@team.cloudflareaccess.com" }],
    expect: ["r1: leave (no-user)"],
  },
]);

/** Two machines, each with a serial of its own, which a third registration without one has joined. */
const JOINED = [machine("d1", "SN1", "H1"), machine("d3", null, "H1"), machine("d2", "SN2", "H1")];
/** Enrolled in January, in February and in March, each silent before the next one came. */
const THREE = [
  { ...R1, lastSeen: "2026-01-02T00:00:00Z" },
  { ...R1, id: "r3", device: "d3", created: "2026-02-01T00:00:00Z", lastSeen: "2026-02-02T00:00:00Z" },
  { ...R2, device: "d2" },
];

stories("two machines that a third registration has joined", [
  {
    title: "the newest is refused by its serial, and the older one is allowed by its own",
    allowlist: bob("unlisted: report", "{ serial: SN1 }, { serial: SN2, state: revoked }"),
    live: THREE,
    devices: JOINED,
    expect: ["r1: keep (entry)", "r2: revoke (entry)", "r3: revoke (entry)"],
  },
  {
    title: "whichever entry stands first",
    allowlist: bob("unlisted: report", "{ serial: SN2, state: revoked }, { serial: SN1 }"),
    live: THREE,
    devices: JOINED,
    expect: ["r1: keep (entry)", "r2: revoke (entry)", "r3: revoke (entry)"],
  },
  {
    title: "an allowance by device id alone spares nothing: that is weaker than the refusal",
    allowlist: bob("unlisted: report", "{ device: d1 }, { serial: SN2, state: revoked }"),
    live: THREE,
    devices: JOINED,
    expect: ["r1: revoke (entry)", "r2: revoke (entry)", "r3: revoke (entry)"],
  },
  {
    title: "nor does an entry that refuses the older one's serial",
    allowlist: bob("unlisted: report", "{ serial: SN1, state: revoked }, { serial: SN2, state: deleted }"),
    live: THREE,
    devices: JOINED,
    expect: ["r1: delete (entry)", "r2: delete (entry)", "r3: delete (entry)"],
  },
  {
    title: "an allowance by serial spares nothing that tells the refused hardware id itself",
    allowlist: bob("unlisted: report", "{ serial: SN1 }, { hardwareId: H1, state: revoked }"),
    live: THREE,
    devices: JOINED,
    expect: ["r1: revoke (entry)", "r2: revoke (entry)", "r3: revoke (entry)"],
  },
  {
    title: "nor a registration of the same serial as what is refused",
    allowlist: bob("unlisted: report", "{ serial: SN1 }, { hardwareId: H2, state: revoked }"),
    live: [R1, AGAIN],
    devices: [machine("d1", "SN1", "H2"), machine("d2", null, "H2")],
    expect: ["r1: revoke (entry)", "r2: revoke (entry)"],
  },
  {
    title: "the older one is refused by its serial, and the newest is allowed: no contradiction",
    allowlist: bob("unlisted: report", "{ hardwareId: H1 }, { serial: SN1, state: revoked }"),
    live: THREE,
    devices: JOINED,
    expect: ["r1: revoke (entry)", "r2: keep (entry)", "r3: keep (entry)"],
  },
]);

stories("two entries of one rank that ask for different states of one device are a contradiction", [
  {
    title: "where one goes by what the newest registration tells, the other by what an older one tells",
    allowlist: bob("unlisted: report", "{ hardwareId: H1 }, { serial: SN1, state: revoked }"),
    live: [R1, AGAIN],
    devices: LATE,
    expect: ["r1: leave (contradiction)", "r2: leave (contradiction)"],
    problems: 2,
  },
  {
    title: "also where only one of those that tell it may be the newest's machine",
    allowlist: bob("unlisted: report", "{ serial: SN2 }, { hardwareId: H1, state: revoked }"),
    live: [
      ...THREE.slice(0, 2),
      { ...R1, id: "r4", device: "d4", created: "2026-02-10T00:00:00Z", lastSeen: "2026-02-11T00:00:00Z" },
      { ...R2, device: "d2" },
    ],
    devices: [
      machine("d1", "SN1", "H1"),
      machine("d3", null, "H1"),
      machine("d4", "SN2", "H1"),
      machine("d2", "SN2", "H2"),
    ],
    expect: [
      "r1: leave (contradiction)",
      "r2: leave (contradiction)",
      "r3: leave (contradiction)",
      "r4: leave (contradiction)",
    ],
    problems: 4,
  },
]);

stories("an entry by what a device does not tell", [
  {
    title: "and by a device id may mean it where any of its registrations has that id",
    allowlist: bob("unlisted: revoke", "{ serial: SN9, device: d1 }"),
    live: [R1, AGAIN],
    devices: [machine("d1", null, "H1"), machine("d2", null, "H1")],
    expect: ["r1: leave (unknown-hardware)", "r2: leave (unknown-hardware)"],
  },
  {
    title: "and that refuses keeps out what another entry would let in: it may be that machine",
    allowlist: bob("unlisted: revoke", "{ device: d1 }, { serial: SN9, state: revoked }"),
    live: [{ ...R1, revoked: LATELY }],
    devices: [machine("d1", null, null)],
    expect: ["r1: leave (doubt)"],
    told: ['r1~its hardware is not known, and it may be the machine that line 4 refuses (serial "SN9")'],
  },
  {
    title: "and that refuses cuts off nothing that connects",
    allowlist: bob("unlisted: revoke", "{ device: d1 }, { serial: SN9, state: revoked }"),
    live: [R1],
    devices: [machine("d1", null, null)],
    expect: ["r1: keep (entry)"],
  },
  {
    title: "is revoked by the policy for unknown hardware, whatever holds for the unlisted",
    allowlist: bob("unlisted: report, unknownHardware: revoke", "{ serial: SN7 }"),
    live: [R1],
    devices: [machine("d1", null, null)],
    expect: ["r1: revoke (unknown-hardware)"],
  },
]);

/** Two machines that report one hardware id; Bob's newest is revoked. */
const TWINS = [machine("d1", "SN1", "H1"), machine("d2", "SN2", "H1")];
/** Two clones in all they report, both in use after the newer one had enrolled; and what enrolled later. */
const CLONES = [
  { ...R1, lastSeen: "2026-04-01T00:00:00Z" },
  { ...R2, device: "d2", lastSeen: "2026-04-01T00:00:00Z" },
];
const LATER = { ...R2, id: "r3", device: "d3", created: "2026-05-01T00:00:00Z", revoked: LATELY };

stories("a doubt between two machines", [
  {
    title: "is about what enrols later as well, where nobody tells a hardware id",
    allowlist: bob("unlisted: revoke", "{ serial: SN1 }"),
    live: [...CLONES, LATER],
    devices: ["d1", "d2", "d3"].map((id) => machine(id, "SN1", null)),
    expect: ["r1: stays", "r2: stays", "r3: leave (doubt)"],
    told: ['r3~two other machines report the same serial "SN1"'],
  },
  {
    title: "keeps out what an entry means by the value that both report, and names the other one",
    allowlist: bob("unlisted: revoke", "{ hardwareId: H1 }"),
    live: [
      { ...R1, name: "ONE" },
      { ...R2, name: "TWO", device: "d2", revoked: LATELY },
    ],
    devices: TWINS,
    expect: ["r1: keep (entry)", "r2: leave (doubt)"],
    told: ['r2~one (r1) of bob@x.co reports the same hardware id "H1", and it is not clear which'],
  },
  {
    title: "names the newer one to the older one as well",
    allowlist: bob("unlisted: revoke", "{ name: ONE }"),
    live: [
      { ...R1, name: "ONE", revoked: LATELY },
      { ...R2, name: "TWO", device: "d2" },
    ],
    devices: TWINS,
    expect: ["r1: leave (doubt)", "r2: revoke (unlisted)"],
    told: ['r1~two (r2) of bob@x.co reports the same hardware id "H1", and it is not clear which'],
  },
  {
    title: "tells all that clones report alike",
    allowlist: bob("unlisted: revoke", "{ serial: SN1 }"),
    live: [CLONES[0]!, { ...CLONES[1]!, revoked: LATELY }],
    devices: SAME,
    expect: ["r1: keep (entry)", "r2: leave (doubt)"],
    told: ['r2~reports the same serial "SN1" and hardware id "H1", and it is not clear which'],
  },
  {
    title: "is none for an entry that goes by the serial in which they differ",
    allowlist: bob("unlisted: revoke", "{ serial: SN1 }, { serial: SN2 }"),
    live: [R1, { ...R2, device: "d2", revoked: LATELY }],
    devices: TWINS,
    expect: ["r1: keep (entry)", "r2: unrevoke (entry)"],
  },
  {
    title: "lets in by whichever of two equal entries is in none",
    allowlist: bob("unlisted: report", "{ hardwareId: H1 }, { serial: SN2 }"),
    live: [R1, { ...R2, device: "d2", revoked: LATELY }],
    devices: TWINS,
    expect: ["r1: keep (entry)", "r2: unrevoke (entry)"],
  },
  {
    title: "nor for one that goes by both",
    allowlist: bob("unlisted: revoke", "{ serial: SN1 }, { serial: SN2, hardwareId: H1 }"),
    live: [R1, { ...R2, device: "d2", revoked: LATELY }],
    devices: TWINS,
    expect: ["r1: keep (entry)", "r2: unrevoke (entry)"],
  },
  ...(
    [
      ["no serial", null, "H1", "{ hardwareId: H1 }"],
      ["no hardware id", "SN1", null, "{ serial: SN1 }"],
      ["another hardware id", "SN1", "H9", "{ serial: SN1 }"],
    ] as const
  ).map(([what, serial, hardware, entry]) => ({
    title: `keeps out what enrols later with ${what}: it may be either`,
    allowlist: bob("unlisted: report", entry),
    live: [...CLONES, LATER],
    devices: [...SAME, machine("d3", serial, hardware)],
    untouched: ["r1", "r2", "r3"],
    told: ['r3~two other machines report the same serial "SN1" and hardware id "H1"'],
  })),
  {
    title: "does not keep out what enrols later and agrees with one of them in serial and hardware id",
    allowlist: bob("unlisted: report", "{ serial: SN1 }"),
    live: [...CLONES, LATER],
    devices: [...SAME, machine("d3", "SN1", "H1")],
    expect: ["r1: keep (entry)", "r2: keep (entry)", "r3: unrevoke (entry)"],
  },
  {
    title: "nor what agrees with one of them, and the other one is of another hardware",
    allowlist: bob("unlisted: report", "{ serial: SN1 }"),
    live: [...CLONES, LATER],
    devices: [machine("d1", "SN1", "H1"), machine("d2", "SN1", "H2"), machine("d3", "SN1", "H1")],
    expect: ["r1: keep (entry)", "r2: keep (entry)", "r3: unrevoke (entry)"],
  },
  {
    title: "nor what has nothing in common with the two",
    allowlist: bob("unlisted: report", "{ name: LAPTOP }"),
    live: [...CLONES, LATER],
    devices: [...SAME, machine("d3", "SN3", "H3")],
    expect: ["r1: keep (entry)", "r2: keep (entry)", "r3: unrevoke (entry)"],
  },
  {
    title: "nor what is let in by a value that is in no doubt",
    allowlist: bob("unlisted: report", "{ serial: SN1 }"),
    live: [R1, { ...R2, device: "d2" }, LATER],
    devices: [...TWINS, machine("d3", "SN1", null)],
    expect: ["r1: keep (entry)", "r2: leave", "r3: unrevoke (entry)"],
  },
]);

stories("an exception that follows a machine", [
  {
    title: "by a serial that only an older registration tells",
    allowlist: bob("unlisted: revoke", "", "protected: { serials: [SN1] }\n"),
    live: [R1, AGAIN],
    devices: LATE,
    expect: ["r1: leave (protected)", "r2: leave (protected)"],
  },
  {
    title: "does not go by the record of a device that was deleted",
    allowlist: bob("unlisted: revoke", "", "protected: { devices: [d1] }\n"),
    live: [AGAIN],
    devices: [
      machine("d1", "SN1", "H1", { last_seen_user: { email: BOB }, deleted_at: LATELY }),
      machine("d2", "SN1", "H1"),
    ],
    expect: ["r2: revoke (unlisted)"],
  },
  {
    title: "goes to nobody's registration by a record that names nobody",
    allowlist: `policy: { noUser: revoke }\nprotected: { devices: [d1] }\nusers:\n  ${BOB}: []\n`,
    live: [{ id: "n1", device: "d2" }],
    devices: SAME,
    expect: ["n1: revoke (no-user)"],
  },
  {
    title: "goes by whichever value the record tells",
    allowlist: bob("unlisted: revoke", "", "protected: { devices: [d1] }\n"),
    live: [AGAIN],
    devices: [machine("d1", null, "H1", { last_seen_user: { email: BOB } }), machine("d2", "SN2", "H1")],
    expect: ["r2: leave (protected)"],
  },
  ...[
    ["its user", `user: ${BOB}`],
    ["its device id", "device: d1"],
    ["its registration", "registration: r1"],
  ].map(([what, key]) => ({
    title: `by a serial and ${what} stands before a state: nobody else can claim that`,
    allowlist: `ignore: [{ serial: SN1, ${key}, reason: mdm }]\nusers:\n  ${BOB}: { state: suspended }\n`,
    live: [R1],
    devices: [machine("d1", "SN1")],
    expect: ["r1: leave (ignored)"],
  })),
]);
