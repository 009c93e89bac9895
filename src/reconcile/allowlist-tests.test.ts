import { describe, expect, test } from "vitest";
import { HEAD } from "../../test/support/world-steps.js";
import { allowlist, NOW } from "../../test/support/world.js";
import { runAllowlistTests } from "./findings/tests.js";

const LIST =
  `policy: { grace: 72h, stale: { after: 90d, action: delete }, revoked: { after: 30d }, noUser: revoke }
scope: { policyIds: [p1] }
ignore: [{ model: X, reason: x }]
users:
  alice@example.com:
    - { serial: C02ALICE1, hardwareId: H1 }
    - { device: d1, registration: r1 }
    - { nameGlob: "L-*", requires: { platform: mac, model: "Mac*", minClientVersion: "2025" } }
    - { nameGlob: "T-*", requires: { platform: mac, tunnelType: masque, profile: Engineering, minOsVersion: "15.6" } }
`.replace(/^ignore.*\n/mu, "");

/** Runs one test; `given` belongs to profile p1 unless it says otherwise. */
function failures(given: string, expected: string, at = ""): string[] {
  const text = `${HEAD}${LIST}tests:\n  - name: one\n    given: { policyId: p1, ${given} }\n    expect: ${expected}\n${at}`;
  return runAllowlistTests(allowlist(text), NOW).map((message) => message.text);
}

const ALICE = "user: alice@example.com";

describe("a test of the allowlist passes", () => {
  test.each([
    [
      "by serial and hardware id",
      `${ALICE}, serial: C02ALICE1, hardwareId: H1`,
      "{ action: keep, rule: entry }",
    ],
    ["by registration and device", `${ALICE}, registration: r1, device: d1`, "{ action: keep, rule: entry }"],
    [
      "with all that an entry requires",
      `${ALICE}, name: L-1, platform: mac, model: MacBook, clientVersion: "2025.1", serial: S, hardwareId: H2`,
      "keep",
    ],
    [
      "with a platform that fails",
      `${ALICE}, name: L-1, platform: windows, serial: C02OTHER1, hardwareId: H22`,
      "{ action: revoke, rule: condition }",
    ],
    [
      "with a model that fails",
      `${ALICE}, name: L-1, platform: mac, model: Mini, serial: C02OTHER1, hardwareId: H22`,
      "{ action: revoke, rule: condition }",
    ],
    [
      "with a client that fails",
      `${ALICE}, name: L-1, platform: mac, model: MacBook, clientVersion: "2024.1", serial: C02OTHER1, hardwareId: H22`,
      "{ action: revoke, rule: condition }",
    ],
    [
      "with its tunnel, its profile's name and its system",
      `${ALICE}, name: T-1, platform: mac, tunnelType: masque, profile: Engineering, osVersion: "15.10", serial: S, hardwareId: H2`,
      "{ action: keep, rule: entry }",
    ],
    ...[
      ["tunnel", 'tunnelType: wireguard, profile: Engineering, osVersion: "15.10"'],
      ["profile", 'tunnelType: masque, profile: Default, osVersion: "15.10"'],
      ["system", 'tunnelType: masque, profile: Engineering, osVersion: "15.5"'],
    ].map(([what = "", device = ""]): [string, string, string] => [
      `with a ${what} that fails`,
      `${ALICE}, name: T-1, platform: mac, ${device}, serial: C02OTHER1, hardwareId: H22`,
      "{ action: revoke, rule: condition }",
    ]),
    ["for hardware that is not told", `${ALICE}, name: X`, "{ action: leave, rule: unknown-hardware }"],
    [
      "for a registration that was made long ago, so that it has no grace",
      `${ALICE}, name: X, serial: C02OTHER1, hardwareId: H22`,
      "{ action: revoke, rule: unlisted }",
    ],
    [
      "for a new one",
      `${ALICE}, name: X, serial: C02OTHER1, hardwareId: H22, created: 2026-06-01T11:00:00Z`,
      "{ action: leave, rule: grace }",
    ],
    [
      "for one that was not seen for long",
      `${ALICE}, name: X, serial: C02OTHER1, hardwareId: H22, lastSeen: 2026-01-01`,
      "{ action: delete, rule: stale }",
    ],
    [
      "for one that was revoked lately",
      `${ALICE}, registration: r1, device: d1, revoked: 2026-05-30`,
      "unrevoke",
    ],
    [
      "for one that was revoked long ago",
      `${ALICE}, name: X, serial: C02OTHER1, hardwareId: H22, revoked: 2026-01-01`,
      "{ action: delete, rule: revoked-age }",
    ],
    ["for one that belongs to nobody", 'user: ""', "{ action: revoke, rule: no-user }"],
    ["for an unknown user", "user: carol@example.com", "{ action: leave, rule: unknown-user }"],
  ])("%s", (_, given, expected) => {
    expect(failures(given, expected)).toEqual([]);
  });

  test("for one without a name, which no pattern matches that wants a character", () => {
    const text = `${HEAD}users:\n  alice@example.com: [{ nameGlob: "?*" }]\ntests:\n  - { name: one, given: { ${ALICE} }, expect: { action: revoke, rule: unlisted } }\n  - { name: two, given: { ${ALICE}, name: X }, expect: keep }\n`;
    expect(runAllowlistTests(allowlist(text), NOW)).toEqual([]);
  });

  test("at its own moment, without touching that of others", () => {
    const given = `${ALICE}, name: X, serial: C02OTHER1, hardwareId: H22, created: 2026-06-01T11:00:00Z`;
    expect(failures(given, "{ action: revoke, rule: unlisted }", "    at: 2026-06-05\n")).toEqual([]);
  });
});

