import type { IgnoreRule, Protected } from "./allowlist.js";
import type { Message } from "./message.js";
import type { PlacedUser } from "./placed.js";
import type { Owner } from "./read-owns.js";
import type { ParsedFile } from "./root-file.js";

/** What warnings are looked for in: an allowlist without errors. */
export interface Sound {
  readonly files: readonly ParsedFile[];
  readonly root: ParsedFile;
  readonly users: ReadonlyMap<string, PlacedUser>;
  readonly ignore: readonly IgnoreRule[];
  readonly protects: Protected;
  readonly owners: readonly Owner[];
}

/** What is valid, and worth a look all the same; nothing that depends on the present time. */
export function findWarnings(_sound: Sound): readonly Message[] {
  return [];
}
