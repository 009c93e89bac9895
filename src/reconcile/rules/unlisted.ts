/** Rules for what no entry allows: a grace while its device is new, then the policy. */

import type { SourcePosition } from "../../allowlist/messages.js";
import type { Entry, Setting, UnlistedAction } from "../../allowlist/model.js";
import { minute } from "../../text/words.js";
import { actionFor, type RuleCode } from "../decision.js";
import { describeMatch, identityOfTrace } from "../findings/finding.js";
import { traceKeys } from "../hardware.js";
import { type Candidate, isIdentified } from "../people.js";
import { dayOf } from "./ages.js";
import { byWhom, DESIRED, liveOf, passed, type Rule, type Subject, type Verdict } from "./rule.js";

const NO_GRACE = passed("policy.grace is none");

/**
 * `policy.grace`: a device that no entry allows is reported before it is acted on. The grace runs from its first
 * enrolment, so that enrolling again does not renew it.
 */
export const grace: Rule = {
  name: "grace",
  ask: (subject) => {
    const { grace: setting } = subject.policy;
    if (setting.value.ms === 0) return NO_GRACE;
    const { source } = setting;
    return (candidate) => {
      if (liveOf(candidate) === "revoked")
        return passed("it is revoked, and grace applies only to active registrations", source);
      const due = fallback(candidate, subject);
      if (due.desired === "as-is") return passed("it would be left alone anyway", source);
      const end = endOfGrace(candidate, subject);
      if (subject.asOf.getTime() >= end)
        return {
          why: () => ({
            text: `its device enrolled on ${dayOf(end - setting.value.ms)}, more than ${setting.value.text} ago`,
            source,
          }),
        };
      const text = `${due.text}; ${actionFor("active", due.desired)} is due from ${minute(new Date(end))} on, after ${setting.value.text} of grace${byWhom(setting)}`;
      return { rule: "grace", desired: "as-is", text, source };
    };
  },
};

/** The moment, in milliseconds, at which the grace of a device is over. */
export function endOfGrace(candidate: Candidate, subject: Subject): number {
  return firstEnrolment(candidate, subject) + subject.policy.grace.value.ms;
}

/**
 * When the device first enrolled without an entry that allowed it. What an entry allows uses up no grace. If the
 * hardware of one of two devices is not known, a common name counts as the same machine. What the account or a history
 * still knows about the machine counts too, even if its registration is gone.
 */
function firstEnrolment(candidate: Candidate, subject: Subject): number {
  const { device } = candidate;
  const { person } = device;
  const known = isIdentified(device);
  const names = new Set(device.registrations.map(nameOf));
  const same = person.devices
    .filter((other) => other === device || !(known && isIdentified(other)))
    .filter(({ registrations }) => registrations.some((one) => names.has(nameOf(one))))
    .flatMap(({ registrations }) => registrations);
  const own = same.filter((one) => subject.say(one).match.kind !== "allowed");
  const times = own.map(({ registration }) => Date.parse(registration.created_at));
  if (own.length === same.length) {
    for (const { registration, hardware } of device.registrations)
      for (const key of traceKeys(person.email, registration.device.id, hardware))
        for (const trace of [subject.traces().get(key), subject.own?.enrolled?.get(identityOfTrace(key))])
          if (trace !== undefined) times.push(Date.parse(trace));
  }
  return Math.min(...times.filter((time) => !Number.isNaN(time)));
}

function nameOf({ registration }: Candidate): string {
  return registration.device.name;
}

/** The policy for what no entry allows. */
export const notAllowed: Rule = {
  name: "not allowed",
  ask: (subject) => (candidate) => fallback(candidate, subject),
};

/** The last rule: it always decides. */
export function fallback(candidate: Candidate, subject: Subject): Verdict {
  const { user, person, policy } = subject;
  const { match } = subject.say(candidate);
  if (match.kind === "condition") {
    const text = `${describeMatch(match.entry)} ${match.failed}`;
    return { ...byPolicy("condition", policy.unlisted, text), source: match.entry.source };
  }
  if (match.kind === "none" && match.lapsed) {
    const text = `${describeMatch(match.lapsed)} applies ${window(match.lapsed)}`;
    return { ...byPolicy("expired", policy.unlisted, text), source: match.lapsed.source };
  }
  if (person.isNobody) return byPolicy("no-user", policy.noUser, "it belongs to no person");
  if (!user) return byPolicy("unknown-user", policy.unknownUsers, "its user is not in the allowlist");
  return byPolicy("unlisted", policy.unlisted, "no entry for its user allows it", user.source);
}

/**
 * Decided by the policy line if one is written, otherwise by the user's own line, where the entry would be added.
 * Reports show the user's line first in any case: it is what a reviewer would change.
 */
function byPolicy(
  rule: RuleCode,
  setting: Setting<UnlistedAction>,
  text: string,
  line?: SourcePosition,
): Verdict {
  const reason = text + byWhom(setting);
  const desired = DESIRED[setting.value];
  if (line === undefined) return { rule, desired, text: reason, source: setting.source };
  if (!setting.explicit) return { rule, desired, text: reason, source: line };
  return { rule, desired, text: reason, source: setting.source, line, setting: "policy.unlisted" };
}

function window({ from, expires }: Entry): string {
  return [from && `from ${from.text}`, expires && `until ${expires.text}`]
    .filter((text) => text !== undefined)
    .join(" ");
}
