import { expect, test } from "vitest";
import { ALICE, BOB, HEAD, steps } from "../../test/support/world-steps.js";
import { allowlist, physicalDevice } from "../../test/support/world.js";
import { needsHardware } from "./plan.js";

steps("hardware that is not known", [
  {
    title: "leaves a registration alone where an entry of its user goes by serial",
    allowlist: `users:\n  ${ALICE}:\n    - serial: C02X\n`,
    live: [{ id: "a", email: ALICE, device: "d1" }],
    devices: [physicalDevice("d1", { serial_number: null })],
    expect: ["a: leave (unknown-hardware) 4"],
  },
  {
    title: "does not matter to a user whose entries go by name",
    allowlist: `users:\n  ${ALICE}:\n    - name: L1\n  bob@example.com:\n    - serial: C02X\n`,
    live: [{ id: "a", email: ALICE, device: "d1" }],
    devices: [],
    expect: ["a: revoke (unlisted) 3"],
  },
  {
    title: "is not guessed from a weaker entry that asks for another state",
    allowlist: `users:\n  ${ALICE}:\n    - serial: C02X\n    - { nameGlob: "*", state: revoked }\n`,
    live: [{ id: "a", email: ALICE, device: "d1" }],
    devices: [],
    expect: ["a: leave (unknown-hardware) 4"],
  },
  {
    title: "does not stop an entry that names the registration itself",
    allowlist: `users:\n  ${ALICE}:\n    - serial: C02X\n    - { registration: a, state: revoked }\n`,
    live: [{ id: "a", email: ALICE, device: "d1" }],
    devices: [],
    expect: ["a: revoke (entry) 5"],
  },
  {
    title: "does not matter where a weaker entry asks for the same state",
    allowlist: `users:\n  ${ALICE}:\n    - serial: C02X\n    - name: PHONE\n`,
    live: [{ id: "a", email: ALICE, device: "d1", name: "PHONE", revoked: "2026-05-20T00:00:00Z" }],
    devices: [],
    expect: ["a: unrevoke (entry) 5"],
  },
  {
    title: "is not what two machines with one hardware id have: both tell it, and both stay",
    allowlist: `users:\n  ${ALICE}:\n    - hardwareId: hw\n`,
    live: [
      { id: "a", email: ALICE, device: "d1" },
      { id: "b", email: ALICE, device: "d2" },
    ],
    devices: [
      physicalDevice("d1", { serial_number: "S1", hardware_id: "hw" }),
      physicalDevice("d2", { serial_number: "S2", hardware_id: "hw" }),
    ],
    expect: ["a: keep (entry) 4", "b: keep (entry) 4"],
  },
  {
    title: "is not what rows of one hardware id have of which one tells no serial",
    allowlist: `users:\n  ${ALICE}:\n    - hardwareId: hw\n`,
    live: [{ id: "a", email: ALICE, device: "d1" }],
    devices: [
      physicalDevice("d1", { serial_number: "S1", hardware_id: "hw" }),
      physicalDevice("d2", { serial_number: null, hardware_id: "hw" }),
    ],
    expect: ["a: keep (entry) 4"],
  },
  {
    title: "is what a row with a hardware id that firmware left blank has",
    allowlist: `users:\n  ${ALICE}:\n    - hardwareId: hw\n`,
    live: [{ id: "a", email: ALICE, device: "d1" }],
    devices: [physicalDevice("d1", { hardware_id: "00000000-0000-0000-0000-000000000000" })],
    expect: ["a: leave (unknown-hardware) 4"],
  },
  {
    title: "is not what a machine has whose former row was deleted",
    allowlist: `users:\n  ${ALICE}:\n    - serial: C02X\n`,
    live: [{ id: "a", email: ALICE, device: "d1" }],
    devices: [
      physicalDevice("d1", { serial_number: "C02X" }),
      physicalDevice("d0", { serial_number: "C02X", deleted_at: "2026-01-01T00:00:00Z" }),
    ],
    expect: ["a: keep (entry) 4"],
  },
  {
    title: "is not what a machine has whose serial another one tells as well",
    allowlist: `users:\n  ${ALICE}:\n    - serial: C02X\n`,
    live: [{ id: "a", email: ALICE, device: "d1" }],
    devices: [
      physicalDevice("d1", { serial_number: "C02X" }),
      physicalDevice("d2", { serial_number: "C02X" }),
    ],
    expect: ["a: keep (entry) 4"],
  },
  {
    title: "is not what a machine with another serial has",
    allowlist: `users:\n  ${ALICE}:\n    - serial: C02X\n`,
    live: [{ id: "a", email: ALICE, device: "d1" }],
    devices: [physicalDevice("d1", { serial_number: "OTHER" })],
    expect: ["a: revoke (unlisted) 3"],
  },
]);

