import * as fs from "node:fs";
import { constants, type Stats } from "node:fs";
import { open, realpath, stat } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import { escapePath, type FileSystemAdapter, glob } from "tinyglobby";
import { nearest, shown } from "../text/words.js";
import { DEFAULT_PATTERNS, type FilePattern, parseFilePattern } from "./file-patterns.js";
import {
  AllowlistError,
  beginning,
  inOrder,
  inside,
  linkedFolder,
  type Message,
  outside,
  unreadable,
} from "./messages.js";
import type { Allowlist } from "./model.js";
import { type AllowlistFile, parseAllowlist } from "./parse.js";

export interface ReadOptions {
  /** The project's folder. Nothing outside it is read. */
  readonly root: string;
  /** Globs relative to `root`. Each must match a file, except those of `DEFAULT_PATTERNS`. */
  readonly patterns: readonly string[];
}

/**
 * Reads and checks the whole allowlist.
 *
 * @throws AllowlistError with every error in every file.
 */
export async function readAllowlist({ root, patterns }: ReadOptions): Promise<Allowlist> {
  const folder = await realpath(root).catch((error: unknown) => {
    throw new AllowlistError([unreadable(root, error)]);
  });
  const messages: Message[] = [];
  const { names, unread } = await findAll(folder, patterns, messages);
  const files = await readAll(folder, names, messages);
  if (files.length === 0 && messages.length > 0) throw new AllowlistError(inOrder(messages));
  const parsed = parseAllowlist(files, messages);
  if (parsed.allowlist === undefined) throw new AllowlistError(parsed.messages);
  if (unread.length === 0) return parsed.allowlist;
  return { ...parsed.allowlist, warnings: inOrder([...parsed.allowlist.warnings, ...unread]) };
}

async function findAll(
  root: string,
  patterns: readonly string[],
  messages: Message[],
): Promise<{ readonly names: ReadonlySet<string>; readonly unread: readonly Message[] }> {
  const byDefault = patterns.length === 0 || isDefault(patterns);
  const names = new Set<string>();
  const seen = new Set<string>();
  const all: FilePattern[] = [];
  for (const pattern of byDefault ? DEFAULT_PATTERNS : patterns) {
    const found = await findFiles(root, pattern);
    for (const name of found.files) names.add(name);
    all.push(...found.patterns);
    // Two patterns that pass the same place find the same message there.
    for (const message of found.messages) if (!seen.has(message.text)) messages.push(message);
    for (const message of found.messages) seen.add(message.text);
    if (!byDefault && found.files.size === 0 && found.messages.length === 0)
      messages.push(await missing(root, pattern));
  }
  const unread = await findUnread(root, all, names);
  if (byDefault && names.size === 0 && messages.length === 0) messages.push(noFiles(unread));
  return { names, unread };
}

async function readAll(
  root: string,
  names: ReadonlySet<string>,
  messages: Message[],
): Promise<readonly AllowlistFile[]> {
  const files = new Map<string, AllowlistFile>();
  for (const name of [...names].sort()) {
    const read = await readFile(root, name);
    if (!read.ok) messages.push(read.message);
    // A link and the file that it leads to are one file.
    else if (!files.has(read.real)) files.set(read.real, read.file);
  }
  return [...files.values()];
}

function isDefault(patterns: readonly string[]): boolean {
  return patterns.join("\n") === DEFAULT_PATTERNS.join("\n");
}

async function missing(root: string, pattern: string): Promise<Message> {
  const there = await stat(join(root, pattern)).catch(() => undefined);
  if (there !== undefined && !there.isDirectory() && !there.isFile())
    return {
      code: "allowlist/missing-file",
      text: `the pattern ${shown(pattern)} is a pipe, a device or a socket, not a file`,
      fix: "save its output to a file",
    };
  if (there?.isDirectory() === true) {
    const inside = pattern.replace(/\/+$/u, "");
    return {
      code: "allowlist/missing-file",
      text: `the pattern ${shown(pattern)} is a folder, and matches no file`,
      fix: `write ${shown(`${inside}/**/*.{yaml,yml}`)} for all files in it`,
    };
  }
  const guess = await nearestFile(root, pattern);
  return {
    code: "allowlist/missing-file",
    text: `the pattern ${shown(pattern)} matches no file`,
    fix:
      guess === undefined
        ? "correct the pattern (it is relative to the project's folder), or add the file"
        : `did you mean ${shown(guess)}?`,
  };
}

function noFiles([near]: readonly Message[]): Message {
  return {
    code: "allowlist/no-files",
    text: `there is no allowlist: no file matches ${DEFAULT_PATTERNS.join(" or ")}`,
    fix:
      near?.fix === undefined
        ? "create a file allowlist.yaml with `version: 1`, and the users with their devices under `users:`"
        : `${shown(near.source?.file ?? "")} is there: ${near.fix}`,
  };
}

