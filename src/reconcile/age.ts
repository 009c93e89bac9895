/** `policy.stale` and `policy.revoked`: what has not been seen, or has been revoked, for too long. */

import type { AgeRule, Setting } from "../allowlist/allowlist.js";
import type { Candidate } from "./candidate.js";
import { type Rule } from "./decision.js";
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
  readonly text: string;
}

/** Decides by age; with `report` it becomes a finding, and the next rule decides. */
export function retireByAge(drafts: readonly Draft[], asOf: Date, findings: Finding[]): readonly Draft[] {
  return drafts.map((draft) => {
    const due = findDue(draft, asOf);
    const action = due?.setting.value?.action;
    if (!due || !action) return draft;
    if (action === "report") {
      findings.push(toFinding(draft.candidate, due));
      return draft;
    }
    const { rule, setting, text } = due;
    const verdict = { rule, desired: DESIRED[action], text: text + byWhom(setting), source: setting.source };
    return {
      ...draft,
      decision: toDecision(draft.candidate, { ...verdict, entry: draft.decision.entry }),
    };
  });
}

/**
 * How long a registration has been revoked says more than when it was seen last, and where that has a rule, a
 * registration is not deleted before its time.
 */
function findDue({ candidate, decision }: Draft, asOf: Date): Due | undefined {
  const { registration, policy } = candidate;
  const { revoked, stale } = policy;
  const applies = (rule: AgeRule | undefined) =>
    rule !== undefined &&
    (UNLISTED.has(decision.reason.code) ||
      (rule.includeListed && LISTED.has(decision.reason.code) && decision.desired !== "deleted"));
  const revokedAt = registration.revoked_at;
  if (revokedAt != null && applies(revoked.value) && isOlder(revokedAt, revoked.value, asOf))
    return { rule: "revoked-age", setting: revoked, text: `revoked since ${day(revokedAt)}` };
  if (!applies(stale.value) || !isOlder(registration.last_seen_at, stale.value, asOf)) return undefined;
  if (revokedAt != null && revoked.value !== undefined && stale.value?.action === "delete") return undefined;
  return { rule: "stale", setting: stale, text: `not seen since ${day(registration.last_seen_at)}` };
}

/** A time that cannot be read is no reason to act. */
function isOlder(time: string, rule: AgeRule | undefined, asOf: Date): boolean {
  return rule !== undefined && asOf.getTime() - Date.parse(time) > rule.after.ms;
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
