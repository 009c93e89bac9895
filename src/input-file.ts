/** Files that are read whole: only regular ones, and only up to a size. */

import { closeSync, constants, fstatSync, openSync, readSync, statSync, type Stats } from "node:fs";

const MIB = 1024 * 1024;

/** The largest JSON file that is read (inventories, reports, histories): some 300,000 registrations. */
export const LARGEST_JSON = 256 * MIB;

/** The largest YAML file that is read besides the allowlist's own (baselines, stack files). */
export const LARGEST_YAML = 10 * MIB;

/** What is there and is not read; its message goes behind "cannot be read: ". */
export class UnreadableInput extends Error {
  override readonly name = "UnreadableInput";
}

/**
 * The text of a file. A pipe, a device or a socket would hang a run or never end, so that each is refused before it is
 * opened, and again once it is open. Links are followed.
 *
 * @throws UnreadableInput for what is no regular file or too large, or the file system's own error
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

/** Not `readFileSync`, which takes the size for granted: a file of `/proc` has none, and another may grow. */
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
    throw new UnreadableInput("it is a pipe, a device or a socket; save what it tells to a file");
  if (stat.size > largest) throw tooLarge(largest);
}

function tooLarge(largest: number): UnreadableInput {
  return new UnreadableInput(`it is larger than ${largest / MIB} MiB`);
}
