/** By which of the policy's settings a change keeps more devices connected, for everybody or for some. */

import {
  policyOf,
  type AgeRule,
  type Policy,
  type Setting,
  type SourcePosition,
} from "../allowlist/allowlist.js";
import type { Change } from "./change-terms.js";
import type { Finding } from "./finding.js";

/** One finding for each setting and line; users whose policy changes by the same line share it. */
export function reportLoosenedPolicy({ base, head }: Change): Finding[] {
  const found = new Map<
    string,
    { readonly text: string; readonly source: SourcePosition; users: string[] }
  >();
  const compare = (before: Policy, now: Policy, email: string | undefined) => {
    for (const { name, text, source } of loosened(before, now)) {
      const key = `${name}\n${text}\n${source.file}\n${source.line}`;
      const known = found.get(key);
      if (known === undefined) found.set(key, { text, source, users: email === undefined ? [] : [email] });
      // Who has no policy of their own is told by the policy for everybody.
      else if (email !== undefined && known.users.length > 0) known.users.push(email);
    }
  };
  compare(base.policy, head.policy, undefined);
  for (const email of new Set([...base.policies.keys(), ...head.policies.keys()])) {
    compare(policyOf(base, email), policyOf(head, email), email);
  }
  return [...found.values()].map(({ text, source, users }) => ({
    code: "change-loosened",
    text:
      users.length === 0 ? `the change loosens ${text}` : `the change loosens ${text}, for ${naming(users)}`,
    source,
    registrations: [],
  }));
}

interface Loosened {
  readonly name: string;
  readonly text: string;
  readonly source: SourcePosition;
}

function loosened(before: Policy, now: Policy): Loosened[] {
  return [
    ...compareSetting("unlisted", before, now, laxness),
    ...compareSetting("unknownUsers", before, now, laxness),
    ...compareSetting("noUser", before, now, laxness),
    ...compareSetting("listedRevoked", before, now, (value) => (value === "unrevoke" ? 1 : 0)),
    ...compareSetting(
      "grace",
      before,
      now,
      ({ ms }) => ms,
      ({ text }) => text,
    ),
    ...compareSetting("stale", before, now, ageLaxness, describeAge),
    ...compareSetting("superseded", before, now, (value) => laxness(value ?? "report")),
    ...compareSetting("maxDevices", before, now, (value) => value ?? Infinity),
    ...compareSetting("overMaxDevices", before, now, laxness),
  ];
}

function compareSetting<Name extends keyof Policy>(
  name: Name,
  before: Policy,
  now: Policy,
  weigh: (value: Policy[Name]["value"]) => number,
  show: (value: Policy[Name]["value"]) => string = (value) =>
    value === undefined ? "none" : `${value as string | number}`,
): Loosened[] {
  const [then, given]: readonly Setting<Policy[Name]["value"]>[] = [before[name], now[name]];
  if (then === undefined || given === undefined || weigh(given.value) <= weigh(then.value)) return [];
  const text = `policy.${name}: ${show(given.value)} (before: ${show(then.value)})`;
  return [{ name, text, source: given.source }];
}

/** Revoked and deleted are both kept out; reported is not. */
function laxness(action: string): number {
  return action === "report" ? 1 : 0;
}

/** A rule that only reports keeps nobody out, and nor does none. */
function ageLaxness(rule: AgeRule | undefined): number {
  if (rule === undefined || rule.action === "report") return Infinity;
  return rule.after.ms + (rule.includeListed ? 0 : 0.5);
}

function describeAge(rule: AgeRule | undefined): string {
  if (rule === undefined) return "none";
  return `${rule.action} after ${rule.after.text}${rule.includeListed ? ", listed devices too" : ""}`;
}

function naming(users: readonly string[]): string {
  const more = users.length > 3 ? ` and ${users.length - 3} more` : "";
  return users.slice(0, 3).join(", ") + more;
}
