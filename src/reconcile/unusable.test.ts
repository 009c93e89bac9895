import { expect, test } from "vitest";
import { physicalDevice, plan } from "../../test/support/world.js";
import { ALICE, HEAD } from "../../test/support/world-steps.js";

const serials = (...numbers: readonly (string | null)[]) =>
  numbers.map((serial_number, n) => physicalDevice(`d${n + 1}`, { serial_number }));
const live = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ id: `r${n + 1}`, email: ALICE, device: `d${n + 1}` }));
const told = (count: number, ...numbers: readonly (string | null)[]) =>
  plan(`${HEAD}users:\n  ${ALICE}: [{ serial: S-9 }]\n`, live(count), serials(...numbers))
    .findings.filter(({ code }) => code === "unusable-serial")
    .map(({ text, registrations }) => `${text} | ${registrations.join(" ")}`);

test("three devices are named, and more are counted", () => {
  expect(told(3, "None", "None", "None")).toEqual([
    'serial "None" is a vendor\'s default, so no entry can match by it: NAME-r1 (r1), NAME-r2 (r2), NAME-r3 (r3) | r1 r2 r3',
  ]);
  expect(told(4, "None", "None", "None", "None")).toEqual([
    'serial "None" is a vendor\'s default, so no entry can match by it: NAME-r1 (r1), NAME-r2 (r2), NAME-r3 (r3) and 1 more | r1 r2 r3 r4',
  ]);
});

test("serials stand in the order of their texts, whatever the order of devices", () => {
  const of = (...numbers: readonly string[]) =>
    told(numbers.length, ...numbers).map((text) => text.split(" ", 2).join(" "));
  expect(of("XXX", "000", "NONE")).toEqual(['serial "000"', 'serial "NONE"', 'serial "XXX"']);
  expect(of("NONE", "XXX", "000")).toEqual(['serial "000"', 'serial "NONE"', 'serial "XXX"']);
});

test("a serial that can be used is not told, nor one that nobody in the account has any more", () => {
  expect(told(1, "S-1")).toEqual([]);
  expect(told(1, "S-1", "None", "None")).toEqual([]);
  // Listed twice, the second time with a serial of its own.
  const rows = [{ serial_number: "None" }, { serial_number: "S-1" }].map((row) => physicalDevice("d1", row));
  expect(plan(`${HEAD}users:\n  ${ALICE}: [{ serial: S-1 }]\n`, live(1), rows).findings).toEqual([]);
});

test("the registrations of a serial stand in the order of their ids, whatever the order of devices", () => {
  const made = plan(
    `${HEAD}users:\n  ${ALICE}: [{ serial: S-9 }]\n`,
    live(3),
    [...serials("None", "None", "None")].reverse(),
  );
  const [found] = made.findings.filter(({ code }) => code === "unusable-serial");
  expect(found).toMatchObject({ subject: ["None", "r1", "r2", "r3"], registrations: ["r1", "r2", "r3"] });
});
