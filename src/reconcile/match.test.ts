import { expect, test } from "vitest";
import { type EntrySketch, toAllowlist } from "../../test/support/world-allowlist.js";
import { ALICE, steps } from "../../test/support/world-steps.js";
import { ACCOUNT, NOW, physicalDevice, registration } from "../../test/support/world.js";
import { makePlan } from "./plan.js";

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
      { id: "c", email: ALICE, device: "d3", name: "L2" },
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

steps("the rank of two entries", [
  {
    title: "hardware id beats device, and name beats glob",
    allowlist: `users:\n  ${ALICE}:\n    - { device: d1, state: revoked }\n    - { hardwareId: H-1 }\n    - { nameGlob: "N*", state: revoked }\n    - { name: N2 }\n`,
    live: [
      { id: "a", email: ALICE, device: "d1" },
      { id: "b", email: ALICE, device: "d2", name: "N2" },
    ],
    devices: [
      physicalDevice("d1", { serial_number: null, hardware_id: "H-1" }),
      physicalDevice("d2", { serial_number: null, hardware_id: "H-2" }),
    ],
    expect: ["a: keep (entry) 5", "b: keep (entry) 7"],
  },
  {
    title: "is the same for two that ask for the same: the first line speaks",
    allowlist: `users:\n  ${ALICE}:\n    - { device: d1, name: L, state: revoked }\n    - { device: d1, state: revoked }\n`,
    live: [{ id: "a", email: ALICE, device: "d1", name: "L" }],
    expect: ["a: revoke (entry) 4"],
  },
  {
    title: "is told apart on one line too",
    allowlist: `users: { ${ALICE}: [{ device: d1, expires: 2026-05-31 }, { device: d1, name: L, expires: 2026-05-31 }] }\n`,
    live: [{ id: "a", email: ALICE, device: "d1", name: "L" }],
    expect: ["a: revoke (expired) 2"],
  },
]);

test.each([0, 20])("the first of equals speaks, in whatever order an index finds them: %i more", (more) => {
  const twins = (entries: readonly EntrySketch[]) => {
    const rest = Array.from({ length: more }, (_, i): EntrySketch => ({
      match: { device: `o${i}` },
      state: "active",
    }));
    const list = toAllowlist({ users: [[ALICE, { entries: [...entries, ...rest] }]] });
    const live = registration({ id: "a", email: ALICE, device: "d1", name: "L" });
    return makePlan(list, { account: ACCOUNT, registrations: [live] }, NOW).decisions[0]?.source.line;
  };
  const one: EntrySketch = { match: { device: "d1" }, state: "revoked" };
  const two: EntrySketch = { match: { device: "d1", name: "L" }, state: "revoked" };
  expect([twins([one, two]), twins([two, one])]).toEqual([101, 101]);
});

test("of equals on one line the first column speaks", () => {
  const list = toAllowlist({
    users: [
      [
        ALICE,
        {
          entries: [
            { match: { device: "d1" }, state: "revoked" },
            { match: { name: "L", device: "d1" }, state: "revoked" },
          ],
        },
      ],
    ],
  });
  const user = list.users.get(ALICE);
  const [first, second] = user?.entries ?? [];
  if (!user || !first || !second) throw new Error("no entries");
  const place = (column: number) => ({ ...first.source, line: 7, column });
  const columns = (entries: readonly [number, number]) => {
    const users = new Map([
      [
        ALICE,
        {
          ...user,
          entries: [
            { ...first, source: place(entries[0]) },
            { ...second, source: place(entries[1]) },
          ],
        },
      ],
    ]);
    const live = registration({ id: "a", email: ALICE, device: "d1", name: "L" });
    return makePlan({ ...list, users }, { account: ACCOUNT, registrations: [live] }, NOW).decisions[0]?.source
      .column;
  };
  expect([columns([3, 9]), columns([9, 3])]).toEqual([3, 3]);
});
