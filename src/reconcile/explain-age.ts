/** What the rules by time say of a registration. */

import type { AgeRule, Setting } from "../allowlist/allowlist.js";
import type { Why } from "./explain-rules.js";
import type { Grounds } from "./explain.js";
import { byWhom } from "./verdict.js";

export function explainAge(grounds: Grounds): Why {
  const { registration, policy } = grounds.candidate;
  const parts = [
    aboutAge(grounds, "stale", policy.stale, "not seen", registration.last_seen_at),
    aboutAge(grounds, "revoked", policy.revoked, "revoked", registration.revoked_at ?? undefined),
  ];
  const source = policy.stale.value ? policy.stale.source : policy.revoked.value && policy.revoked.source;
  return { text: parts.join("; "), source };
}

function aboutAge(
  { candidate, asOf }: Grounds,
  name: "stale" | "revoked",
  setting: Setting<AgeRule | undefined>,
  what: string,
  since: string | undefined,
): string {
  const rule = setting.value;
  if (rule === undefined) return `policy.${name} is not set`;
  if (since === undefined) return `policy.${name}: it is not ${what}`;
  const age = `policy.${name}${byWhom(setting)}: ${what} since ${since.slice(0, 10)}`;
  if (asOf.getTime() - Date.parse(since) <= rule.after.ms)
    return `${age}, which is within ${rule.after.text}`;
  if (rule.action === "report") return `${age}, and its action is report, which never decides`;
  if (candidate.match.kind === "entry" && !rule.includeListed)
    return `${age}, and it leaves alone what an entry speaks for`;
  return `${age}, and of what is revoked policy.revoked has the say`;
}

export function explainGrace({ candidate, asOf }: Grounds): Why {
  const { grace } = candidate.policy;
  if (grace.value.ms === 0) return { text: "policy.grace is none" };
  const { source } = grace;
  const { created_at, revoked_at } = candidate.registration;
  const age = asOf.getTime() - Date.parse(created_at);
  if (age >= grace.value.ms)
    return { text: `it enrolled on ${created_at.slice(0, 10)}, longer than ${grace.value.text} ago`, source };
  if (revoked_at != null) return { text: "it is revoked, and grace is for what connects", source };
  return {
    text: "it is young enough, but nothing would be done to it, or another registration of this device was refused",
    source,
  };
}

/** The days on which the rules by age will speak, where they will. */
export function upcomingAges({ candidate, asOf }: Grounds): string[] {
  const { registration, policy, match } = candidate;
  const upcoming = (setting: Setting<AgeRule | undefined>, since: string | undefined, unless: string) => {
    const rule = setting.value;
    if (rule === undefined || since === undefined || rule.action === "report") return [];
    if (match.kind === "entry" && !rule.includeListed) return [];
    const due = Date.parse(since) + rule.after.ms;
    if (due < asOf.getTime()) return [];
    const { file, line } = setting.source;
    return [
      `${rule.action} is due after ${new Date(due).toISOString().slice(0, 10)}${unless} (${file}:${line})`,
    ];
  };
  return [
    ...upcoming(policy.stale, registration.last_seen_at, ", unless it is seen again"),
    ...upcoming(policy.revoked, registration.revoked_at ?? undefined, ""),
  ];
}
