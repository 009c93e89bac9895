/** Which user goes into which file of a split export. */

import { createHash } from "node:crypto";
import { domainOf } from "../allowlist/email.js";
import type { ExportedUser } from "./export-entries.js";

export const SPLITS = ["user", "domain"] as const;

export type Split = (typeof SPLITS)[number];

/** Longer file names are refused by some file systems. */
const LONGEST = 100;

/** The users of each file, by its name below the folder, with `/`. */
export function splitUsers(
  users: readonly ExportedUser[],
  split: Split,
): ReadonlyMap<string, readonly ExportedUser[]> {
  const files = new Map<string, ExportedUser[]>();
  for (const user of users) {
    const file = `allowlist/${fileName(split === "user" ? user.email : domainOf(user.email))}.yaml`;
    files.set(file, [...(files.get(file) ?? []), user]);
  }
  return files;
}

/**
 * An address as a file's name: what file systems or shells could take for something else is replaced, and then a part
 * of its digest keeps two addresses apart.
 */
function fileName(text: string): string {
  const plain = text.replace(/[^a-z\d@._+-]/gu, "_").replace(/^[.-]/u, "_");
  if (plain === text && text.length <= LONGEST) return text;
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 8);
  return `${plain.slice(0, LONGEST)}-${digest}`;
}
