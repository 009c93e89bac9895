import { afterEach, describe, expect, test } from "vitest";
import { type Offline, startOffline } from "../../../test/cli/offline.js";
import { physicalDevice, registration } from "../../../test/support/world.js";

const BOB = "bob@example.com";
const SAVED = ["--inventory", "inventory.json"];

const ACCOUNT = {
  registrations: [
    registration({ id: "r1", email: BOB, device: "d1", name: "BOB-THINKPAD" }),
    registration({ id: "r2", email: BOB, device: "d2", name: "BOB-PHONE", created: "2026-05-30T12:00:00Z" }),
    registration({ id: "r3", email: "carol@example.com", device: "d3" }),
    registration({ id: "r6", email: BOB, type: "browser_extension" }),
  ],
  devices: [
    physicalDevice("d1", { serial_number: "PF3TQ9ZX", hardware_id: "HW-1", model: "ThinkPad X1" }),
    physicalDevice("d2", { serial_number: "PHONE-2" }),
    physicalDevice("d9", { serial_number: "ALONE-9" }),
  ],
};

const LISTED = `version: 1
policy: { grace: 24h }
users:
  alice@example.com: []
  ${BOB}:
    - serial: "PF3TQ9ZX" # the ThinkPad
      expires: 2026-06-30
`;

let project: Offline;
afterEach(() => project.end());

test("tells what it is, what it should be, the line, every rule, and what would change it", async () => {
  project = startOffline(ACCOUNT, { "allowlist.yaml": LISTED });
  const { code, out } = await project.run("explain", "r2", ...SAVED);
  expect(code).toBe(0);
  expect(out).toMatchInlineSnapshot(`
    "BOB-PHONE (r2) of bob@example.com
      is        active; created 2026-05-30T12:00Z, last seen 2026-05-31T08:00Z
      device    "d2"
      hardware  serial "PHONE-2", no usable hardware id
      should be revoked: revoke is due
      rule      unlisted: no entry for its user allows it
      line      allowlist.yaml:5  bob@example.com:
      rules, in their order
          1 protected: no line protects it, its device, or its user
          2 the operator's own: its user is not in guards.self
          3 ignored: nothing is ignored
          4 offboarded: its user is not offboarded
          5 suspended: its user is not suspended
          6 contradiction: no two entries of the same rank ask for different states
          7 entry that refuses: the entry for its user does not match it now: serial
            "PF3TQ9ZX" (line 6): its serial is "PHONE-2" (allowlist.yaml:5)
          8 protected hardware: no serial or hardware id is protected
          9 ignored hardware: nothing is ignored
         10 unknown hardware: no entry needs hardware that is not known
         11 long revoked: policy.revoked is not set
         12 stale: policy.stale is not set
         13 too many devices: policy.maxDevices is not set
         14 superseded: policy.superseded is not set
         15 entry that allows: no entry for its user allows it
         16 grace: its device enrolled on 2026-05-30, more than 24h ago
            (allowlist.yaml:2)
      => 17 not allowed: no entry for its user allows it (allowlist.yaml:5)
      what would change it
        - add an entry by serial "PHONE-2": warp-registrations accept r2
    "
  `);
});

test("of what no entry allows its user's line comes first, and the policy's second", async () => {
  const text = LISTED.replace("{ grace: 24h }", "\n  unlisted: revoke");
  project = startOffline(ACCOUNT, { "allowlist.yaml": text });
  const { out } = await project.run("explain", "r2", ...SAVED);
  const at = (wanted: string) => text.split("\n").findIndex((line) => line.includes(wanted)) + 1;
  expect(out).toContain(
    `  line      allowlist.yaml:${at("bob@example.com")}  bob@example.com:\n  policy    allowlist.yaml:${at("unlisted")}  unlisted: revoke\n`,
  );
});

