// `npm run mutation`: which changes of the core do its tests notice? `docs/mutation.md` explains those that survive.

// Few cases, and the same in every run: tables hold the rules, properties what must be true of all of them.
process.env["WARP_TEST_CASES"] ??= "20";
process.env["WARP_TEST_SEED"] ??= "1";

/** @type {import("@stryker-mutator/api/core").PartialStrykerOptions} */
export default {
  testRunner: "core",
  plugins: ["./scripts/mutation-runner.mjs"],
  buildCommand: "tsc -p tsconfig.json --noCheck --noEmit false --incremental false --outDir dist",
  mutate: ["src/reconcile/**/*.ts", "!src/reconcile/**/*.test.ts"],
  ignorePatterns: ["/dist", "/docs", "/bench", "/demo", "/providers", "/coverage", "/.demo", "/.rehearsal"],
  tempDirName: "dist/mutation",
  reporters: ["clear-text", "progress-append-only", "html", "json"],
  htmlReporter: { fileName: "dist/mutation.html" },
  jsonReporter: { fileName: "dist/mutation.json" },
  clearTextReporter: { logTests: false, allowColor: false },
  incremental: true,
  incrementalFile: "dist/mutation-incremental.json",
  // A runner keeps in memory what it has loaded again and again.
  maxTestRunnerReuse: 500,
  concurrency: 2,
  timeoutMS: 10_000,
  thresholds: { high: 95, low: 85, break: 85 },
};
