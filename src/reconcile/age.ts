/** `policy.stale` and `policy.revoked`: what has not been seen, or has been revoked, for too long. */

import type { AgeRule, Setting } from "../allowlist/allowlist.js";
import type { Candidate } from "./candidate.js";
import type { DesiredState, Rule } from "./decision.js";
import type { Draft } from "./draft.js";
import type { Finding } from "./finding.js";
import { DESIRED, byWhom, toDecision } from "./verdict.js";
import { named } from "./naming.js";

/** What no entry speaks for. */
const UNLISTED: ReadonlySet<Rule> = new Set<Rule>([
  "condition",
  "expired",
  "unlisted",
  "unknown-user",
  "no-user",
]);

/** What an entry speaks for. */
const LISTED: ReadonlySet<Rule> = new Set<Rule>(["entry", "older", "listed-revoked"]);

interface Due {
  readonly rule: "stale" | "revoked-age";
  readonly setting: Setting<AgeRule | undefined>;
  /** `as-is`: it is only reported. */
  readonly desired: DesiredState;
  readonly text: string;
}

/** Decides by age; with `report` it becomes a finding, and the next rule decides. */
export function retireByAge(drafts: readonly Draft[], asOf: Date, findings: Finding[]): readonly Draft[] {
  return drafts.map((draft) => {
    const { candidate, decision } = draft;
    for (const due of findDue(draft, asOf)) {
      const { rule, desired, setting } = due;
      if (desired !== "as-is") {
        const verdict = { rule, desired, text: due.text + byWhom(setting), source: setting.source };
        return { ...draft, decision: toDecision(candidate, { ...verdict, entry: decision.entry }) };
      }
      findings.push(toFinding(candidate, due));
    }
    return draft;
  });
}

/** What age retires, unless a rule before it decides: it neither counts as a device nor goes on to connect. */
export function findRetired(drafts: readonly Draft[], asOf: Date): ReadonlySet<Candidate> {
  return new Set(
    drafts
      .filter((draft) => findDue(draft, asOf).some(({ desired }) => desired !== "as-is"))
      .map(({ candidate }) => candidate),
  );
}

/**
 * How long a registration has been revoked says more than when it was seen last: where that has a rule for it, `stale`
 * does not delete it before its time. It does not let it in either, only to delete it then.
 */
function findDue(draft: Draft, asOf: Date): readonly Due[] {
  const { registration, policy } = draft.candidate;
  const { revoked, stale } = policy;
  if (revoked.value === undefined && stale.value === undefined) return NONE;
  const due: Due[] = [];
  const revokedAt = registration.revoked_at;
  const governs = revokedAt != null && isConcerned(draft, revoked.value);
  if (governs && isOlder(revokedAt, revoked.value, asOf)) {
    const desired = DESIRED[revoked.value.action];
    due.push({ rule: "revoked-age", setting: revoked, desired, text: `revoked since ${day(revokedAt)}` });
  }
  const seen = registration.last_seen_at;
  if (isConcerned(draft, stale.value) && isOlder(seen, stale.value, asOf)) {
    const held = governs && stale.value.action === "delete";
    const desired = held ? "revoked" : DESIRED[stale.value.action];
    if (!held || draft.decision.desired === "active")
      due.push({ rule: "stale", setting: stale, desired, text: `not seen since ${day(seen)}` });
  }
  return due;
}

const NONE: readonly Due[] = [];

function isConcerned({ decision }: Draft, rule: AgeRule | undefined): rule is AgeRule {
  if (rule === undefined) return false;
  if (UNLISTED.has(decision.reason.code)) return true;
  return rule.includeListed && LISTED.has(decision.reason.code) && decision.desired !== "deleted";
}

/** A time that cannot be read is no reason to act. */
function isOlder(time: string, { after }: AgeRule, asOf: Date): boolean {
  return asOf.getTime() - Date.parse(time) > after.ms;
}

function day(time: string): string {
  return time.slice(0, 10);
}

function toFinding({ registration, email }: Candidate, { rule, setting, text }: Due): Finding {
  return {
    code: rule,
    text: `${named(registration, email)}: ${text}`,
    source: setting.source,
    registrations: [registration.id],
  };
}
