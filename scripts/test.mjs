// `npm test`: builds, lints, type-checks, runs every test, and ends with one line of counts.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ready, run } from "./ready.mjs";

ready();

const checks = [
  ["Linting …", "eslint", ["--cache", "--cache-location", "node_modules/.cache/eslint/", "."]],
  ["Checking the format …", "prettier", ["--check", "--log-level", "warn", "--cache", "."]],
  ["Checking the types …", "tsc", ["-p", "tsconfig.json"]],
];
const failedChecks = checks.filter(([title, command, args]) => {
  console.log(title);
  return run("npx", ["--no-install", command, ...args]) !== 0;
});

const folder = mkdtempSync(join(tmpdir(), "warp-test-"));
const results = join(folder, "results.json");
const vitest = [
  "--no-install",
  "vitest",
  "run",
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=${results}`,
];
const status = run("npx", [...vitest, ...process.argv.slice(2)]);
const { passed, skipped, ...counted } = count(results);
// A file that cannot be loaded has no tests that could fail.
const failed = status === 0 ? counted.failed : Math.max(1, counted.failed);
rmSync(folder, { recursive: true, force: true });

for (const [title] of failedChecks) console.error(`Failed: ${title}`);
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(status === 0 && failedChecks.length === 0 ? 0 : 1);

/** A run that left no results counts as one failure. */
function count(file) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(
      readFileSync(file, "utf8"),
    );
    return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}
