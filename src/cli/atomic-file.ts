/** A file is written whole or not at all: beside its place, then renamed into it. */

import { lstatSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { reasonOf, UserError } from "./user-error.js";

/** One file to write. */
export interface FileText {
  /** As the user gave it, for messages. */
  readonly path: string;
  readonly text: string;
}

/**
 * Writes all of the files, or none and throws a {@link UserError}. Nothing here waits: a signal comes before or after
 * the whole, and leaves no file half-written. What is written names people, so that only its owner may read it.
 */
export function writeFiles(folder: string, files: readonly FileText[]): void {
  const unfinished: { readonly from: string; readonly to: string; readonly path: string }[] = [];
  let current = "";
  try {
    for (const { path, text } of files) {
      current = path;
      const to = placeOf(resolve(folder, path));
      if (to === undefined) {
        // A pipe or a device cannot be renamed over.
        writeFileSync(resolve(folder, path), text);
        continue;
      }
      const from = join(dirname(to), `.${basename(to)}.${process.pid}.${unfinished.length}.tmp`);
      unfinished.push({ from, to, path });
      writeFileSync(from, text, { mode: 0o600, flush: true });
    }
    for (const { from, to, path } of unfinished) {
      current = path;
      renameSync(from, to);
    }
  } catch (error) {
    for (const { from } of unfinished) rmSync(from, { force: true });
    throw new UserError(`${current}: cannot be written: ${reasonOf(error)}`, undefined, { cause: error });
  }
}

/** Where a file is in the end: a link stays a link. Undefined for what is there and is no file. */
function placeOf(path: string): string | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined || stat.isFile()) return path;
  if (stat.isSymbolicLink()) return placeOf(realpathSync(path));
  if (stat.isDirectory()) throw new Error("it is a folder");
  return undefined;
}
