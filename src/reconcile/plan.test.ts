import { describe, expect, test } from "vitest";
import { allowlist, physicalDevice, plan, summary, type Sketch } from "../../test/support/world.js";
import { needsHardware } from "./plan.js";

const HEAD = "version: 1\n";
const ALICE = "alice@example.com";

interface Step {
  readonly title: string;
  /** Without the line `version: 1`, which is line 1. */
  readonly allowlist: string;
  readonly live: readonly Sketch[];
  readonly devices?: Parameters<typeof plan>[2];
  /** `id: action (rule) line` in the order of ids. */
  readonly expect: readonly string[];
}

function steps(title: string, table: readonly Step[]): void {
  describe(title, () => {
    test.each(table)("$title", ({ allowlist, live, devices, expect: wanted }) => {
      expect(summary(plan(HEAD + allowlist, live, devices))).toEqual(wanted);
    });
  });
}

const listed = `users:\n  ${ALICE}:\n    - device: d1\n`;

steps("a device that an entry allows", [
  {
    title: "stays when it is active",
    allowlist: listed,
    live: [{ id: "a", email: ALICE, device: "d1" }],
    expect: ["a: keep (entry) 4"],
  },
  {
    title: "is let in again when it is revoked",
    allowlist: listed,
    live: [{ id: "a", email: ALICE, device: "d1", revoked: "2026-05-20T00:00:00Z" }],
    expect: ["a: unrevoke (entry) 4"],
  },
  {
    title: "is only reported where listedRevoked says so",
    allowlist: `policy:\n  listedRevoked: report\n${listed}`,
    live: [{ id: "a", email: ALICE, device: "d1", revoked: "2026-05-20T00:00:00Z" }],
    expect: ["a: leave (listed-revoked) 3"],
  },
  {
    title: "is allowed to its own user only",
    allowlist: `${listed}  bob@example.com: []\n`,
    live: [{ id: "b", email: "bob@example.com", device: "d1" }],
    expect: ["b: revoke (unlisted) 5"],
  },
  {
    title: "is found though the account writes the address otherwise",
    allowlist: listed,
    live: [{ id: "a", email: " Alice@EXAMPLE.com", device: "d1" }],
    expect: ["a: keep (entry) 4"],
  },
]);

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

const OLD = { created: "2026-01-01T00:00:00Z", revoked: "2026-02-01T00:00:00Z" };
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
    expect: ["new: keep (entry) 4", "old: leave (older) 5"],
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

steps("an entry that asks for another state", [
  {
    title: "revokes what is active, and keeps what is revoked",
    allowlist: `users:\n  ${ALICE}:\n    - { device: d1, state: revoked }\n`,
    live: [
      { id: "a", email: ALICE, device: "d1" },
      { id: "b", email: ALICE, device: "d1", revoked: "2026-05-20T00:00:00Z" },
    ],
    expect: ["a: revoke (entry) 4", "b: keep (entry) 4"],
  },
  {
    title: "deletes whatever it matches",
    allowlist: `users:\n  ${ALICE}:\n    - { device: d1, state: deleted }\n`,
    live: [
      { id: "a", email: ALICE, device: "d1" },
      { id: "b", email: ALICE, device: "d1", revoked: "2026-05-20T00:00:00Z" },
    ],
    expect: ["a: delete (entry) 4", "b: delete (entry) 4"],
  },
]);

steps("the rank of entries", [
  {
    title: "registration beats serial beats device beats name beats glob",
    allowlist: `users:
  ${ALICE}:
    - { nameGlob: "*", state: deleted }
    - { name: L1, state: revoked }
    - { device: d1, state: active }
    - { serial: C02X, state: revoked }
    - { registration: r1, state: active }
`,
    live: [
      { id: "r1", email: ALICE, device: "d1", name: "L1" },
      { id: "r2", email: ALICE, device: "d1", name: "L1" },
    ],
    devices: [physicalDevice("d1", { serial_number: "C02X" })],
    expect: ["r1: keep (entry) 8", "r2: revoke (entry) 7"],
  },
  {
    title: "several keys in one entry must all match",
    allowlist: `users:\n  ${ALICE}:\n    - { name: L1, device: d1 }\n`,
    live: [
      { id: "a", email: ALICE, device: "d1", name: "L1" },
      { id: "b", email: ALICE, device: "d2", name: "L1" },
      { id: "c", email: ALICE, device: "d1", name: "L2" },
    ],
    expect: ["a: keep (entry) 4", "b: revoke (unlisted) 3", "c: revoke (unlisted) 3"],
  },
  {
    title: "two of one rank that differ leave the device alone",
    allowlist: `users:\n  ${ALICE}:\n    - { nameGlob: "L*" }\n    - { nameGlob: "*1", state: revoked }\n`,
    live: [{ id: "a", email: ALICE, name: "L1" }],
    expect: ["a: leave (contradiction) 4"],
  },
]);