/** Folders with YAML that belongs to others. */
const ignore = ["**/node_modules/**", "**/.git/**"];

/** How deep the search goes. Only a folder that contains itself is deeper. */
const deep = 32;

/** Files by their names relative to the project's folder, with `/`, and messages about what could not be searched. */
interface FoundFiles {
  readonly files: ReadonlySet<string>;
  readonly messages: readonly Message[];
  /** What the pattern stands for. */
  readonly patterns: readonly FilePattern[];
}

/** The files that a pattern matches. Reads only folders inside the project, and never follows a link. */
async function findFiles(root: string, given: string): Promise<FoundFiles> {
  const relativeTo = toRelative(root, given);
  const parsed = relativeTo === undefined ? undefined : parseFilePattern(relativeTo);
  if (parsed?.ok === false) return nothing(badPattern(given, parsed.why));
  if (parsed === undefined || parsed.patterns.some(({ search }) => search.split("/").includes("..")))
    return nothing(outside(`the pattern ${shown(given)}`));
  const { patterns } = parsed;
  for (const { folder } of patterns) {
    const linked = await linkBefore(root, folder);
    if (linked !== undefined) return nothing(linked);
  }
  const messages = new Map<string, Message>();
  const found = await glob(
    patterns.map(({ search }) => search),
    {
      cwd: root,
      ignore,
      deep,
      expandDirectories: false,
      fs: watchedFs(root, messages, (folder) => patterns.some(({ reaches }) => reaches(folder))),
    },
  );
  const names = found.map((name) => name.split(sep).join("/"));
  const files = new Set(names.filter((name) => patterns.some(({ matches }) => matches(name))));
  return { files, messages: [...messages.values()], patterns };
}

function nothing(message: Message): FoundFiles {
  return { files: new Set(), messages: [message], patterns: [] };
}

function badPattern(given: string, why: string): Message {
  return {
    code: "allowlist/bad-pattern",
    text: `the pattern ${shown(given)} cannot be used: ${why}`,
    fix: "use only *, ?, **, [abc] and {a,b}, or write several patterns",
  };
}

/** Names that were probably meant as YAML: another case, an added `.txt`, JSON, hidden. */
const nearlyYaml = /\.(?:ya?ml|json)(?:\.txt)?$/iu;

/** Warns of each file that looks like a part of the allowlist but that no pattern matches. */
async function findUnread(
  root: string,
  patterns: readonly FilePattern[],
  read: ReadonlySet<string>,
): Promise<readonly Message[]> {
  const searches = patterns.map(({ folder, isStatic }) => {
    const below = folder === "" ? "" : `${escapePath(folder)}/`;
    return isStatic ? `${below}*` : `${below}**/*`;
  });
  const names = await glob([...new Set(searches)], {
    cwd: root,
    ignore,
    deep,
    dot: true,
    expandDirectories: false,
    followSymbolicLinks: false,
  });
  return names
    .map((name) => name.split(sep).join("/"))
    .filter((name) => nearlyYaml.test(name) && !read.has(name))
    .flatMap((name) => {
      const meant = meantNames(name).find((other) =>
        patterns.some(
          ({ matches, folder, isStatic }) => matches(other) && (isStatic || folder !== "" || !isJson(name)),
        ),
      );
      return meant === undefined ? [] : [unread(name, meant)];
    });
}

function isJson(name: string): boolean {
  return /\.json(?:\.txt)?$/iu.test(name);
}

/** The names under which the file would be read. */
function meantNames(name: string): readonly string[] {
  const at = name.lastIndexOf("/") + 1;
  const [folder, file] = [name.slice(0, at), name.slice(at)];
  const stem = file.replace(nearlyYaml, "").replace(/^\.+/u, "");
  const names = [`${stem}.yaml`, `${stem}.yml`, `${stem.toLowerCase()}.yaml`, `${stem.toLowerCase()}.yml`];
  return names.map((one) => folder + one);
}

function unread(name: string, meant: string): Message {
  return {
    code: "allowlist/unread-file",
    text: `${shown(name)} looks like a file of the allowlist, but no pattern matches it: it is not read`,
    fix: isJson(name)
      ? `convert it to YAML in ${shown(meant)}, or move it elsewhere`
      : `rename it to ${shown(meant)}, or move it elsewhere`,
    source: beginning(name),
    subject: [name],
  };
}

/** The suggestion for a pattern that matches nothing: the project's YAML file with the nearest name. */
async function nearestFile(root: string, pattern: string): Promise<string | undefined> {
  const { files } = await findFiles(root, "{*,*/*,*/*/*}.{yaml,yml}");
  const word = toRelative(root, pattern) ?? pattern;
  return nearest(word, [...files].slice(0, 1000));
}

