import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { policyOf } from "./model.js";
import { parseAllowlist } from "./parse.js";

const rootText = readFileSync(join(__dirname, "every-key.yaml"), "utf8");
const userText = `users: { carol@example.com: [] }
tests: [{ name: nobody, given: { user: none }, expect: keep }]
accessUsers: { eve@a.example: {} }
`;

const { allowlist, messages } = parseAllowlist([
  { file: "allowlist.yaml", text: rootText },
  { file: "allowlist/team.yaml", text: userText },
]);

/** Where a text of the root file stands. */
function at(text: string, file = "allowlist.yaml", content = rootText) {
  const offset = content.indexOf(text);
  const before = content.slice(0, offset).split("\n");
  return { file, line: before.length, column: (before.at(-1) ?? "").length + 1 };
}

const days = (text: string, count: number) => ({ text, ms: count * 86_400_000 });
const day = (text: string) => ({ text, start: Date.parse(text) });

describe("an allowlist with every key", () => {
  it("has nothing wrong with it, and nothing to look at", () => {
    expect(messages).toEqual([]);
    expect(allowlist!.warnings).toEqual([]);
  });

  it("has the accounts that it is for", () => {
    expect([...allowlist!.account]).toEqual([
      ["0123456789abcdef0123456789abcdef", at("0123456789abcdef")],
      ["00000000000000000000000000000001", at('"0000')],
    ]);
  });

  it("has the root file's policy", () => {
    const said = (value: unknown, text: string) => ({ value, explicit: true, source: at(text) });
    expect(allowlist!.policy).toEqual({
      unlisted: said("delete", "unlisted:"),
      unknownUsers: said("report", "unknownUsers:"),
      noUser: said("report", "noUser:"),
      listedRevoked: said("unrevoke", "listedRevoked:"),
      grace: said(days("72h", 3), "grace: 72h"),
      stale: said({ after: days("90d", 90), action: "report", includeListed: true }, "stale:"),
      revoked: said({ after: days("30d", 30), action: "delete", includeListed: false }, "revoked:"),
      superseded: said("report", "superseded:"),
      maxDevices: said(3, "maxDevices: 3"),
      overMaxDevices: said("revoke", "overMaxDevices:"),
      unknownHardware: said("revoke", "unknownHardware:"),
      machines: said("judge", "machines:"),
    });
  });

  it("has the closest policy of each e-mail of which anything is said, listed or not", () => {
    expect([...allowlist!.policies.keys()]).toEqual(["bob@example.com", "x@example.com"]);
    const group = (value: unknown, text: string) => ({
      value,
      explicit: true,
      source: at(text),
      of: "group contractors",
    });
    const contractor = policyOf(allowlist!, "x@example.com");
    expect(contractor).toEqual({
      ...allowlist!.policy,
      grace: group({ text: "0h", ms: 0 }, "grace: none"),
      stale: group(undefined, "stale: none"),
      unknownUsers: group("revoke", "unknownUsers: revoke"),
    });
    const own = (value: unknown, text: string) => ({
      ...group(value, text),
      of: "user bob@example.com",
    });
    expect(policyOf(allowlist!, "bob@example.com")).toEqual({
      ...contractor,
      superseded: own(undefined, "superseded: none"),
      revoked: own(undefined, "revoked: none"),
      maxDevices: own(1, "maxDevices: 1"),
    });
    expect(policyOf(allowlist!, "gone@example.com")).toBe(allowlist!.policy);
  });

  it("has users with state and devices", () => {
    expect(allowlist!.users.get("bob@example.com")).toEqual({
      email: "bob@example.com",
      source: at("bob@example.com:"),
      state: {
        state: "suspended",
        since: day("2026-06-01"),
        reason: "on leave",
        source: at("state: suspended"),
      },
      entries: [
        {
          match: { serial: "PF3TQ9ZX" },
          state: "active",
          from: day("2026-06-01"),
          expires: day("2026-12-31"),
          owner: "it",
          ticket: "OPS-1",
          requires: {
            platform: "mac",
            model: "MacBook*",
            minClientVersion: "2025.4.929.0",
            tunnelType: "masque",
            profile: "Engineering",
            minOsVersion: "15.6",
          },
          source: at('serial: "PF'),
        },
        {
          match: { name: "KIOSK-1" },
          state: "active",
          trustName: "names are set by MDM",
          source: at("{ name: KIOSK-1"),
        },
      ],
    });
    expect(allowlist!.users.get("gone@example.com")).toMatchObject({
      entries: [],
      state: { state: "offboarded", source: at("state: offboarded") },
    });
  });

  it("has rules of what to leave alone", () => {
    expect(allowlist!.ignore).toEqual([
      {
        match: { user: "kiosk@example.com", emailDomain: "example.com", policyId: "p1" },
        reason: "managed by Intune",
        source: at("{ user: Kiosk"),
      },
      {
        match: { nameGlob: "KIOSK-*" },
        reason: "kiosks",
        trustName: "names are set by MDM",
        source: at("{ nameGlob:"),
      },
    ]);
  });

  it("has what is protected, by the form in which it is compared", () => {
    const { users, devices, registrations, serials, hardwareIds } = allowlist!.protected;
    expect([...users]).toEqual([["root@example.com", at("root@example.com")]]);
    expect([...devices, ...registrations]).toEqual([]);
    expect([...serials]).toEqual([["C02GR8X", at("c02gr8x")]]);
    expect([...hardwareIds]).toEqual([["0AB4C4C4004235108052B3C04F4B4E32", at('"{0AB4')]]);
  });

  it("has guards, limits and a freeze, whose day counts to its end", () => {
    const { guards, limits, freeze } = allowlist!;
    expect(guards.perUser).toEqual({ value: 5, explicit: true, source: at("perUser:") });
    expect(guards.deleteUsers).toEqual({ value: 3, explicit: true, source: at("deleteUsers:") });
    expect([...guards.self]).toEqual([["ops@example.com", at("Ops@example.com")]]);
    expect(limits).toEqual({
      perRun: { value: 50, explicit: true, source: at("perRun:") },
      maxPlanAge: { value: days("12h", 0.5), explicit: true, source: at("maxPlanAge:") },
    });
    expect(freeze).toEqual({
      until: new Date("2026-12-28T00:00:00Z"),
      reason: "change freeze",
      source: at("freeze:"),
    });
  });

  it("has tests of all files", () => {
    expect(allowlist!.tests).toEqual([
      {
        name: "Bob's ThinkPad stays",
        at: new Date("2026-06-14T22:00:00Z"),
        given: {
          user: "bob@example.com",
          registration: "r1",
          device: "d1",
          name: "n1",
          serial: "To Be Filled By O.E.M.",
          hardwareId: "h1",
          platform: "mac",
          model: "M1",
          clientVersion: "2025.4",
          osVersion: "15.6",
          tunnelType: "masque",
          profile: "Engineering",
          policyId: "p1",
          registrationType: "warp",
          created: new Date("2026-06-01T00:00:00Z"),
          lastSeen: new Date("2026-06-02T10:00:00.500Z"),
          revoked: new Date("2026-06-03T00:00:00Z"),
        },
        expect: { action: "leave", rule: "grace" },
        source: at("name: Bob's"),
      },
      {
        name: "nobody",
        given: { user: "" },
        expect: { action: "keep" },
        source: at("{ name: nobody", "allowlist/team.yaml", userText),
      },
    ]);
  });

  it("has the Access users of all files", () => {
    expect(allowlist!.accessUsers).toEqual([
      { email: "dave@example.com", name: "Dave", state: "absent", source: at("Dave@example.com:") },
      {
        email: "eve@a.example",
        state: "present",
        source: at("eve@a.example", "allowlist/team.yaml", userText),
      },
    ]);
  });
});
