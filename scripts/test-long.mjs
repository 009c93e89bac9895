// `npm run test:long`: the properties, each against 20,000 cases unless WARP_TEST_CASES says otherwise.

import { ready, run } from "./ready.mjs";

ready({ build: false });
const env = { ...process.env, WARP_TEST_CASES: process.env.WARP_TEST_CASES ?? "20000" };
const files = ["property", "explain.test", "schema-agrees", "export-files", "allowlist/parse"];
process.exit(run("npx", ["--no-install", "vitest", "run", ...files, "--testTimeout=3600000"], { env }));
