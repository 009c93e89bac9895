/** The one decision for a registration, from what its user's entries say of it. No exceptions stand in here. */

import type { Entry, Setting, SourcePosition, UnlistedAction } from "../allowlist/allowlist.js";
import type { Registration } from "../cloudflare/types.js";
import type { Candidate } from "./candidate.js";
import { liveState, type Decision, type Rule } from "./decision.js";
import { rankOf } from "./entry-match.js";
import type { NewestIndex } from "./newest.js";
import { isNoUser } from "./scope.js";
import { DESIRED, byWhom, describeMatch, toDecision, type Verdict } from "./verdict.js";

/** Decides by entry, then by unlisted, unknownUsers or noUser. */
export function decide(candidate: Candidate, newest: NewestIndex): Decision {
  return toDecision(candidate, verdictFor(candidate, newest));
}

function verdictFor(candidate: Candidate, newest: NewestIndex): Verdict {
  const { match, user, email, policy } = candidate;
  switch (match.kind) {
    case "entry":
      return byEntry(candidate, match.entry, newest);
    case "contradiction": {
      const [one, other] = match.entries;
      const text = `lines ${one.source.line} and ${other.source.line} ask for different states`;
      return { rule: "contradiction", desired: "as-is", text, source: one.source };
    }
    case "unknown-hardware": {
      const text = `its hardware is not known, and an entry of its user goes by ${wants(match.entry)}`;
      return { rule: "unknown-hardware", desired: "as-is", text, source: match.entry.source };
    }
    case "refused": {
      const text = `${describeMatch(match.entry)} ${match.failed}`;
      return { ...byPolicy("condition", policy.unlisted, text), source: match.entry.source };
    }
    case "none":
      if (match.lapsed) {
        const text = `${describeMatch(match.lapsed)} speaks for it ${window(match.lapsed)}`;
        return { ...byPolicy("expired", policy.unlisted, text), source: match.lapsed.source };
      }
      if (isNoUser(email)) return byPolicy("no-user", policy.noUser, "it belongs to no person");
      if (!user) return byPolicy("unknown-user", policy.unknownUsers, "its user is not in the allowlist");
      return byPolicy("unlisted", policy.unlisted, "no entry of its user allows it", user.source);
  }
}

function byEntry({ registration, policy }: Candidate, entry: Entry, newest: NewestIndex): Verdict {
  const { source } = entry;
  if (entry.state !== "active") {
    const text = `to be ${entry.state} by ${because(entry)}`;
    return { rule: "entry", desired: entry.state, text, source, entry };
  }
  if (liveState(registration) === "active") {
    return { rule: "entry", desired: "active", text: KEPT[rankOf(entry)] ?? "allowed", source, entry };
  }
  const latest = newest.get(registration.id);
  if (latest !== undefined && latest.id !== registration.id) return older(latest, entry);
  const text = `allowed by ${because(entry)}`;
  const { listedRevoked } = policy;
  if (listedRevoked.value === "unrevoke") return { rule: "entry", desired: "active", text, source, entry };
  return {
    rule: "listed-revoked",
    desired: "as-is",
    text: `${text}, but revoked; policy.listedRevoked is report${byWhom(listedRevoked)}`,
    source: listedRevoked.source,
    entry,
  };
}

function older({ id }: Registration, entry: Entry): Verdict {
  const text = `an older registration of this device; ${id} is the newest`;
  return { rule: "older", desired: "as-is", text, source: entry.source, entry };
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

/** What has to be known of a registration before an entry can be asked about it. */
function wants({ match, requires }: Entry): string {
  const keys = requires === undefined ? "" : ` and requires ${Object.keys(requires).join(" and ")}`;
  return `${describeMatch({ match })}${keys}`;
}

function window({ from, expires }: Entry): string {
  return [from && `from ${from.text}`, expires && `until ${expires.text}`]
    .filter((text) => text !== undefined)
    .join(" ");
}

/** Points at the policy line where one is written, else at the user's own line, where the entry would be added. */
function byPolicy(
  rule: Rule,
  setting: Setting<UnlistedAction>,
  text: string,
  line?: SourcePosition,
): Verdict {
  const source = setting.explicit ? setting.source : (line ?? setting.source);
  return { rule, desired: DESIRED[setting.value], text: text + byWhom(setting), source };
}
