/** This repository as somebody has it who has just cloned it, in a folder of any name. */

import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { mustRun, run } from "../pipelines/command.js";
import { ROOT } from "../pipelines/package-folder.js";

/** npm as a user runs it, from its cache as far as that goes, and without waiting long for a network that is not there. */
export const NPM = {
  npm_config_prefer_offline: "true",
  npm_config_fetch_retries: "0",
  npm_config_fetch_timeout: "60000",
  npm_config_audit: "false",
  npm_config_fund: "false",
};

/**
 * Copies what git would commit, as it is now. What `npm ci` would install is there already, as links to what is
 * installed here: it has been tried by whoever runs this test.
 */
export async function copySource(folder: string): Promise<void> {
  const list = await mustRun("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: ROOT,
  });
  for (const name of list.split("\n")) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    // What has been removed and is not committed yet is not there to be copied.
    await cp(join(ROOT, name), join(folder, name)).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    });
  }
  const modules = join(folder, "node_modules");
  await mkdir(modules);
  for (const name of await readdir(join(ROOT, "node_modules"))) {
    if (name !== ".installed-lock") await symlink(join(ROOT, "node_modules", name), join(modules, name));
  }
  const lock = await readFile(join(folder, "package-lock.json"));
  await writeFile(join(modules, ".installed-lock"), createHash("sha256").update(lock).digest("hex"));
}

/** Installs what package.json asks for. Says why where it is neither in npm's cache nor to be fetched. */
export async function npmInstall(project: string, command = "install"): Promise<string | undefined> {
  const { code, stderr } = await run("npm", [command, "--ignore-scripts"], { cwd: project, env: NPM });
  if (code === 0) return undefined;
  const why = whyUnreachable(stderr);
  if (why === undefined) throw new Error(`npm ${command} failed:\n${stderr}`);
  return why;
}

/** Why npm could not have its packages, where that is for want of a network. It says so to whoever runs the test, too. */
export function whyUnreachable(said: string): string | undefined {
  const network =
    /code (E(?:NOTFOUND|AI_AGAIN|CONN\w+|TIMEDOUT|NOTCACHED)|ENETUNREACH|ERR_SOCKET_TIMEOUT)/u.exec(said);
  if (network === null) return undefined;
  const why = `its packages are not in npm's cache and cannot be fetched (${network[1] ?? ""})`;
  console.warn(`Not tried: ${why}`);
  return why;
}
