/**
 * What git knows about the project: its allowlist as of a commit, and the commits of its lines. Git runs as a program,
 * never through a shell.
 */

import { execFile, type ExecFileException } from "node:child_process";
import { realpathSync } from "node:fs";
import { isAbsolute, relative, sep } from "node:path";
import { type FilePattern, parseFilePattern } from "../allowlist/file-patterns.js";
import { DEFAULT_PATTERNS } from "../allowlist/file-patterns.js";
import { formatMessages } from "../allowlist/messages.js";
import type { Allowlist } from "../allowlist/model.js";
import { type AllowlistFile, parseAllowlist } from "../allowlist/parse.js";
import type { ListedSince } from "../report/document.js";
import { LARGEST_YAML } from "../text/files.js";
import { clipped, nearest } from "../text/words.js";
import { type Surroundings, UserError } from "./command.js";

/** Runs git in the project's folder. */
class Git {
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;

  constructor({ folder, env }: Pick<Surroundings, "folder" | "env">) {
    this.#folder = folder;
    // Git may run programs from its configuration, such as a helper that fetches. None of them needs a credential.
    const own = Object.entries(env).filter(([name]) => !name.startsWith("CLOUDFLARE_"));
    this.#env = {
      ...Object.fromEntries(own),
      LC_ALL: "C",
      GIT_TERMINAL_PROMPT: "0",
      GIT_OPTIONAL_LOCKS: "0",
      GIT_LITERAL_PATHSPECS: "1",
    };
  }

  /**
   * Runs git and returns what it prints.
   *
   * @param input What it reads.
   * @throws GitRefusal if it ends with an error; UserError if git is not installed
   */
  async run(args: readonly string[], input = "", maxBuffer = LARGEST_ANSWER): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const options = { cwd: this.#folder, env: this.#env, encoding: "buffer", maxBuffer } as const;
      const child = execFile("git", args, options, (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(refusal(error, stderr.toString("utf8")));
      });
      // If git ends before it has read everything, its exit code shows the reason.
      child.stdin?.on("error", () => undefined);
      child.stdin?.end(input);
    });
  }

  /** The same as one line of text. */
  async line(args: readonly string[]): Promise<string> {
    return (await this.run(args)).toString("utf8").replace(/\n$/u, "");
  }
}

const LARGEST_ANSWER = 256 * 1024 * 1024;

/** Git ended with an error; `said` is the first line of its message. */
class GitRefusal extends Error {
  override readonly name = "GitRefusal";

  constructor(readonly said: string) {
    super(said);
  }
}

function refusal(error: ExecFileException, stderr: string): Error {
  if (error.code === "ENOENT")
    return new UserError("git is not on the PATH", "install git, or omit the option that needs it", {
      cause: error,
    });
  const said = stderr.split("\n").find((line) => /^(?:fatal|error): /u.test(line)) ?? stderr.split("\n")[0];
  return new GitRefusal((said ?? "").replace(/^(?:fatal|error): /u, "") || error.message);
}

/**
 * Makes sure that the folder belongs to a repository.
 *
 * @param what The option that needs git, for the message.
 * @throws UserError
 */
async function checkRepository(git: Git, what: string): Promise<void> {
  try {
    await git.run(["rev-parse", "--show-prefix"]);
  } catch (error) {
    if (!(error instanceof GitRefusal)) throw error;
    throw new UserError(
      `${what}: git cannot read this folder's repository: ${clipped(error.said, 300)}`,
      error.said.includes("not a git repository")
        ? "run the command in a clone of the repository"
        : "fix what git reports, and run the command again",
    );
  }
}

/** Whether the clone lacks a part of its history. */
async function isShallow(git: Git): Promise<boolean> {
  return (await git.line(["rev-parse", "--is-shallow-repository"])) === "true";
}

// `--base-ref`: the allowlist as of a commit, read from git's objects. Nothing is checked out or written.

/**
 * Reads the allowlist of this folder as of a commit, with the patterns of the allowlist that it is compared with.
 *
 * @throws UserError if there is no such commit, or no usable allowlist in it
 */
export async function readAllowlistAt(
  { folder, env }: Pick<Surroundings, "folder" | "env">,
  ref: string,
  given: readonly string[],
): Promise<Allowlist> {
  const git = new Git({ folder, env });
  const option = `--base-ref ${clipped(ref, 100)}`;
  checkRef(option, ref);
  await checkRepository(git, option);
  const commit = await resolveCommit(git, option, ref);
  const patterns = given.length === 0 ? DEFAULT_PATTERNS : given;
  const { allowlist, messages } = parseAllowlist(
    await filesAt(git, option, commit, compile(folder, patterns)),
  );
  if (allowlist) return allowlist;
  const why = messages.length === 0 ? "" : `\n${formatMessages(messages)}`;
  throw new UserError(`${option}: the allowlist before the change cannot be used${why}`);
}

