import { constants, type Stats } from "node:fs";
import { open, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { beginning, inside, outside, unreadable } from "./file-messages.js";
import type { Message } from "./message.js";
import { shown } from "./nearest.js";
import type { AllowlistFile } from "./parse.js";

/** The largest file that is read, in bytes. */
export const largestFile = 10 * 1024 * 1024;

/** A file's text, or why there is none. */
export type ReadFile =
  | { readonly ok: true; readonly real: string; readonly file: AllowlistFile }
  | { readonly ok: false; readonly message: Message };

/** Reads one file of the project. Where it really is, what it is and how large, is looked at before it is opened. */
export async function readFile(root: string, name: string): Promise<ReadFile> {
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

/** Not followed if a link took the file's place since it was looked at; a pipe would not block. */
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
  if (!stats.isFile()) return unreadable(name, undefined);
  return stats.size > largestFile ? tooLarge(name) : undefined;
}

function tooLarge(name: string): Message {
  return {
    code: "allowlist/too-large",
    text: `${shown(name)} is larger than 10 MiB`,
    fix: "split the users over several files",
    source: beginning(name),
  };
}

function refused(message: Message): ReadFile {
  return { ok: false, message };
}
