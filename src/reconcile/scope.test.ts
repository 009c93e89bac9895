import { expect, test } from "vitest";
import { allowlist, physicalDevice, registration, type Sketch } from "../../test/support/world.js";
import { ALICE, steps } from "../../test/support/world-steps.js";
import type { Scope } from "../allowlist/model.js";
import { excludingSettings } from "./scope.js";

const listed = `users:\n  ${ALICE}:\n    - device: d1\n`;

steps("the scope", [
  {
    title: "leaves out other domains, types, and what is deleted",
    allowlist: `scope: { emailDomains: [example.com] }\n${listed}`,
    live: [
      { id: "a", email: ALICE, device: "d1" },
      { id: "b", email: "bob@sub.example.com" },
      { id: "c", email: "carol@example.org" },
      { id: "d" },
      { id: "e", email: ALICE, type: "browser_extension" },
      { id: "f", email: ALICE, deleted: "2026-05-20T00:00:00Z" },
    ],
    expect: ["a: keep (entry) 5"],
  },
  {
    title: "takes addresses beside domains",
    allowlist: `scope: { emailDomains: [example.com], emails: [bob@example.org] }\npolicy: { unknownUsers: revoke }\n${listed}`,
    live: [
      { id: "b", email: "bob@example.org" },
      { id: "c", email: "carol@example.org" },
    ],
    expect: ["b: revoke (unknown-user) 3"],
  },
  {
    title: "goes by profile where profiles are named",
    allowlist: `scope: { policyIds: [p1] }\nusers:\n  ${ALICE}: []\n`,
    live: [
      { id: "a", email: ALICE, policy: "p1" },
      { id: "b", email: ALICE, policy: "p2" },
      { id: "c", email: ALICE },
    ],
    expect: ["a: revoke (unlisted) 4"],
  },
]);

const EVERYBODY = allowlist(`version: 1\n${listed}`).scope;
const [NONE, PROFILE] = [new Set<string>(), { policyIds: new Set(["p1"]) }];
const CAROL = new Set(["carol@example.org"]);

/** `warp-registrations who` tells it of whomever it is asked about. */
test.each<[string, Partial<Scope>, Sketch, readonly string[]]>([
  ["of its domain", { emailDomains: new Set(["example.com"]) }, { id: "a", email: ALICE }, []],
  [
    "of another domain",
    { emailDomains: new Set(["example.org"]) },
    { id: "a", email: ALICE },
    ["emailDomains"],
  ],
  ["not named", { emails: CAROL }, { id: "a", email: ALICE }, ["emails"]],
  [
    "neither named nor of a domain",
    { emails: CAROL, emailDomains: new Set(["sub.example.com"]) },
    { id: "a", email: ALICE },
    ["emails"],
  ],
  ["of its profile", PROFILE, { id: "a", email: ALICE, policy: "p1" }, []],
  ["of no profile", PROFILE, { id: "a", email: ALICE }, ["policyIds"]],
  [
    "of nothing that is asked for",
    { ...PROFILE, emails: CAROL, registrationTypes: NONE },
    { id: "a", email: ALICE },
    ["registrationTypes", "policyIds", "emails"],
  ],
])("what is %s is left out by the settings that it does not meet", (_, scope, sketch, settings) => {
  const of = registration(sketch);
  expect(excludingSettings(of, sketch.email ?? "", { ...EVERYBODY, ...scope })).toEqual(settings);
});

const IN_USE = [
  { id: "new", email: ALICE, device: "d1", policy: "p1", created: "2026-05-20T00:00:00Z" },
  {
    id: "old",
    email: ALICE,
    device: "d2",
    policy: "p1",
    created: "2026-04-01T00:00:00Z",
    lastSeen: "2026-04-02T00:00:00Z",
  },
];
const LONG = "2026-03-01T00:00:00Z";
/** Two of one machine that were revoked long ago: either joins what is in use, and neither is needed beside the other. */
const JOINING = [
  { id: "j1", email: ALICE, device: "d3", policy: "p1", created: LONG, lastSeen: LONG, revoked: LONG },
  { id: "j2", email: ALICE, device: "d4", policy: "p2", created: LONG, lastSeen: LONG, revoked: LONG },
];
const ROWS = [
  physicalDevice("d1", { hardware_id: "H1" }),
  physicalDevice("d2", { serial_number: "S2", hardware_id: "H2" }),
  physicalDevice("d3", { serial_number: "S2", hardware_id: "H1" }),
  physicalDevice("d4", { serial_number: "S2", hardware_id: "H1" }),
];
const AGES = "policy: { revoked: { after: 30d, includeListed: true } }\n";
const LISTED = `users:\n  ${ALICE}: [{ hardwareId: H1 }]\n`;

steps("what joins two registrations in use", [
  {
    title: "stays, revoked, since without it the older one would be cut off",
    allowlist: AGES + LISTED,
    live: [...IN_USE, ...JOINING],
    devices: ROWS,
    expect: [
      "j1: keep (revoked-age) 2",
      "j2: keep (revoked-age) 2",
      "new: keep (entry) 4",
      "old: keep (entry) 4",
    ],
    findings: ["tombstone: j1", "tombstone: j2"],
  },
  {
    title: "stays in a narrower scope as well, which adds no act",
    allowlist: `scope: { policyIds: [p1] }\n${AGES}${LISTED}`,
    live: [...IN_USE, ...JOINING],
    devices: ROWS,
    expect: ["j1: keep (revoked-age) 3", "new: keep (entry) 5", "old: keep (entry) 5"],
    findings: ["tombstone: j1"],
  },
]);
