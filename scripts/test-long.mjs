// `npm run test:long`: the property tests, with 20,000 cases each unless WARP_TEST_CASES is set.

import { ready, run } from "./ready.mjs";

ready({ build: false });
const env = { ...process.env, WARP_TEST_CASES: process.env.WARP_TEST_CASES ?? "20000" };
const files = ["property", "explain.test", "schema-agrees", "export-files", "allowlist/parse"];
process.exit(run("npx", ["--no-install", "vitest", "run", ...files, "--testTimeout=3600000"], { env }));
