/** Which of the acts that are due this run does, and why the others wait. */

import type { Freeze, Limits } from "../allowlist/allowlist.js";
import { compare } from "../compare.js";
import type { ActDecision } from "./decision.js";
import { whyNew, type ReviewedPlan } from "./reviewed.js";
import { byUrgency } from "./urgency.js";
import { minute } from "../minute.js";

/** `not-reviewed`: not in the plan that was reviewed; `frozen`: a freeze holds; `limit`: `limits.perRun` is reached. */
export type PendingReason = "not-reviewed" | "frozen" | "limit";

/** An act that is due and that this run does not do. */
export interface PendingAct {
  readonly decision: ActDecision;
  readonly why: PendingReason;
  readonly text: string;
}

export interface Schedule {
  /** What the guards judge and an approval approves: all that is due and reviewed, whether this run does it or not. */
  readonly agreed: readonly ActDecision[];
  /** What this run does, in the order of ids. */
  readonly acts: readonly ActDecision[];
  /** The rest, most urgent first. */
  readonly pending: readonly PendingAct[];
}

export function schedule(
  due: readonly ActDecision[],
  { limits, freeze }: { readonly limits: Limits; readonly freeze?: Freeze | undefined },
  now: Date,
  reviewed: ReviewedPlan | undefined,
): Schedule {
  const agreed: ActDecision[] = [];
  const pending: PendingAct[] = [];
  for (const decision of due) {
    const text = reviewed && whyNew(decision, reviewed);
    if (text === undefined) agreed.push(decision);
    else pending.push({ decision, why: "not-reviewed", text });
  }
  const most = limits.perRun?.value ?? Infinity;
  const isFrozen = freeze !== undefined && now < freeze.until;
  const acts: ActDecision[] = [];
  for (const decision of [...agreed].sort(byUrgency)) {
    if (isFrozen) pending.push({ decision, why: "frozen", text: whyFrozen(freeze) });
    else if (acts.length < most) acts.push(decision);
    else pending.push({ decision, why: "limit", text: `limits.perRun is ${most}` });
  }
  return {
    agreed,
    acts: acts.sort((a, b) => compare(a.registration.id, b.registration.id)),
    pending: pending.sort((a, b) => byUrgency(a.decision, b.decision)),
  };
}

export function whyFrozen({ until, reason }: Freeze): string {
  return `frozen until ${minute(until)}: ${reason}`;
}
