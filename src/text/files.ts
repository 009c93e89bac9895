/**
 * The one place that opens files for this package to write, and that checks what a path leads to before reading it. A
 * regular file is replaced as a whole, a device or a pipe is written to, and a file of one kind never replaces one of
 * another kind.
 */

import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

/** What a path leads to after following its links. */
export type OutputPlace =
  /** A regular file, or nothing yet in an existing folder. */
  | { readonly kind: "file"; readonly path: string; readonly exists: boolean }
  /** A descriptor that this process has open: `/dev/stdout`, `/proc/self/fd/3`, a shell's process substitution. */
  | { readonly kind: "descriptor"; readonly path: string; readonly descriptor: number }
  | { readonly kind: "character device" | "pipe"; readonly path: string }
  | { readonly kind: "folder" | "socket" | "block device"; readonly path: string };

/** A path that cannot be written to. `message` gives the reason in a few words that follow the path. */
class PlaceError extends Error {
  override readonly name = "PlaceError";
}

const MOST_LINKS = 40;

/** How long, in ms, the reader of a pipe may take to open it, or to take more. */
const READER_TIMEOUT_MS = 5_000;

const RETRY_MS = 20;

/**
 * Follows links and returns what is there. Opens nothing.
 *
 * @throws PlaceError for a loop of links, and for a descriptor of another process; other errors are the file system's
 */
export function placeOf(path: string): OutputPlace {
  let at = resolve(path);
  for (let links = 0; links <= MOST_LINKS; links += 1) {
    const folder = realpathSync(dirname(at));
    at = join(folder, basename(at));
    const descriptor = descriptorOf(folder, basename(at));
    if (descriptor !== undefined) return { kind: "descriptor", path: at, descriptor };
    const stat = lstatSync(at, { throwIfNoEntry: false });
    if (stat?.isSymbolicLink() !== true) return placeAt(at, stat);
    at = resolve(folder, readlinkSync(at));
  }
  throw new PlaceError("its links form a loop");
}

/** On Linux, `/dev/fd` and `/dev/stdout` are links into `/proc`; on other systems they are devices. */
function descriptorOf(folder: string, name: string): number | undefined {
  const [, own] = /^\/proc\/(\d+)(?:\/task\/\d+)?\/fd$/u.exec(folder) ?? [];
  if ((own === undefined && folder !== "/dev/fd") || !/^\d+$/u.test(name)) return undefined;
  if (own !== undefined && Number(own) !== process.pid) throw new PlaceError("it belongs to another process");
  return Number(name);
}

function placeAt(path: string, stat: Stats | undefined): OutputPlace {
  if (stat === undefined || stat.isFile()) return { kind: "file", path, exists: stat !== undefined };
  if (stat.isDirectory()) return { kind: "folder", path };
  if (stat.isFIFO()) return { kind: "pipe", path };
  if (stat.isSocket()) return { kind: "socket", path };
  return { kind: stat.isBlockDevice() ? "block device" : "character device", path };
}

/** A text, or the parts of one that is too large to hold. */
export type OutputText = string | Iterable<string>;

export function partsOf(text: OutputText): Iterable<string> {
  return typeof text === "string" ? [text] : text;
}

/** One text and its path. */
interface Output {
  readonly path: string;
  readonly text: OutputText;
}

/** The output that could not be written, and why. */
export class OutputError extends Error {
  override readonly name = "OutputError";

  constructor(
    readonly path: string,
    override readonly cause: unknown,
  ) {
    super(`${path} cannot be written`);
  }
}

/**
 * Writes all of the files or none of them. Each is written beside its place, then renamed into it, and only its owner
 * can read it. Other existing targets (a device, a pipe, a descriptor) are written to once all files are ready. Nothing
 * here waits for the event loop: a signal comes before or after all of it, and leaves no file half-written.
 *
 * @throws OutputError
 */
export function writeOutputs(outputs: readonly Output[]): void {
  const unfinished: { readonly from: string; readonly to: string; readonly path: string }[] = [];
  const streams: { readonly place: OutputPlace; readonly output: Output }[] = [];
  let current = "";
  try {
    for (const output of outputs) {
      current = output.path;
      const place = writable(placeOf(output.path));
      if (place.kind !== "file") {
        streams.push({ place, output });
        continue;
      }
      const from = join(dirname(place.path), unfinishedName(place.path));
      unfinished.push({ from, to: place.path, path: output.path });
      writeNew(from, output.text);
    }
    for (const { place, output } of streams) {
      current = output.path;
      writeTo(place, output.text);
    }
    for (const { from, to, path } of unfinished) {
      current = path;
      renameSync(from, to);
    }
  } catch (error) {
    for (const { from } of unfinished) rmSync(from, { force: true });
    throw new OutputError(current, error);
  }
}