const MANY = Array.from({ length: 20 }, (_, i) => `    - device: other-${i}\n`).join("");

steps("a user with many entries", [
  {
    title: "is asked by every key, as one with few",
    allowlist: `users:
  ${ALICE}:
    - registration: r1
    - serial: S2
    - hardwareId: H3
    - device: d4
    - name: N5
    - nameGlob: G*
${MANY}`,
    live: [
      { id: "r1", email: ALICE },
      { id: "r2", email: ALICE, device: "d2" },
      { id: "r3", email: ALICE, device: "d3" },
      { id: "r4", email: ALICE, device: "d4" },
      { id: "r5", email: ALICE, device: "d5", name: "N5" },
      { id: "r6", email: ALICE, device: "d6", name: "G6" },
      { id: "r7", email: ALICE, device: "d7" },
      { id: "r8", email: ALICE, device: "unknown" },
    ],
    devices: [2, 3, 4, 5, 6, 7].map((n) =>
      physicalDevice(`d${n}`, { serial_number: `S${n}`, hardware_id: `H${n}` }),
    ),
    expect: [
      "r1: keep (entry) 4",
      "r2: keep (entry) 5",
      "r3: keep (entry) 6",
      "r4: keep (entry) 7",
      "r5: keep (entry) 8",
      "r6: keep (entry) 9",
      "r7: revoke (unlisted) 3",
      "r8: leave (unknown-hardware) 5",
    ],
  },
]);

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
    title: "is what machines with one hardware id and several serials have",
    allowlist: `users:\n  ${ALICE}:\n    - hardwareId: hw\n`,
    live: [
      { id: "a", email: ALICE, device: "d1" },
      { id: "b", email: ALICE, device: "d2" },
    ],
    devices: [
      physicalDevice("d1", { serial_number: "S1", hardware_id: "hw" }),
      physicalDevice("d2", { serial_number: "S2", hardware_id: "hw" }),
    ],
    expect: ["a: leave (unknown-hardware) 4", "b: leave (unknown-hardware) 4"],
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
    title: "is what two machines with one serial have",
    allowlist: `users:\n  ${ALICE}:\n    - serial: C02X\n`,
    live: [{ id: "a", email: ALICE, device: "d1" }],
    devices: [
      physicalDevice("d1", { serial_number: "C02X" }),
      physicalDevice("d2", { serial_number: "C02X" }),
    ],
    expect: ["a: leave (unknown-hardware) 4"],
  },
  {
    title: "is not what a machine with another serial has",
    allowlist: `users:\n  ${ALICE}:\n    - serial: C02X\n`,
    live: [{ id: "a", email: ALICE, device: "d1" }],
    devices: [physicalDevice("d1", { serial_number: "OTHER" })],
    expect: ["a: revoke (unlisted) 3"],
  },
]);

steps("who is not listed", [
  {
    title: "an empty list allows nothing",
    allowlist: `users:\n  ${ALICE}: []\n`,
    live: [{ id: "a", email: ALICE }],
    expect: ["a: revoke (unlisted) 3"],
  },
  {
    title: "unlisted devices are deleted where the policy says so, revoked ones too",
    allowlist: `policy: { unlisted: delete }\nusers:\n  ${ALICE}: []\n`,
    live: [
      { id: "a", email: ALICE },
      { id: "b", email: ALICE, revoked: "2026-05-20T00:00:00Z" },
    ],
    expect: ["a: delete (unlisted) 2", "b: delete (unlisted) 2"],
  },
  {
    title: "unlisted devices are only reported where the policy says so",
    allowlist: `policy: { unlisted: report }\nusers:\n  ${ALICE}: []\n`,
    live: [{ id: "a", email: ALICE }],
    expect: ["a: leave (unlisted) 2"],
  },
  {
    title: "unknown users are left alone unless the policy says otherwise",
    allowlist: listed,
    live: [{ id: "c", email: "carol@example.com" }],
    expect: ["c: leave (unknown-user) 1"],
  },
  {
    title: "unknown users are revoked where the policy says so",
    allowlist: `policy: { unknownUsers: revoke }\n${listed}`,
    live: [{ id: "c", email: "carol@example.com" }],
    expect: ["c: revoke (unknown-user) 2"],
  },
  {
    title: "what belongs to no person has a policy of its own",
    allowlist: `policy: { unknownUsers: delete }\n${listed}`,
    live: [
      { id: "a" },
      { id: "b", email: "non_identity@team.cloudflareaccess.com" },
      { id: "c", email: "x@notcloudflareaccess.com" },
    ],
    expect: ["a: leave (no-user) 1", "b: leave (no-user) 1", "c: delete (unknown-user) 2"],
  },
]);

