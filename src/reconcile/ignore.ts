/** Registrations that another tool manages. */

import type { IgnoreRule } from "../allowlist/allowlist.js";
import { domainOf } from "../allowlist/email.js";
import type { Candidate } from "./candidate.js";
import { matchesEntry } from "./entry-match.js";
import type { Verdict } from "./verdict.js";

/** Leaves alone what the first matching rule names. */
export function ignore(candidate: Candidate, rules: readonly IgnoreRule[]): Verdict | undefined {
  const rule = rules.find((one) => isIgnored(candidate, one));
  return rule && { rule: "ignored", desired: "as-is", text: `ignored: ${rule.reason}`, source: rule.source };
}

export function isIgnored({ registration, email, hardware }: Candidate, { match }: IgnoreRule): boolean {
  return (
    (match.user === undefined || match.user === email) &&
    (match.emailDomain === undefined || match.emailDomain === domainOf(email)) &&
    (match.policyId === undefined || match.policyId === registration.policy?.id) &&
    matchesEntry(match, registration, hardware)
  );
}
