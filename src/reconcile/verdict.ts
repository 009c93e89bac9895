/** What a rule wants of a registration, and how that becomes a decision. */

import type { Entry, Setting, SourcePosition, UnlistedAction } from "../allowlist/allowlist.js";
import type { Candidate } from "./candidate.js";
import { actionFor, liveState, type Decision, type DesiredState, type Rule } from "./decision.js";
import { quoted } from "./naming.js";

export interface Verdict {
  readonly rule: Rule;
  readonly desired: DesiredState;
  readonly text: string;
  readonly source: SourcePosition;
  readonly entry?: Entry | undefined;
}

export function toDecision({ registration, email, hardware }: Candidate, verdict: Verdict): Decision {
  const live = liveState(registration);
  return {
    registration,
    user: email,
    hardware,
    live,
    desired: verdict.desired,
    action: actionFor(live, verdict.desired),
    reason: { code: verdict.rule, text: verdict.text },
    source: verdict.source,
    entry: verdict.entry,
  };
}

/** What an action of the policy wants; `report` leaves a registration as it is. */
export const DESIRED: Readonly<Record<UnlistedAction, DesiredState>> = {
  revoke: "revoked",
  delete: "deleted",
  report: "as-is",
};

/** Whose policy it is, where not everybody's: `, by the policy of group contractors`. */
export function byWhom({ of }: Setting<unknown>): string {
  return of === undefined ? "" : `, by the policy of ${of}`;
}

/** An entry's keys as a person would say them: `serial "C02X" and name "LAPTOP-7"`. */
export function describeMatch({ match }: { readonly match: object }): string {
  return Object.entries(match)
    .map(([key, value]) => `${key} ${quoted(String(value))}`)
    .join(" and ");
}
