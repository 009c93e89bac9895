/** Remembers that the CLI could not be downloaded, so that the next run does not wait for it again. */

import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** How long, in ms, a failure is remembered. */
const VALID = 6 * 60 * 60 * 1000;

interface Note {
  readonly version: string;
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** In node_modules, which git ignores and which belongs to this clone. */
export function notePath(project: string): string {
  return join(project, "node_modules", ".cache", "warp-engine", "download-failed.json");
}

/** The last failure of this version, where it is not too old. */
export async function readNote(path: string, version: string): Promise<Note | undefined> {
  try {
    const note = JSON.parse(await readFile(path, "utf8")) as Note;
    const age = Date.now() - note.at;
    return note.version === version && age >= 0 && age < VALID ? note : undefined;
  } catch {
    return undefined;
  }
}

/** A clone that cannot be written to has no memory, and that is no failure. */
export async function writeNote(path: string, note: Note): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
    .then(() => writeFile(path, JSON.stringify(note)))
    .catch(() => undefined);
}

export async function forgetNote(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => undefined);
}
