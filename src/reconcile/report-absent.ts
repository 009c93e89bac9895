/** Listed users without any registration whose address is nearly that of somebody whom no file lists. */

import type { Allowlist } from "../allowlist/allowlist.js";
import { nearestEmail } from "../allowlist/nearest.js";
import type { Candidate } from "./candidate.js";
import type { Finding } from "./finding.js";
import { quoted } from "./naming.js";
import { isNoUser } from "./scope.js";

/** So many pairs are compared at most: beyond, a whole directory is not enrolled yet, and nobody mistyped it. */
const MOST_PAIRS = 200_000;

/** A mistyped address refuses nobody: the person meant stays connected as a user whom no file lists. */
export function reportAbsent(users: Allowlist["users"], candidates: readonly Candidate[]): Finding[] {
  const present = new Set(candidates.map(({ email }) => email));
  const absent = [...users.values()].filter(({ email }) => !present.has(email));
  const unknown = [...present].filter((email) => !users.has(email) && !isNoUser(email));
  if (absent.length * unknown.length > MOST_PAIRS) return [];
  return absent.flatMap(({ email, source }) => {
    const near = nearestEmail(email, unknown);
    if (near === undefined) return [];
    const text = `${email} has no registration; did you mean ${quoted(near)}, whom no file lists?`;
    return [{ code: "unmatched-user" as const, text, source, registrations: [] }];
  });
}
