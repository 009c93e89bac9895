// Makes the clone ready: dependencies as the lock file says, and the compiled code. What is there already is not
// made again. Runs before anything is installed, so it uses Node alone.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..");

const NODE = [20, 19];

/** Installs, and builds unless told not to; ends the process with one clear line where that cannot be done. */
export function ready({ build: wanted = true } = {}) {
  requireNode();
  install();
  if (wanted) build();
}

function requireNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > NODE[0] || (major === NODE[0] && minor >= NODE[1])) return;
  fail(`Node ${NODE.join(".")} or newer is needed; this is ${process.versions.node}.`);
}

function install() {
  const stamp = join(root, "node_modules", ".installed-lock");
  const lock = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  console.log("Installing the dependencies of package-lock.json (npm ci) …");
  npm(["ci", "--no-audit", "--no-fund", "--loglevel=error"], "the dependencies could not be installed");
  writeFileSync(stamp, lock);
}

function build() {
  console.log("Building …");
  npm(["run", "--silent", "build"], "the code could not be built");
}

/** Runs npm from this folder and passes its output on; ends the process where it fails. */
export function npm(args, otherwise) {
  const done = run("npm", args);
  if (done !== 0) fail(`${otherwise} (npm ${args[0]} ended with ${done}).`);
}

/** Runs a command from this folder and returns its exit code. */
export function run(command, args, options = {}) {
  const windows = process.platform === "win32";
  const { status } = spawnSync(command, args, { cwd: root, stdio: "inherit", shell: windows, ...options });
  return status ?? 1;
}

function fail(text) {
  console.error(text);
  process.exit(1);
}
