import { expect, test } from "vitest";
import { Pace } from "./pace.js";

const window = (remaining: number, seconds: number, quota?: number) => ({
  name: "default",
  remaining,
  resetMs: seconds * 1000,
  quota,
});

test("nothing heard and plenty left: at once", () => {
  const pace = new Pace();
  expect(pace.delay(0)).toBe(0);
  pace.heard([window(50, 30)], 0);
  expect(pace.delay(0)).toBe(0);
});

test("nothing left: after the reset", () => {
  const pace = new Pace();
  pace.heard([window(0, 30)], 1_000);
  expect(pace.delay(1_000)).toBe(30_000);
  expect(pace.delay(21_000)).toBe(10_000);
  expect(pace.delay(31_000)).toBe(0);
});

test("little left: spread over the rest of the window", () => {
  const pace = new Pace();
  pace.sent(0);
  pace.heard([window(9, 30)], 0);
  expect(pace.delay(0)).toBe(3_000);
  expect(pace.delay(3_000)).toBe(0);
});

test("little is a tenth where the size of a window is known", () => {
  const pace = new Pace();
  pace.sent(0);
  pace.heard([window(119, 120, 1200)], 0);
  expect(pace.delay(0)).toBe(1_000);
  const calm = new Pace();
  calm.sent(0);
  calm.heard([window(121, 120, 1200)], 0);
  expect(calm.delay(0)).toBe(0);
});

test("a request counts when it goes out, before its answer", () => {
  const pace = new Pace();
  pace.heard([window(1, 30)], 0);
  pace.sent(0);
  expect(pace.delay(0)).toBe(30_000);
  pace.sent(0);
  expect(pace.delay(0)).toBe(30_000);
});

test("the strictest window holds, and an answer without headers changes nothing", () => {
  const pace = new Pace();
  pace.heard([window(500, 300, 1200), { ...window(0, 5), name: "burst" }], 0);
  pace.heard([], 0);
  expect(pace.delay(0)).toBe(5_000);
});

test("a block holds for everybody, and the longest one counts", () => {
  const pace = new Pace();
  pace.block(10_000);
  pace.block(4_000);
  expect(pace.delay(1_000)).toBe(9_000);
});

test("an answer that was overtaken does not give back what is used up", () => {
  const pace = new Pace();
  pace.heard([window(0, 30)], 0);
  pace.heard([window(60, 30)], 1);
  expect(pace.delay(1)).toBe(29_999);
  pace.heard([window(60, 30)], 30_001);
  expect(pace.delay(30_001)).toBe(0);
});

test("windows are known by name: in another order, an older answer still does not give back what is used up", () => {
  const pace = new Pace();
  pace.heard([window(500, 300, 1200), { ...window(0, 5), name: "burst" }], 0);
  pace.heard([{ ...window(60, 5), name: "burst" }, window(499, 300, 1200)], 0);
  expect(pace.delay(0)).toBe(5_000);
});
