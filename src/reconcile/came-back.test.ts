import { expect, test } from "vitest";
import { GONE, grace, row } from "../../test/support/grace-steps.js";
import { plan } from "../../test/support/world.js";
import { ALICE, HEAD, steps } from "../../test/support/world-steps.js";

const BACK = { email: ALICE, device: "d1", name: "L", created: "2026-01-01T00:00:00Z" };

/** A device of which no row is refused, and another of its name, refused twice. */
const NAMESAKES = [
  { ...BACK, id: "a", device: "d2", revoked: GONE },
  { ...BACK, id: "b", device: "d2", revoked: GONE },
  { ...BACK, id: "c" },
];

steps("a device that comes back again and again", [
  {
    title: "is a finding from two refused registrations on, once a device",
    allowlist: grace(),
    live: [
      { ...BACK, id: "a", revoked: GONE },
      { ...BACK, id: "b", revoked: GONE },
      { ...BACK, id: "c" },
      { ...BACK, id: "d" },
    ],
    devices: [],
    expect: [
      "a: keep (unlisted) 4",
      "b: keep (unlisted) 4",
      "c: revoke (unlisted) 4",
      "d: revoke (unlisted) 4",
    ],
    findings: ["came-back: a b c d"],
  },
  {
    title: "is none after the first time",
    allowlist: grace(),
    live: [
      { ...BACK, id: "a", revoked: GONE },
      { ...BACK, id: "c" },
      { ...BACK, id: "z", device: "d9", name: "X", revoked: GONE },
    ],
    devices: [],
    expect: ["a: keep (unlisted) 4", "c: revoke (unlisted) 4", "z: keep (unlisted) 4"],
    findings: [],
  },
  {
    title: "is none where an entry allows it, or where it has not come back",
    allowlist: grace("", "[{ registration: c }]"),
    live: [
      { ...BACK, id: "a", revoked: GONE },
      { ...BACK, id: "b", revoked: GONE },
      { ...BACK, id: "c" },
    ],
    devices: [],
    expect: ["a: keep (unlisted) 4", "b: keep (unlisted) 4", "c: keep (entry) 4"],
    findings: [],
  },
  {
    title: "is none where it is protected: nobody wants to keep it out",
    allowlist: `protected: { registrations: [c] }\n${grace()}`,
    live: [
      { ...BACK, id: "a", revoked: GONE },
      { ...BACK, id: "b", revoked: GONE },
      { ...BACK, id: "c" },
    ],
    devices: [],
    expect: ["a: keep (unlisted) 5", "b: keep (unlisted) 5", "c: leave (protected) 2"],
    findings: [],
  },
  {
    title: "is told for each of two devices",
    allowlist: grace(),
    live: ["x", "y"].flatMap((device) =>
      ["1", "2", "3"].map((n) => ({
        id: `${device}${n}`,
        email: ALICE,
        device,
        name: device,
        ...(n === "3" ? {} : { revoked: GONE }),
      })),
    ),
    devices: [row("x", "X-1234"), row("y", "Y-1234")],
    expect: [
      "x1: keep (unlisted) 4",
      "x2: keep (unlisted) 4",
      "x3: revoke (unlisted) 4",
      "y1: keep (unlisted) 4",
      "y2: keep (unlisted) 4",
      "y3: revoke (unlisted) 4",
    ],
    findings: ["came-back: x1 x2 x3", "came-back: y1 y2 y3"],
  },
  {
    title: "is another one where it only has the name of one that was refused, and both are known",
    allowlist: grace(", unlisted: report"),
    live: NAMESAKES,
    devices: [row("d1", "S-1"), row("d2", "S-2")],
    expect: ["a: leave (unlisted) 2", "b: leave (unlisted) 2", "c: leave (unlisted) 2"],
    findings: ["unlisted: c"],
  },
  ...(["serial", "hardware id"] as const).map((known) => ({
    title: `is known by its name where one of two tells only its ${known}, and the other nothing`,
    allowlist: grace(", unlisted: report"),
    live: NAMESAKES,
    devices: [known === "serial" ? row("d1", "S-1", null) : row("d1", null, "H-1")],
    expect: ["a: leave (unlisted) 2", "b: leave (unlisted) 2", "c: leave (unlisted) 2"],
    findings: ["came-back: a b c", "unlisted: c"],
  })),
  {
    title: "is one device by what joins two that seemed apart, told in the order of ids",
    allowlist: grace(", unlisted: report"),
    live: [
      { ...BACK, id: "a", device: "x", name: "A", revoked: GONE },
      { ...BACK, id: "b", device: "y", name: "B", revoked: GONE },
      { ...BACK, id: "c", device: "y", name: "B", revoked: GONE },
      { ...BACK, id: "d", device: "x", name: "B" },
    ],
    devices: [],
    expect: ["a", "b", "c", "d"].map((id) => `${id}: leave (unlisted) 2`),
    findings: ["came-back: a b c d", "unlisted: d"],
  },
  {
    title: "is known by its name where nothing tells its hardware",
    allowlist: grace(", unlisted: report"),
    live: [
      { ...BACK, id: "b", device: "d3", revoked: GONE },
      { ...BACK, id: "a", device: "d2", revoked: GONE },
      { ...BACK, id: "c" },
    ],
    devices: [],
    expect: ["a: leave (unlisted) 2", "b: leave (unlisted) 2", "c: leave (unlisted) 2"],
    findings: ["came-back: a b c", "unlisted: c"],
  },
]);

test("it says how often, and what keeps a device out", () => {
  const twice = ["a", "b"].map((id) => ({ ...BACK, id, revoked: GONE }));
  const text = (policy: string, email = ALICE) => {
    const live = [...twice, { ...BACK, id: "c" }].map((one) => ({ ...one, email }));
    return plan(HEAD + grace(policy), live, []).findings.find(({ code }) => code === "came-back")?.text;
  };
  const WAY = "revoking does not keep a device out; use the device enrolment policy or the identity provider";
  expect(text("")).toBe(`L (c) of ${ALICE} was revoked 2 times and is back: ${WAY}`);
  expect(text(", unlisted: report")).toBe(
    `L (c) of ${ALICE} was revoked 2 times and is active again: ${WAY}`,
  );
  expect(text("", "")).toContain("L (c) of no user was revoked 2 times");
});
