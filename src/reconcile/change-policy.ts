/** By which of the policy's settings a change keeps more devices connected, for everybody or for some. */

import { policyOf, type AgeRule, type Policy, type SourcePosition } from "../allowlist/allowlist.js";
import type { Change } from "./change-terms.js";
import type { Finding } from "./finding.js";

/** One finding for each setting and line; users whose policy changes by the same line share it. */
export function reportLoosenedPolicy({ base, head }: Change): Finding[] {
  const found = new Map<string, Loosened & { readonly users: string[] }>();
  for (const one of loosened(base.policy, head.policy)) found.set(keyOf(one), { ...one, users: [] });
  for (const email of new Set([...base.policies.keys(), ...head.policies.keys()])) {
    for (const one of loosened(policyOf(base, email), policyOf(head, email))) {
      const known = found.get(keyOf(one));
      if (known === undefined) found.set(keyOf(one), { ...one, users: [email] });
      // Who has no policy of their own is told by the policy for everybody.
      else if (known.users.length > 0) known.users.push(email);
    }
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
  readonly text: string;
  readonly source: SourcePosition;
}

function keyOf({ text, source: { file, line } }: Loosened): string {
  return `${text}\n${file}\n${line}`;
}

function loosened(before: Policy, now: Policy): Loosened[] {
  const change = { before, now };
  return [
    ...compare("unlisted", change, isLaxerAction),
    ...compare("unknownUsers", change, isLaxerAction),
    ...compare("noUser", change, isLaxerAction),
    ...compare("listedRevoked", change, (given, then) => given === "unrevoke" && then !== "unrevoke"),
    ...compare(
      "grace",
      change,
      (given, then) => given.ms > then.ms,
      ({ text }) => text,
    ),
    ...compare("stale", change, isLaxerAge, describeAge),
    ...compare("superseded", change, isLaxerAction),
    ...compare("maxDevices", change, (given, then) => (given ?? Infinity) > (then ?? Infinity)),
    ...compare("overMaxDevices", change, isLaxerAction),
    ...compare("unknownHardware", change, isLaxerAction),
    ...compare("machines", change, (given, then) => given === "skip" && then === "judge"),
  ];
}

type Value<Name extends keyof Policy> = Policy[Name]["value"];

function compare<Name extends keyof Policy>(
  name: Name,
  { before, now }: { readonly before: Policy; readonly now: Policy },
  isLaxer: (given: Value<Name>, then: Value<Name>) => boolean,
  show: (value: Value<Name>) => string = (value) => `${(value as string | number | undefined) ?? "none"}`,
): Loosened[] {
  const [{ value: given, source }, { value: then }] = [now[name], before[name]];
  if (!isLaxer(given, then)) return [];
  return [{ text: `policy.${name}: ${show(given)} (before: ${show(then)})`, source }];
}

/** Revoked and deleted are both kept out; reported, or not looked at, is not. */
function isLaxerAction(given: string | undefined, then: string | undefined): boolean {
  return keepsIn(given) && !keepsIn(then);
}

function keepsIn(action: string | undefined): boolean {
  return action === undefined || action === "report";
}

/** For what an entry allows, or for what none does. */
function isLaxerAge(given: AgeRule | undefined, then: AgeRule | undefined): boolean {
  return lasts(given) > lasts(then) || lastsListed(given) > lastsListed(then);
}

function lasts(rule: AgeRule | undefined): number {
  return rule === undefined || keepsIn(rule.action) ? Infinity : rule.after.ms;
}

function lastsListed(rule: AgeRule | undefined): number {
  return rule?.includeListed === true ? lasts(rule) : Infinity;
}

function describeAge(rule: AgeRule | undefined): string {
  if (rule === undefined) return "none";
  return `${rule.action} after ${rule.after.text}${rule.includeListed ? ", listed devices too" : ""}`;
}

function naming(users: readonly string[]): string {
  const more = users.length > 3 ? ` and ${users.length - 3} more` : "";
  return users.slice(0, 3).join(", ") + more;
}
