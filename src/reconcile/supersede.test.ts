import { expect, test } from "vitest";
import { physicalDevice, plan } from "../../test/support/world.js";
import { ALICE, BOB, HEAD, steps } from "../../test/support/world-steps.js";

const GONE = "2026-05-20T00:00:00Z";

function superseded(action: string, more = "", entries = "[{ device: d1 }]"): string {
  return `policy: { superseded: ${action}${more} }\nusers:\n  ${ALICE}: ${entries}\n`;
}

/** Silent since the new one enrolled. */
const OLD = {
  id: "old",
  email: ALICE,
  device: "d1",
  created: "2026-01-01T00:00:00Z",
  lastSeen: "2026-01-31T00:00:00Z",
};
const NEW = { id: "new", email: ALICE, device: "d1", created: "2026-02-01T00:00:00Z" };

const row = (id: string, serial: string | null, hardware: string | null = serial) =>
  physicalDevice(id, { serial_number: serial, hardware_id: hardware });

steps("the older registration of a device", [
  {
    title: "is deleted",
    allowlist: superseded("delete"),
    live: [OLD, NEW],
    expect: ["new: keep (entry) 4", "old: delete (superseded) 2"],
    findings: [],
  },
  {
    title: "is revoked, and stays revoked",
    allowlist: superseded("revoke"),
    live: [OLD, NEW, { ...OLD, id: "gone", revoked: GONE }],
    expect: ["gone: keep (superseded) 2", "new: keep (entry) 4", "old: revoke (superseded) 2"],
  },
  {
    title: "is only reported, and only while it connects",
    allowlist: superseded("report"),
    live: [OLD, NEW, { ...OLD, id: "gone", revoked: GONE }],
    expect: ["gone: leave (older) 4", "new: keep (entry) 4", "old: keep (entry) 4"],
    findings: ["superseded: old"],
  },
  {
    title: "is the one with the smaller id where both were made at once",
    allowlist: superseded("delete"),
    live: [
      { ...OLD, id: "a", lastSeen: OLD.created },
      { ...OLD, id: "b", lastSeen: OLD.created },
    ],
    expect: ["a: delete (superseded) 2", "b: keep (entry) 4"],
  },
  {
    title: "is known by serial or hardware id, though the device's id changed",
    allowlist: superseded("delete", "", '[{ nameGlob: "*" }]'),
    live: [OLD, { ...NEW, device: "d2" }],
    devices: [row("d1", "S1", "H1"), row("d2", null, "H1")],
    expect: ["new: keep (entry) 4", "old: delete (superseded) 2"],
  },
  {
    title: "is not known by name, nor by the entry alone: two devices of one name would cut each other off",
    allowlist: superseded("delete", "", "[{ name: L }]"),
    live: [
      { ...OLD, name: "L" },
      { ...NEW, device: "d2", name: "L" },
    ],
    devices: [row("d1", null), row("d2", null)],
    expect: ["new: keep (entry) 4", "old: keep (entry) 4"],
  },
  {
    title: "is none of another user's, though they share the machine",
    allowlist: `${superseded("delete")}  ${BOB}: [{ device: d1 }]\n`,
    live: [OLD, { ...NEW, email: BOB }],
    expect: ["new: keep (entry) 5", "old: keep (entry) 4"],
  },
  {
    title: "is none of another type: a client and a browser extension are both in use",
    allowlist: `scope: { registrationTypes: [warp, browser_extension] }\n${superseded("delete")}`,
    live: [OLD, { ...NEW, type: "browser_extension" }],
    expect: ["new: keep (entry) 5", "old: keep (entry) 5"],
  },
  {
    title: "goes before unlisted",
    allowlist: superseded("delete", ", unlisted: report", "[]"),
    live: [OLD, NEW],
    expect: ["new: leave (unlisted) 2", "old: delete (superseded) 2"],
  },
]);

