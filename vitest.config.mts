import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "providers/**/*.test.ts", "test/**/*.test.ts"],
    testTimeout: 20_000,
    // Most of the time goes into waiting for processes that the tests start.
    maxWorkers: 3,
  },
});