describe("a test of the allowlist fails", () => {
  test("where the action is another, and says which and why", () => {
    expect(failures("user: carol@example.com", "revoke")).toEqual([
      'the test "one" fails: expected revoke, but it is leave (unknown-user): its user is not in the allowlist',
    ]);
  });

  test("where the rule is another", () => {
    expect(failures("user: carol@example.com", "{ action: leave, rule: no-user }")).toEqual([
      'the test "one" fails: expected leave (no-user), but it is leave (unknown-user): its user is not in the allowlist',
    ]);
  });

  test("where such a registration is outside the scope", () => {
    const outside = 'the test "one" fails: such a registration is outside `scope`, so nothing is decided';
    expect(failures(`registrationType: browser_extension, ${ALICE}`, "keep")).toEqual([outside]);
    const text = `${HEAD}${LIST}tests:\n  - { name: one, given: { ${ALICE}, policyId: p2 }, expect: keep }\n`;
    expect(runAllowlistTests(allowlist(text), NOW).map((message) => message.text)).toEqual([outside]);
  });

  test("where entries contradict each other", () => {
    const text = `${HEAD}users:\n  alice@example.com:\n    - nameGlob: "L*"\n    - { nameGlob: "*1", state: revoked }\ntests:\n  - { name: one, given: { ${ALICE}, name: L1 }, expect: leave }\n`;
    expect(runAllowlistTests(allowlist(text), NOW).map((message) => message.text)).toEqual([
      'the test "one" fails: two entries ask for different states for L1 (the registration of a test) of alice@example.com: active here, revoked at line 5',
    ]);
  });

  test("with its own line, the line that decides, and what to do", () => {
    const text = `${HEAD}users:\n  alice@example.com: []\ntests:\n  - { name: one, given: { ${ALICE} }, expect: keep }\n  - { name: two, given: { ${ALICE} }, expect: revoke }\n  - { name: three, given: { ${ALICE} }, expect: delete }\n`;
    expect(runAllowlistTests(allowlist(text), NOW)).toMatchObject([
      {
        code: "allowlist/test-failed",
        fix: "correct the entry, the policy, or the test",
        source: { line: 5 },
        related: [{ text: "the line that decides", source: { line: 3 } }],
      },
      { source: { line: 7 } },
    ]);
  });
});

test("a test that gives a profile's id and no name fails by that id, and one with its name alone passes by it", () => {
  const device = `${ALICE}, name: T-1, platform: mac, tunnelType: masque, osVersion: "15.10", serial: S, hardwareId: H2`;
  expect(failures(device, "keep")[0]).toMatch(/requires profile "Engineering", but it is "p1"$/u);
  const text = `${HEAD}${LIST.replace("scope: { policyIds: [p1] }\n", "")}tests:\n  - name: one\n    given: { profile: Engineering, ${device} }\n    expect: keep\n`;
  expect(runAllowlistTests(allowlist(text), NOW)).toEqual([]);
});