steps("where the policy does not speak of superseded ones", [
  {
    title: "nothing is decided, and nothing told",
    allowlist: `users:\n  ${ALICE}: [{ device: d1 }]\n`,
    live: [OLD, NEW],
    expect: ["new: keep (entry) 3", "old: keep (entry) 3"],
    findings: [],
  },
  {
    title: "nothing is decided of one user, though it does for another",
    allowlist: `groups: { lab: { policy: { superseded: delete }, users: [${BOB}] } }\nusers:\n  ${ALICE}: [{ device: d1 }]\n  ${BOB}: [{ device: d1 }]\n`,
    live: [OLD, NEW, { ...OLD, id: "bob-old", email: BOB }, { ...NEW, id: "bob-new", email: BOB }],
    expect: [
      "bob-new: keep (entry) 5",
      "bob-old: delete (superseded) 2",
      "new: keep (entry) 4",
      "old: keep (entry) 4",
    ],
    findings: [],
  },
]);

steps("without a newer one that connects nothing is superseded", [
  {
    title: "the newer one is revoked",
    allowlist: superseded("delete", ", listedRevoked: report"),
    live: [OLD, { ...NEW, revoked: GONE }],
    expect: ["new: leave (listed-revoked) 2", "old: keep (entry) 4"],
  },
  {
    title: "but one that is let in again supersedes",
    allowlist: superseded("delete"),
    live: [OLD, { ...NEW, revoked: GONE }],
    expect: ["new: unrevoke (entry) 4", "old: delete (superseded) 2"],
  },
  {
    title: "the newer one is not allowed, though it has its grace",
    allowlist: superseded("delete", ", grace: 72h", "[{ registration: old }]"),
    live: [OLD, { ...NEW, created: "2026-06-01T00:00:00Z" }],
    expect: ["new: leave (grace) 2", "old: keep (entry) 4"],
  },
  {
    title: "the newer one is refused by an entry",
    allowlist: superseded("delete", "", "[{ device: d1 }, { registration: new, state: revoked }]"),
    live: [OLD, NEW],
    expect: ["new: revoke (entry) 4", "old: keep (entry) 4"],
  },
  {
    title: "the newer one is not seen any more, and the older one is in use: so is their device",
    allowlist: superseded("delete", ", stale: { after: 30d, action: revoke, includeListed: true }"),
    live: [
      { ...OLD, lastSeen: "2026-05-31T00:00:00Z" },
      { ...NEW, lastSeen: "2026-03-01T00:00:00Z" },
    ],
    expect: ["new: keep (entry) 4", "old: keep (entry) 4"],
  },
  {
    title: "the newer one is beyond maxDevices",
    allowlist: superseded("delete", ", maxDevices: 1, overMaxDevices: revoke", '[{ nameGlob: "*" }]'),
    live: [OLD, NEW, { id: "z", email: ALICE, device: "d2", created: "2026-03-01T00:00:00Z" }],
    expect: ["new: revoke (max-devices) 2", "old: revoke (max-devices) 2", "z: keep (entry) 4"],
  },
]);

steps("what an entry says besides has the last word", [
  {
    title: "an entry that names the older registration keeps it",
    allowlist: superseded("delete", "", "[{ registration: old }, { device: d1 }]"),
    live: [OLD, NEW],
    expect: ["new: keep (entry) 4", "old: keep (entry) 4"],
  },
  {
    title: "an entry that revokes goes before one that would delete",
    allowlist: superseded("delete", "", "[{ device: d1 }, { registration: old, state: revoked }]"),
    live: [OLD, NEW],
    expect: ["new: keep (entry) 4", "old: revoke (entry) 4"],
  },
  {
    title: "a name is the newest registration's: what an older one is called means nothing",
    allowlist: superseded("delete", "", "[{ name: NEW }, { name: OLD, state: revoked }]"),
    live: [
      { ...OLD, name: "OLD" },
      { ...NEW, name: "NEW" },
    ],
    expect: ["new: keep (entry) 4", "old: delete (superseded) 2"],
  },
  {
    title: "where the hardware is not known nothing is superseded that may be meant",
    allowlist: superseded("delete", "", "[{ registration: new }, { serial: S1 }]"),
    live: [OLD, NEW],
    devices: [],
    expect: ["new: keep (entry) 4", "old: leave (unknown-hardware) 4"],
  },
]);

