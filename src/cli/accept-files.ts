/** The allowlist with the texts of its files, to be changed and read again. */

import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Allowlist } from "../allowlist/allowlist.js";
import type { AllowlistFile } from "../allowlist/parse.js";
import { LARGEST_YAML, readInput } from "../input-file.js";
import { readTestedAllowlist } from "../run-plan.js";
import { reasonOf, UserError } from "./user-error.js";

export interface OpenAllowlist {
  readonly allowlist: Allowlist;
  readonly files: readonly AllowlistFile[];
}

/** What some editors put before the text, and what reading takes away. */
export const BOM = "\ufeff";

export async function openAllowlist(
  folder: string,
  patterns: readonly string[] = [],
  now: Date,
): Promise<OpenAllowlist> {
  const allowlist = await readTestedAllowlist({ root: folder, patterns }, now);
  const files = allowlist.files.map(({ file, digest }) => {
    const text = readWhole(folder, file).replace(BOM, "");
    if (createHash("sha256").update(text).digest("hex") !== digest)
      throw new UserError(`${file}: changed while it was read`, "run the command again");
    return { file, text };
  });
  return { allowlist, files };
}

/** With what stands before the text. */
export function readWhole(folder: string, file: string): string {
  try {
    return readInput(join(folder, file), LARGEST_YAML);
  } catch (error) {
    throw new UserError(`${file}: cannot be read: ${reasonOf(error)}`, undefined, { cause: error });
  }
}
