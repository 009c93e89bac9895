import { expect, test } from "vitest";
import { toArguments } from "./arguments.js";

const plain = ["--non-interactive", "--color", "never", "--suppress-progress"];

test("options become flags", () => {
  expect(toArguments("up", { skipPreview: true, parallel: 3, targets: ["a b/c"] })).toEqual([
    ...["up", ...plain, "--yes", "--skip-preview", "--parallel", "3", "--target", "**::a b/c"],
  ]);
});

test("what an operation cannot do is left out", () => {
  const all = { skipPreview: true, expectNoChanges: true, refresh: true, continueOnError: true, diff: false };
  expect(toArguments("preview", all)).toEqual(["preview", ...plain, "--expect-no-changes", "--refresh"]);
  expect(toArguments("refresh", all)).toEqual([
    "refresh",
    ...plain,
    "--yes",
    "--skip-preview",
    "--expect-no-changes",
  ]);
  expect(toArguments("destroy", all)).not.toContain("--expect-no-changes");
});
