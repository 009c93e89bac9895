import { expect, test } from "vitest";
import { ACCOUNT, allowlist, NOW, physicalDevice, plan, registration } from "../../test/support/world.js";
import { ALICE, HEAD, steps } from "../../test/support/world-steps.js";
import type { Registration } from "../cloudflare/types.js";
import { makePlan } from "./plan.js";

const WINDOWS = physicalDevice("win", {
  device_type: "windows",
  model: "ThinkPad X1",
  client_version: "2025.9.1",
});
const MAC = physicalDevice("mac", {
  device_type: "mac",
  model: "MacBookPro18,3",
  client_version: "2025.9.1",
});
const MUTE = physicalDevice("mute", { device_type: null, model: "" });

function requires(...conditions: readonly string[]): string {
  return `users:\n  ${ALICE}:\n${conditions.map((one) => `    - { nameGlob: "*", name: L, requires: { ${one} } }`).join("\n")}\n`;
}

const ALL = ["win", "mac", "mute", "none"].map((device) => ({ id: device, email: ALICE, device, name: "L" }));

steps("what an entry requires", [
  {
    title: "platform: in whatever case the account tells it; what is not told leaves alone",
    allowlist: requires("platform: windows"),
    live: ALL,
    devices: [{ ...WINDOWS, device_type: "Windows" }, MAC, MUTE],
    expect: [
      "mac: revoke (condition) 4",
      "mute: leave (unknown-hardware) 4",
      "none: leave (unknown-hardware) 4",
      "win: keep (entry) 4",
    ],
  },
  {
    title: "model: by glob, of the whole model",
    allowlist: requires('model: "ThinkPad *"'),
    live: ALL,
    devices: [WINDOWS, MAC, MUTE],
    expect: [
      "mac: revoke (condition) 4",
      "mute: leave (unknown-hardware) 4",
      "none: leave (unknown-hardware) 4",
      "win: keep (entry) 4",
    ],
  },
  {
    title: "one that fails decides though another cannot be told",
    allowlist: requires('platform: windows, model: "Mac*"'),
    live: ALL,
    devices: [
      { ...WINDOWS, model: null },
      { ...MAC, device_type: null },
      MUTE,
      physicalDevice("none", { device_type: "mac" }),
    ],
    expect: [
      "mac: leave (unknown-hardware) 4",
      "mute: leave (unknown-hardware) 4",
      "none: revoke (condition) 4",
      "win: leave (unknown-hardware) 4",
    ],
  },
]);

steps("a device that fails what its entry requires", [
  {
    title: "is deleted, or only reported, where unlisted says so",
    allowlist: `policy: { unlisted: report }\n${requires("platform: windows")}`,
    live: [{ id: "a", email: ALICE, device: "mac", name: "L" }],
    devices: [MAC],
    expect: ["a: leave (condition) 5"],
    findings: ["condition: a"],
  },
  {
    title: "is not let in by a weaker entry",
    allowlist: `users:\n  ${ALICE}:\n    - { device: mac, requires: { platform: windows } }\n    - { name: L }\n`,
    live: [{ id: "a", email: ALICE, device: "mac", name: "L", revoked: "2026-05-20T00:00:00Z" }],
    devices: [MAC],
    expect: ["a: keep (condition) 4"],
  },
  {
    title: "is let in by another entry of the same rank",
    allowlist: `users:\n  ${ALICE}:\n    - { device: mac, requires: { platform: windows } }\n    - { device: mac, name: L }\n`,
    live: [{ id: "a", email: ALICE, device: "mac", name: "L" }],
    devices: [MAC],
    expect: ["a: keep (entry) 5"],
  },
  {
    title: "is left alone where another entry of the same rank cannot be told, in either order",
    allowlist: `users:\n  ${ALICE}:\n    - { device: mac, requires: { platform: windows } }\n    - { device: mac, name: L, requires: { model: "Mac*" } }\n`,
    live: [{ id: "a", email: ALICE, device: "mac", name: "L" }],
    devices: [{ ...MAC, model: null }],
    expect: ["a: leave (unknown-hardware) 5"],
  },
  {
    title: "is given its grace",
    allowlist: `policy: { grace: 72h }\n${requires("platform: windows")}`,
    live: [{ id: "a", email: ALICE, device: "mac", name: "L", created: "2026-06-01T00:00:00Z" }],
    devices: [MAC],
    expect: ["a: leave (grace) 2"],
    findings: ["grace: a"],
  },
  {
    title: "is left alone where the entry names the registration and cannot be told",
    allowlist: `users:\n  ${ALICE}:\n    - { registration: a, requires: { platform: windows } }\n    - { serial: S1, state: revoked }\n`,
    live: [{ id: "a", email: ALICE, device: "mute" }],
    devices: [MUTE],
    expect: ["a: leave (unknown-hardware) 4"],
  },
]);

test.each([
  ["2025.9.1", "2025.9.1", "keep"],
  ["2025.9.1", "2025.10.0", "keep"],
  ["2025.10", "2025.9.30", "revoke"],
  ["2025.9", "2025.9.0.1", "keep"],
  ["2025.9.0", "2025.9", "keep"],
  ["2025.9.1", "2025.9", "revoke"],
  ["2025.9.1", "2025.9.1-beta.2", "keep"],
  ["2025.9.1", "2025.9-2", "keep"],
  ["2025", "", "leave"],
  ["2025", undefined, "leave"],
  ["2025", "unknown", "leave"],
  ["2026", "v2025.1", "leave"],
  ["2025.9", "2026", "keep"],
])("minClientVersion %s, and it is %s: %s", (wanted, clientVersion, action) => {
  const made = plan(
    HEAD + requires(`minClientVersion: "${wanted}"`),
    [
      {
        id: "a",
        email: ALICE,
        name: "L",
        device: "d",
        ...(clientVersion !== undefined && { clientVersion }),
      },
    ],
    [],
  );
  expect(made.decisions[0]?.action).toBe(action);
});

