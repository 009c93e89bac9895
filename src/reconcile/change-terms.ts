import type { Allowlist } from "../allowlist/allowlist.js";
import type { Decision } from "./decision.js";

/** The allowlist before a change, and after it. */
export interface Change {
  readonly base: Allowlist;
  readonly head: Allowlist;
}

/** Decisions by the allowlist before a change, and by the one after it, on the same account. */
export interface BothDecisions {
  readonly before: readonly Decision[];
  readonly after: readonly Decision[];
}
