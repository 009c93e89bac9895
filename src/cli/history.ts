/** `--history`: since when each finding and each act has stood. */

import type { Plan } from "../reconcile/plan.js";
import { isAct } from "../reconcile/decision.js";
import { identityOfAct } from "../reconcile/finding.js";
import { DAY_MS } from "../reconcile/in-force.js";
import { lookUpKey, type Keyed } from "./finding-key.js";
import { isMapping, parseJson } from "./json-file.js";
import { UserError } from "./user-error.js";
import { jsonText } from "../escape.js";
import { compare } from "../compare.js";
import { counted } from "../counted.js";

/** Version 1 of the file. */
export interface History {
  readonly kind: "warp-history";
  readonly version: 1;
  readonly account: string;
  /** RFC 3339: the moment of the last run. */
  readonly asOf: string;
  /** By the key of a finding or an act: RFC 3339, the first run that saw it without a break. */
  readonly since: Readonly<Record<string, string>>;
}

/** Reads the file's text. Throws a {@link UserError}. */
export function parseHistory(path: string, text: string, account: string): History {
  const value = parseJson(path, text);
  const fix = "name a file that --history wrote, or one that is not there yet";
  if (!isMapping(value) || value.kind !== "warp-history") throw new UserError(`${path}: is no history`, fix);
  if (value.version !== 1) throw new UserError(`${path}: is a history of another version`, fix);
  if (value.account !== account) {
    const other =
      typeof value.account === "string"
        ? value.account
        : ((JSON.stringify(value.account) as string | undefined) ?? "none");
    throw new UserError(`${path}: is of account ${other.slice(0, 80)}, and this is ${account}`, fix);
  }
  if (!isMapping(value.since))
    throw new UserError(`${path}: since: expected a mapping of keys to times`, fix);
  const times = Object.entries({ asOf: value.asOf, ...value.since });
  const bad = times.find(([, time]) => typeof time !== "string" || Number.isNaN(Date.parse(time)));
  if (bad !== undefined)
    throw new UserError(`${path}: ${JSON.stringify(bad[0].slice(0, 80))}: holds a time that is none`, fix);
  return value as unknown as History;
}

/** What stands now, and since when: what was there in the last run has stood since then, and the rest is new. */
export function continueHistory(plan: Plan, found: readonly Keyed[], before: History | undefined): History {
  const acts = [
    ...plan.decisions.filter(isAct).map(({ action, registration }) => identityOfAct(action, registration.id)),
    ...plan.accessUsers.filter(isDue).map(({ action, email }) => identityOfAct(`user-${action}`, email)),
  ];
  const asOf = plan.asOf.toISOString();
  const begun = new Map([
    ...acts.map((key) => [key, sinceOf(before, key) ?? asOf] as const),
    ...found.map((one) => [one.key, sinceKeyed(before, one) ?? asOf] as const),
  ]);
  const since = [...begun].sort(([a], [b]) => compare(a, b));
  return { kind: "warp-history", version: 1, account: plan.account, asOf, since: Object.fromEntries(since) };
}

export function formatHistory(history: History): string {
  return `${jsonText(history, 2)}\n`;
}

/** The plan whose acts, and these findings, say since when they have stood, by the history of the runs before. */
export function withAges(plan: Plan, told: readonly Keyed[], before: History): Plan {
  const age = (since: string | undefined) => ` (${describeAge(since, plan.asOf)})`;
  const ageOf = (key: string) => age(sinceOf(before, key));
  return {
    ...plan,
    decisions: plan.decisions.map((decision) => {
      if (!isAct(decision)) return decision;
      const text = decision.reason.text + ageOf(identityOfAct(decision.action, decision.registration.id));
      return { ...decision, reason: { ...decision.reason, text } };
    }),
    accessUsers: plan.accessUsers.map((one) =>
      isDue(one) ? { ...one, text: one.text + ageOf(identityOfAct(`user-${one.action}`, one.email)) } : one,
    ),
    findings: told.map((one) => ({
      ...one.finding,
      text: one.finding.text + age(sinceKeyed(before, one)),
    })),
  };
}

/** A history that an earlier version wrote has other keys. */
function sinceKeyed(history: History | undefined, one: Keyed): string | undefined {
  return lookUpKey(one, (key) => sinceOf(history, key));
}

/** A key may be called as what every object has. */
function sinceOf(history: History | undefined, key: string): string | undefined {
  return history && Object.hasOwn(history.since, key) ? history.since[key] : undefined;
}

function isDue({ action }: Plan["accessUsers"][number]): boolean {
  return action !== "keep";
}

/** `since 2026-05-01, 12 days`; `new` in the run that sees it first. */
function describeAge(since: string | undefined, asOf: Date): string {
  if (since === undefined) return "new";
  const days = Math.max(0, Math.floor((asOf.getTime() - Date.parse(since)) / DAY_MS));
  return `since ${since.slice(0, 10)}, ${counted(days, "day")}`;
}