/** Git would take a text that begins with a dash for an option, and the text after a colon for a path. */
function checkRef(option: string, ref: string): void {
  if (/^[^-\p{C}\p{Z}:][^\p{C}\p{Z}:]*$/u.test(ref)) return;
  throw new UserError(
    `${option}: that is not the name of a commit`,
    "give a branch, a tag or a commit, such as origin/main",
  );
}

async function resolveCommit(git: Git, option: string, ref: string): Promise<string> {
  try {
    return await git.line(["rev-parse", "--verify", "--quiet", `${ref}^{commit}`]);
  } catch (error) {
    if (!(error instanceof GitRefusal)) throw error;
    throw await unknownCommit(git, option, ref);
  }
}

async function unknownCommit(git: Git, option: string, ref: string): Promise<UserError> {
  const what = `${option}: there is no such commit in this clone`;
  if (await isShallow(git))
    return new UserError(
      `${what}, which is shallow`,
      "fetch it first: git fetch origin BRANCH:refs/remotes/origin/BRANCH --depth=1, or clone with the full history (fetch-depth: 0)",
    );
  const names = (await git.line(["for-each-ref", "--format=%(refname:short)"])).split("\n");
  const guess = nearest(ref, names.slice(0, 1000));
  return new UserError(
    what,
    guess === undefined || guess === ""
      ? "fetch it first, for example with: git fetch origin"
      : `did you mean ${JSON.stringify(guess)}? Or fetch it first: git fetch origin`,
  );
}

/**
 * The patterns have found the allowlist that the base is compared with, so they are valid and lead into this folder.
 */
function compile(folder: string, given: readonly string[]): readonly FilePattern[] {
  const root = realpathSync(folder);
  return given.flatMap((pattern) => {
    const own = isAbsolute(pattern) ? relative(root, pattern).split(sep).join("/") : pattern;
    const parsed = parseFilePattern(own.replace(/^(?:\.\/+)+/u, ""));
    return parsed.ok ? parsed.patterns : [];
  });
}

/** A line of `git ls-tree -r -l`. */
interface TreeEntry {
  readonly mode: string;
  readonly id: string;
  readonly size: number;
  /** Relative to this folder. */
  readonly name: string;
}

async function filesAt(
  git: Git,
  option: string,
  commit: string,
  patterns: readonly FilePattern[],
): Promise<readonly AllowlistFile[]> {
  const entries = (await listTree(git, option, commit)).filter(
    ({ name, mode }) =>
      !/(?:^|\/)node_modules\//u.test(name) &&
      patterns.some((one) => one.matches(name) || (mode === SUBMODULE && one.reaches(name))),
  );
  if (entries.length === 0)
    throw new UserError(
      `${option}: that commit has no allowlist in this folder: no file matches the patterns`,
      "for a first allowlist, omit --base-ref; if the allowlist was moved, give its old place with --base",
    );
  for (const { mode, name, size } of entries) {
    const why =
      mode === SUBMODULE
        ? "is a submodule"
        : mode === LINK
          ? "is a link"
          : size > LARGEST_YAML
            ? "is larger than 10 MiB"
            : undefined;
    if (why !== undefined)
      throw new UserError(
        `${option}: ${clipped(name, 200)} ${why} there; only files of at most 10 MiB are read`,
        "check out that commit beside this folder, and give its allowlist with --base",
      );
  }
  return readBlobs(git, option, entries);
}

const SUBMODULE = "160000";

const LINK = "120000";

async function listTree(git: Git, option: string, commit: string): Promise<readonly TreeEntry[]> {
  const rows = (await orUserError(option, git.run(["ls-tree", "-r", "-l", "-z", commit]))).toString("utf8");
  return rows.split("\0").flatMap((row) => {
    const [, mode, id, size, name] = /^(\d+) \w+ ([\da-f]+) +(\d+|-)\t(.*)$/su.exec(row) ?? [];
    if (mode === undefined || id === undefined || name === undefined) return [];
    return [{ mode, id, size: Number(size) || 0, name }];
  });
}