test.each([
  ["an entry goes by serial", `users: { ${ALICE}: [{ serial: S1 }] }`, true],
  ["an entry goes by hardware id", `users: { ${ALICE}: [{ hardwareId: H1, name: L1 }] }`, true],
  ["a glob may find several devices", `users: { ${ALICE}: [{ nameGlob: "L*" }] }`, true],
  [
    "an entry requires something of the device",
    `users: { ${ALICE}: [{ device: d1, requires: { model: "M*" } }] }`,
    true,
  ],
  ["two entries may allow one device", `users: { ${ALICE}: [{ name: L1 }, { device: d1 }] }`, true],
  [
    "one entry allows, and others refuse",
    `users: { ${ALICE}: [{ name: L1 }, { device: d1, state: revoked }] }`,
    true,
  ],
  [
    "each entry goes by a registration's own id",
    `users: { ${ALICE}: [{ registration: r1 }], ${BOB}: [{ registration: r2, state: revoked }] }`,
    false,
  ],
  [
    "a state deletes, which must not let in another registration of the device",
    `users: { ${ALICE}: { state: offboarded, devices: [] } }`,
    true,
  ],
  [
    "a state will delete one day",
    `users: { ${ALICE}: { state: offboarded, since: 2030-01-01, devices: [] } }`,
    true,
  ],
  ["a state only revokes", `users: { ${ALICE}: { state: suspended, devices: [] } }`, false],
  [
    "an entry deletes by a registration's own id",
    `users: { ${ALICE}: [{ registration: r1, state: deleted }] }`,
    true,
  ],
  ["what nobody lists is deleted", `policy: { unlisted: delete }\nusers: { ${ALICE}: [] }`, true],
  [
    "it is by the policy of one user",
    `users: { ${ALICE}: { devices: [], policy: { unlisted: delete } }, ${BOB}: [] }`,
    true,
  ],
  ["unknown users' are deleted", `policy: { unknownUsers: delete }\nusers: { ${ALICE}: [] }`, true],
  [
    "only machines' are deleted, which are joined by id",
    `policy: { noUser: delete }\nusers: { ${ALICE}: [] }`,
    false,
  ],
  ["an entry goes by a device's id", `users: { ${ALICE}: [{ device: d1 }] }`, true],
  ["a device is protected", `protected: { devices: [d1] }\nusers: { ${ALICE}: [] }`, true],
  ["a serial is protected", `protected: { serials: [S1] }\nusers: { ${ALICE}: [] }`, true],
  ["a user is protected", `protected: { users: [${ALICE}] }\nusers: { ${ALICE}: [] }`, false],
  ["an ignore rule goes by serial", `ignore: [{ serial: S1, reason: kiosk }]\nusers: { ${ALICE}: [] }`, true],
  ["an ignore rule goes by name", `ignore: [{ name: L1, reason: kiosk }]\nusers: { ${ALICE}: [] }`, true],
  [
    "an ignore rule goes by user",
    `ignore: [{ user: ${BOB}, reason: kiosk }]\nusers: { ${ALICE}: [] }`,
    false,
  ],
  ["grace has to know a device again", `policy: { grace: 72h }\nusers: { ${ALICE}: [] }`, true],
  ["superseded compares devices", `policy: { superseded: report }\nusers: { ${ALICE}: [] }`, true],
  ["maxDevices counts devices", `policy: { maxDevices: 1 }\nusers: { ${ALICE}: [] }`, true],
  ["the policy of one user does", `users: { ${ALICE}: { devices: [], maxDevices: 1 }, ${BOB}: [] }`, true],
  [
    "the policy of one user asks for nothing of that kind",
    `users: { ${ALICE}: { devices: [], policy: { unlisted: report } } }`,
    false,
  ],
  [
    "a device is as old as its last registration",
    `policy: { stale: { after: 90d }, revoked: { after: 30d } }\nusers: { ${ALICE}: [] }`,
    true,
  ],
  [
    "ignore rules go by whose it is, or by its device profile",
    `ignore: [{ user: ${BOB}, reason: mdm }, { emailDomain: mdm.example, reason: mdm }, { policyId: p9, reason: mdm }]\nusers: { ${ALICE}: [] }`,
    false,
  ],
  ["stale alone", `policy: { stale: { after: 90d } }\nusers: { ${ALICE}: [] }`, true],
  ["revoked alone", `policy: { revoked: { after: 30d } }\nusers: { ${ALICE}: [] }`, true],
  [
    "a serial and a hardware id are protected",
    `protected: { serials: [SN1], hardwareIds: [H1] }\nusers: { ${ALICE}: [] }`,
    true,
  ],
  [
    "an entry by registration requires what only the device's record tells",
    `users: { ${ALICE}: [{ registration: r1, requires: { platform: mac } }] }`,
    true,
  ],
  [
    "an ignore rule goes by whose it is, and by a device",
    `ignore: [{ user: ${BOB}, device: d1, reason: mdm }]\nusers: { ${ALICE}: [] }`,
    true,
  ],
])("hardware is listed: %s", (_, text, needed) => {
  expect(needsHardware(allowlist(`${HEAD}${text}\n`))).toBe(needed);
});

