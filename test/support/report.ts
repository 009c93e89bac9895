/** A report that has every field, made from a plan, with room for text of any kind in each free text. */

import type { ReportDocument } from "../../src/report/document.js";
import { toDocument } from "../../src/report/to-document.js";
import type { Evidence } from "../../src/report/evidence.js";
import { physicalDevice, plan, type Sketch } from "./world.js";

const LIST = `version: 1
guards:
  revoke: { max: 2 }
  perUser: 2
protected:
  devices: [dev-ceo]
ignore:
  - { nameGlob: "LAB-*", reason: the lab's own tool, trustName: names are set by the lab }
users:
  alice@example.com:
    - serial: SN1
      reason: her laptop
      note: bought in May
      owner: it@example.com
      ticket: IT-12
      expires: 2026-06-10
    - { serial: SNPHONE }
  bob@example.com: []
  ceo@example.com: []
  dave@example.com:
    - { serial: SNLOST, state: deleted, reason: lost on a train }
`;

const LIVE: readonly Sketch[] = [
  { id: "a1", email: "alice@example.com", device: "d1", name: "ALICE-MBP", revoked: "2026-05-10T00:00:00Z" },
  { id: "a2", email: "alice@example.com", device: "d2", name: "ALICE-PHONE" },
  {
    ...{ id: "b1", email: "bob@example.com", device: "d3", name: "BOB-PC", policy: "Engineering" },
    also: {
      ...{ key_type: "secp256r1", tunnel_type: "masque" },
      ...{ virtual_ipv4: "100.96.0.7", virtual_ipv6: "2606:4700:cf1:1000::7" },
    },
  },
  { id: "b2", email: "bob@example.com", device: "d4", name: "BOB-OLD-DELL" },
  { id: "b3", email: "bob@example.com", device: "d5", name: "BOB-TABLET" },
  { id: "c1", email: "carol@example.com", device: "d6", name: "CAROL-MBA" },
  { id: "ceo", email: "ceo@example.com", device: "dev-ceo", name: "CEO-LAPTOP" },
  { id: "d1", email: "dave@example.com", device: "d7", name: "dave-ipad" },
  { id: "l1", email: "bob@example.com", device: "d8", name: "LAB-7" },
  { id: "n1", device: "d9", name: "KIOSK" },
];

const DEVICES = [
  physicalDevice("d1", { serial_number: "SN1", model: "MacBook Pro", device_type: "mac" }),
  physicalDevice("d2", { serial_number: "SNPHONE", model: "Pixel 9" }),
  physicalDevice("d3", {
    ...{ serial_number: "SN3", model: "Latitude 7420" },
    ...{ os_version: "10.0.22631", mac_address: "02:00:00:00:00:07" },
  }),
  physicalDevice("d4", { serial_number: "SN4" }),
  physicalDevice("d5", { serial_number: "SN5" }),
  physicalDevice("d6", { serial_number: "SN6" }),
  physicalDevice("d7", { serial_number: "SNLOST", model: "iPad Air" }),
  physicalDevice("d8", { serial_number: "SN8" }),
  physicalDevice("d9", { serial_number: "SN9" }),
  physicalDevice("dev-ceo", { serial_number: "SN0" }),
];

export const EVIDENCE: Evidence = {
  lastSuccessfulLogin: "2026-05-30T09:00:00Z",
  identity: {
    ip: "2001:db8::1",
    country: "DE",
    groups: ["engineering"],
    posture: [{ name: "disk encryption", passed: false }],
  },
  activeSessions: 2,
  failedLogins: [{ at: "2026-05-29T08:00:00Z", detail: "wrong code" }],
  seats: { access: true, gateway: false },
  activeDevices: 3,
  missing: ["audit log: the token lacks the permission"],
};

