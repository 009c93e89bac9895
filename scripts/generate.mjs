// `npm run generate`: writes the files that are made from the code and are checked in: schemas, and tables in the
// docs.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { ready, root } from "./ready.mjs";

ready();
const { generated } = createRequire(import.meta.url)("../dist/test/support/generated.js");
for (const [file, text] of await generated(root)) {
  const path = join(root, file);
  if (readFileSync(path, "utf8") === text) continue;
  writeFileSync(path, text);
  console.log(`written: ${file}`);
}
