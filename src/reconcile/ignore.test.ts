import { expect, test } from "vitest";
import { physicalDevice, plan } from "../../test/support/world.js";
import { ALICE, BOB, HEAD, notices, steps } from "../../test/support/world-steps.js";

const POLICY = "policy: { unknownUsers: revoke }\nusers:\n";

steps("what another tool manages", [
  {
    title: "is left alone, by user or domain",
    allowlist: `ignore:\n  - { user: ${ALICE}, reason: a }\n  - { emailDomain: example.org, reason: b }\n${POLICY}  ${ALICE}: []\n`,
    live: [
      { id: "a", email: ALICE },
      { id: "b", email: "x@example.org" },
      { id: "c", email: "x@sub.example.org" },
      { id: "d" },
    ],
    expect: [
      "a: leave (ignored) 3",
      "b: leave (ignored) 4",
      "c: revoke (unknown-user) 5",
      "d: leave (no-user) 1",
    ],
  },
  {
    title: "is left alone whatever its profile, where the rule names none",
    allowlist: `ignore: [{ user: ${ALICE}, reason: a }]\n${POLICY}  ${ALICE}: []\n`,
    live: [{ id: "a", email: ALICE, policy: "p1" }],
    expect: ["a: leave (ignored) 2"],
  },
  {
    title: "is left alone where every key of a rule matches",
    allowlist: `ignore:\n  - { user: ${ALICE}, policyId: p1, nameGlob: "K*", reason: kiosk }\n${POLICY}  ${ALICE}: []\n  ${BOB}: []\n`,
    live: [
      { id: "a", email: ALICE, policy: "p1", name: "K1" },
      { id: "b", email: ALICE, policy: "p2", name: "K1" },
      { id: "c", email: ALICE, policy: "p1", name: "L1" },
      { id: "d", email: BOB, policy: "p1", name: "K1" },
      { id: "e", email: ALICE, name: "K1" },
    ],
    expect: [
      "a: leave (ignored) 3",
      "b: revoke (unlisted) 6",
      "c: revoke (unlisted) 6",
      "d: revoke (unlisted) 7",
      "e: revoke (unlisted) 6",
    ],
  },
  {
    title: "is known by its hardware too",
    allowlist: `ignore: [{ serial: S1, reason: kiosk }]\n${POLICY}  ${ALICE}: []\n`,
    live: [
      { id: "a", email: ALICE, device: "d1" },
      { id: "b", email: ALICE, device: "d2" },
    ],
    devices: [physicalDevice("d1", { serial_number: "S1" }), physicalDevice("d2", { serial_number: "S2" })],
    expect: ["a: leave (ignored) 2", "b: revoke (unlisted) 5"],
  },
  {
    title: "stays as it is though its user is suspended or gone",
    allowlist: `ignore: [{ device: d1, reason: kiosk }]\nusers:\n  ${ALICE}: { state: suspended }\n  ${BOB}: { state: offboarded }\n`,
    live: [
      { id: "a", email: ALICE, device: "d1" },
      { id: "b", email: BOB, device: "d1" },
      { id: "c", email: BOB, device: "d2" },
    ],
    expect: ["a: leave (ignored) 2", "b: leave (ignored) 2", "c: delete (offboarded) 5"],
  },
  {
    title: "is retired by no age",
    allowlist: `ignore: [{ user: ${ALICE}, reason: kiosk }]\npolicy: { stale: { after: 30d, action: delete, includeListed: true } }\nusers: { ${ALICE}: [] }\n`,
    live: [{ id: "a", email: ALICE, lastSeen: "2025-01-01T00:00:00Z" }],
    expect: ["a: leave (ignored) 2"],
    findings: [],
  },
]);

test("the decision says why", () => {
  const made = plan(`${HEAD}ignore: [{ user: ${ALICE}, reason: the MDM }]\nusers: { ${BOB}: [] }\n`, [
    { id: "a", email: ALICE },
  ]);
  expect(made.decisions[0]?.reason.text).toBe("ignored: the MDM");
});

test("a rule that matches nothing is told, and one that a protection outranks is not", () => {
  const made = plan(
    `${HEAD}protected: { users: [${ALICE}] }\nignore:\n  - { user: ${ALICE}, reason: a }\n  - { user: ${BOB}, policyId: p1, reason: b }\nusers: { ${BOB}: [] }\n`,
    [
      { id: "a", email: ALICE },
      { id: "b", email: BOB },
    ],
  );
  expect(notices(made)).toEqual(["unmatched-ignore:"]);
  expect(made.findings.find(({ code }) => code === "unmatched-ignore")).toMatchObject({
    text: `ignore user "${BOB}" and policyId "p1" matches no registration`,
    source: { line: 5 },
  });
});
