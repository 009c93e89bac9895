import { expect, test } from "vitest";
import { ALICE, BOB, HEAD } from "../../test/support/world-steps.js";
import { physicalDevice, plan, type Sketch } from "../../test/support/world.js";
import type { FindingCode } from "./findings/kinds.js";

const at = (line: number, column: number) => ({ file: "allowlist.yaml", line, column });

function found(
  code: FindingCode,
  list: string,
  live: readonly Sketch[],
  devices?: Parameters<typeof plan>[2],
) {
  return plan(HEAD + list, live, devices).findings.filter((one) => one.code === code);
}

test("a protection that finds nothing is told whole, at its line, about no registration", () => {
  const list = `protected: { users: [${BOB}] }\nusers: { ${ALICE}: [] }\n`;
  expect(found("unmatched-protection", list, [{ id: "r1", email: ALICE }])).toEqual([
    {
      code: "unmatched-protection",
      subject: ["protected.users", BOB],
      text: `protected user "${BOB}" matches nothing in the account`,
      source: at(2, 22),
      registrations: [],
    },
  ]);
});

test("ids may be mistyped by more than addresses, which share much", () => {
  const list = `protected: { devices: [device-8], users: [al@example.com] }\nusers: { ${ALICE}: [] }\n`;
  const live = [
    { id: "r1", email: ALICE, device: "device19" },
    { id: "r2", email: "bo@example.com", device: "other" },
  ];
  expect(found("unmatched-protection", list, live).map(({ text }) => text)).toEqual([
    `protected user "al@example.com" matches nothing in the account`,
    `protected device "device-8" matches nothing in the account; did you mean "device19"?`,
  ]);
});

test("an ignore rule that finds nothing is told whole, at its line, about no registration", () => {
  const list = `ignore: [{ user: ${BOB}, reason: kiosk }]\nusers: { ${ALICE}: [] }\n`;
  expect(found("unmatched-ignore", list, [{ id: "r1", email: ALICE }])).toEqual([
    {
      code: "unmatched-ignore",
      subject: [`user ${BOB}`],
      text: `ignore user "${BOB}" matches no registration`,
      source: at(2, 10),
      registrations: [],
    },
  ]);
});

test("an entry that exceptions make void is told once, with all that it matches", () => {
  const list = `protected: { registrations: [r2, r1] }\nusers:\n  ${ALICE}: [{ device: d1, state: revoked }, { device: d2 }]\n`;
  const live = [
    { id: "r1", email: ALICE, device: "d1" },
    { id: "r2", email: ALICE, device: "d1" },
    { id: "r3", email: ALICE, device: "d2" },
  ];
  expect(found("shadowed-entry", list, live)).toEqual([
    {
      code: "shadowed-entry",
      subject: [ALICE, "revoked", "device d1"],
      text: `device "d1" of ${ALICE} never decides: everything it matches is protected`,
      source: at(4, 23),
      related: [{ text: "the line that takes precedence", source: at(2, 34) }],
      registrations: ["r1", "r2"],
    },
  ]);
});

test("what no entry speaks for, protected or not, voids none", () => {
  const list = `protected: { registrations: [r1, r2] }\nusers: { ${ALICE}: [{ device: d1, state: revoked }] }\n`;
  const live = [
    { id: "r1", email: ALICE, device: "d1" },
    { id: "r2", email: ALICE, device: "d2" },
    { id: "r3", email: ALICE, device: "d3" },
    { id: "r4", email: BOB, device: "d1" },
  ];
  expect(found("shadowed-entry", list, live).map(({ registrations }) => registrations)).toEqual([["r1"]]);
});

// Whoever took such an entry out, as the finding advises, would change what becomes of the other device.
test.each<[string, string, readonly Sketch[]]>([
  [
    "refuses another device by what it requires",
    `[{ nameGlob: "L*", requires: { minClientVersion: "2025" } }]`,
    [
      { id: "r1", email: ALICE, name: "L1", clientVersion: "2025.1" },
      { id: "r2", email: ALICE, name: "L2", clientVersion: "2024.1" },
    ],
  ],
  [
    "may mean another device, whose hardware is not known",
    "[{ serial: S1 }]",
    [
      { id: "r1", email: ALICE, device: "d1" },
      { id: "r2", email: ALICE, device: "d2" },
    ],
  ],
  [
    "contradicts another entry about another device",
    `[{ nameGlob: "L*" }, { nameGlob: "*2", state: revoked }]`,
    [
      { id: "r1", email: ALICE, name: "L1" },
      { id: "r2", email: ALICE, name: "L2" },
    ],
  ],
])("an entry is not void that %s", (_, entries, live) => {
  const list = `ignore: [{ registration: r1, reason: kiosk }]\nusers: { ${ALICE}: ${entries} }\n`;
  const devices = [physicalDevice("d1", { serial_number: "S1" })];
  expect(found("shadowed-entry", list, live, devices)).toEqual([]);
  expect(found("shadowed-entry", list, live.slice(0, 1), devices)).toHaveLength(1);
});