/** All in one process. The format is `<id> blob <size>`, a line feed, the bytes, a line feed. */
async function readBlobs(
  git: Git,
  option: string,
  entries: readonly TreeEntry[],
): Promise<readonly AllowlistFile[]> {
  const most = entries.reduce((sum, { size }) => sum + size + 200, 0);
  const input = entries.map(({ id }) => `${id}\n`).join("");
  const answer = await orUserError(option, git.run(["cat-file", "--batch"], input, most));
  let at = 0;
  return entries.map(({ name, id }) => {
    const end = answer.indexOf("\n", at);
    const [said, kind, size] = answer.toString("latin1", at, end).split(" ");
    if (said !== id || kind !== "blob" || end < 0)
      throw new UserError(
        `${option}: ${clipped(name, 200)} is not in this clone`,
        "fetch the commit with its files",
      );
    const bytes = answer.subarray(end + 1, end + 1 + Number(size));
    at = end + 2 + Number(size);
    return { file: name, text: decode(option, name, bytes) };
  });
}

function decode(option: string, name: string, bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UserError(`${option}: ${clipped(name, 200)} is not UTF-8 there`);
  }
}

/** Turns a refusal of git into a mistake of the user. */
async function orUserError<T>(option: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof GitRefusal)) throw error;
    throw new UserError(`${option}: git reports: ${clipped(error.said, 300)}`, "fix that, and run again");
  }
}

// `git blame`: since when the lines of the allowlist have existed in their present form.

/**
 * Asks git about lines of files in this folder, once for each file.
 *
 * @param what The option that needs git, for messages.
 * @throws UserError if git is not installed, or there is no repository
 */
export async function blame(
  surroundings: Pick<Surroundings, "folder" | "env">,
  what: string,
  places: readonly { readonly file: string }[],
): Promise<(place: { readonly file: string; readonly line: number }) => ListedSince> {
  const git = new Git(surroundings);
  await checkRepository(git, what);
  const shallow = await isShallow(git);
  const files = new Map<string, readonly ListedSince[]>();
  for (const file of new Set(places.map((one) => one.file)))
    files.set(file, await blameFile(git, what, file, shallow));
  return ({ file, line }) => files.get(file)?.[line - 1] ?? NOT_COMMITTED;
}

const NOT_COMMITTED: ListedSince = { unknown: "not committed" };

async function blameFile(
  git: Git,
  what: string,
  file: string,
  shallow: boolean,
): Promise<readonly ListedSince[]> {
  let answer: string;
  try {
    answer = (await git.run(["blame", "--porcelain", "--no-textconv", "--", file])).toString("utf8");
  } catch (error) {
    if (!(error instanceof GitRefusal)) throw error;
    // A file that is in no commit yet, or a repository without a commit.
    if (/^no such (?:path|ref)\b/u.test(error.said)) return [];
    throw new UserError(
      `${what}: ${clipped(file, 200)}: git reports: ${clipped(error.said, 300)}`,
      "fix that, or omit --blame",
    );
  }
  return readBlame(answer, shallow);
}

/** Reads the porcelain format: a header for each line, the facts about its commit once, and the line after a tab. */
function readBlame(answer: string, shallow: boolean): readonly ListedSince[] {
  const commits = new Map<string, Map<string, string>>();
  const lines: ListedSince[] = [];
  let commit = "";
  let at = 0;
  for (const row of answer.split("\n")) {
    if (row.startsWith("\t")) {
      lines[at - 1] = listedSince(commit, commits.get(commit) ?? new Map<string, string>(), shallow);
      continue;
    }
    const [, id, final] = /^([\da-f]{40,64}) \d+ (\d+)/u.exec(row) ?? [];
    if (id !== undefined) {
      commit = id;
      at = Number(final);
      if (!commits.has(id)) commits.set(id, new Map());
      continue;
    }
    const [, key, value] = /^([a-z-]+)(?: (.*))?$/su.exec(row) ?? [];
    if (key !== undefined) commits.get(commit)?.set(key, value ?? "");
  }
  return lines;
}

function listedSince(commit: string, facts: ReadonlyMap<string, string>, shallow: boolean): ListedSince {
  if (/^0+$/u.test(commit)) return NOT_COMMITTED;
  const time = Number(facts.get("author-time")) * 1000;
  const day = Number.isNaN(new Date(time).getTime()) ? "" : new Date(time).toISOString().slice(0, 10);
  // In a shallow clone, git blames the oldest commit for everything before it.
  if (shallow && facts.has("boundary")) return { unknown: `before ${day} (the clone is shallow)` };
  const author = facts.get("author");
  return { since: day, commit, ...(author !== undefined && { author }) };
}