/** A document with an example of everything; `said` changes each free text on its way in. */
export function fullDocument(said: (text: string) => string = (text) => text): ReportDocument {
  const document = toDocument(plan(LIST, LIVE, DEVICES), {
    generatedAt: new Date("2026-06-01T12:00:01Z"),
    approval: { by: said("eve"), reason: said("agreed in the meeting") },
    run: true,
    evidence: new Map([["b1", EVIDENCE]]),
  });
  const source = { file: said("allowlist.yaml"), line: 3, column: 5 };
  const place = <T extends { readonly file: string }>(one: T): T => ({ ...one, file: said(one.file) });
  return {
    ...document,
    run: { id: "run-1", stack: said("warp-registrations/production") },
    origin: {
      commit: said("5d35baa0c4e1f8f1d1d0b0e6c1b7a3e2f4d5c6b7"),
      pullRequest: said("12"),
      pullRequestUrl: "https://git.example/acme/warp/pull/12",
      runUrl: "https://git.example/acme/warp/actions/runs/9876543210",
    },
    freeze: { until: "2026-06-02T00:00:00.000Z", reason: said("the release"), source },
    reviewed: { fingerprint: "0123456789abcdef", asOf: "2026-06-01T08:00:00.000Z" },
    pending: 1,
    decisions: document.decisions.map((decision) => {
      const { registration, reason, entry, evidence } = decision;
      const { device, user } = registration;
      return {
        ...decision,
        registration: {
          ...registration,
          device: {
            ...device,
            name: said(device.name),
            ...(device.hardware && {
              hardware: { ...device.hardware, ...saidHardware(device.hardware, said) },
            }),
          },
          user: { ...user, email: said(user.email) },
        },
        reason: { ...reason, text: said(reason.text) },
        source: place(decision.source),
        ...(entry && {
          entry: Object.fromEntries(Object.entries(entry).map(([key, text]) => [key, said(String(text))])),
        }),
        ...(registration.id === "a2" && {
          listed: { since: "2026-01-15", commit: said("5d35baa0c4e1f8f1"), author: said("Ann") },
        }),
        ...(registration.id === "ceo" && { listed: { unknown: said("not committed") } }),
        ...(registration.id === "b2" && {
          pending: { why: "limit" as const, text: said("limits.perRun is 3") },
        }),
        ...(evidence && { evidence: saidEvidence(evidence, said) }),
      };
    }),
    accessUsers: [
      {
        email: said("new@example.com"),
        name: said("New"),
        live: "absent",
        desired: "present",
        action: "create",
        registrations: [],
        text: said("no Access user has this e-mail"),
        source,
        pending: { why: "frozen", text: said("frozen until then") },
      },
      {
        id: "id-bob",
        email: said("bob@example.com"),
        live: "present",
        desired: "absent",
        action: "delete",
        registrations: ["b1"],
        text: said("goes with a registration"),
        source,
      },
    ],
    notes: [said("the other stacks could not be read")],
    findings: document.findings.map(({ source: at, ...finding }) => ({
      ...finding,
      text: said(finding.text),
      ...(at && { source: place(at) }),
      related: [{ text: said("the other line"), source }],
    })),
    problems: [
      { code: "allowlist/contradiction", text: said("two entries differ"), fix: said("keep one"), source },
    ],
    guards: document.guards.map((guard) => ({
      ...guard,
      source: place(guard.source),
      ...(guard.users && { users: guard.users.map(said) }),
    })),
    skipped: [
      {
        registration: "gone",
        user: said("frank@example.com"),
        device: said("FRANK-PC"),
        act: "revoke",
        text: said("the registration is not in the account any more"),
      },
    ],
    allowlist: document.allowlist.map(place),
    accessUserResults: [
      {
        email: said("bob@example.com"),
        id: "id-bob",
        act: "delete",
        result: "failed",
        reason: said("the account refused it"),
      },
    ],
    results: [
      { registration: "b1", act: "revoke", result: "done" },
      { registration: "b3", act: "revoke", result: "failed", reason: said("the account refused it") },
      { registration: "d1", act: "delete", result: "skipped" },
    ],
  };
}

function saidHardware(
  { serial, model }: { readonly serial: string | undefined; readonly model: string | undefined },
  said: (text: string) => string,
): object {
  return {
    ...(serial !== undefined && { serial: said(serial) }),
    ...(model !== undefined && { model: said(model) }),
  };
}

function saidEvidence(evidence: Evidence, said: (text: string) => string): Evidence {
  return {
    ...evidence,
    identity: {
      ip: said("2001:db8::1"),
      country: said("DE"),
      groups: [said("engineering")],
      posture: [{ name: said("disk encryption"), passed: false }],
    },
    failedLogins: [{ at: "2026-05-29T08:00:00Z", detail: said("wrong code") }],
    missing: evidence.missing.map(said),
  };
}
