import { realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Allowlist } from "./allowlist.js";
import { inOrder } from "./message-order.js";
import { unreadable } from "./file-messages.js";
import type { FilePattern } from "./file-pattern.js";
import { findFiles, findUnread, nearestFile } from "./find-files.js";
import { AllowlistError, type Message } from "./message.js";
import { shown } from "./nearest.js";
import { parseAllowlist, type AllowlistFile } from "./parse.js";
import { readFile } from "./read-file.js";

/** Where an allowlist is looked for unless the user says otherwise; not all of them have to match. */
export const DEFAULT_PATTERNS: readonly string[] = ["allowlist.yaml", "allowlist/**/*.{yaml,yml}"];

/** Which allowlist to read. */
export interface ReadOptions {
  /** The project's folder; nothing outside it is read. */
  readonly root: string;
  /** Globs relative to `root`. Each must match a file, but for `DEFAULT_PATTERNS`. */
  readonly patterns: readonly string[];
}

/**
 * Reads and checks the whole allowlist.
 *
 * @throws AllowlistError with everything that is wrong, in all files.
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
  const told = new Set<string>();
  const all: FilePattern[] = [];
  for (const pattern of byDefault ? DEFAULT_PATTERNS : patterns) {
    const found = await findFiles(root, pattern);
    for (const name of found.files) names.add(name);
    all.push(...found.patterns);
    // Two patterns that pass the same place would tell it twice.
    for (const message of found.messages) if (!told.has(message.text)) messages.push(message);
    for (const message of found.messages) told.add(message.text);
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
    // A link beside the file that it leads to is the same file.
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
      text: `the pattern ${shown(pattern)} is a pipe, a device or a socket, and matches no file`,
      fix: "save what it tells to a file",
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
        ? "begin with a file allowlist.yaml that says `version: 1`, and the users with their devices under `users:`"
        : `${shown(near.source?.file ?? "")} is there: ${near.fix}`,
  };
}
