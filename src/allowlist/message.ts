import { counted } from "../counted.js";
import type { MessageCode } from "./codes.js";
import type { SourcePosition } from "./policy.js";

/** Something wrong with the desired state: where, what, and what to do. */
export interface Message {
  /** Stable, for machines: `allowlist/unknown-key`. */
  readonly code: MessageCode;
  readonly text: string;
  /** What to do about it. */
  readonly fix?: string;
  /** The lines of the file that would be right, as an example of the fix. */
  readonly right?: readonly string[];
  readonly source?: SourcePosition;
  /** The offending line as it stands in the file, without its line break. */
  readonly line?: string;
  /** Further places that have to do with it, as the other of two entries that contradict each other. */
  readonly related?: readonly { readonly text: string; readonly source: SourcePosition }[];
  /** Of a warning: what it speaks of, in facts that stay; with `code` it is the warning's identity. */
  readonly subject?: readonly string[];
}

/** The allowlist cannot be used. Carries every message that was found, in the order of files and lines. */
export class AllowlistError extends Error {
  override readonly name = "AllowlistError";

  constructor(readonly messages: readonly Message[]) {
    super(`the allowlist has ${counted(messages.length, "error")}`);
  }
}
