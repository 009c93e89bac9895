import { physicalDevice } from "../../test/support/world.js";
import { ALICE, steps } from "../../test/support/world-steps.js";

const listed = `users:\n  ${ALICE}:\n    - device: d1\n`;

steps("the newest registration of a device", [
  {
    title: "is let in, and older revoked ones are left alone",
    allowlist: listed,
    live: [
      {
        id: "old",
        email: ALICE,
        device: "d1",
        created: "2026-01-01T00:00:00Z",
        lastSeen: "2026-01-31T00:00:00Z",
        revoked: "2026-02-01T00:00:00Z",
      },
      {
        id: "new",
        email: ALICE,
        device: "d1",
        created: "2026-03-01T00:00:00Z",
        revoked: "2026-04-01T00:00:00Z",
      },
    ],
    expect: ["new: unrevoke (entry) 4", "old: leave (older) 4"],
  },
  {
    title: "keeps an older active one beside it",
    allowlist: listed,
    live: [
      { id: "old", email: ALICE, device: "d1", created: "2026-01-01T00:00:00Z" },
      { id: "new", email: ALICE, device: "d1", created: "2026-03-01T00:00:00Z" },
    ],
    expect: ["new: keep (entry) 4", "old: keep (entry) 4"],
  },
  {
    title: "is the one with the greater id where both were made at once",
    allowlist: listed,
    live: [
      { id: "a", email: ALICE, device: "d1", revoked: "2026-05-20T00:00:00Z" },
      { id: "b", email: ALICE, device: "d1", revoked: "2026-05-20T00:00:00Z" },
    ],
    expect: ["a: leave (older) 4", "b: unrevoke (entry) 4"],
  },
  {
    title: "counts although it is protected, so that no older one takes its place",
    allowlist: `protected:\n  registrations: [new]\n${listed}`,
    live: [
      {
        id: "old",
        email: ALICE,
        device: "d1",
        created: "2026-01-01T00:00:00Z",
        lastSeen: "2026-01-31T00:00:00Z",
        revoked: "2026-02-01T00:00:00Z",
      },
      {
        id: "new",
        email: ALICE,
        device: "d1",
        created: "2026-03-01T00:00:00Z",
        revoked: "2026-04-01T00:00:00Z",
      },
    ],
    expect: ["new: leave (protected) 3", "old: leave (older) 6"],
  },
  {
    title: "is one for each device that a glob finds",
    allowlist: `users:\n  ${ALICE}:\n    - nameGlob: LAPTOP-*\n`,
    live: [
      { id: "a", email: ALICE, name: "LAPTOP-1", revoked: "2026-05-20T00:00:00Z" },
      {
        id: "b",
        email: ALICE,
        name: "LAPTOP-2",
        created: "2026-01-01T00:00:00Z",
        revoked: "2026-05-20T00:00:00Z",
      },
      {
        id: "c",
        email: ALICE,
        name: "LAPTOP-2",
        created: "2026-02-01T00:00:00Z",
        revoked: "2026-05-20T00:00:00Z",
      },
    ],
    expect: ["a: unrevoke (entry) 4", "b: leave (older) 4", "c: unrevoke (entry) 4"],
  },
  {
    title: "is told by hardware, though the device's id changed",
    allowlist: `users:\n  ${ALICE}:\n    - serial: C02X\n`,
    live: [
      {
        id: "old",
        email: ALICE,
        device: "d1",
        created: "2026-01-01T00:00:00Z",
        lastSeen: "2026-01-31T00:00:00Z",
        revoked: "2026-02-01T00:00:00Z",
      },
      { id: "new", email: ALICE, device: "d2", created: "2026-03-01T00:00:00Z" },
    ],
    devices: [
      physicalDevice("d1", { serial_number: "C02X", hardware_id: "hw" }),
      physicalDevice("d2", { serial_number: "C02X", hardware_id: "hw" }),
    ],
    expect: ["new: keep (entry) 4", "old: leave (older) 4"],
  },
]);

const OLD = {
  created: "2026-01-01T00:00:00Z",
  lastSeen: "2026-01-31T00:00:00Z",
  revoked: "2026-02-01T00:00:00Z",
};
const NEW = { created: "2026-03-01T00:00:00Z" };
const glob = `users:\n  ${ALICE}:\n    - nameGlob: LAPTOP-*\n`;

