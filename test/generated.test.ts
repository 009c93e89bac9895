import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { generated } from "./support/generated.js";

const ROOT = join(__dirname, "..");

test("what is checked in is what the tables and types of the code say; else run `npm run generate`", async () => {
  const files = await generated(ROOT);
  expect(files.size).toBeGreaterThan(1);
  for (const [file, text] of files) expect(readFileSync(join(ROOT, file), "utf8"), file).toBe(text);
});
