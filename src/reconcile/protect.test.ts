import { expect, test } from "vitest";
import { physicalDevice, plan, summary } from "../../test/support/world.js";
import { ALICE, BOB, HEAD, steps } from "../../test/support/world-steps.js";

const STALE =
  "policy: { stale: { after: 30d, action: delete, includeListed: true }, revoked: { after: 30d } }";

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
    findings: [],
  },
  {
    title: "by serial or hardware id is left alone, in either case",
    allowlist: `protected: { serials: [pf3], hardwareIds: [H-2] }\nusers:\n  ${ALICE}: []\n`,
    live: [1, 2, 3].map((n) => ({ id: `r${n}`, email: ALICE, device: `d${n}` })),
    devices: [
      physicalDevice("d1", { serial_number: "PF3" }),
      physicalDevice("d2", { hardware_id: "h-2" }),
      physicalDevice("d3", { serial_number: "PF4" }),
    ],
    expect: ["r1: leave (protected) 2", "r2: leave (protected) 2", "r3: revoke (unlisted) 4"],
  },
  {
    title: "is not let in again, nor deleted, however stale or long revoked",
    allowlist: `protected: { users: [${ALICE}] }\n${STALE}\nusers:\n  ${ALICE}: [{ device: d1 }]\n`,
    live: [
      {
        id: "a",
        email: ALICE,
        device: "d1",
        lastSeen: "2025-01-01T00:00:00Z",
        revoked: "2025-02-01T00:00:00Z",
      },
      { id: "b", email: ALICE, device: "d2", lastSeen: "2025-01-01T00:00:00Z" },
    ],
    expect: ["a: leave (protected) 2", "b: leave (protected) 2"],
  },
  {
    title: "supersedes an older registration, and is superseded by none",
    allowlist: `protected: { registrations: [new] }\npolicy: { superseded: delete }\nusers:\n  ${ALICE}: [{ device: d1 }]\n`,
    live: [
      {
        id: "old",
        email: ALICE,
        device: "d1",
        created: "2026-01-01T00:00:00Z",
        lastSeen: "2026-01-31T00:00:00Z",
      },
      { id: "new", email: ALICE, device: "d1", created: "2026-02-01T00:00:00Z" },
    ],
    devices: [],
    expect: ["new: leave (protected) 2", "old: delete (superseded) 3"],
  },
  {
    title: "stays though it is the older one",
    allowlist: `protected: { registrations: [old] }\npolicy: { superseded: delete }\nusers:\n  ${ALICE}: [{ device: d1 }]\n`,
    live: [
      { id: "old", email: ALICE, device: "d1", created: "2026-01-01T00:00:00Z" },
      { id: "new", email: ALICE, device: "d1", created: "2026-02-01T00:00:00Z" },
    ],
    devices: [],
    expect: ["new: keep (entry) 5", "old: leave (protected) 2"],
  },
  {
    title: "takes none of its user's places under maxDevices, as it needs no entry",
    allowlist: `protected: { registrations: [p] }\npolicy: { maxDevices: 1, overMaxDevices: revoke }\nusers:\n  ${ALICE}: [{ device: d1 }, { device: d2 }]\n`,
    live: [
      { id: "p", email: ALICE, device: "d2", created: "2026-02-01T00:00:00Z" },
      { id: "a", email: ALICE, device: "d1", created: "2026-01-01T00:00:00Z" },
    ],
    devices: [],
    expect: ["a: keep (entry) 5", "p: leave (protected) 2"],
  },
]);

steps("the operator's own registrations", [
  {
    title: "are left alone, listed or not, by whatever spelling of the address",
    allowlist: `guards: { self: [" Alice@Example.com"] }\npolicy: { unknownUsers: delete }\nusers:\n  ${BOB}: []\n`,
    live: [
      { id: "a", email: ALICE },
      { id: "b", email: BOB },
    ],
    expect: ["a: leave (self) 2", "b: revoke (unlisted) 5"],
  },
]);

const text = ({ findings }: ReturnType<typeof plan>, code: string) =>
  findings.filter((one) => one.code === code).map((one) => one.text);

test("a line that protects nothing is told, with what may have been meant", () => {
  const made = plan(
    `${HEAD}protected:\n  users: [alic@example.com]\n  devices: [d9, d1]\n  registrations: [a]\nguards: { self: [operator@elsewhere.test] }\nusers: { ${BOB}: [] }\n`,
    [{ id: "a", email: ALICE, device: "d1" }],
  );
  expect(text(made, "unmatched-protection")).toEqual([
    'protected user "alic@example.com" matches nothing in the account; did you mean "alice@example.com"?',
    'protected device "d9" matches nothing in the account; did you mean "d1"?',
    'guards.self "operator@elsewhere.test" matches nothing in the account',
  ]);
});