steps("the scope", [
  {
    title: "leaves out other domains, types, and what is deleted",
    allowlist: `scope: { emailDomains: [example.com] }\n${listed}`,
    live: [
      { id: "a", email: ALICE, device: "d1" },
      { id: "b", email: "bob@sub.example.com" },
      { id: "c", email: "carol@example.org" },
      { id: "d" },
      { id: "e", email: ALICE, type: "browser_extension" },
      { id: "f", email: ALICE, deleted: "2026-05-20T00:00:00Z" },
    ],
    expect: ["a: keep (entry) 5"],
  },
  {
    title: "takes addresses beside domains",
    allowlist: `scope: { emailDomains: [example.com], emails: [bob@example.org] }\npolicy: { unknownUsers: revoke }\n${listed}`,
    live: [
      { id: "b", email: "bob@example.org" },
      { id: "c", email: "carol@example.org" },
    ],
    expect: ["b: revoke (unknown-user) 3"],
  },
  {
    title: "goes by profile where profiles are named",
    allowlist: `scope: { policyIds: [p1] }\nusers:\n  ${ALICE}: []\n`,
    live: [
      { id: "a", email: ALICE, policy: "p1" },
      { id: "b", email: ALICE, policy: "p2" },
      { id: "c", email: ALICE },
    ],
    expect: ["a: revoke (unlisted) 4"],
  },
]);

steps("what is protected", [
  {
    title: "is never touched, by user, device or registration",
    allowlist: `protected:\n  users: [ceo@example.com]\n  devices: [d1]\n  registrations: [r1]\npolicy: { unknownUsers: delete }\nusers:\n  ${ALICE}: []\n`,
    live: [
      { id: "r1", email: ALICE },
      { id: "r2", email: ALICE, device: "d1" },
      { id: "r3", email: "ceo@example.com" },
      { id: "r4", email: ALICE },
    ],
    expect: [
      "r1: leave (protected) 5",
      "r2: leave (protected) 4",
      "r3: leave (protected) 3",
      "r4: revoke (unlisted) 8",
    ],
  },
]);

test.each([
  ["serial: S1", true],
  ["hardwareId: H1", true],
  ["nameGlob: L*", true],
  ["name: L1", false],
  ["device: d1", false],
])("hardware is listed where an entry among others needs it: %s", (key, needed) => {
  const text = `${HEAD}users:\n  ${ALICE}:\n    - device: d9\n    - ${key}\n`;
  expect(needsHardware(allowlist(text))).toBe(needed);
});

