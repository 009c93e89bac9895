/** Every rule in its place. Precedence stands here, and in `docs/policy.md`. */

import type { Allowlist } from "../allowlist/allowlist.js";
import { retireByAge } from "./age.js";
import type { Candidate } from "./candidate.js";
import { decide } from "./decide.js";
import type { Draft } from "./draft.js";
import type { Finding } from "./finding.js";
import { giveGrace } from "./grace.js";
import { ignore } from "./ignore.js";
import { limitDevices } from "./limit-devices.js";
import { newestOfEachDevice } from "./newest.js";
import { protect, spareSelf } from "./protect.js";
import { supersede } from "./supersede.js";
import { byUserState } from "./user-state.js";
import { toDecision, type Verdict } from "./verdict.js";

/**
 * Decides every candidate. What is excepted is taken out first; the rest is decided by its entries and the policy for
 * what none allows; then each rule narrows or puts off what was decided before it.
 */
export function decideAll(
  allowlist: Allowlist,
  candidates: readonly Candidate[],
  asOf: Date,
): { readonly drafts: readonly Draft[]; readonly findings: readonly Finding[] } {
  const newest = newestOfEachDevice(candidates);
  const findings: Finding[] = [];
  let drafts: readonly Draft[] = candidates.map((candidate) => {
    const exception = except(candidate, allowlist, asOf);
    return { candidate, decision: exception ? toDecision(candidate, exception) : decide(candidate, newest) };
  });
  drafts = limitDevices(drafts, findings);
  drafts = supersede(drafts, findings);
  drafts = retireByAge(drafts, asOf, findings);
  drafts = giveGrace(drafts, asOf);
  return { drafts, findings };
}

function except(candidate: Candidate, allowlist: Allowlist, asOf: Date): Verdict | undefined {
  return (
    protect(candidate, allowlist.protected) ??
    spareSelf(candidate, allowlist.guards) ??
    ignore(candidate, allowlist.ignore) ??
    byUserState(candidate, asOf)
  );
}
