/** The executable as a process: compiled for the occasion, so that no build has to be there and none can be stale. */

import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import ts from "typescript";

const ROOT = join(__dirname, "..", "..");
const OPTIONS = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true };

interface CompiledCli {
  /** The folder of it all; to be removed. */
  readonly folder: string;
  /** What to run with Node. */
  readonly main: string;
}

/** Compiles every source file into a new folder, types unchecked. */
export function compileCli(): CompiledCli {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "cli-")));
  for (const name of readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".ts") || name.endsWith(".test.ts")) continue;
    const source = readFileSync(join(ROOT, "src", name), "utf8");
    const { outputText } = ts.transpileModule(source, { compilerOptions: OPTIONS });
    const target = join(folder, "src", name.replace(/\.ts$/, ".js"));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, outputText);
  }
  for (const name of ["package.json", "schemas"]) {
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  return { folder, main: join(folder, "src", "cli", "main.js") };
}
