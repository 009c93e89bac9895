import { expect, test } from "vitest";
import { physicalDevice, plan } from "../../test/support/world.js";
import { ALICE, BOB, HEAD, steps } from "../../test/support/world-steps.js";

const GONE = "2026-05-20T00:00:00Z";

function limit(most: number, action: string, more = ""): string {
  return `policy: { maxDevices: ${most}, overMaxDevices: ${action}${more} }\nusers:\n  ${ALICE}:\n    - nameGlob: "*"\n`;
}

/** One registration a month, each on a device of its own. */
const JAN = { id: "jan", email: ALICE, device: "d1", created: "2026-01-01T00:00:00Z" };
const FEB = { id: "feb", email: ALICE, device: "d2", created: "2026-02-01T00:00:00Z" };
const MAR = { id: "mar", email: ALICE, device: "d3", created: "2026-03-01T00:00:00Z" };

const row = (id: string, serial: string) =>
  physicalDevice(id, { serial_number: serial, hardware_id: serial });

steps("maxDevices in a narrower scope", [
  {
    title:
      "lets nothing in of a machine that is beyond the limit, though it connects by what is out of scope",
    allowlist: `scope: { policyIds: [p2] }\n${limit(1, "revoke")}`,
    live: [
      { ...MAR, policy: "p1" },
      { ...JAN, policy: "p1" },
      { ...JAN, id: "jan-again", created: "2026-01-02T00:00:00Z", policy: "p2", revoked: GONE },
    ],
    expect: ["jan-again: leave (max-devices) 3"],
  },
  {
    title: "lets in what is within it",
    allowlist: `scope: { policyIds: [p2] }\n${limit(2, "revoke")}`,
    live: [
      { ...MAR, policy: "p1" },
      { ...JAN, policy: "p1" },
      { ...JAN, id: "jan-again", created: "2026-01-02T00:00:00Z", policy: "p2", revoked: GONE },
    ],
    expect: ["jan-again: unrevoke (entry) 6"],
  },
]);

steps("above maxDevices", [
  {
    title: "the oldest devices are revoked",
    allowlist: limit(2, "revoke"),
    live: [JAN, FEB, MAR],
    expect: ["feb: keep (entry) 5", "jan: revoke (max-devices) 2", "mar: keep (entry) 5"],
    findings: [],
  },
  {
    title: "the oldest devices are deleted",
    allowlist: limit(1, "delete"),
    live: [JAN, FEB, MAR],
    expect: ["feb: delete (max-devices) 2", "jan: delete (max-devices) 2", "mar: keep (entry) 5"],
  },
  {
    title: "nothing is done where it is only reported",
    allowlist: limit(1, "report"),
    live: [JAN, FEB, MAR],
    expect: ["feb: keep (entry) 5", "jan: keep (entry) 5", "mar: keep (entry) 5"],
    findings: ["max-devices: feb jan"],
  },
  {
    title: "there is nothing at the limit",
    allowlist: limit(3, "delete"),
    live: [JAN, FEB, MAR],
    expect: ["feb: keep (entry) 5", "jan: keep (entry) 5", "mar: keep (entry) 5"],
  },
  {
    title: "the greater id counts as newer where both were made at once",
    allowlist: limit(1, "revoke"),
    live: [
      { ...JAN, id: "a" },
      { ...FEB, id: "b", created: JAN.created },
    ],
    expect: ["a: revoke (max-devices) 2", "b: keep (entry) 5"],
  },
  {
    title: "each user is counted alone",
    allowlist: `${limit(1, "revoke")}  ${BOB}:\n    - nameGlob: "*"\n`,
    live: [JAN, { ...FEB, email: BOB }],
    expect: ["feb: keep (entry) 7", "jan: keep (entry) 5"],
  },
  {
    title: "registrations on one device are one, and go together",
    allowlist: limit(1, "revoke"),
    live: [JAN, { ...MAR, device: "d1" }, FEB, { ...FEB, id: "feb2", device: "d4" }],
    devices: [row("d2", "S2"), row("d4", "S2")],
    expect: [
      "feb: revoke (max-devices) 2",
      "feb2: revoke (max-devices) 2",
      "jan: keep (entry) 5",
      "mar: keep (entry) 5",
    ],
  },
  {
    title: "what no entry allows takes no place",
    allowlist: `policy: { maxDevices: 1, overMaxDevices: revoke, unlisted: report }\nusers:\n  ${ALICE}:\n    - device: d1\n    - { device: d3, state: revoked }\n`,
    live: [JAN, FEB, MAR],
    expect: ["feb: leave (unlisted) 2", "jan: keep (entry) 5", "mar: revoke (entry) 6"],
  },
  {
    title: "what no entry allows is not for the limit to decide, however old",
    allowlist: `policy: { maxDevices: 1, overMaxDevices: delete, unlisted: report }\nusers:\n  ${ALICE}:\n    - { device: d2, state: revoked }\n    - device: d3\n`,
    live: [JAN, FEB, MAR],
    expect: ["feb: revoke (entry) 5", "jan: leave (unlisted) 2", "mar: keep (entry) 6"],
  },
  {
    title: "the finding names the registrations in the order of ids, not of age",
    allowlist: limit(1, "report"),
    live: [
      { ...JAN, id: "a" },
      { ...FEB, id: "b" },
      { ...MAR, id: "c" },
    ],
    expect: ["a: keep (entry) 5", "b: keep (entry) 5", "c: keep (entry) 5"],
    findings: ["max-devices: a b"],
  },
  {
    title: "a revoked device is not let in, and takes a place where it would be",
    allowlist: limit(1, "revoke"),
    live: [
      { ...JAN, revoked: GONE },
      { ...FEB, revoked: GONE },
    ],
    expect: ["feb: unrevoke (entry) 5", "jan: keep (max-devices) 2"],
  },
  {
    title: "a revoked device that is only reported takes none",
    allowlist: limit(1, "revoke", ", listedRevoked: report"),
    live: [JAN, { ...FEB, revoked: GONE }],
    expect: ["feb: leave (listed-revoked) 2", "jan: keep (entry) 5"],
  },
  {
    title: "a revoked device that is only reported takes no place, and is not acted on",
    allowlist: limit(1, "delete", ", listedRevoked: report"),
    live: [{ ...JAN, revoked: GONE }, FEB],
    expect: ["feb: keep (entry) 5", "jan: leave (listed-revoked) 2"],
    findings: ["listed-revoked: jan"],
  },
  {
    title: "older registrations of the device go with it",
    allowlist: limit(1, "delete"),
    live: [{ ...JAN, revoked: GONE }, { ...FEB, device: "d1" }, MAR],
    expect: ["feb: delete (max-devices) 2", "jan: delete (max-devices) 2", "mar: keep (entry) 5"],
  },
  {
    title: "older registrations of the device stay revoked with it",
    allowlist: limit(1, "revoke"),
    live: [{ ...JAN, revoked: GONE }, { ...FEB, device: "d1" }, MAR],
    expect: ["feb: revoke (max-devices) 2", "jan: keep (max-devices) 2", "mar: keep (entry) 5"],
  },
]);