steps("once the newest has been revoked for long, and an older one for less", [
  {
    title: "neither is let in: the newest stays for as long as the older one does",
    allowlist: `policy: { revoked: { after: 30d, includeListed: true } }\nusers:\n  ${ALICE}: [{ device: d1 }]\n`,
    live: [
      { ...OLD, revoked: "2026-05-25T00:00:00Z" },
      { ...NEW, revoked: "2026-03-01T00:00:00Z" },
    ],
    expect: ["new: keep (revoked-age) 2", "old: leave (older) 4"],
    findings: ["tombstone: new"],
  },
]);

test("the decision names the newer registration, and keeps the entry", () => {
  const [, old] = plan(HEAD + superseded("revoke"), [OLD, NEW]).decisions;
  expect(old).toMatchObject({
    reason: { text: "new is a newer registration of this device" },
    entry: { match: { device: "d1" } },
  });
});

test("the finding says of whom", () => {
  const text = (live: Parameters<typeof plan>[1]) =>
    plan(HEAD + superseded("report", ", unlisted: report, noUser: report"), live).findings.find(
      ({ code }) => code === "superseded",
    )?.text;
  expect(text([OLD, NEW])).toBe(
    `NAME-old (old) of ${ALICE} is superseded: new is a newer registration of this device`,
  );
  expect(text([OLD, NEW].map((one) => ({ ...one, email: BOB })))).toContain(`(old) of ${BOB} is superseded`);
});

steps("whatever else would be decided of the older one", [
  {
    title:
      "it is superseded: refused, expired, revoked and only reported, or of nobody in the list; not what belongs to no person",
    allowlist: `policy: { superseded: delete, listedRevoked: report, unknownUsers: report, noUser: report }
users:
  ${ALICE}:
    - { name: OLD, device: c, requires: { minClientVersion: "2026" } }
    - { name: OLD, device: e, expires: 2026-05-31 }
    - { device: l }
    - { name: NEW }
`,
    live: [
      ...["c", "e", "l"].flatMap((device) => [
        {
          ...OLD,
          id: `${device}-old`,
          device,
          name: "OLD",
          clientVersion: "2024",
          ...(device === "l" && { revoked: GONE }),
        },
        { ...NEW, id: `${device}-new`, device, name: "NEW" },
      ]),
      ...["carol@example.com", ""].flatMap((email) => [
        { ...OLD, id: `${email.slice(0, 1)}u-old`, email },
        { ...NEW, id: `${email.slice(0, 1)}u-new`, email },
      ]),
    ],
    devices: [],
    expect: [
      "c-new: keep (entry) 8",
      "c-old: delete (superseded) 2",
      "cu-new: leave (unknown-user) 2",
      "cu-old: delete (superseded) 2",
      "e-new: keep (entry) 8",
      "e-old: delete (superseded) 2",
      "l-new: keep (entry) 7",
      "l-old: delete (superseded) 2",
      "u-new: leave (no-user) 2",
      "u-old: leave (no-user) 2",
    ],
  },
  {
    title:
      "it is superseded: revoked and only reported, by one that no entry allows and that connects all the same",
    allowlist: superseded("delete", ", listedRevoked: report, unlisted: report", "[{ name: OLD }]"),
    live: [
      { ...OLD, name: "OLD", revoked: GONE },
      { ...NEW, name: "NEW" },
    ],
    expect: ["new: leave (unlisted) 2", "old: delete (superseded) 2"],
  },
]);
