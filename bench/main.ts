/**
 * `npm run bench`: figures and ratios, as a table. A name as argument runs only that part: core, runs, commands,
 * preview.
 */

import { chooseEngine } from "../test/engine/index.js";
import { measureCommands } from "./commands.js";
import { measureCore } from "./core.js";
import { measurePreview } from "./preview.js";
import { measureRuns } from "./runs.js";
import { printTable, type Row } from "./table.js";

/** Measures and prints. Ends with exit code 1 if a figure was missed. */
export function main(root: string): void {
  measureAll(root, process.argv.slice(2)).then(
    (rows) => {
      printTable(rows);
      process.exitCode = rows.some(({ reached }) => reached === false) ? 1 : 0;
    },
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
    },
  );
}

async function measureAll(root: string, parts: readonly string[]): Promise<Row[]> {
  const wanted = (part: string) => parts.length === 0 || parts.includes(part);
  const engine = await chooseEngine({ env: process.env, project: root, say: console.log });
  console.log(`Engine: ${engine.why}\n`);
  return [
    ...(wanted("core") ? measureCore() : []),
    ...(wanted("runs") ? await measureRuns(engine) : []),
    ...(wanted("commands") ? await measureCommands() : []),
    ...(wanted("preview") ? await measurePreview(engine) : []),
  ];
}