/** `wx`: in a folder that others can write to, nobody can have put a link there. */
function writeNew(path: string, text: OutputText): void {
  const file = openSync(path, "wx", 0o600);
  try {
    for (const part of partsOf(text)) writeFileSync(file, part);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function unfinishedName(path: string): string {
  return `.${basename(path).slice(0, 200)}.${randomBytes(6).toString("hex")}.tmp`;
}

function writable(place: OutputPlace): OutputPlace {
  if (place.kind === "folder" || place.kind === "socket" || place.kind === "block device")
    throw new PlaceError(`it is a ${place.kind}`);
  return place;
}

function writeTo(place: OutputPlace, text: OutputText): void {
  if (place.kind === "descriptor") {
    for (const part of partsOf(text)) pour(place.descriptor, part);
    return;
  }
  const opened = open(place.path);
  try {
    for (const part of partsOf(text)) pour(opened, part);
  } finally {
    closeSync(opened);
  }
}

/** A pipe without a reader must not hang the process: opening it does not wait, and is retried for a while. */
function open(path: string): number {
  const until = deadline();
  for (;;) {
    try {
      return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if (codeOf(error) !== "ENXIO") throw error;
      if (performance.now() > until) throw new PlaceError("nobody reads from this pipe");
      sleep(RETRY_MS);
    }
  }
}

function pour(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  let until = deadline();
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(descriptor, bytes, at);
      until = deadline();
    } catch (error) {
      if (codeOf(error) !== "EAGAIN") throw error;
      if (performance.now() > until) throw new PlaceError("its reader has stopped reading");
      sleep(RETRY_MS);
    }
  }
}

function deadline(): number {
  return performance.now() + READER_TIMEOUT_MS;
}

/** Sleeps without the event loop: see {@link writeOutputs}. */
function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** The code of an error of the system: `ENOENT`; empty for anything else. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

// Files that are read as a whole: only regular ones, and only up to a size.

const MIB = 1024 * 1024;

/** The largest JSON file that is read (inventories, reports, histories): about 300,000 registrations. */
export const LARGEST_JSON = 256 * MIB;

/** The largest YAML file that is read, apart from the allowlist's own (baselines, stack files). */
export const LARGEST_YAML = 10 * MIB;

/** A path that exists but is not read. The message follows "cannot be read: ". */
class UnreadableInput extends Error {
  override readonly name = "UnreadableInput";
}

/**
 * The text of a file. A pipe, a device or a socket could hang a run or never end: each is refused before it is opened,
 * and again once it is open. Links are followed.
 *
 * @throws UnreadableInput for anything that is not a regular file, or is too large; or the file system's own error
 */
export function readInput(path: string, largest: number): string {
  refuseKind(statSync(path), largest);
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(file);
    refuseKind(stat, largest);
    return readBytes(file, stat.size, largest).toString("utf8");
  } finally {
    closeSync(file);
  }
}

/** Not `readFileSync`, which relies on the size: a file in `/proc` has none, and another may grow. */
function readBytes(file: number, size: number, largest: number): Buffer {
  const chunks: Buffer[] = [];
  let length = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(Math.max(65_536, size + 1 - length));
    const count = readSync(file, chunk);
    if (count === 0) return Buffer.concat(chunks, length);
    length += count;
    if (length > largest) throw tooLarge(largest);
    chunks.push(chunk.subarray(0, count));
  }
}

function refuseKind(stat: Stats, largest: number): void {
  if (stat.isDirectory()) throw new UnreadableInput("it is a folder");
  if (!stat.isFile())
    throw new UnreadableInput("it is a pipe, a device or a socket; save its output to a file");
  if (stat.size > largest) throw tooLarge(largest);
}

function tooLarge(largest: number): UnreadableInput {
  return new UnreadableInput(`it is larger than ${largest / MIB} MiB`);
}

/**
 * The message of anything that was thrown. A file system's error comes without the path, because our message names it.
 */
export function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  return REASONS[codeOf(thrown)] ?? thrown.message.replace(/, [a-z]+ '.*$/su, "");
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  ENOTDIR: "its folder is a file",
  ELOOP: "its links form a loop",
  EISDIR: "it is a folder",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
};