describe("findings", () => {
  const codes = (one: ReturnType<typeof plan>) => one.findings.map(({ code, text }) => `${code}: ${text}`);

  test("an entry that matches nothing is reported with what was meant", () => {
    const made = plan(`${HEAD}users:\n  ${ALICE}:\n    - name: LAPTOP-7\n`, [
      { id: "a", email: ALICE, name: "LAPTOP-1" },
    ]);
    expect(codes(made)).toEqual([
      'unmatched-entry: name "LAPTOP-7" of alice@example.com matches no registration; did you mean "LAPTOP-1"?',
    ]);
    expect(made.findings[0]?.source?.line).toBe(4);
  });

  test("an entry that matches another user's device says whose it is", () => {
    const made = plan(`${HEAD}users:\n  ${ALICE}:\n    - device: d1\n`, [
      { id: "a", email: "bob@example.com", device: "d1" },
    ]);
    expect(codes(made)).toContain(
      'unmatched-entry: device "d1" of alice@example.com matches no registration; that is a device of bob@example.com',
    );
  });

  test("an entry for deletion that matches nothing says that nothing is left to delete", () => {
    const made = plan(`${HEAD}users:\n  ${ALICE}:\n    - { name: L1, state: deleted }\n`, [
      { id: "a", email: ALICE, name: "L2" },
    ]);
    expect(codes(made)).toEqual([
      `unmatched-entry: name "L1" of ${ALICE} matches no registration; nothing is left to delete`,
    ]);
  });

  test("an unlisted device that is only reported is a finding while it is active", () => {
    const made = plan(`${HEAD}policy: { unlisted: report }\nusers:\n  ${ALICE}: []\n`, [
      { id: "a", email: ALICE },
      { id: "b", email: ALICE, revoked: "2026-05-20T00:00:00Z" },
    ]);
    expect(made.findings.map(({ code, registrations }) => [code, registrations])).toEqual([
      ["unlisted", ["a"]],
    ]);
  });

  test("an entry that a stronger one outranks is no finding", () => {
    const made = plan(`${HEAD}users:\n  ${ALICE}:\n    - device: d1\n    - name: L1\n`, [
      { id: "a", email: ALICE, device: "d1", name: "L1" },
    ]);
    expect(codes(made)).toEqual([]);
  });

  test("a user whom the allowlist does not know is named once, with all active registrations", () => {
    const carol = "carol@example.com";
    const made = plan(HEAD + listed, [
      { id: "a", email: ALICE, device: "d1" },
      { id: "b", email: carol },
      { id: "c", email: carol },
      { id: "d", email: carol, revoked: "2026-05-20T00:00:00Z" },
    ]);
    expect(codes(made)).toEqual([
      `unknown-user: ${carol} is not in the allowlist: 2 active registrations left alone`,
    ]);
    expect(made.findings[0]?.registrations).toEqual(["b", "c"]);
  });

  test("repeated and vendor-default serials are named, with the registrations in scope that have them", () => {
    const bob = "bob@example.com";
    const devices = [
      physicalDevice("d1", { serial_number: "SAME" }),
      physicalDevice("d2", { serial_number: "SAME" }),
      physicalDevice("d3", { serial_number: "To Be Filled By O.E.M." }),
      physicalDevice("d4", { serial_number: null }),
      physicalDevice("d5", { serial_number: "None" }),
    ];
    const made = plan(
      `${HEAD}scope: { emailDomains: [example.com] }\nusers:\n  ${ALICE}:\n    - serial: C02X\n`,
      [
        { id: "r1", email: bob, device: "d1" },
        { id: "r2", email: bob, device: "d2" },
        { id: "r3", email: bob, device: "d3" },
        { id: "r4", email: bob, device: "d4" },
        { id: "r5", email: "eve@example.org", device: "d5" },
      ],
      devices,
    );
    const named = made.findings.filter(({ code }) => code === "unusable-serial");
    expect(named.map(({ text, registrations }) => [text, registrations])).toEqual([
      [
        'serial "SAME" is the serial of 2 devices, so no entry can match by it: NAME-r1 (r1), NAME-r2 (r2)',
        ["r1", "r2"],
      ],
      [
        'serial "To Be Filled By O.E.M." is a vendor\'s default, so no entry can match by it: NAME-r3 (r3)',
        ["r3"],
      ],
    ]);
  });

  test("unknown hardware and a revoked device that is only reported are findings", () => {
    const made = plan(
      `${HEAD}policy: { listedRevoked: report }\nusers:\n  ${ALICE}:\n    - hardwareId: hw\n    - { registration: r2 }\n`,
      [
        { id: "r1", email: ALICE, device: "d1" },
        { id: "r2", email: ALICE, device: "d2", revoked: "2026-05-20T00:00:00Z" },
      ],
      [],
    );
    expect(made.findings.map(({ code, registrations }) => [code, ...registrations])).toEqual([
      ["unknown-hardware", "r1"],
      ["listed-revoked", "r2"],
      ["unmatched-entry"],
    ]);
  });

  test("a contradiction about a protected registration holds nothing", () => {
    const made = plan(
      `${HEAD}protected: { registrations: [a] }\nusers:\n  ${ALICE}:\n    - { nameGlob: "L*" }\n    - { nameGlob: "*1", state: revoked }\n`,
      [{ id: "a", email: ALICE, name: "L1" }],
    );
    expect([made.problems, summary(made)]).toEqual([[], ["a: leave (protected) 2"]]);
  });

  test("entries that contradict each other are a problem that names both lines", () => {
    const made = plan(
      `${HEAD}users:\n  ${ALICE}:\n    - { nameGlob: "L*" }\n    - { nameGlob: "*1", state: revoked }\n`,
      [{ id: "a", email: ALICE, name: "L1" }],
    );
    expect(made.problems.map(({ source, related }) => [source?.line, related?.[0]?.source.line])).toEqual([
      [4, 5],
    ]);
    expect(made.acts).toEqual([]);
  });
});
