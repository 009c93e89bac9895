import { expect, test } from "vitest";
import { allowlist } from "../../../test/support/world.js";
import { hasOnlyGained } from "./accept-change.js";

const BOB = "bob@example.com";
const HEAD = "version: 1\n";
const BEFORE = `${HEAD}users:\n  ${BOB}: [{ serial: A1 }]\n  z@example.com: []\n`;
const WANTED = [{ email: BOB, entry: { match: { serial: "NEW" }, state: "active" } }] as const;

test.each([
  [
    "just the entry",
    `${HEAD}users:\n  ${BOB}: [{ serial: A1 }, { serial: NEW }]\n  z@example.com: []\n`,
    true,
  ],
  [
    "on other lines",
    `${HEAD}# c\nusers:\n  z@example.com: []\n  ${BOB}: [{ serial: A1 }, { serial: NEW }]\n`,
    true,
  ],
  ["nothing", BEFORE, false],
  [
    "an entry of another user",
    `${HEAD}users:\n  ${BOB}: [{ serial: A1 }]\n  z@example.com: [{ serial: NEW }]\n`,
    false,
  ],
  [
    "another entry changed",
    `${HEAD}users:\n  ${BOB}: [{ serial: A2 }, { serial: NEW }]\n  z@example.com: []\n`,
    false,
  ],
  [
    "a key more",
    `${HEAD}users:\n  ${BOB}: [{ serial: A1 }, { serial: NEW, note: more }]\n  z@example.com: []\n`,
    false,
  ],
  ["a user lost", `${HEAD}users:\n  ${BOB}: [{ serial: A1 }, { serial: NEW }]\n`, false],
  [
    "the policy changed",
    `${HEAD}policy: { unlisted: report }\nusers:\n  ${BOB}: [{ serial: A1 }, { serial: NEW }]\n  z@example.com: []\n`,
    false,
  ],
])("%s", (_, after, gained) => {
  expect(hasOnlyGained(allowlist(BEFORE), allowlist(after), WANTED)).toBe(gained);
});
