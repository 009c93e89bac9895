/** This package as it is published, compiled for the occasion: no build has to be there, and none can be stale. */

import { chmod, cp, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import ts from "typescript";

export const ROOT = join(__dirname, "..", "..");

const OPTIONS = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2023, esModuleInterop: true };

/** Writes the package into a new folder, types unchecked, without its dependencies. */
export async function writePackage(folder: string): Promise<void> {
  for (const room of ["src", "providers"]) await compile(room, folder);
  for (const name of ["package.json", "schemas", "docs", "examples", "README.md", "LICENSE"]) {
    await cp(join(ROOT, name), join(folder, name), { recursive: true });
  }
  await chmod(join(folder, "dist", "src", "cli", "main.js"), 0o755);
}

/** The same, with the dependencies of this clone. */
export async function writeLinkedPackage(folder: string): Promise<void> {
  await writePackage(folder);
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"), "junction");
}

async function compile(room: string, folder: string): Promise<void> {
  const names = await readdir(join(ROOT, room), { recursive: true });
  for (const name of names) {
    if (!name.endsWith(".ts") || name.endsWith(".test.ts")) continue;
    const source = await readFile(join(ROOT, room, name), "utf8");
    const { outputText } = ts.transpileModule(source, { compilerOptions: OPTIONS });
    const target = join(folder, "dist", room, name.replace(/\.ts$/u, ".js"));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, outputText);
  }
}
