/** What a run reads is a regular file of some size: everything else would hang it, or never end. */

import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LIST, SMALL } from "../e2e/small-account.js";
import { startCliTrial, type CliTrial } from "./trial.js";

let trial: CliTrial;
beforeEach(async () => {
  trial = await startCliTrial(SMALL, { "allowlist.yaml": LIST });
});
afterEach(() => trial.end());

const READERS = [
  (file: string) => ({ args: `plan --inventory ${file}` }),
  (file: string) => ({ args: `drift --history ${file}` }),
  (file: string) => ({ args: `drift --baseline ${file}` }),
  (file: string) => ({ args: `accept --undo ${file}` }),
  (file: string) => ({ args: `show ${file}` }),
  (file: string) => ({ args: "plan", env: { WARP_EXPECT_PLAN: join(trial.folder, file) } }),
];

test.each([
  ["pipe", "it is a pipe, a device or a socket"],
  ["zero", "it is a pipe, a device or a socket"],
  ["folder", "it is a folder"],
  ["large", "it is larger than 256 MiB"],
])("a %s is refused by each that reads a file", async (name, why) => {
  const place = join(trial.folder, name);
  if (name === "pipe") execFileSync("mkfifo", [place]);
  if (name === "zero") symlinkSync("/dev/zero", place);
  if (name === "folder") mkdirSync(place);
  if (name === "large") {
    writeFileSync(place, "");
    // It has holes, and takes no room.
    truncateSync(place, 256 * 1024 * 1024 + 1);
  }
  for (const reader of READERS) {
    const { args, env } = { env: {}, ...reader(name) };
    const { code, err } = await trial.run(args, { env });
    expect([args, code]).toEqual([args, 1]);
    expect(err).toContain(`cannot be read: ${why}`);
  }
});

test("neither a pipe nor a device is an allowlist, before the change or now", async () => {
  execFileSync("mkfifo", [join(trial.folder, "pipe.yaml")]);
  symlinkSync("/dev/zero", join(trial.folder, "zero.yaml"));
  for (const [args, why] of [
    ["plan --base pipe.yaml", "the pattern `pipe.yaml` is a pipe, a device or a socket"],
    ["plan --base zero.yaml", "--base: the allowlist before the change cannot be used"],
    ["plan --allowlist pipe.yaml", "the pattern `pipe.yaml` is a pipe, a device or a socket"],
    ["plan --allowlist zero.yaml", "is outside the project's folder"],
  ] as const) {
    const { code, err } = await trial.run(args);
    expect([args, code]).toEqual([args, 1]);
    expect(err).toContain(why);
  }
});

test("a stack's file that is a pipe is passed over", async () => {
  execFileSync("mkfifo", [join(trial.folder, "Pulumi.other.yaml")]);
  const { code, err } = await trial.run("plan --stack production");
  expect([code, err]).toEqual([0, ""]);
});

describe("a mapping as a key of YAML", () => {
  // The parser makes a text of it, and would have Node itself warn of that.
  const warnings: string[] = [];
  const hear = ({ message }: Error) => void warnings.push(message);
  beforeEach(() => void process.on("warning", hear));
  afterEach(() => {
    process.off("warning", hear);
    expect(warnings.splice(0)).toEqual([]);
  });
  /** Warnings come with the next turn of the event loop. */
  const run = async (args: string) => {
    const ended = await trial.run(args);
    await new Promise((turned) => setImmediate(turned));
    return ended;
  };

  test.each(["? {a: 1}\n  : []", "{a: 1}: []"])("in the allowlist before the change: %j", async (pair) => {
    trial.write("base.yaml", `version: 1\nusers:\n  ${pair}\n`);
    const { code, out, err } = await run("plan --base base.yaml");
    expect([code, out]).toEqual([1, ""]);
    const column = pair.startsWith("?") ? 5 : 3;
    expect(err).toContain("error: --base: the allowlist before the change cannot be used");
    expect(err).toContain(`base.yaml:3:${column}: `);
    expect(err).toContain("[allowlist/bad-key]");
    expect(err).not.toMatch(/^ +at /mu);
  });

  test.each([
    ["? {a: 1}\n: b", 3],
    ["{a: 1}: b", 1],
  ])("in a baseline: %j", async (pair, column) => {
    trial.write("b.yaml", `version: 1\n${pair}\naccepted: []\n`);
    const { code, out, err } = await run("drift --baseline b.yaml");
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(new RegExp(`^error: b\\.yaml:2:${column}: a key that is not text\n {2}fix: `, "u"));
    expect(err).not.toMatch(/^ +at /mu);
  });

  test.each(["? {a: 1}\n  : b", "{a: 1}: b"])(
    "in another stack's file it is that stack's business, and what else stands there is read: %j",
    async (pair) => {
      const account = trial.simulator.accountId;
      trial.write("Pulumi.other.yaml", `config:\n  ${pair}\n  warp-registrations:accountId: ${account}\n`);
      const { code, out, err } = await run("plan --stack production");
      expect([code, err]).toEqual([0, ""]);
      expect(out.replace(/\s+/gu, " ")).toContain("stack other has ");
    },
  );
});

test("a link to a file is the file", async () => {
  await trial.run("inventory --output i.json");
  symlinkSync("i.json", join(trial.folder, "link.json"));
  expect((await trial.run("plan --inventory link.json")).code).toBe(0);
});