steps("one device that enrolled again, under a glob", [
  {
    title: "is known by its serial, though id and name changed",
    allowlist: glob,
    live: [
      { id: "new", email: ALICE, device: "d2", name: "LAPTOP-2", ...NEW },
      { id: "old", email: ALICE, device: "d1", name: "LAPTOP-1", ...OLD },
    ],
    devices: [
      physicalDevice("d1", { serial_number: "S1", hardware_id: "hw" }),
      physicalDevice("d2", { serial_number: "S1", hardware_id: "hw" }),
    ],
    expect: ["new: keep (entry) 4", "old: leave (older) 4"],
  },
  {
    title: "is known by its hardware id where only one row tells the serial",
    allowlist: glob,
    live: [
      { id: "new", email: ALICE, device: "d2", name: "LAPTOP-2", ...NEW },
      { id: "old", email: ALICE, device: "d1", name: "LAPTOP-1", ...OLD },
    ],
    devices: [
      physicalDevice("d1", { serial_number: null, hardware_id: "hw" }),
      physicalDevice("d2", { serial_number: "S1", hardware_id: "hw" }),
    ],
    expect: ["new: keep (entry) 4", "old: leave (older) 4"],
  },
  {
    title: "is known by its id, though it was renamed",
    allowlist: glob,
    live: [
      { id: "new", email: ALICE, device: "d1", name: "LAPTOP-2", ...NEW },
      { id: "old", email: ALICE, device: "d1", name: "LAPTOP-1", ...OLD },
    ],
    expect: ["new: keep (entry) 4", "old: leave (older) 4"],
  },
  {
    title: "is another device where nothing says that it is the same",
    allowlist: glob,
    live: [
      { id: "new", email: ALICE, device: "d2", name: "LAPTOP-2", ...NEW },
      { id: "old", email: ALICE, device: "d1", name: "LAPTOP-1", ...OLD },
    ],
    devices: [physicalDevice("d1", { serial_number: "S1" }), physicalDevice("d2", { serial_number: "S2" })],
    expect: ["new: keep (entry) 4", "old: unrevoke (entry) 4"],
  },
  {
    title: "is one device though two entries find it by different keys",
    allowlist: `users:\n  ${ALICE}:\n    - serial: S1\n    - hardwareId: hw\n`,
    live: [
      { id: "new", email: ALICE, device: "d2", ...NEW },
      { id: "old", email: ALICE, device: "d1", ...OLD },
    ],
    devices: [
      physicalDevice("d1", { serial_number: null, hardware_id: "hw" }),
      physicalDevice("d2", { serial_number: "S1", hardware_id: "hw" }),
    ],
    expect: ["new: keep (entry) 4", "old: leave (older) 4"],
  },
  {
    title: "is not another user's device of the same name",
    allowlist: `${glob}  bob@example.com:\n    - nameGlob: LAPTOP-*\n`,
    live: [
      { id: "new", email: "bob@example.com", device: "d2", name: "LAPTOP-1", ...NEW },
      { id: "old", email: ALICE, device: "d1", name: "LAPTOP-1", ...OLD },
    ],
    expect: ["new: keep (entry) 6", "old: unrevoke (entry) 4"],
  },
]);

/** A revoked registration of one device, made at that moment. */
const made = (id: string, created: string, revoked = OLD.revoked) => ({
  id,
  email: ALICE,
  device: "d1",
  created,
  revoked,
});

