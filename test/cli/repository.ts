/** A repository with a project in it, and whole commands in process over a saved account: no network. */

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { runCommandLine } from "../../src/cli/command-line.js";
import { NOW } from "../support/world.js";
import { type Ended, inventoryText, type OfflineAccount } from "./offline.js";

export const GIT_ENV = {
  PATH: process.env.PATH ?? "",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_SYSTEM: "/dev/null",
  GIT_AUTHOR_NAME: "T",
  GIT_AUTHOR_EMAIL: "t@example.com",
  GIT_COMMITTER_NAME: "T",
  GIT_COMMITTER_EMAIL: "t@example.com",
};

/** File texts by name. */
type Files = Readonly<Record<string, string>>;

interface RunOptions {
  readonly folder?: string | undefined;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Repository {
  /** The folder around it, for what stands beside it. */
  readonly base: string;
  readonly folder: string;
  readonly git: (...args: readonly string[]) => string;
  readonly write: (files: Files, folder?: string) => void;
  /** Commits everything that is there, as of a moment where one is given, and answers the commit. */
  readonly commit: (files: Files, at?: string) => string;
  /** Runs a command over the account. */
  readonly run: (args: readonly string[], options?: RunOptions) => Promise<Ended>;
  readonly end: () => void;
}

export function startRepository(account: OfflineAccount): Repository {
  const base = realpathSync(mkdtempSync(join(tmpdir(), "repository ")));
  const folder = join(base, "clone [1]");
  const inventory = join(base, "live.json");
  mkdirSync(folder);
  const gitAt = (at: string | undefined, args: readonly string[]) => {
    const env = { ...GIT_ENV, ...(at !== undefined && { GIT_AUTHOR_DATE: at }) };
    return execFileSync("git", args, { cwd: folder, env, encoding: "utf8" }).trim();
  };
  const git = (...args: readonly string[]) => gitAt(undefined, args);
  const write = (files: Files, where = folder) => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(where, name)), { recursive: true });
      writeFileSync(join(where, name), text);
    }
  };
  git("init", "--quiet", "-b", "main");
  writeFileSync(inventory, inventoryText(account));
  return {
    ...{ base, folder, git, write },
    commit: (files, at) => {
      write(files);
      git("add", "--all");
      gitAt(at, ["commit", "--quiet", "--message", "x"]);
      return git("rev-parse", "HEAD");
    },
    run: async (args, { folder: where = folder, env = GIT_ENV } = {}) => {
      const said = { out: "", err: "" };
      const code = await runCommandLine([...args, "--inventory", inventory], {
        folder: where,
        env,
        stdout: { write: (text) => void (said.out += text) },
        stderr: { write: (text) => void (said.err += text) },
        now: () => NOW,
      });
      return { code, ...said };
    },
    end: () => rmSync(base, { recursive: true, force: true }),
  };
}
