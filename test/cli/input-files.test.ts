/** What a run reads is a regular file of some size: everything else would hang it, or never end. */

import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
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
    ["plan --allowlist zero.yaml", "leads out of the project's folder"],
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

test("a link to a file is the file", async () => {
  await trial.run("inventory --output i.json");
  symlinkSync("i.json", join(trial.folder, "link.json"));
  expect((await trial.run("plan --inventory link.json")).code).toBe(0);
});
