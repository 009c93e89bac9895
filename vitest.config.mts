import { defineConfig } from "vitest/config";

/** For what hangs, in ms. A busy machine is slow, and that is no failure: what must not take long counts its steps. */
const HANGS = 600_000;

export default defineConfig({
  test: {
    testTimeout: HANGS,
    hookTimeout: HANGS,
    expect: { poll: { timeout: HANGS } },
    // Most of the time goes into waiting for processes that the tests start.
    maxWorkers: 3,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["src/**/*.test.ts", "providers/**/*.test.ts"],
          // Loading the modules costs more than most of these tests: the files of a worker share them.
          isolate: false,
        },
      },
      { extends: true, test: { name: "whole", include: ["test/**/*.test.ts"] } },
    ],
  },
});
