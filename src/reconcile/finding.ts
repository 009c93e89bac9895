import type { SourcePosition } from "../allowlist/allowlist.js";

/** What kind of thing was noticed; stable, for machines. */
export type FindingCode =
  | "unmatched-entry"
  | "unknown-hardware"
  | "unusable-serial"
  | "listed-revoked"
  | "unlisted"
  | "unknown-user"
  | "no-user";

/** Something that a person should look at and that no act follows from. */
export interface Finding {
  readonly code: FindingCode;
  readonly text: string;
  readonly source?: SourcePosition;
  /** Ids of the registrations that it is about. */
  readonly registrations: readonly string[];
}
