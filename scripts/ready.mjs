// Makes the clone ready: installs the dependencies of the lock file, and compiles the code. Skips an installation
// that is up to date. Runs before anything is installed, so it uses only Node.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..");

const NODE = [20, 19];

/** Installs, and builds unless `build` is false. If that fails, ends the process with one clear line. */
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

/** Runs npm in the clone and passes its output on. Ends the process if it fails. */
export function npm(args, otherwise) {
  const done = run("npm", args);
  if (done !== 0) fail(`${otherwise} (npm ${args[0]} ended with ${done}).`);
}

/** Runs a command in the clone and returns its exit code. */
export function run(command, args, options = {}) {
  const windows = process.platform === "win32";
  const { status } = spawnSync(command, args, { cwd: root, stdio: "inherit", shell: windows, ...options });
  return status ?? 1;
}

function fail(text) {
  console.error(text);
  process.exit(1);
}
