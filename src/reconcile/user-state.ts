/** Users who are suspended or gone: their state speaks before their entries. */

import type { Candidate } from "./candidate.js";
import { isInForce } from "./in-force.js";
import type { Verdict } from "./verdict.js";

/** Everything of a suspended user is to be revoked, everything of an offboarded one deleted. */
export function byUserState({ user }: Candidate, at: Date): Verdict | undefined {
  if (user?.state === undefined) return undefined;
  const { state, since, reason, source } = user.state;
  if (!isInForce({ ...(since && { from: since }) }, at)) return undefined;
  const when = since === undefined ? "" : ` since ${since.text}`;
  const why = reason === undefined ? "" : `: ${reason}`;
  const desired = state === "suspended" ? "revoked" : "deleted";
  return { rule: state, desired, text: `its user is ${state}${when}${why}`, source };
}