test("of an entry that allows: the rules that could narrow it, and when it ends", async () => {
  project = startOffline(ACCOUNT, { "allowlist.yaml": LISTED });
  const { out } = await project.run("explain", "PF3TQ9ZX", ...SAVED);
  expect(out).toMatchInlineSnapshot(`
    "BOB-THINKPAD (r1) of bob@example.com
      is        active; created 2026-05-01T08:00Z, last seen 2026-05-31T08:00Z
      device    "d1"
      hardware  serial "PF3TQ9ZX", hardware id "HW-1", "ThinkPad X1"
      should be active: nothing is due
      rule      entry: allowed by hardware
      line      allowlist.yaml:6  - serial: "PF3TQ9ZX" # the ThinkPad
      rules, in their order
          1 protected: no line protects it, its device, or its user
          2 the operator's own: its user is not in guards.self
          3 ignored: nothing is ignored
          4 offboarded: its user is not offboarded
          5 suspended: its user is not suspended
          6 contradiction: no two entries of the same rank ask for different states
          7 entry that refuses: serial "PF3TQ9ZX" asks for active (allowlist.yaml:6)
          8 protected hardware: no serial or hardware id is protected
          9 ignored hardware: nothing is ignored
         10 unknown hardware: no entry needs hardware that is not known
         11 long revoked: policy.revoked is not set
         12 stale: policy.stale is not set
         13 too many devices: policy.maxDevices is not set
         14 superseded: policy.superseded is not set
      => 15 entry that allows: allowed by hardware (allowlist.yaml:6)
         16 grace: not asked, 15 comes first
         17 not allowed: not asked, 15 comes first
      what would change it
        - without the entry at allowlist.yaml:6, policy.unlisted would decide
          (revoke)
        - its entry expires after 2026-06-30; then policy.unlisted decides (revoke)
    "
  `);
});

test("of a user each registration in short", async () => {
  project = startOffline(ACCOUNT, { "allowlist.yaml": LISTED });
  const { out } = await project.run("explain", "Bob@Example.com", ...SAVED);
  expect(out).toMatchInlineSnapshot(`
    "3 registrations of this user, listed at allowlist.yaml:5

    BOB-PHONE (r2) of bob@example.com
      is        active; created 2026-05-30T12:00Z, last seen 2026-05-31T08:00Z
      should be revoked: revoke is due
      rule      unlisted: no entry for its user allows it
      line      allowlist.yaml:5  bob@example.com:

    NAME-r6 (r6) of bob@example.com
      is        active; created 2026-05-01T08:00Z, last seen 2026-05-31T08:00Z
      scope     out of scope: its type is browser_extension, but the scope has only
                warp

    BOB-THINKPAD (r1) of bob@example.com
      is        active; created 2026-05-01T08:00Z, last seen 2026-05-31T08:00Z
      should be active: nothing is due
      rule      entry: allowed by hardware
      line      allowlist.yaml:6  - serial: "PF3TQ9ZX" # the ThinkPad

    for all rules, and what would change a decision: warp-registrations explain ID
    "
  `);
});

test("json says the same as data", async () => {
  project = startOffline(ACCOUNT, { "allowlist.yaml": LISTED });
  const { out } = await project.run("explain", "r2", ...SAVED, "--format", "json");
  const document = JSON.parse(out) as { explanations: { rules: object[] }[] };
  expect(document).toMatchObject({
    version: 1,
    asOf: "2026-06-01T12:00:00.000Z",
    what: "r2",
    explanations: [
      {
        registration: { id: "r2", user: BOB, device: { id: "d2" } },
        live: "active",
        desired: "revoked",
        action: "revoke",
        reason: { code: "unlisted" },
        source: { file: "allowlist.yaml", line: 5, text: `  ${BOB}:` },
        changes: ['add an entry by serial "PHONE-2": warp-registrations accept r2'],
      },
    ],
  });
  expect(document.explanations[0]?.rules).toHaveLength(17);
});

test("the entry that is proposed is the one that accept adds, though no rule asks for hardware", async () => {
  project = startOffline(ACCOUNT, { "allowlist.yaml": "version: 1\nusers:\n  alice@example.com: []\n" });
  const { out } = await project.run("explain", "r2", ...SAVED);
  expect(out).toContain('add an entry by serial "PHONE-2": warp-registrations accept r2');
  expect((await project.run("accept", "r2", ...SAVED)).out).toContain('added serial "PHONE-2"');
});

test("--now asks as of another moment", async () => {
  project = startOffline(ACCOUNT, { "allowlist.yaml": LISTED });
  const { out } = await project.run("explain", "r1", ...SAVED, "--now", "2026-07-01");
  expect(out).toContain("  rule      expired:");
  expect(out.replace(/\s+/gu, " ")).toContain('serial "PF3TQ9ZX" (line 6) expired after 2026-06-30');
  const early = await project.run("explain", "r2", ...SAVED, "--now", "2026-05-31");
  expect(early.out).toContain("- its grace ends at 2026-05-31T12:00Z");
});

