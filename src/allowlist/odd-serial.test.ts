import { expect, test } from "vitest";
import { meantValue } from "./warnings.js";

test.each([
  ["“PF3TQ9ZX”", "PF3TQ9ZX"],
  ["'PF3TQ9ZX", "PF3TQ9ZX"],
  ["PF3T Q9ZX", "PF3TQ9ZX"],
  ["PF3T\u00a0Q9ZX", "PF3TQ9ZX"],
  ["PF3T\u00adQ9ZX", "PF3TQ9ZX"],
  ["5CG\u20131234", "5CG-1234"],
  ["РF3ТQ9ZХ", "PF3TQ9ZX"],
  ["ＰＦ３Ｔ", "PF3T"],
  ["S/N: PF3TQ9ZX", "PF3TQ9ZX"],
  ["Serial Number: PF3TQ9ZX", "PF3TQ9ZX"],
  ["“VMware-56 4d 1a 22”", "VMware-56 4d 1a 22"],
])("the serial %s was meant as %s", (written, meant) => {
  expect(meantValue("serial", written)).toBe(meant);
});

test.each([
  "PF3TQ9ZX",
  "pf3tq9zx",
  "VMware-56 4d 1a 22",
  "Parallels-8B 3C",
  "A.1_2/3:4-5+6#7",
  "SNX1",
  "“”",
  "日本1",
])("nothing is odd about %s, or nothing else can be meant", (written) =>
  expect(meantValue("serial", written)).toBeUndefined(),
);

test("a hardware id is compared without its dashes", () => {
  const uuid = "4c4c4544-0042-3510-8054-b7c04f4a4e32";
  expect(meantValue("hardwareId", uuid)).toBeUndefined();
  expect(meantValue("hardwareId", uuid.replaceAll("-", "\u2013"))).toBe(uuid);
});
