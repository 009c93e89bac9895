/** Every rule in its place. Precedence stands here, and in `docs/policy.md`. */

import type { Allowlist } from "../allowlist/allowlist.js";
import { findRetired, retireByAge } from "./age.js";
import type { Candidate } from "./candidate.js";
import { decide } from "./decide.js";
import type { Draft } from "./draft.js";
import type { Finding } from "./finding.js";
import { giveGrace } from "./grace.js";
import { ignore } from "./ignore.js";
import { limitDevices } from "./limit-devices.js";
import { activeEntry, newestOfEachDevice, type NewestIndex } from "./newest.js";
import { protect, spareSelf } from "./protect.js";
import { supersede } from "./supersede.js";
import { byUserState } from "./user-state.js";
import { toDecision, type Verdict } from "./verdict.js";

interface Decided {
  readonly drafts: readonly Draft[];
  readonly findings: readonly Finding[];
}

/**
 * Decides every candidate. Where the newest registration of a device is to be deleted, an older one takes its place:
 * at once, so that a plan that was applied and is made again has nothing more to do.
 */
export function decideAll(allowlist: Allowlist, candidates: readonly Candidate[], asOf: Date): Decided {
  const deleted = new Set<Candidate>();
  let newest = newestOfEachDevice(candidates);
  for (;;) {
    const decided = decideWith(newest, allowlist, candidates, asOf);
    const known = deleted.size;
    for (const { candidate, decision } of decided.drafts)
      if (decision.desired === "deleted" && activeEntry(candidate)) deleted.add(candidate);
    if (deleted.size === known) return decided;
    const rest = newestOfEachDevice(candidates.filter((candidate) => !deleted.has(candidate)));
    newest = new Map([...newest, ...rest]);
  }
}

/**
 * What is excepted is taken out first; the rest is decided by its entries and the policy for what none allows; then
 * each rule narrows or puts off what was decided before it.
 */
function decideWith(
  newest: NewestIndex,
  allowlist: Allowlist,
  candidates: readonly Candidate[],
  asOf: Date,
): Decided {
  const findings: Finding[] = [];
  let drafts: readonly Draft[] = candidates.map((candidate) => {
    const exception = except(candidate, allowlist, asOf);
    return { candidate, decision: exception ? toDecision(candidate, exception) : decide(candidate, newest) };
  });
  const retired = findRetired(drafts, asOf);
  drafts = limitDevices(drafts, retired, findings);
  drafts = supersede(drafts, retired, findings);
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
