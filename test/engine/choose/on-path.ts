/** Finds an installed Pulumi CLI on the PATH. */

import { access, constants, realpath, stat } from "node:fs/promises";
import { delimiter, dirname, isAbsolute, join, sep } from "node:path";
import type { Environment } from "../engine.js";

const SUFFIX = process.platform === "win32" ? ".exe" : "";
const CLI = `pulumi${SUFFIX}`;
const LANGUAGE_HOST = `pulumi-language-nodejs${SUFFIX}`;

/**
 * The first CLI on the PATH, or undefined. npm puts `node_modules/.bin` folders on the PATH, and the npm package
 * `pulumi` would be found there: that one downloads a CLI and is not one, wherever a link to it stands.
 */
export async function findOnPath(env: Environment): Promise<string | undefined> {
  for (const folder of foldersOf(env)) {
    const path = join(folder, CLI);
    if (isBin(folder) || !(await isExecutable(path))) continue;
    if (!(await realpath(path)).includes(`${sep}node_modules${sep}`)) return path;
  }
  return undefined;
}

/** Without it a CLI cannot run a Node program; it stands beside the CLI or on the PATH. */
export async function hasLanguageHost(binary: string, env: Environment): Promise<boolean> {
  const folders = [dirname(binary), dirname(await realpath(binary)), ...foldersOf(env)];
  for (const folder of folders) if (await isExecutable(join(folder, LANGUAGE_HOST))) return true;
  return false;
}

/** An entry that is relative means another folder for every working folder. */
function foldersOf(env: Environment): readonly string[] {
  const path = env.PATH ?? env.Path ?? "";
  return path.split(delimiter).filter((folder) => isAbsolute(folder));
}

function isBin(folder: string): boolean {
  return join(folder, ".")
    .replace(/[\\/]$/u, "")
    .endsWith(join("node_modules", ".bin"));
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
