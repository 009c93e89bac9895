/** What a change of the allowlist itself does, apart from the acts that follow from it. */

import { reportDropped } from "./change-dropped.js";
import { reportWidened } from "./change-entries.js";
import { reportExcepted } from "./change-exceptions.js";
import { reportLoosenedLimits } from "./change-limits.js";
import { reportLoosenedPolicy } from "./change-policy.js";
import type { BothDecisions, Change } from "./change-terms.js";
import type { Finding } from "./finding.js";

export type { BothDecisions, Change } from "./change-terms.js";

/**
 * Findings about everything by which the change lets more through than before: who or what stays connected though it
 * was dropped, what is let in, what is excepted, and which brakes hold less. A stricter allowlist has none: what it
 * does are acts.
 *
 * @param decisions By both allowlists on the same account as of the same moment.
 */
export function reportChange(change: Change, decisions: BothDecisions): Finding[] {
  return [
    ...reportDropped(change, decisions),
    ...reportWidened(change),
    ...reportExcepted(change),
    ...reportLoosenedPolicy(change),
    ...reportLoosenedLimits(change),
  ];
}
