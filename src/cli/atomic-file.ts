/** Writes the files of a command, and tells what cannot be written as a mistake of the user. */

import { resolve } from "node:path";
import { OutputError, writeOutputs } from "../files.js";
import { reasonOf, UserError } from "./user-error.js";

/** One file to write. */
export interface FileText {
  /** As the user gave it, for messages. */
  readonly path: string;
  readonly text: string;
}

/** Writes all of the files, or none and throws a {@link UserError}; see `writeOutputs`. */
export function writeFiles(folder: string, files: readonly FileText[]): void {
  const given = new Map(files.map(({ path }) => [resolve(folder, path), path]));
  try {
    writeOutputs(files.map(({ path, text }) => ({ path: resolve(folder, path), text })));
  } catch (error) {
    if (!(error instanceof OutputError)) throw error;
    const path = given.get(error.path) ?? error.path;
    throw new UserError(`${path}: cannot be written: ${reasonOf(error.cause)}`, undefined, { cause: error });
  }
}
