/** The one decision for a registration, from what its user's entries say of it. No exceptions stand in here. */

import type { Allowlist, Entry, Setting, SourcePosition, UnlistedAction } from "../allowlist/allowlist.js";
import type { Registration } from "../cloudflare/types.js";
import type { Candidate } from "./candidate.js";
import { actionFor, liveState, type Decision, type DesiredState, type Rule } from "./decision.js";
import { rankOf } from "./match.js";
import type { NewestIndex } from "./newest.js";
import { isNoUser } from "./scope.js";

/** What a rule wants of a registration, and why. */
interface Verdict {
  readonly rule: Rule;
  readonly desired: DesiredState;
  readonly text: string;
  readonly source: SourcePosition;
  readonly entry?: Entry;
}

/** Decides by entry, then by unlisted, unknownUsers or noUser. */
export function decide(candidate: Candidate, policy: Allowlist["policy"], newest: NewestIndex): Decision {
  return toDecision(candidate, verdictFor(candidate, policy, newest));
}

/** A decision that leaves the registration as it is. */
export function leave(candidate: Candidate, rule: Rule, text: string, source: SourcePosition): Decision {
  return toDecision(candidate, { rule, desired: "as-is", text, source });
}

function toDecision({ registration, email, hardware }: Candidate, verdict: Verdict): Decision {
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

function verdictFor(candidate: Candidate, policy: Allowlist["policy"], newest: NewestIndex): Verdict {
  const { match, user, email } = candidate;
  switch (match.kind) {
    case "entry":
      return byEntry(candidate.registration, match.entry, policy, newest);
    case "contradiction": {
      const [one, other] = match.entries;
      const text = `lines ${one.source.line} and ${other.source.line} ask for different states`;
      return { rule: "contradiction", desired: "as-is", text, source: one.source };
    }
    case "unknown-hardware": {
      const text = `its hardware is not known, and an entry of its user goes by ${describeMatch(match.entry)}`;
      return { rule: "unknown-hardware", desired: "as-is", text, source: match.entry.source };
    }
    case "none":
      if (isNoUser(email)) return byPolicy("no-user", policy.noUser, "it belongs to no person");
      if (!user) return byPolicy("unknown-user", policy.unknownUsers, "its user is not in the allowlist");
      return byPolicy("unlisted", policy.unlisted, "no entry of its user allows it", user.source);
  }
}

function byEntry(
  registration: Registration,
  entry: Entry,
  policy: Allowlist["policy"],
  newest: NewestIndex,
): Verdict {
  const { source } = entry;
  if (entry.state !== "active") {
    return {
      rule: "entry",
      desired: entry.state,
      text: `to be ${entry.state} by ${because(entry)}`,
      source,
      entry,
    };
  }
  if (liveState(registration) === "active") {
    return { rule: "entry", desired: "active", text: KEPT[rankOf(entry)] ?? "allowed", source, entry };
  }
  const latest = newest.get(registration.id);
  if (latest !== undefined && latest.id !== registration.id) {
    const text = `an older registration of this device; ${latest.id} is the newest`;
    return { rule: "older", desired: "as-is", text, source, entry };
  }
  const text = `allowed by ${because(entry)}`;
  if (policy.listedRevoked.value === "unrevoke")
    return { rule: "entry", desired: "active", text, source, entry };
  const reported = `${text}, but revoked; policy.listedRevoked is report`;
  return {
    rule: "listed-revoked",
    desired: "as-is",
    text: reported,
    source: policy.listedRevoked.source,
    entry,
  };
}

/** By rank. Nearly every decision keeps a device, and nobody asks why: the line says the rest. */
const KEPT = [
  "allowed by registration",
  "allowed by hardware",
  "allowed by device",
  "allowed by name",
  "allowed by name",
];

function because(entry: Entry): string {
  return entry.reason === undefined ? describeMatch(entry) : `${describeMatch(entry)}: ${entry.reason}`;
}

const DESIRED = { revoke: "revoked", delete: "deleted", report: "as-is" } as const;

/** Points at the policy line where one is written, else at the user's own line, where the entry would be added. */
function byPolicy(
  rule: Rule,
  setting: Setting<UnlistedAction>,
  text: string,
  line?: SourcePosition,
): Verdict {
  const source = setting.explicit ? setting.source : (line ?? setting.source);
  return { rule, desired: DESIRED[setting.value], text, source };
}

/** An entry's keys as a person would say them: `serial "C02X" and name "LAPTOP-7"`. */
export function describeMatch({ match }: Entry): string {
  return Object.entries(match)
    .map(([key, value]) => `${key} ${JSON.stringify(value)}`)
    .join(" and ");
}
