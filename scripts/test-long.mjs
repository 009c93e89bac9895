// `npm run test:long`: the properties of the core and of the allowlist, each against 20,000 cases unless
// WARP_TEST_CASES says otherwise.

import { ready, run } from "./ready.mjs";

ready();
const env = { ...process.env, WARP_TEST_CASES: process.env.WARP_TEST_CASES ?? "20000" };
const files = ["property", "explain.test", "schema-agrees", "export-files", "world"];
process.exit(run("npx", ["--no-install", "vitest", "run", ...files, "--testTimeout=600000"], { env }));
