/** A repository as a user has it, cloned by a pipeline: the base branch in a work tree, pull requests on its origin. */

import { chmod, cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";
import { mustRun, run, type Ended } from "./command.js";
import type { Environment } from "../engine/index.js";
import { ROOT, writeLinkedPackage } from "./package-folder.js";

/** By path: the text of a file, a link to somewhere, or `null` to remove it. */
export type Change = Readonly<Record<string, string | { readonly link: string } | null>>;

export interface Clone {
  /** What the pipeline has checked out, with node_modules. */
  readonly folder: string;
  /** Runs one of the pipelines' scripts in it. */
  step(script: string, args: readonly string[], env?: Environment): Promise<Ended>;
  git(...args: string[]): Promise<string>;
  /** Commits to the base branch, here only. */
  commit(change: Change): Promise<string>;
  /** Commits what somebody else proposes; the commit is on the origin only. */
  propose(change: Change, from?: string): Promise<string>;
  end(): Promise<void>;
}

const AUTHOR = {
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "T",
  GIT_AUTHOR_EMAIL: "t@example.com",
  GIT_COMMITTER_NAME: "T",
  GIT_COMMITTER_EMAIL: "t@example.com",
};

const PROJECT: Change = {
  "Pulumi.yaml": "name: trial\nruntime: { name: nodejs, options: { typescript: false } }\nmain: index.js\n",
  "index.js":
    'const { warpRegistrations } = require("pulumi-warp-registrations/program");\nmodule.exports = () => warpRegistrations();\n',
  ".gitignore": "node_modules/\nout/\n",
};

/** Makes the repository with this allowlist, and a clone of it that is ready for a pipeline's steps. */
export async function makeClone(files: Change): Promise<Clone> {
  const base = await mkdtemp(join(tmpdir(), "warp pipe "));
  const places = {
    origin: join(base, "origin.git"),
    folder: join(base, "clone [1]"),
    other: join(base, "other"),
  };
  const { origin, folder, other } = places;
  const git = (...args: string[]) => mustRun("git", args, { cwd: folder, env: AUTHOR });
  const elsewhere = (...args: string[]) => mustRun("git", args, { cwd: other, env: AUTHOR });
  const commit = async (change: Change) => {
    await write(folder, change);
    await git("add", "--all");
    await git("commit", "--quiet", "--message", "base");
    return git("rev-parse", "HEAD");
  };
  await mkdir(folder);
  await mustRun("git", ["init", "--quiet", "--bare", "-b", "main", origin], { cwd: base, env: AUTHOR });
  await git("init", "--quiet", "-b", "main");
  await git("remote", "add", "origin", origin);
  await cp(join(ROOT, "examples", "pipeline"), join(folder, "ci"), { recursive: true });
  await commit({ ...PROJECT, ...files });
  await git("push", "--quiet", "origin", "main");
  await install(folder, await packageFolder());
  await mustRun("git", ["clone", "--quiet", origin, other], { cwd: base, env: AUTHOR });
  return {
    ...{ folder, git, commit },
    step: (script, args, env) =>
      run(join(folder, "ci", script), args, { cwd: folder, env: { ...AUTHOR, ...env } }),
    propose: async (change, from = "origin/main") => {
      await elsewhere("fetch", "--quiet", "origin");
      await elsewhere("checkout", "--quiet", "--force", "--detach", from);
      await write(other, change);
      await elsewhere("add", "--all");
      await elsewhere("commit", "--quiet", "--message", "proposed");
      const id = await elsewhere("rev-parse", "HEAD");
      await elsewhere("push", "--quiet", "origin", `HEAD:refs/pull/${id}/head`);
      return id;
    },
    end: () => rm(base, { recursive: true, force: true }),
  };
}

let compiled: Promise<string> | undefined;

/** One for all clones of a test file. */
function packageFolder(): Promise<string> {
  compiled ??= (async () => {
    const folder = await mkdtemp(join(tmpdir(), "warp package "));
    await writeLinkedPackage(folder);
    return folder;
  })();
  return compiled;
}

afterAll(async () => {
  if (compiled !== undefined) await rm(await compiled, { recursive: true, force: true });
});

/** As `npm ci` leaves it. */
async function install(folder: string, target: string): Promise<void> {
  const modules = join(folder, "node_modules");
  await mkdir(join(modules, ".bin"), { recursive: true });
  await symlink(target, join(modules, "pulumi-warp-registrations"), "junction");
  await symlink(join(ROOT, "node_modules", "@pulumi"), join(modules, "@pulumi"), "junction");
  await symlink(join(target, "dist", "src", "cli", "main.js"), join(modules, ".bin", "warp-registrations"));
}

async function write(folder: string, change: Change): Promise<void> {
  for (const [name, what] of Object.entries(change)) {
    const path = join(folder, name);
    await rm(path, { recursive: true, force: true });
    if (what === null) continue;
    await mkdir(dirname(path), { recursive: true });
    if (typeof what === "string") await writeFile(path, what);
    else await symlink(what.link, path);
  }
}

/** Every file and link below a folder, by its path in it. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

export async function writeExecutable(path: string, text: string): Promise<void> {
  await writeFile(path, text);
  await chmod(path, 0o755);
}
