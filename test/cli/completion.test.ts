/** `completion`: the scripts are run by the shells that are here. */

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { makeProgram, runCommandLine } from "../../src/cli/command-line.js";
import { formatNames } from "../../src/report/formats.js";

const folder = mkdtempSync(join(tmpdir(), "completion "));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, "plan.json"), "{}");

const silent = { write: () => true };
const program = makeProgram({
  surroundings: { env: {}, folder: "/", stdout: silent, stderr: silent, now: () => new Date(0) },
  exitWith: () => undefined,
});

async function scriptOf(shell: string): Promise<string> {
  let out = "";
  const stdout = { write: (text: string) => void (out += text) };
  const code = await runCommandLine(["completion", shell], {
    ...{ env: {}, folder, stdout, stderr: stdout, now: () => new Date(0) },
  });
  expect(code).toBe(0);
  return out;
}

function isThere(shell: string): boolean {
  return spawnSync(shell, ["-c", "true"]).status === 0;
}

test.each(["bash", "zsh", "fish"])("%s: every command and every option is in it", async (shell) => {
  const script = await scriptOf(shell);
  expect(program.commands.length).toBeGreaterThan(9);
  for (const command of program.commands) {
    for (const name of [command.name(), ...command.aliases()]) expect(script).toContain(name);
    for (const { long } of command.options) expect(script).toContain((long ?? "").slice(2));
  }
});

test.each([
  [["completion"], "missing required argument 'shell'"],
  [["completion", "csh"], "Allowed choices are bash, zsh, fish"],
])("%j is told what there is", async (args, message) => {
  let err = "";
  const stderr = { write: (text: string) => void (err += text) };
  const code = await runCommandLine(args, {
    env: {},
    folder,
    stdout: silent,
    stderr,
    now: () => new Date(0),
  });
  expect(code).toBe(1);
  expect(err).toContain(message);
});

const COMPLETIONS: readonly (readonly [typed: string, all: readonly string[]])[] = [
  ["pl", ["plan"]],
  ["w", ["who"]],
  ["plan --base", ["--base", "--base-ref"]],
  ["plan --format ", formatNames],
  ["plan --quiet --format ht", ["html"]],
  ["who --format c", ["csv"]],
  ["list --bl", ["--blame"]],
  ["completion ", ["bash", "zsh", "fish"]],
  ["show pl", ["plan.json"]],
  ["plan --inventory pl", ["plan.json"]],
  ["explain ", []],
];

describe("bash", () => {
  const run = (script: string, typed: string) => {
    writeFileSync(join(folder, "script"), script);
    const words = ["warp-registrations", ...typed.split(" ")];
    return execFileSync(
      "bash",
      [
        "--norc",
        "-c",
        'set -u; . ./script; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _warp_registrations; printf "%s\\n" "${COMPREPLY[@]-}"',
        "bash",
        ...words,
      ],
      { cwd: folder, encoding: "utf8" },
    )
      .split("\n")
      .filter((line) => line !== "");
  };

  test.runIf(isThere("bash"))("completes what is typed", async () => {
    const script = await scriptOf("bash");
    for (const [typed, all] of COMPLETIONS) expect([typed, run(script, typed)]).toEqual([typed, all]);
    expect(run(script, "")).toEqual(
      expect.arrayContaining(program.commands.flatMap((one) => [one.name(), ...one.aliases()])),
    );
  });
});

describe("fish", () => {
  if (!isThere("fish")) console.log("fish is not here: its completion script is not run");
  test.runIf(isThere("fish"))("completes what is typed", async () => {
    writeFileSync(join(folder, "script.fish"), await scriptOf("fish"));
    for (const [typed, all] of COMPLETIONS) {
      const asked = `source script.fish; complete -C ${JSON.stringify(`warp-registrations ${typed}`)}`;
      const env = { ...process.env, HOME: folder };
      const out = execFileSync("fish", ["--no-config", "-c", asked], { cwd: folder, encoding: "utf8", env });
      const found = out.split("\n").flatMap((line) => (line === "" ? [] : [line.split("\t")[0]]));
      expect([typed, found.sort()]).toEqual([typed, [...all].sort()]);
    }
  });
});

describe("zsh", () => {
  if (!isThere("zsh")) console.log("zsh is not here: its completion script is not read");
  test.runIf(isThere("zsh"))("reads the script", async () => {
    writeFileSync(join(folder, "_warp-registrations"), await scriptOf("zsh"));
    const asked =
      "autoload -U compinit && compinit -u -D && . ./_warp-registrations && echo $_comps[warp-registrations]";
    const out = execFileSync("zsh", ["-f", "-c", asked], { cwd: folder, encoding: "utf8" });
    expect(out.trim()).toBe("_warp_registrations");
  });
});