test("a device id that no registration has any more is none, where it protects what enrolled anew", () => {
  const made = plan(
    `${HEAD}protected: { devices: [d1] }\nusers: { ${ALICE}: [] }\n`,
    [{ id: "a", email: ALICE, device: "d2" }],
    [
      physicalDevice("d1", { serial_number: "S-1", last_seen_user: { id: "u", email: ALICE, name: "" } }),
      physicalDevice("d2", { serial_number: "S-1" }),
    ],
  );
  expect(summary(made)).toEqual(["a: leave (protected) 2"]);
  expect(text(made, "unmatched-protection")).toEqual([]);
});

test("an entry that a protection makes void is told, with both lines", () => {
  const list = `${HEAD}protected: { devices: [d1] }\nusers:\n  ${ALICE}:\n    - device: d1\n    - device: d2\n`;
  const made = plan(list, [
    { id: "a", email: ALICE, device: "d1", revoked: "2026-05-10T00:00:00Z" },
    { id: "b", email: ALICE, device: "d2" },
  ]);
  const shadowed = made.findings.filter(({ code }) => code === "shadowed-entry");
  expect(
    shadowed.map(({ source, related, registrations }) => [
      source?.line,
      related?.[0]?.source.line,
      registrations,
    ]),
  ).toEqual([[5, 2, ["a"]]]);
});

test("an entry that also decides about others is not void", () => {
  const list = `${HEAD}protected: { registrations: [a] }\nusers:\n  ${ALICE}:\n    - device: d1\n`;
  const live = [
    { id: "a", email: ALICE, device: "d1" },
    { id: "b", email: ALICE, device: "d1" },
  ];
  expect(text(plan(list, live), "shadowed-entry")).toEqual([]);
  expect(text(plan(list, [...live].reverse()), "shadowed-entry")).toEqual([]);
});

test.each([
  ["protected: { users: [alice@example.com] }", "protected"],
  ["guards: { self: [alice@example.com] }", "the operator's own"],
  ["ignore: [{ user: alice@example.com, reason: kiosk }]", "ignored"],
])("the reason is named: %s", (line, why) => {
  const made = plan(`${HEAD}${line}\nusers: { ${ALICE}: [{ device: d1 }] }\n`, [
    { id: "a", email: ALICE, device: "d1", revoked: "2026-05-10T00:00:00Z" },
  ]);
  expect(text(made, "shadowed-entry")).toEqual([
    `device "d1" of ${ALICE} never decides: everything it matches is ${why}`,
  ]);
});

test.each([
  "protected: { users: [alice@example.com] }",
  "protected: { devices: [d1] }",
  "guards: { self: [alice@example.com] }",
])("an entry that asks for what is kept so anyway, as an export writes it, is no finding: %s", (line) => {
  const list = `${HEAD}${line}\nusers: { ${ALICE}: [{ device: d1 }] }\n`;
  const live = { id: "a", email: ALICE, device: "d1" };
  expect(plan(list, [live]).findings).toEqual([]);
  // It would be let in, were it not protected.
  const revoked = plan(list, [{ ...live, revoked: "2026-05-10T00:00:00Z" }]);
  expect(text(revoked, "shadowed-entry")).toHaveLength(1);
});

test("of a protected device that enrolled anew under another id, the decision says the same", () => {
  const list = `${HEAD}protected: { devices: [d1] }\nusers: { ${ALICE}: [] }\n`;
  const rows = ["d1", "d2"].map((id) =>
    physicalDevice(id, { serial_number: "S-1", last_seen_user: { email: ALICE } }),
  );
  const [decision] = plan(list, [{ id: "a", email: ALICE, device: "d2" }], rows).decisions;
  expect(decision?.reason.text).toBe("protected device, never touched");
});

test("the decision says what is protected, or whose it is", () => {
  const text = `${HEAD}protected: { users: [u@example.com], devices: [d], registrations: [r] }\nguards: { self: [${BOB}] }\nusers: { ${ALICE}: [] }\n`;
  const made = plan(text, [
    { id: "a", email: ALICE, device: "d" },
    { id: "b", email: BOB },
    { id: "r", email: ALICE, device: "d" },
    { id: "u", email: "u@example.com" },
  ]);
  expect(made.decisions.map(({ reason }) => reason.text)).toEqual([
    "protected device, never touched",
    "its user runs this tool, so it is never touched",
    "protected registration, never touched",
    "protected user, never touched",
  ]);
});
