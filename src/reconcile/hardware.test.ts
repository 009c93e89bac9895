import { physicalDevice } from "../../test/support/world.js";
import { ALICE, steps } from "../../test/support/world-steps.js";

const entry = (keys: string) => `users:\n  ${ALICE}:\n    - ${keys}\n`;
const one = [{ id: "a", email: ALICE, device: "d1" }];

steps("a serial that several devices tell", [
  {
    title: "names no machine where their hardware ids differ, which go on to name theirs",
    allowlist: `${entry("hardwareId: H-1")}    - serial: S-1\n`,
    live: one,
    devices: [
      physicalDevice("d1", { serial_number: "S-1", hardware_id: "H-1" }),
      physicalDevice("d2", { serial_number: "S-1", hardware_id: "H-2" }),
    ],
    expect: ["a: keep (entry) 4"],
    findings: ["unmatched-entry:", "unusable-serial: a"],
  },
  {
    title: "names no machine, and what else its device tells is still known",
    allowlist: entry(
      '{ device: d1, requires: { platform: mac, model: MacBook, minClientVersion: "2025.1" } }',
    ),
    live: one,
    devices: ["d1", "d2"].map((id) =>
      physicalDevice(id, {
        serial_number: "S-1",
        device_type: "mac",
        model: "MacBook",
        client_version: "2026.1.1",
      }),
    ),
    expect: ["a: keep (entry) 4"],
  },
  {
    title: "is one machine's where one hardware id stands in each row",
    allowlist: entry("serial: S-1"),
    live: one,
    devices: ["d1", "d2"].map((id) => physicalDevice(id, { serial_number: "S-1", hardware_id: "H-1" })),
    expect: ["a: keep (entry) 4"],
    findings: [],
  },
]);

const ONE_ID = [
  physicalDevice("d1", { serial_number: "S-1", hardware_id: "H-1" }),
  physicalDevice("d2", { serial_number: "S-2", hardware_id: "H-1" }),
];

steps("a hardware id that devices with different serials tell", [
  {
    title: "names no machine, and the serials do",
    allowlist: entry("serial: S-1"),
    live: one,
    devices: ONE_ID,
    expect: ["a: keep (entry) 4"],
  },
  {
    title: "allows none of them",
    allowlist: entry("hardwareId: H-1"),
    live: one,
    devices: ONE_ID,
    expect: ["a: leave (unknown-hardware) 4"],
  },
]);

steps("what a device tells", [
  {
    title: "is taken without the blanks around it",
    allowlist: `${entry("serial: S-1")}    - hardwareId: H-2\n`,
    live: [...one, { id: "b", email: ALICE, device: "d2" }],
    devices: [
      physicalDevice("d1", { serial_number: " S-1 ", hardware_id: "H-1" }),
      physicalDevice("d2", { serial_number: "S-2", hardware_id: "\tH-2 " }),
    ],
    expect: ["a: keep (entry) 4", "b: keep (entry) 5"],
  },
  {
    title: "is not taken from a row that was deleted",
    allowlist: entry("serial: S-1"),
    live: one,
    devices: [physicalDevice("d1", { serial_number: "S-1", deleted_at: "2026-05-01T00:00:00Z" })],
    expect: ["a: leave (unknown-hardware) 4"],
  },
]);

steps("serials and hardware ids in another case", [
  {
    title: "a listed serial in lower case allows the device that tells it in upper case",
    allowlist: entry("serial: pf3tq9zx"),
    live: one,
    devices: [physicalDevice("d1", { serial_number: "PF3TQ9ZX" })],
    expect: ["a: keep (entry) 4"],
    findings: [],
  },
  {
    title: "a refusing entry finds the stolen laptop",
    allowlist: entry("{ serial: PF3TQ9ZX, state: revoked }"),
    live: one,
    devices: [physicalDevice("d1", { serial_number: "pf3tq9zx " })],
    expect: ["a: revoke (entry) 4"],
  },
  {
    title: "a UUID matches without its dashes",
    allowlist: entry("hardwareId: 4C4C4544-0042-3510-8052-B3C04F4B4E32"),
    live: one,
    devices: [physicalDevice("d1", { hardware_id: "4c4c4544004235108052b3c04f4b4e32" })],
    expect: ["a: keep (entry) 4"],
  },
  {
    title: "two devices that tell one serial in two cases are two machines of that serial",
    allowlist: entry("{ serial: S-1, state: revoked }"),
    live: one,
    devices: [
      physicalDevice("d1", { serial_number: "S-1", hardware_id: "H-1" }),
      physicalDevice("d2", { serial_number: "s-1", hardware_id: "H-2" }),
    ],
    expect: ["a: leave (unknown-hardware) 4"],
  },
]);
