// `npm run test:stops`: makes the clone ready, then stops a hundred runs (or as many as STOPS sets) and prints a
// table.

import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { ready, root } from "./ready.mjs";

ready();
const require = createRequire(import.meta.url);
const vitest = join(dirname(require.resolve("vitest/package.json")), "vitest.mjs");
const { STOPS = "100", STOPS_AT_ONCE = "2", STOPS_ENGINE = "real CLI" } = process.env;
const args = ["run", "test/e2e/stops.test.ts", "-t", STOPS_ENGINE, "--disable-console-intercept"];
const { status } = spawnSync(process.execPath, [vitest, ...args], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, STOPS, STOPS_AT_ONCE },
});
process.exitCode = status ?? 1;
