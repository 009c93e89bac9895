import { physicalDevice } from "../../test/support/world.js";
import { expect, test } from "vitest";
import { ALICE, steps } from "../../test/support/world-steps.js";
import { toReportedHardware, findTraces, hardwareOf, indexHardware, traceKeys } from "./hardware.js";

const entry = (keys: string) => `users:\n  ${ALICE}:\n    - ${keys}\n`;
const one = [{ id: "a", email: ALICE, device: "d1" }];

steps("a serial that several devices tell", [
  {
    title: "is the listed one's all the same, though a device of nobody tells it as well",
    allowlist: entry("serial: S-1"),
    live: one,
    devices: [
      physicalDevice("d1", { serial_number: "S-1", hardware_id: "H-1" }),
      physicalDevice("d2", { serial_number: "S-1", hardware_id: "H-2" }),
    ],
    expect: ["a: keep (entry) 4"],
    findings: [],
  },
  {
    title: "is refused with whoever of its user tells it, and nobody else's claim takes that away",
    allowlist: entry("{ serial: S-1, state: deleted }"),
    live: [...one, { id: "z", email: "mallory@example.com", device: "d2" }],
    devices: [
      physicalDevice("d1", { serial_number: "S-1", hardware_id: "H-1" }),
      physicalDevice("d2", { serial_number: "s-1", hardware_id: "H-2" }),
    ],
    expect: ["a: delete (entry) 4", "z: leave (unknown-user) 1"],
    findings: ["shared-identity: a z", "unknown-user: z"],
  },
]);

steps("a hardware id that two machines of one user tell, with different serials", [
  {
    title: "keeps both, and lets in neither: they are named",
    allowlist: entry("hardwareId: H-1"),
    live: [...one, { id: "b", email: ALICE, device: "d2", revoked: "2026-05-20T00:00:00Z" }],
    devices: [
      physicalDevice("d1", { serial_number: "S-1", hardware_id: "H-1" }),
      physicalDevice("d2", { serial_number: "S-2", hardware_id: "H-1" }),
    ],
    expect: ["a: keep (entry) 4", "b: leave (doubt) 4"],
    findings: ["doubt: b", "doubtful-device: a b"],
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
    title: "two devices that tell one serial in two cases are both refused by it",
    allowlist: entry("{ serial: S-1, state: revoked }"),
    live: [...one, { id: "b", email: ALICE, device: "d2" }],
    devices: [
      physicalDevice("d1", { serial_number: "S-1", hardware_id: "H-1" }),
      physicalDevice("d2", { serial_number: "s-1", hardware_id: "H-2" }),
    ],
    expect: ["a: revoke (entry) 4", "b: revoke (entry) 4"],
  },
]);

test("a report tells what the device tells, and not the forms in which values are compared", () => {
  const row = physicalDevice("d1", { serial_number: " pf3 ", hardware_id: "AB-12", model: "X1" });
  expect(toReportedHardware(hardwareOf(row))).toEqual({
    serial: "pf3",
    hardwareId: "AB-12",
    model: "X1",
    deviceType: undefined,
    clientVersion: undefined,
    osVersion: undefined,
    macAddress: undefined,
  });
});

test("blanks around what a record tells say nothing, and what it does not tell is not known", () => {
  expect(
    hardwareOf(
      physicalDevice("d1", {
        serial_number: " sn-1 ",
        hardware_id: " h-1 ",
        mac_address: "00:11:22:33:44:55",
      }),
    ),
  ).toMatchObject({
    serial: "sn-1",
    serialKey: "SN-1",
    hardwareId: "h-1",
    hardwareIdKey: "H-1",
    macAddress: "00:11:22:33:44:55",
  });
});

test("a serial that vendors leave is one, however many blanks stand around it; what is usable is not among them", () => {
  const { index, unusable } = indexHardware([
    physicalDevice("d1", { serial_number: "Default string" }),
    physicalDevice("d2", { serial_number: " Default string " }),
    physicalDevice("d3", { serial_number: "SN-1" }),
    physicalDevice("d4", { serial_number: " " }),
  ]);
  expect([...index.keys()]).toEqual(["d1", "d2", "d3", "d4"]);
  expect(unusable).toEqual([{ serial: "Default string", devices: new Set(["d1", "d2"]) }]);
});

test("a trace is found by its owner with the device's id, its serial or its hardware id", () => {
  const hardware = hardwareOf(physicalDevice("d1", { serial_number: "SN-1", hardware_id: "H-1" }));
  expect(traceKeys(ALICE, "d1", hardware)).toEqual([
    `${ALICE}\ndevice d1`,
    `${ALICE}\nserial SN-1`,
    `${ALICE}\nhardwareId H-1`,
  ]);
  expect(traceKeys(ALICE, "d1", undefined)).toEqual([`${ALICE}\ndevice d1`]);
});

test("of records without an owner nothing is a trace", () => {
  const record = physicalDevice("d1", { serial_number: "SN-1" });
  expect([...findTraces([{ ...record, last_seen_user: null }]).keys()]).toEqual([]);
});
