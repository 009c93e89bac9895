import * as fs from "node:fs";
import { realpath } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import { glob, type FileSystemAdapter } from "tinyglobby";
import type { Message } from "./message.js";
import { nearest, shown } from "./nearest.js";
import { inside, linkedFolder, outside, unreadable } from "./file-messages.js";

/** Folders that hold other people's YAML. */
const ignore = ["**/node_modules/**", "**/.git/**"];

/** How deep a project's folders are searched; only a folder that contains itself is deeper. */
const deep = 32;

/** Files by their name relative to the project's folder, with `/`, and what stood in the way of finding them. */
export interface FoundFiles {
  readonly files: ReadonlySet<string>;
  readonly messages: readonly Message[];
}

/** The files that a pattern matches. Folders are read inside the project only, and never through a link. */
export async function findFiles(root: string, given: string): Promise<FoundFiles> {
  const pattern = toRelative(root, given);
  if (pattern === undefined || pattern.split("/").includes(".."))
    return { files: new Set(), messages: [outside(`the pattern ${shown(given)}`)] };
  const linked = await linkBefore(root, pattern);
  if (linked !== undefined) return { files: new Set(), messages: [linked] };
  const messages = new Map<string, Message>();
  const found = await glob([pattern], {
    cwd: root,
    ignore,
    deep,
    expandDirectories: false,
    fs: watchedFs(root, messages),
  });
  return { files: new Set(found.map((name) => name.split(sep).join("/"))), messages: [...messages.values()] };
}

/** What to suggest for a pattern that matches nothing: the YAML file of the project with the nearest name. */
export async function nearestFile(root: string, pattern: string): Promise<string | undefined> {
  const { files } = await findFiles(root, "{*,*/*,*/*/*}.{yaml,yml}");
  const word = toRelative(root, pattern) ?? pattern;
  return nearest(word, [...files].slice(0, 1000));
}

/** A pattern relative to the project's folder, whose own name is no pattern; undefined where it leads elsewhere. */
function toRelative(root: string, given: string): string | undefined {
  const pattern = given.replace(/^(?:\.\/+)+/u, "");
  if (!isAbsolute(pattern)) return pattern;
  const folder = root.endsWith(sep) ? root : root + sep;
  return pattern.startsWith(folder) ? pattern.slice(folder.length) : undefined;
}

/** A linked folder among the pattern's leading names, from which the search would begin unseen. */
async function linkBefore(root: string, pattern: string): Promise<Message | undefined> {
  let folder = root;
  for (const name of pattern.split("/").slice(0, -1)) {
    if (/[*?[\]{}()!+@|\\]/u.test(name)) return undefined;
    folder = join(folder, name);
    const real = await realpath(folder).catch(() => undefined);
    if (real === undefined) return undefined;
    if (real !== folder) return linkedFolder(relative(root, folder), inside(root, real));
  }
  return undefined;
}

/**
 * The file system as the search sees it. The search itself passes over what it cannot read, and a user file that is
 * passed over would take its users off the allowlist: here each such place becomes a message. A linked folder is
 * such a place, and is not entered.
 */
function watchedFs(root: string, messages: Map<string, Message>): FileSystemAdapter {
  const name = (path: string) => relative(root, path).split(sep).join("/");
  const note = (path: string, message: Message) => {
    if (!/(?:^|\/)(?:node_modules|\.git)(?:\/|$)/u.test(name(path))) messages.set(path, message);
  };
  const readdir = (path: string, options: { withFileTypes: true }, done: Done<fs.Dirent[]>): void => {
    fs.readdir(path, options, (error, entries) => {
      if (error && error.code !== "ENOENT") note(path, unreadable(name(path) || ".", error));
      done(error, entries);
    });
  };
  const resolve = (path: string, done: Done<string>): void => {
    fs.realpath(path, (error, real) => {
      if (error) {
        if (/\.ya?ml$/iu.test(path)) note(path, unreadable(name(path), error));
        done(error, real);
        return;
      }
      fs.stat(real, (failure, stat) => {
        if (failure === null && stat.isDirectory()) {
          note(path, linkedFolder(name(path), inside(root, real)));
          done(new Error("a linked folder is not entered"), real);
        } else done(failure, real);
      });
    });
  };
  return { readdir, realpath: resolve, stat: fs.stat } as unknown as FileSystemAdapter;
}

type Done<T> = (error: NodeJS.ErrnoException | null, value: T) => void;
