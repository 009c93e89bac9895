// `npm run check`: a quick look at what has changed since the last commit, or since another: `npm run check -- main`.
// Checks types, lint and format, and runs the unit tests that reach the changed files. `npm test` runs everything.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ready, root, run } from "./ready.mjs";

ready({ build: false });

const since = process.argv[2] ?? "HEAD";
const changed = [
  ...git("diff", "--name-only", since),
  ...git("ls-files", "--others", "--exclude-standard"),
].filter((file) => existsSync(join(root, file)));
const code = changed.filter((file) => /\.(?:ts|mts|mjs|cjs|js)$/u.test(file));
const cache = "node_modules/.cache/eslint/";

const checks = [
  ["Checking the types …", "tsc", ["-p", "tsconfig.json"]],
  ["Linting …", "eslint", ["--cache", "--cache-location", cache, "--no-warn-ignored", ...code], code],
  [
    "Checking the format …",
    "prettier",
    ["--check", "--log-level", "warn", "--ignore-unknown", ...changed],
    changed,
  ],
  [
    "Running the unit tests of what changed …",
    "vitest",
    ["related", "--run", "--project", "unit", "--passWithNoTests", ...code],
    code,
  ],
];
const failed = checks.filter(([title, command, args, of]) => {
  if (of?.length === 0) return false;
  console.log(title);
  return run("npx", ["--no-install", command, ...args]) !== 0;
});

for (const [title] of failed) console.error(`Failed: ${title}`);
console.log(`${changed.length} files changed since ${since}: ${failed.length === 0 ? "good" : "not good"}`);
process.exit(failed.length === 0 ? 0 : 1);

function git(...args) {
  const { status, stdout, stderr } = spawnSync("git", args, { cwd: root, encoding: "utf8" });
  if (status === 0) return stdout.split("\n").filter((line) => line !== "");
  console.error(`what has changed is not known: ${stderr.trim()}`);
  process.exit(1);
}
