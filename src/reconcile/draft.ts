import type { Candidate } from "./candidate.js";
import type { Decision } from "./decision.js";

/** A registration with what has been decided of it so far. */
export interface Draft {
  readonly candidate: Candidate;
  readonly decision: Decision;
}

/** Drafts by the e-mail of their user. */
export function byUser(drafts: readonly Draft[]): ReadonlyMap<string, readonly Draft[]> {
  const users = new Map<string, Draft[]>();
  for (const draft of drafts) {
    const own = users.get(draft.candidate.email);
    if (own) own.push(draft);
    else users.set(draft.candidate.email, [draft]);
  }
  return users;
}
