import * as fs from "node:fs";
import { realpath } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import { escapePath, glob, type FileSystemAdapter } from "tinyglobby";
import type { Message } from "./message.js";
import { nearest, shown } from "./nearest.js";
import { beginning, inside, linkedFolder, outside, unreadable } from "./file-messages.js";
import { parseFilePattern, type FilePattern } from "./file-pattern.js";

/** Folders that hold other people's YAML. */
const ignore = ["**/node_modules/**", "**/.git/**"];

/** How deep a project's folders are searched; only a folder that contains itself is deeper. */
const deep = 32;

/** Files by their name relative to the project's folder, with `/`, and what stood in the way of finding them. */
export interface FoundFiles {
  readonly files: ReadonlySet<string>;
  readonly messages: readonly Message[];
  /** What the pattern stands for. */
  readonly patterns: readonly FilePattern[];
}

/** The files that a pattern matches. Folders are read inside the project only, and never through a link. */
export async function findFiles(root: string, given: string): Promise<FoundFiles> {
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
    fix: "write it with *, ?, **, [abc] and {a,b} alone, or as several patterns",
  };
}

/** Names that somebody may have meant as YAML: another case, a `.txt` behind, JSON, hidden. */
const nearlyYaml = /\.(?:ya?ml|json)(?:\.txt)?$/iu;

/** Files that look as if they belonged to the allowlist, and that its patterns do not match; a warning for each. */
export async function findUnread(
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

/** What the file would be called if it were to be read. */
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
    text: `${shown(name)} looks like a file of the allowlist, and no pattern matches it: what it says does not hold`,
    fix: isJson(name)
      ? `write it as YAML in ${shown(meant)}, or put it elsewhere`
      : `rename it to ${shown(meant)}, or put it elsewhere`,
    source: beginning(name),
    subject: [name],
  };
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
 * The file system as the search sees it. The search itself passes over what it cannot read, and a user file that is
 * passed over would take its users off the allowlist: here each such place becomes a message. A linked folder is
 * such a place where a pattern leads into it, and is never entered.
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
  const readdir = (path: string, options: { withFileTypes: true }, done: Done<fs.Dirent[]>): void => {
    fs.readdir(path, options, (error, entries) => {
      const isAsked = name(path) === "" || reaches(name(path));
      if (error && error.code !== "ENOENT" && isAsked) note(path, unreadable(name(path) || ".", error));
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
          if (reaches(name(path))) note(path, linkedFolder(name(path), inside(root, real)));
          done(new Error("a linked folder is not entered"), real);
        } else done(failure, real);
      });
    });
  };
  return { readdir, realpath: resolve, stat: fs.stat } as unknown as FileSystemAdapter;
}

type Done<T> = (error: NodeJS.ErrnoException | null, value: T) => void;
