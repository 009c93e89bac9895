import { expect, test } from "vitest";
import { readSummary } from "./summary.js";

const PREVIEW =
  "Resources:\n    + 1 to create\n    ~ 2 to update\n    +-3 to replace\n    6 changes. 4 unchanged\n";

test("reads the last summary", () => {
  const preview = `Previewing update (dev):\n\n${PREVIEW}`;
  expect(readSummary(preview)).toEqual({ create: 1, update: 2, replace: 3, same: 4 });
  const update = "\nResources:\n    - 2 deleted\n    1 errored\n\nDuration: 2s\n    9 unchanged";
  expect(readSummary(preview + update)).toEqual({ delete: 2, failed: 1 });
});

test("an output without a summary has no steps", () => {
  expect(readSummary("error: no project\n    3 unchanged")).toEqual({});
});