const STALE = ", stale: { after: 30d, action: revoke, includeListed: true }";

steps("maxDevices beside age", [
  {
    title: "a device that age retires takes no place from one that is in use",
    allowlist: limit(1, "revoke", STALE),
    live: [JAN, { ...FEB, lastSeen: "2026-03-01T00:00:00Z" }],
    expect: ["feb: revoke (stale) 2", "jan: keep (entry) 5"],
  },
  {
    title: "of a device that is over the limit and stale its age decides",
    allowlist: limit(1, "delete", STALE),
    live: [{ ...JAN, lastSeen: "2026-03-01T00:00:00Z" }, FEB],
    expect: ["feb: keep (entry) 5", "jan: revoke (stale) 2"],
  },
  {
    title: "a stale device takes no place from an older one in use",
    allowlist: limit(1, "revoke", STALE),
    live: [JAN, { ...MAR, lastSeen: "2026-03-01T00:00:00Z" }],
    expect: ["jan: keep (entry) 5", "mar: revoke (stale) 2"],
  },
  {
    title: "a device takes its place by the registration in use, though another of it is stale",
    allowlist: limit(1, "revoke", STALE),
    live: [JAN, { ...MAR, device: "d2" }, { ...FEB, lastSeen: "2026-03-01T00:00:00Z" }],
    expect: ["feb: revoke (stale) 2", "jan: revoke (max-devices) 2", "mar: keep (entry) 5"],
  },
  {
    title: "a stale device above the limit is no finding of the limit",
    allowlist: limit(1, "report", STALE),
    live: [{ ...JAN, lastSeen: "2026-03-01T00:00:00Z" }, FEB],
    expect: ["feb: keep (entry) 5", "jan: revoke (stale) 2"],
    findings: [],
  },
]);

test("the finding counts devices, and the decision names the limit", () => {
  const reported = plan(HEAD + limit(1, "report"), [JAN, FEB, MAR]);
  expect(reported.findings.find(({ code }) => code === "max-devices")).toMatchObject({
    text: `${ALICE} has 2 more devices than the 1 that policy.maxDevices allows`,
    source: { line: 2 },
  });
  const again = [row("d1", "S1"), row("d2", "S1")];
  const one = plan(HEAD + limit(1, "report"), [JAN, FEB, MAR], again);
  expect(one.findings.find(({ code }) => code === "max-devices")?.text).toContain("has 1 more device than");
  const [, jan] = plan(HEAD + limit(1, "revoke"), [JAN, FEB]).decisions;
  expect(jan).toMatchObject({
    reason: { text: "its user may have 1 device, and newer ones take precedence" },
    entry: { match: { nameGlob: "*" } },
  });
  const [, oldest] = plan(HEAD + limit(2, "revoke"), [JAN, FEB, MAR]).decisions;
  expect(oldest?.reason.text).toBe("its user may have 2 devices, and newer ones take precedence");
});

test("several users above their limits have a finding each", () => {
  const users = `${limit(1, "report")}  ${BOB}:\n    - nameGlob: "*"\n`;
  const made = plan(HEAD + users, [
    JAN,
    FEB,
    { ...JAN, id: "b1", device: "d3", email: BOB },
    { ...FEB, id: "b2", device: "d4", email: BOB },
  ]);
  expect(
    made.findings.filter(({ code }) => code === "max-devices").map(({ registrations }) => registrations),
  ).toEqual([["jan"], ["b1"]]);
});
