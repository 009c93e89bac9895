import { expect, test } from "vitest";
import { ServerClock } from "./transport.js";

function setUp() {
  let elapsed = 1_000;
  const server = new ServerClock({ elapsed: () => elapsed });
  return { server, wait: (milliseconds: number) => (elapsed += milliseconds) };
}

const NOON = Date.parse("2026-06-01T12:00:00Z");

test("before an answer has told the time there is none", () => {
  expect(setUp().server.now()).toBeUndefined();
});

test("goes on from the last answer's date by the time that has passed since", () => {
  const { server, wait } = setUp();
  server.heard(NOON);
  wait(90_000);
  expect(server.now()).toBe(NOON + 90_000);
});

test.each([
  ["a cache's old answer", -86_400_000],
  ["one node whose clock is ahead", 86_400_000],
])("%s does not move it", (_, off) => {
  const { server } = setUp();
  for (const date of [NOON, NOON + off, NOON]) server.heard(date);
  expect(server.now()).toBe(NOON);
});