const BLIND = [physicalDevice("d1", { serial_number: null, hardware_id: null })];

steps("an entry by hardware that is not known", [
  {
    title: "leaves alone what another key of it rules out: nothing, so that the policy decides",
    allowlist: `users:\n  ${ALICE}:\n    - { serial: S1, name: L1 }\n`,
    live: [
      { id: "a", email: ALICE, device: "d1", name: "L1" },
      { id: "b", email: ALICE, device: "d2", name: "L2" },
    ],
    devices: BLIND,
    expect: ["a: leave (unknown-hardware) 4", "b: revoke (unlisted) 3"],
  },
  {
    title: "is not asked where the hardware that is known differs",
    allowlist: `users:\n  ${ALICE}:\n    - { serial: S1, hardwareId: H1 }\n`,
    live: [
      { id: "a", email: ALICE, device: "d1" },
      { id: "b", email: ALICE, device: "d2" },
      { id: "c", email: ALICE, device: "d3" },
    ],
    devices: [
      physicalDevice("d1", { serial_number: "S1" }),
      physicalDevice("d2", { serial_number: "S2" }),
      physicalDevice("d3", { hardware_id: "H2" }),
    ],
    expect: ["a: leave (unknown-hardware) 4", "b: revoke (unlisted) 3", "c: revoke (unlisted) 3"],
  },
  {
    title: "is asked before a weaker entry whose conditions fail refuses a colleague",
    allowlist: `users:\n  ${ALICE}:\n    - serial: S1\n    - { device: d1, requires: { minClientVersion: "2025" } }\n`,
    live: [{ id: "a", email: ALICE, device: "d1", clientVersion: "2024.1" }],
    devices: BLIND,
    expect: ["a: leave (unknown-hardware) 4"],
  },
  {
    title: "says nothing outside its days",
    allowlist: `users:\n  ${ALICE}:\n    - { serial: S1, expires: 2026-05-31 }\n`,
    live: [{ id: "a", email: ALICE, device: "d1" }],
    devices: BLIND,
    expect: ["a: revoke (unlisted) 3"],
  },
]);