steps("what makes two registrations one device", [
  {
    title: "an entry with any key beside a glob means one device",
    allowlist: `users:\n  ${ALICE}:\n    - { nameGlob: "L*", hardwareId: H-1 }\n`,
    live: [
      { id: "new", email: ALICE, device: "d2", name: "L2", ...NEW },
      { id: "old", email: ALICE, device: "d1", name: "L1", ...OLD },
    ],
    devices: [physicalDevice("d1", { hardware_id: "H-1" }), physicalDevice("d2", { hardware_id: "H-1" })],
    expect: ["new: keep (entry) 4", "old: leave (older) 4"],
  },
  {
    title: "a name that is written out means one device, though the ids differ",
    allowlist: `users:\n  ${ALICE}:\n    - name: L\n`,
    live: [
      { id: "new", email: ALICE, device: "d2", name: "L", ...NEW },
      { id: "old", email: ALICE, device: "d1", name: "L", ...OLD },
    ],
    devices: [],
    expect: ["new: keep (entry) 4", "old: leave (older) 4"],
  },
  {
    title: "two entries mean two devices where nothing else says that they are one",
    allowlist: `users:\n  ${ALICE}:\n    - device: d1\n    - device: d2\n`,
    live: [
      { id: "new", email: ALICE, device: "d2", name: "L", ...NEW },
      { id: "old", email: ALICE, device: "d1", name: "L", ...OLD },
    ],
    devices: [],
    expect: ["new: keep (entry) 5", "old: unrevoke (entry) 4"],
  },
  {
    title: "a newer one that an entry refuses gives its place to no older one",
    allowlist: `users:\n  ${ALICE}:\n    - { device: d1, name: L }\n    - { registration: new, state: revoked }\n`,
    live: [
      { id: "new", email: ALICE, device: "d1", name: "L", ...NEW },
      { id: "old", email: ALICE, device: "d1", name: "L", ...OLD },
    ],
    devices: [],
    expect: ["new: revoke (entry) 5", "old: leave (older) 4"],
  },
  {
    title: "a client and a browser extension are two, whatever else they share",
    allowlist: `scope: { registrationTypes: [warp, browser_extension] }\nusers:\n  ${ALICE}:\n    - device: d1\n`,
    live: [
      { id: "new", email: ALICE, device: "d1", type: "browser_extension", ...NEW },
      { id: "old", email: ALICE, device: "d1", type: "warp", ...OLD },
      { id: "older", email: ALICE, device: "d1", revoked: OLD.revoked, created: "2025-12-01T00:00:00Z" },
    ],
    expect: ["new: keep (entry) 5", "old: unrevoke (entry) 5", "older: leave (older) 5"],
  },
  {
    title: "the moment counts, and not how finely it is written; then the id",
    allowlist: `users:\n  ${ALICE}:\n    - device: d1\n`,
    live: [made("a", "2026-01-01T00:00:00.5Z"), made("b", "2026-01-01T00:00:00Z")],
    expect: ["a: unrevoke (entry) 4", "b: leave (older) 4"],
  },
  {
    title: "what is finer than a millisecond counts as well, whatever the ids",
    allowlist: `users:\n  ${ALICE}:\n    - device: d1\n`,
    live: [made("a", "2026-01-01T00:00:00.000001Z"), made("b", "2026-01-01T00:00:00.000002Z")],
    expect: ["a: leave (older) 4", "b: unrevoke (entry) 4"],
  },
  {
    title: "what is finer than a millisecond counts before the id",
    allowlist: `users:\n  ${ALICE}:\n    - device: d1\n`,
    live: [made("a", "2026-01-01T00:00:00.000002Z"), made("b", "2026-01-01T00:00:00.000001Z")],
    expect: ["a: unrevoke (entry) 4", "b: leave (older) 4"],
  },
  {
    title: "two entries with a key beside their glob mean two, though the devices have one name",
    allowlist: `users:\n  ${ALICE}:\n    - { nameGlob: "L*", serial: S-1 }\n    - { nameGlob: "L*", serial: S-2 }\n`,
    live: [
      { id: "new", email: ALICE, device: "d2", name: "L", ...NEW },
      { id: "old", email: ALICE, device: "d1", name: "L", ...OLD },
    ],
    devices: [physicalDevice("d1", { serial_number: "S-1" }), physicalDevice("d2", { serial_number: "S-2" })],
    expect: ["new: keep (entry) 5", "old: unrevoke (entry) 4"],
  },
  {
    title: "a serial is enough where machines share a hardware id, which then tells nothing",
    allowlist: glob,
    live: [
      { id: "new", email: ALICE, device: "d2", name: "LAPTOP-2", ...NEW },
      { id: "old", email: ALICE, device: "d1", name: "LAPTOP-1", ...OLD },
    ],
    devices: [
      physicalDevice("d1", { serial_number: "S1", hardware_id: "hw" }),
      physicalDevice("d2", { serial_number: "S1", hardware_id: "hw" }),
      physicalDevice("d3", { serial_number: "S2", hardware_id: "hw" }),
    ],
    expect: ["new: keep (entry) 4", "old: leave (older) 4"],
  },
  {
    title: "a group is one device however large: each revoked one knows the newest of all",
    allowlist: glob,
    live: [
      { id: "a", email: ALICE, device: "d1", name: "LAPTOP-1", ...OLD },
      { id: "b", email: ALICE, device: "d2", name: "LAPTOP-2", ...OLD },
      { id: "c", email: ALICE, device: "d3", name: "LAPTOP-2", ...OLD },
      { id: "d", email: ALICE, device: "d1", name: "LAPTOP-2", ...NEW },
    ],
    expect: ["a: leave (older) 4", "b: leave (older) 4", "c: leave (older) 4", "d: keep (entry) 4"],
  },
]);

steps("where the newest is to be deleted, and an older revoked one stays", [
  {
    title: "the newest stays as well, revoked, so that no older one takes its place",
    allowlist: `policy: { revoked: { after: 30d, action: delete, includeListed: true } }\nusers:\n  ${ALICE}: [{ device: d1 }]\n`,
    live: [
      made("a", "2026-01-01T00:00:00Z", "2026-05-20T00:00:00Z"),
      made("b", "2026-02-01T00:00:00Z", "2026-05-20T00:00:00Z"),
      made("c", "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"),
    ],
    expect: ["a: leave (older) 4", "b: leave (older) 4", "c: keep (revoked-age) 2"],
    findings: ["tombstone: c"],
  },
]);
