/** `policy.grace`: a new registration that no entry allows is reported before it is acted on. */

import type { Candidate } from "./candidate.js";
import { isAct, type Decision, type Rule } from "./decision.js";
import type { Draft } from "./draft.js";
import { groupByDevice, hardwareKeys } from "./same-device.js";
import { byWhom, toDecision } from "./verdict.js";
import { minute } from "../minute.js";

/** The rules for what no entry allows. */
const NOT_ALLOWED: ReadonlySet<Rule> = new Set<Rule>([
  "condition",
  "expired",
  "unlisted",
  "unknown-user",
  "no-user",
]);

/** Puts acts off until the registration is old enough. */
export function giveGrace(drafts: readonly Draft[], asOf: Date): readonly Draft[] {
  const young = new Set(drafts.filter((draft) => isYoung(draft, asOf)));
  if (young.size === 0) return drafts;
  const users = new Set([...young].map(({ candidate }) => candidate.email));
  const own = drafts.filter(({ candidate }) => users.has(candidate.email));
  const returned = findReturned(own, young);
  return drafts.map((draft) =>
    young.has(draft) && !returned.has(draft.candidate) ? { ...draft, decision: postpone(draft) } : draft,
  );
}

function isYoung({ candidate: { registration, policy }, decision }: Draft, asOf: Date): boolean {
  const { ms } = policy.grace.value;
  if (ms === 0 || decision.live !== "active" || !isAct(decision)) return false;
  return NOT_ALLOWED.has(decision.reason.code) && asOf.getTime() - Date.parse(registration.created_at) < ms;
}

/**
 * Enrolling again must not renew the grace: devices of which another registration is revoked, or is about to be, have
 * had theirs. Where the hardware of one of the two is not known, a name that both have is taken for it.
 */
function findReturned(own: readonly Draft[], young: ReadonlySet<Draft>): ReadonlySet<Candidate> {
  const groups = groupByDevice(
    own.map(({ candidate }) => candidate),
    hardwareKeys,
  );
  const returned = new Set<Candidate>();
  for (;;) {
    const known = returned.size;
    const spent = new Set(
      own
        .filter((draft) => isRefused(draft.decision) && (!young.has(draft) || returned.has(draft.candidate)))
        .map(({ candidate }) => candidate),
    );
    const names = new Set([...spent].map(nameOf));
    const namesOfUnknown = new Set([...spent].filter((one) => !isKnown(one)).map(nameOf));
    for (const { candidate } of young) {
      const again = groups.get(candidate)?.some((other) => spent.has(other)) ?? false;
      const sameName = (isKnown(candidate) ? namesOfUnknown : names).has(nameOf(candidate));
      if (again || sameName) returned.add(candidate);
    }
    // What loses its grace is about to be revoked as well, and may be of one device with another.
    if (returned.size === known) return returned;
  }
}

function isKnown({ hardware }: Candidate): boolean {
  return hardware?.serial !== undefined || hardware?.hardwareId !== undefined;
}

function nameOf({ email, registration }: Candidate): string {
  return `${email}\n${registration.device.name}`;
}

function isRefused({ live, desired }: Decision): boolean {
  return live === "revoked" || desired === "revoked";
}

/** When its grace ends. */
export function endOfGrace({ registration, policy }: Candidate): Date {
  return new Date(Date.parse(registration.created_at) + policy.grace.value.ms);
}

function postpone({ candidate, decision }: Draft): Decision {
  const { grace } = candidate.policy;
  const text = `${decision.reason.text}; ${decision.action} is due from ${minute(endOfGrace(candidate))} on, after ${grace.value.text} of grace${byWhom(grace)}`;
  return toDecision(candidate, { rule: "grace", desired: "as-is", text, source: grace.source });
}
