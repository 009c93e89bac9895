/** Rules by age: what has been revoked, or has not been seen, for a long time. */

import type { AgeRule } from "../../allowlist/keys/policy.js";
import type { SourcePosition } from "../../allowlist/messages.js";
import type { Setting } from "../../allowlist/model.js";
import { type Finding, named } from "../findings/finding.js";
import { type Candidate, lastSign } from "../people.js";
import {
  byWhom,
  DESIRED,
  liveOf,
  type Passed,
  passed,
  type Rule,
  type Subject,
  type Verdict,
} from "./rule.js";

/** Whether rules by age skip this person: `last_seen_at` of a live connector is not refreshed. */
export function areMachinesSkipped({ person, policy }: Subject): boolean {
  return person.isNobody && policy.machines.value === "skip";
}

function skipped(name: string, { policy: { machines } }: Subject): Passed {
  return passed(`policy.${name} skips what belongs to no person (policy.machines)`, machines.source);
}

/** Whether an entry matches it now, to allow or to refuse it. */
function isListed(candidate: Candidate, subject: Subject): boolean {
  const { kind } = subject.say(candidate).match;
  return kind === "allowed" || kind === "refused";
}

function concerns(rule: AgeRule, candidate: Candidate, subject: Subject): boolean {
  return rule.includeListed || !isListed(candidate, subject);
}

/** A time that cannot be read is not a reason to act. */
function isPast(time: number, { after }: AgeRule, { asOf }: Subject): boolean {
  return asOf.getTime() - time > after.ms;
}

const REVOKED_NOT_SET = passed("policy.revoked is not set");
const STALE_NOT_SET = passed("policy.stale is not set");

/** `policy.revoked`: deletes what has been revoked for a long time. */
export const revokedAge: Rule = {
  name: "long revoked",
  ask: (subject) => {
    const { revoked } = subject.policy;
    const rule = revoked.value;
    if (rule === undefined) return REVOKED_NOT_SET;
    const { source } = revoked;
    return (candidate) => {
      const since = candidate.registration.revoked_at;
      if (since == null) return passed("policy.revoked: it is not revoked", source);
      const why = whyNotByAge(candidate, since, rule, subject);
      if (why !== undefined) return { why: () => ({ text: why, source }) };
      const text = `revoked since ${day(since)}`;
      if (rule.action === "report") return findOld("revoked-age", candidate, text, revoked);
      return {
        rule: "revoked-age",
        desired: DESIRED[rule.action],
        text: text + byWhom(revoked),
        source,
        ...by(candidate, subject),
      };
    };
  },
};

/** Whether `policy.revoked` deletes it now. */
export function isDueByAge(candidate: Candidate, subject: Subject): boolean {
  const rule = subject.policy.revoked.value;
  const since = candidate.registration.revoked_at;
  if (rule?.action !== "delete" || since == null) return false;
  return whyNotByAge(candidate, since, rule, subject) === undefined;
}

/** Why `policy.revoked` does not apply to it now; undefined if it does. */
function whyNotByAge(
  candidate: Candidate,
  since: string,
  rule: AgeRule,
  subject: Subject,
): string | undefined {
  if (areMachinesSkipped(subject)) return "policy.revoked skips what belongs to no person (policy.machines)";
  const age = `policy.revoked${byWhom(subject.policy.revoked)}: revoked since ${day(since)}`;
  if (!isPast(Date.parse(since), rule, subject)) return `${age}, which is within ${rule.after.text}`;
  if (!concerns(rule, candidate, subject)) return `${age}, but it does not apply to what an entry matches`;
  const next = whyNeeded(candidate, subject);
  if (next !== undefined) return `${age}, but ${next}`;
  return undefined;
}

/** Why it is still needed: a registration that an entry will let in is not cleaned up. */
function whyNeeded(candidate: Candidate, subject: Subject): string | undefined {
  const { upcoming } = subject.say(candidate);
  return (
    upcoming && `the entry at line ${upcoming.source.line} lets it in from ${upcoming.from?.text ?? ""} on`
  );
}

/**
 * `policy.stale`: a device is judged by its latest sign of life, an older registration of a device in use by its own. A
 * revoked registration that `policy.revoked` covers stays revoked: it is not deleted before its time, and it is not let
 * in only to be deleted later.
 */
export const stale: Rule = {
  name: "stale",
  ask: (subject) => {
    const { stale: setting } = subject.policy;
    const rule = setting.value;
    if (rule === undefined) return STALE_NOT_SET;
    const { source } = setting;
    return (candidate) => {
      if (areMachinesSkipped(subject)) return skipped("stale", subject);
      const { registrations } = candidate.device;
      const own = lastSign(candidate);
      const latest = registrations.length === 1 ? own : Math.max(...registrations.map(lastSign));
      const since = candidate === registrations[0] || isPast(latest, rule, subject) ? latest : own;
      const age = `policy.stale${byWhom(setting)}: not seen since ${dayOf(since)}`;
      if (!isPast(since, rule, subject))
        return whyStill(`${age}, which is within ${rule.after.text}`, source);
      if (!concerns(rule, candidate, subject))
        return whyStill(`${age}, but it does not apply to what an entry matches`, source);
      const next = whyNeeded(candidate, subject);
      if (next !== undefined) return whyStill(`${age}, but ${next}`, source);
      const text = `not seen since ${dayOf(since)}`;
      if (rule.action === "report") return findOld("stale", candidate, text, setting);
      const verdict: Verdict = {
        rule: "stale",
        desired: DESIRED[rule.action],
        text: text + byWhom(setting),
        source,
        ...by(candidate, subject),
      };
      if (liveOf(candidate) === "active" || !isGoverned(candidate, subject)) return verdict;
      return { ...verdict, desired: "revoked" };
    };
  },
};

function isGoverned(candidate: Candidate, subject: Subject): boolean {
  const { value } = subject.policy.revoked;
  return value !== undefined && concerns(value, candidate, subject);
}

function whyStill(text: string, source: SourcePosition): Passed {
  return { why: () => ({ text, source }) };
}

/** The entry that matches it, which the report shows beside the rule. */
function by(candidate: Candidate, subject: Subject): Pick<Verdict, "entry"> {
  const { match } = subject.say(candidate);
  return match.kind === "allowed" || match.kind === "refused" ? { entry: match.entry } : {};
}

/** With `report` a rule never decides. */
function findOld(
  code: "stale" | "revoked-age",
  { registration, device }: Candidate,
  text: string,
  { source }: Setting<unknown>,
): Passed {
  const finding: Finding = {
    code,
    subject: [registration.id],
    text: `${named(registration, device.person.email)}: ${text}`,
    source,
    registrations: [registration.id],
  };
  return { why: () => ({ text: `${text}; its action is report, so it decides nothing`, source }), finding };
}

function day(time: string): string {
  return time.slice(0, 10);
}

export function dayOf(time: number): string {
  return Number.isNaN(time) ? "an unknown day" : new Date(time).toISOString().slice(0, 10);
}