test.each([
  ["what the registration tells goes before what the device tells", "2024.1", "revoke"],
  ["what the device tells is taken where the registration tells none", undefined, "keep"],
  ["what the device tells is taken where the registration tells nothing of use", "", "keep"],
])("the client's version: %s", (_, clientVersion, action) => {
  const made = plan(
    HEAD + requires('minClientVersion: "2025"'),
    [
      {
        id: "a",
        email: ALICE,
        name: "L",
        device: "win",
        ...(clientVersion !== undefined && { clientVersion }),
      },
    ],
    [WINDOWS],
  );
  expect(made.decisions[0]?.action).toBe(action);
});

test("a version that is told as a number is not known, and the device's own is taken", () => {
  const live = [{ id: "a", email: ALICE, name: "L", device: "win" }].map((one) => registration(one));
  const numbered = live.map((one) => ({ ...one, device: { ...one.device, client_version: 2024 } }));
  const made = makePlan(
    allowlist(HEAD + requires('minClientVersion: "2025"')),
    { account: ACCOUNT, registrations: numbered as unknown as Registration[], devices: [WINDOWS] },
    NOW,
  );
  expect(made.decisions[0]?.action).toBe("keep");
});

test("the decision says what was required, and what is there", () => {
  const text = (condition: string) =>
    plan(HEAD + requires(condition), [{ id: "a", email: ALICE, device: "mac", name: "L" }], [MAC])
      .decisions[0]?.reason.text;
  expect(text("platform: windows")).toBe(
    'nameGlob "*" and name "L" requires platform "windows", but it is "mac"',
  );
  expect(text('model: "Think*"')).toContain('requires model "Think*", but it is "MacBookPro18,3"');
  expect(text('minClientVersion: "2026", model: "Mac*"')).toContain(
    'requires minClientVersion "2026", but it is "2025.9.1"',
  );
});

const MASQUE = { tunnel_type: "masque" };
const PROFILE = {
  id: "p1",
  name: "Engineering",
  default: false,
  deleted: false,
  updated_at: "2026-05-01T00:00:00Z",
};

test.each<[string, object, object, string]>([
  ["tunnelType: masque", MASQUE, {}, "keep (entry)"],
  ["tunnelType: masque", { tunnel_type: "MASQUE" }, {}, "keep (entry)"],
  ["tunnelType: wireguard", MASQUE, {}, "revoke (condition)"],
  ["tunnelType: masque", {}, {}, "leave (unknown-hardware)"],
  ["tunnelType: masque", { tunnel_type: null }, {}, "leave (unknown-hardware)"],
  ["tunnelType: masque", { tunnel_type: 7 }, {}, "leave (unknown-hardware)"],
  ["tunnelType: masque", { tunnel_type: " " }, {}, "leave (unknown-hardware)"],
  ["profile: Engineering", { policy: PROFILE }, {}, "keep (entry)"],
  ["profile: p1", { policy: PROFILE }, {}, "keep (entry)"],
  ["profile: engineering", { policy: PROFILE }, {}, "revoke (condition)"],
  ["profile: Default", { policy: PROFILE }, {}, "revoke (condition)"],
  ["profile: Engineering", {}, {}, "leave (unknown-hardware)"],
  ["profile: Engineering", { policy: null }, {}, "leave (unknown-hardware)"],
  ["profile: Engineering", { policy: {} }, {}, "leave (unknown-hardware)"],
  ['minOsVersion: "15.6"', {}, { os_version: "15.6.1" }, "keep (entry)"],
  ['minOsVersion: "15.10"', {}, { os_version: "15.9.1" }, "revoke (condition)"],
  ['minOsVersion: "15"', {}, { os_version: null }, "leave (unknown-hardware)"],
  ['minOsVersion: "15"', {}, { os_version: "Sequoia" }, "leave (unknown-hardware)"],
  ['minOsVersion: "15", tunnelType: wireguard', MASQUE, {}, "revoke (condition)"],
])("%s, and the account tells %j and %j: %s", (condition, also, device, expected) => {
  const decide = (revoked?: string) =>
    plan(
      HEAD + requires(condition),
      [{ id: "a", email: ALICE, name: "L", device: "d", also, ...(revoked !== undefined && { revoked }) }],
      [physicalDevice("d", device)],
    ).decisions[0];
  const connected = decide();
  expect(`${connected?.action ?? ""} (${connected?.reason.code ?? ""})`).toBe(expected);
  // What cannot be told never lets anything in.
  const isMet = expected.startsWith("keep");
  expect(decide("2026-05-20T00:00:00Z")?.action === "unrevoke").toBe(isMet);
});

test("what is required of the tunnel, the profile and the system is named where it is not so", () => {
  const text = (condition: string) =>
    plan(
      HEAD + requires(condition),
      [{ id: "a", email: ALICE, name: "L", device: "d", also: { ...MASQUE, policy: PROFILE } }],
      [physicalDevice("d", { os_version: "15.9.1" })],
    ).decisions[0]?.reason.text;
  expect(text("tunnelType: wireguard")).toContain('requires tunnelType "wireguard", but it is "masque"');
  expect(text("profile: Sales")).toContain('requires profile "Sales", but it is "Engineering"');
  expect(text('minOsVersion: "15.10"')).toContain('requires minOsVersion "15.10", but it is "15.9.1"');
});