/** A pattern relative to the project's folder, whose own name is taken literally. Undefined if it leads elsewhere. */
function toRelative(root: string, given: string): string | undefined {
  const pattern = given.replace(/^(?:\.\/+)+/u, "");
  if (!isAbsolute(pattern)) return pattern;
  const folder = root.endsWith(sep) ? root : root + sep;
  return pattern.startsWith(folder) ? pattern.slice(folder.length) : undefined;
}

/** A linked folder among the pattern's leading names. The search would begin behind it and not see it. */
async function linkBefore(root: string, leading: string): Promise<Message | undefined> {
  let folder = root;
  for (const name of leading === "" ? [] : leading.split("/")) {
    folder = join(folder, name);
    const real = await realpath(folder).catch(() => undefined);
    if (real === undefined) return undefined;
    if (real !== folder) return linkedFolder(relative(root, folder), inside(root, real));
  }
  return undefined;
}

/**
 * The file system for the search. The search itself skips what it cannot read, and a skipped user file would take its
 * users off the allowlist: so each such place becomes a message here. So does a linked folder that a pattern leads
 * into. It is never entered.
 */
function watchedFs(
  root: string,
  messages: Map<string, Message>,
  reaches: (folder: string) => boolean,
): FileSystemAdapter {
  const name = (path: string) => relative(root, path).split(sep).join("/");
  const note = (path: string, message: Message) => {
    if (!/(?:^|\/)(?:node_modules|\.git)(?:\/|$)/u.test(name(path))) messages.set(path, message);
  };
  const readdir = (path: string, options: { withFileTypes: true }, done: Callback<fs.Dirent[]>): void => {
    fs.readdir(path, options, (error, entries) => {
      const isAsked = name(path) === "" || reaches(name(path));
      if (error && error.code !== "ENOENT" && isAsked) note(path, unreadable(name(path) || ".", error));
      done(error, entries);
    });
  };
  const resolve = (path: string, done: Callback<string>): void => {
    fs.realpath(path, (error, real) => {
      if (error) {
        if (/\.ya?ml$/iu.test(path)) note(path, unreadable(name(path), error));
        done(error, real);
        return;
      }
      fs.stat(real, (failure, stat) => {
        if (failure === null && stat.isDirectory()) {
          if (reaches(name(path))) note(path, linkedFolder(name(path), inside(root, real)));
          done(new Error("a linked folder is not entered"), real);
        } else done(failure, real);
      });
    });
  };
  return { readdir, realpath: resolve, stat: fs.stat } as unknown as FileSystemAdapter;
}

type Callback<T> = (error: NodeJS.ErrnoException | null, value: T) => void;

/** The largest file that is read, in bytes. */
const largestFile = 10 * 1024 * 1024;

/** A file's text, or why it could not be read. */
type ReadFile =
  | { readonly ok: true; readonly real: string; readonly file: AllowlistFile }
  | { readonly ok: false; readonly message: Message };

/** Reads one file of the project. Before it opens the file, it checks the file's real place, its kind and its size. */
async function readFile(root: string, name: string): Promise<ReadFile> {
  try {
    const real = await realpath(join(root, name));
    if (!inside(root, real)) return refused(outside(`the file ${shown(name)}`, name));
    const before = refuseKind(name, await stat(real));
    if (before !== undefined) return refused(before);
    const bytes = await readBytes(real);
    if (bytes.length > largestFile) return refused(tooLarge(name));
    return decode(real, name, bytes);
  } catch (error) {
    return refused(unreadable(name, error));
  }
}

/** Fails if a link has replaced the file since that check, and does not block on a pipe. */
async function readBytes(real: string): Promise<Buffer> {
  const handle = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const bytes = Buffer.alloc(Math.min((await handle.stat()).size, largestFile) + 1);
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await handle.read(bytes, length, bytes.length - length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return bytes.subarray(0, length);
  } finally {
    await handle.close();
  }
}

function decode(real: string, name: string, bytes: Buffer): ReadFile {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return { ok: true, real, file: { file: name, text } };
  } catch {
    return refused({
      code: "allowlist/not-utf8",
      text: `${shown(name)} is not UTF-8`,
      fix: "save it as UTF-8",
      source: beginning(name),
    });
  }
}

function refuseKind(name: string, stats: Stats): Message | undefined {
  if (!stats.isFile()) return unreadable(name, "it is not a regular file");
  return stats.size > largestFile ? tooLarge(name) : undefined;
}

function tooLarge(name: string): Message {
  return {
    code: "allowlist/too-large",
    text: `${shown(name)} is larger than 10 MiB`,
    fix: "split the users into several files",
    source: beginning(name),
  };
}

function refused(message: Message): ReadFile {
  return { ok: false, message };
}
