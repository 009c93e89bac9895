/** Which of the acts that are due this run does, and why the others wait. */

import type { Freeze, Limits } from "../allowlist/allowlist.js";
import { compare } from "../compare.js";
import { minute } from "../minute.js";
import { aboutRule, isAct, type ActDecision, type Decision } from "./decision.js";
import { isNewer, lastSign } from "./people.js";
import { whyNew, type ReviewedPlan } from "./reviewed.js";

/** `not-reviewed`: not in the plan that was reviewed; `frozen`: a freeze holds; `limit`: `limits.perRun` is reached. */
export type PendingReason = "not-reviewed" | "frozen" | "limit";

/** An act that is due and that this run does not do. */
export interface PendingAct {
  readonly decision: ActDecision;
  readonly why: PendingReason;
  readonly text: string;
}

export interface Schedule {
  /** The decisions, where an act had to become a weaker one. */
  readonly decisions: readonly Decision[];
  /** What the guards judge and an approval approves: all that is due and reviewed, whether this run does it or not. */
  readonly agreed: readonly ActDecision[];
  /** What this run does, in the order of ids. */
  readonly acts: readonly ActDecision[];
  /** The rest, most urgent first. */
  readonly pending: readonly PendingAct[];
}

type Waits = Pick<PendingAct, "why" | "text">;

/**
 * An act that lets in and what relies on it are one unit: what relies waits wherever that waits, and a limit takes or
 * leaves both. What refuses is in no unit, so that nothing holds it.
 */
export function schedule(
  decisions: readonly Decision[],
  { limits, freeze }: { readonly limits: Limits; readonly freeze?: Freeze | undefined },
  now: Date,
  reviewed: ReviewedPlan | undefined,
): Schedule {
  const due = decisions.filter(isAct);
  const waits = new Map<ActDecision, Waits>();
  for (const decision of due) {
    const text = reviewed && whyNew(decision, reviewed);
    if (text !== undefined) waits.set(decision, { why: "not-reviewed", text });
  }
  holdWhatRelies(due, waits);
  const agreed = due.filter((decision) => !waits.has(decision));
  if (freeze !== undefined && now < freeze.until)
    for (const decision of agreed) waits.set(decision, { why: "frozen", text: whyFrozen(freeze) });
  else if (limits.perRun) limit(agreed, limits.perRun.value, waits);
  const weaker = weaken(due, waits);
  const acts = due
    .filter((decision) => !waits.has(decision))
    .map((decision) => weaker.get(decision) ?? decision)
    .sort((a, b) => compare(a.registration.id, b.registration.id));
  return {
    decisions: weaker.size === 0 ? decisions : decisions.map((one) => weaker.get(one) ?? one),
    agreed,
    acts,
    pending: [...waits]
      .map(([decision, { why, text }]) => ({ decision, why, text }))
      .sort((a, b) => byUrgency(a.decision, b.decision)),
  };
}

/** What relies on an act that waits, waits for the same reason. */
function holdWhatRelies(due: readonly ActDecision[], waits: Map<ActDecision, Waits>): void {
  const byId = new Map(due.map((decision) => [decision.registration.id, decision]));
  for (const decision of due) {
    const first = decision.relies?.map((id) => byId.get(id)).find((one) => one && waits.has(one));
    const why = first && waits.get(first);
    if (!why || waits.has(decision)) continue;
    waits.set(decision, { ...why, text: `it relies on ${first.registration.id}, which waits: ${why.text}` });
  }
}

/** Nothing less urgent overtakes what does not fit; a unit that is larger than the limit is done alone, whole. */
function limit(agreed: readonly ActDecision[], most: number, waits: Map<ActDecision, Waits>): void {
  let done = 0;
  let isFull = false;
  for (const unit of unitsOf(agreed)) {
    isFull ||= done > 0 && done + unit.length > most;
    if (!isFull) done += unit.length;
    else for (const decision of unit) waits.set(decision, { why: "limit", text: `limits.perRun is ${most}` });
  }
}

/** Acts that belong together, the most urgent unit first; a unit is as urgent as what it lets in. */
function unitsOf(acts: readonly ActDecision[]): readonly (readonly ActDecision[])[] {
  const units = new Map<string, ActDecision[]>();
  for (const act of acts) units.set(act.registration.id, [act]);
  for (const act of acts) {
    for (const id of act.relies ?? []) {
      const [one, other] = [units.get(id), units.get(act.registration.id)];
      if (!one || !other || one === other) continue;
      one.push(...other);
      for (const { registration } of other) units.set(registration.id, one);
    }
  }
  const headOf = (unit: readonly ActDecision[]) =>
    unit.find(({ action }) => action === "unrevoke") ?? unit[0];
  const sorted = [...new Set(units.values())]
    .map((unit) => ({ unit, head: headOf(unit) }))
    .sort((a, b) => (a.head && b.head ? byUrgency(a.head, b.head) : 0));
  // What is revoked already is deleted after what has to be deleted before it, the oldest first.
  const isLater = ({ head }: (typeof sorted)[number]) =>
    head?.live === "revoked" && head.together !== undefined;
  const later = sorted
    .filter(isLater)
    .sort((a, b) => (a.head && b.head && isNewer(a.head.candidate, b.head.candidate) ? 1 : -1));
  return [...sorted.filter((one) => !isLater(one)), ...later].map(({ unit }) => unit);
}

/**
 * A deletion that must not outrun others becomes a revocation where one of them waits: it keeps the registration out
 * as well, and nothing else in. What is revoked already waits with them.
 */
function weaken(
  due: readonly ActDecision[],
  waits: Map<ActDecision, Waits>,
): ReadonlyMap<Decision, ActDecision> {
  const weaker = new Map<Decision, ActDecision>();
  const waiting = new Map([...waits].map(([{ registration }, why]) => [registration.id, why]));
  for (const decision of due) {
    const first = waits.has(decision) ? undefined : decision.together?.find((id) => waiting.has(id));
    const why = first === undefined ? undefined : waiting.get(first);
    if (first === undefined || !why) continue;
    const text = `${first} is to be deleted before it, and waits: ${why.text}`;
    if (decision.live === "revoked") waits.set(decision, { ...why, text });
    else
      weaker.set(decision, {
        ...decision,
        desired: "revoked",
        action: "revoke",
        reason: { ...decision.reason, text: `${decision.reason.text}; only revoked now: ${text}` },
      });
  }
  return weaker;
}

export function whyFrozen({ until, reason }: Freeze): string {
  return `frozen until ${minute(until)}: ${reason}`;
}

const WEIGHTS = { named: 0, rule: 1, hygiene: 2 } as const;

/**
 * Which acts come first where one run may not do them all. Cutting off comes before letting in, and that before
 * deleting what cannot connect anyway; within, what was asked for by name, then what no entry allows, then hygiene;
 * within, what was seen last, then by id.
 */
export function byUrgency(a: ActDecision, b: ActDecision): number {
  return (
    effect(a) - effect(b) ||
    weight(a) - weight(b) ||
    lastSign(b) - lastSign(a) ||
    compare(a.registration.id, b.registration.id)
  );
}

function effect({ action, live }: ActDecision): number {
  if (action === "unrevoke") return 1;
  return live === "active" ? 0 : 2;
}

function weight({ reason: { code } }: ActDecision): number {
  return WEIGHTS[aboutRule(code).weight];
}
