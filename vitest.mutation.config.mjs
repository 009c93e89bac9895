// The tests of the core alone, for `npm run mutation`.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/reconcile/*.test.ts"],
    testTimeout: 20_000,
    isolate: false,
    setupFiles: ["test/support/mutation-setup.ts"],
  },
});