describe("which rule decides:", () => {
  test.each([
    ["protected", "protected: { devices: [d2] }\n", "=>  1 protected:"],
    ["self", `guards: { self: [${BOB}] }\n`, "=>  2 the operator's own:"],
    ["ignored", "ignore:\n  - { device: d2, reason: the MDM }\n", "=>  3 ignored: ignored: the MDM"],
    ["superseded", "policy: { superseded: revoke }\n", "   14 superseded: no newer registration"],
    ["stale", "policy: { stale: { after: 1h, action: delete } }\n", "=> 12 stale:"],
    ["grace", "policy: { grace: 72h }\n", "=> 16 grace:"],
    ["freeze", "freeze: { until: 2026-06-10, reason: audit }\n", "it waits: frozen until"],
  ])("%s", async (_, text, line) => {
    const without = LISTED.replace("policy: { grace: 24h }\n", "");
    project = startOffline(ACCOUNT, { "allowlist.yaml": without + text });
    expect((await project.run("explain", "r2", ...SAVED)).out).toContain(line);
  });

  test.each([
    ["a suspended user", `users: { ${BOB}: { state: suspended } }\n`, "=>  5 suspended:"],
    ["an offboarded user", `users: { ${BOB}: { state: offboarded } }\n`, "=>  4 offboarded:"],
    [
      "one to come",
      `users: { ${BOB}: { state: suspended, since: 2026-07-01 } }\n`,
      "- its user is suspended from 2026-07-01 on",
    ],
    [
      "a user whom nobody lists",
      "users: { alice@example.com: [] }\n",
      "=> 17 not allowed: its user is not in the allowlist",
    ],
    [
      "an entry that refuses",
      `users: { ${BOB}: [{ device: d2, state: revoked }] }\n`,
      '=>  7 entry that refuses: device "d2" must be revoked',
    ],
    [
      "one device too many",
      `policy: { maxDevices: 1, overMaxDevices: revoke }\nusers: { ${BOB}: [{ device: d1 }, { device: d2 }] }\n`,
      "=> 13 too many devices:",
    ],
  ])("%s", async (name, text, line) => {
    project = startOffline(ACCOUNT, { "allowlist.yaml": `version: 1\n${text}` });
    const { out } = await project.run("explain", name === "one device too many" ? "r1" : "r2", ...SAVED);
    expect(out).toContain(line);
    expect(out.match(/^ {2}=>/gmu)).toHaveLength(1);
  });
});

describe("what is not decided:", () => {
  test.each([
    ["r6", 0, "scope     out of scope: its type is browser_extension, but the scope has only warp"],
    [
      "alice@example.com",
      0,
      "alice@example.com is listed at allowlist.yaml:4 with 0 entries, but has no registration",
    ],
    ["PF3TQ9ZY", 1, 'did you mean "PF3TQ9ZX"?'],
    ["carole@example.com", 1, 'did you mean "carol@example.com"?'],
    ["BOB-PHONE", 1, "give the id: r2"],
    ["ALONE-9", 1, "the account has this device, but no registration of it"],
    ["zzzzzzzzzzzz", 1, "give a registration id, a device id, a serial number or an e-mail address"],
  ])("%s", async (what, code, said) => {
    project = startOffline(ACCOUNT, { "allowlist.yaml": LISTED });
    const ended = await project.run("explain", what, ...SAVED);
    expect(ended.code).toBe(code);
    expect((ended.out + ended.err).replaceAll(/\n +/gu, " ").replaceAll(/ +/gu, " ")).toContain(
      said.replaceAll(/ +/gu, " "),
    );
    expect(ended.err).not.toContain("    at ");
  });

  test("--evidence of a saved account", async () => {
    project = startOffline(ACCOUNT, { "allowlist.yaml": LISTED });
    const { code, err } = await project.run("explain", "r2", ...SAVED, "--evidence");
    expect(code).toBe(1);
    expect(err).toContain("--evidence asks the live account");
  });
});

test("whatever devices and files say, it fits a terminal and obeys nobody", async () => {
  const name = `\u001b[31m\u202e${"N".repeat(10_000)}\n::error:: <{% ##[error]`;
  const registrations = [registration({ id: "r2", email: BOB, device: "d2", name })];
  const devices = [physicalDevice("d2", { model: name, serial_number: `S\u202e${"x".repeat(9_000)}` })];
  const text = LISTED.replace("# the ThinkPad", `# ${"<{% ::warning:: ".repeat(300)}`);
  project = startOffline({ registrations, devices }, { "allowlist.yaml": text });
  for (const what of ["r2", BOB]) {
    const { out } = await project.run("explain", what, ...SAVED);
    expect(out).not.toMatch(/[^\n\P{C}]|^\s*::|##\[|<\{%/mu);
    for (const line of out.split("\n")) expect(Array.from(line).length).toBeLessThanOrEqual(100);
    const { out: json } = await project.run("explain", what, ...SAVED, "--format", "json");
    expect(json).not.toMatch(/[^\n\P{C}]|^\s*::|##\[|<\{%/mu);
    expect(json).toContain("\\u202e");
  }
});
