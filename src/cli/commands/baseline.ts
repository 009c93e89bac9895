/**
 * `--baseline`: findings that somebody has accepted, with a reason and, if the acceptance is temporary, its last day.
 */

import { createHash } from "node:crypto";
import { isScalar, LineCounter, type Node, parseDocument, stringify, visit } from "yaml";
import { type Day, toDay } from "../../allowlist/values.js";
import { aboutRule, isAct, isItemDue } from "../../reconcile/decision.js";
import {
  type Finding,
  identityOf,
  identityOfAct,
  identityOfTrace,
} from "../../reconcile/findings/finding.js";
import { earlier, traceKeys } from "../../reconcile/hardware.js";
import { identityOfItem, itemKinds, mapItems } from "../../reconcile/items.js";
import type { Plan } from "../../reconcile/plan.js";
import { DAY_MS, endOf } from "../../reconcile/scope.js";
import { jsonText } from "../../text/escape.js";
import { compare, counted, didYouMean, isMapping } from "../../text/words.js";
import { UserError } from "../command.js";
import { parseJson } from "../files.js";

interface Accepted {
  readonly key: string;
  /** The text of the finding when it was accepted, for people. */
  readonly finding: string | undefined;
  readonly reason: string;
  /** The last day, in UTC, on which the finding is accepted. */
  readonly until: Day | undefined;
  readonly line: number;
}

export interface Baseline {
  readonly path: string;
  readonly accepted: readonly Accepted[];
}

const KEYS = ["key", "finding", "reason", "until"];

/** Reads YAML or JSON. Throws a {@link UserError} with the place of the mistake. */
export function parseBaseline(path: string, text: string): Baseline {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: "silent" });
  const fail = (offset: number, what: string, fix?: string): never => {
    const { line, col } = lines.linePos(offset);
    throw new UserError(`${path}:${line}:${col}: ${what}`, fix);
  };
  const [error] = document.errors;
  if (error) return fail(error.pos[0], error.message);
  // An alias could expand without limit, and is useless here.
  visit(document, {
    Alias: (_key, { range }) => fail(range?.[0] ?? 0, "an alias", "write it out"),
    Pair: (_key, { key }) => {
      if (!isScalar(key) || typeof key.value !== "string")
        fail(
          (key as Node | null)?.range?.[0] ?? 0,
          "a key that is not text",
          "write the keys as in --write-baseline",
        );
    },
  });
  const root = document.toJS() as unknown;
  const at = (...place: (string | number)[]) =>
    (document.getIn(place, true) as Node | undefined)?.range?.[0] ?? 0;
  if (!isMapping(root) || root.version !== 1 || !Array.isArray(root.accepted)) {
    return fail(
      0,
      "is not a baseline",
      "write `version: 1` and a list `accepted`, or create it with --write-baseline",
    );
  }
  const keys = new Set<unknown>();
  const accepted = root.accepted.map((row: unknown, index): Accepted => {
    const here = at("accepted", index);
    if (!isMapping(row)) return fail(here, "expected a mapping with key and reason");
    const unknown = Object.keys(row).find((name) => !KEYS.includes(name));
    if (unknown !== undefined) return fail(here, `unknown key ${unknown}`, didYouMean(unknown, KEYS));
    const { key, finding, reason, until } = row;
    if (typeof key !== "string" || key === "")
      return fail(here, "an accepted finding needs a `key`", "copy it from --write-baseline");
    if (typeof reason !== "string" || reason.trim() === "")
      return fail(here, "an accepted finding needs a `reason`", "write why it is accepted");
    if (keys.has(key)) return fail(here, `the key ${key} is in the file twice`, "keep one of the two");
    keys.add(key);
    const day = typeof until === "string" ? toDay(until) : undefined;
    if (until !== undefined && day === undefined) {
      return fail(at("accepted", index, "until"), "`until` is not a day", "write it as 2026-06-30");
    }
    return {
      key,
      reason,
      line: lines.linePos(here).line,
      finding: typeof finding === "string" ? finding : undefined,
      until: day,
    };
  });
  return { path, accepted };
}

/** The findings that are not accepted. */
interface Unaccepted {
  readonly findings: readonly Keyed[];
  /** How many findings were removed. */
  readonly accepted: number;
}

/** Removes accepted findings, and reports lines that no longer accept anything. Does not touch acts. */
export function applyBaseline(found: readonly Keyed[], { path, accepted }: Baseline, asOf: Date): Unaccepted {
  const lines = new Map(accepted.map((line) => [line.key, line]));
  const matched = new Set<string>();
  const unaccepted = found.flatMap((one) => {
    const { key, formerKey, finding } = one;
    for (const known of [key, formerKey]) if (lines.has(known)) matched.add(known);
    const line = byEitherKey(one, (known) => lines.get(known));
    if (line === undefined) return [one];
    if (line.until === undefined || asOf.getTime() < endOf(line.until)) return [];
    const text = `${finding.text} (was accepted until ${line.until.text}: ${line.reason})`;
    return [{ ...one, finding: { ...finding, text } }];
  });
  const unmatched = accepted.filter(({ key }) => !matched.has(key)).map((line) => toFinding(path, line));
  return { findings: [...unaccepted, ...withKeys(unmatched)], accepted: found.length - unaccepted.length };
}

function toFinding(file: string, { key, finding, line }: Accepted): Finding {
  const what = finding === undefined ? key : JSON.stringify(finding);
  return {
    code: "unmatched-baseline",
    subject: [key],
    text: `the baseline accepts a finding that no longer exists: ${what}; remove the line`,
    source: { file, line, column: 1 },
    registrations: [],
  };
}

/** A baseline that accepts all of these. Findings that were accepted before keep their reason and their last day. */
export function formatBaseline(found: readonly Keyed[], before: Baseline | undefined, today: string): string {
  const known = new Map(before?.accepted.map((line) => [line.key, line]));
  const rows = new Map(
    found.map((one) => {
      const { key, finding } = one;
      const line = byEitherKey(one, (name) => known.get(name));
      const reason = line?.reason ?? `found when the baseline was written on ${today}`;
      const until = line?.until && { until: line.until.text };
      return [key, { key, finding: finding.text, reason, ...until }];
    }),
  );
  return stringify({ version: 1, accepted: [...rows.values()] }, { lineWidth: 0 });
}

// `--history`: since when each finding and each act has existed.

/** Version 1 of the file. */
interface History {
  readonly kind: "warp-history";
  readonly version: 1;
  readonly account: string;
  /** RFC 3339: the moment of the last run. */
  readonly asOf: string;
  /** By the key of a finding or an act: RFC 3339, when it was first seen without a break since. */
  readonly since: Readonly<Record<string, string>>;
  /** By registration: when it was revoked, if the allowlist required that before. */
  readonly revoked?: Readonly<Record<string, string>> | undefined;
  /**
   * By `identityOfTrace`, for devices that no entry allows and that the account forgets after a deletion: when the
   * device enrolled, and the last run that saw it.
   */
  readonly enrolled?: Readonly<Record<string, Enrolled>> | undefined;
}

/** RFC 3339. */
interface Enrolled {
  readonly first: string;
  readonly seen: string;
}

/** Reads the file's text. Throws a {@link UserError}. */
export function parseHistory(path: string, text: string, account: string): History {
  const value = parseJson(path, text);
  const fix = "give a file that --history wrote, or one that does not exist yet";
  if (!isMapping(value) || value.kind !== "warp-history")
    throw new UserError(`${path}: is not a history`, fix);
  if (value.version !== 1) throw new UserError(`${path}: is a history of another version`, fix);
  if (value.account !== account) {
    const other =
      typeof value.account === "string"
        ? value.account
        : ((JSON.stringify(value.account) as string | undefined) ?? "none");
    throw new UserError(
      `${path}: is a history of account ${other.slice(0, 80)}, but this run is for ${account}`,
      fix,
    );
  }
  if (!isMapping(value.since))
    throw new UserError(`${path}: since: expected a mapping of keys to times`, fix);
  const { enrolled = {} } = value;
  if (!isMapping(enrolled))
    throw new UserError(`${path}: enrolled: expected a mapping of devices to times`, fix);
  const times = [
    ...Object.entries({ asOf: value.asOf, ...value.since }),
    ...Object.entries(enrolled).flatMap(([key, one]) =>
      isMapping(one) ? [[key, one.first] as const, [key, one.seen] as const] : [[key, one] as const],
    ),
  ];
  const bad = times.find(([, time]) => typeof time !== "string" || Number.isNaN(Date.parse(time)));
  if (bad !== undefined)
    throw new UserError(`${path}: ${JSON.stringify(bad[0].slice(0, 80))}: its value is not a time`, fix);
  if (value.revoked !== undefined && !isMapping(value.revoked))
    throw new UserError(`${path}: revoked: expected a mapping of registrations to times`, fix);
  return value as unknown as History;
}

/**
 * The present acts and findings, and since when they have existed. What the last run saw keeps its time; the rest is
 * new.
 */
export function continueHistory(plan: Plan, found: readonly Keyed[], before: History | undefined): History {
  const acts = [
    ...plan.decisions.filter(isAct).map(({ action, registration }) => identityOfAct(action, registration.id)),
    ...itemKinds.flatMap((kind) => plan[kind].filter(isItemDue).map((item) => identityOfItem(kind, item))),
  ];
  const asOf = plan.asOf.toISOString();
  const begun = new Map([
    ...acts.map((key) => [key, sinceOf(before, key) ?? asOf] as const),
    ...found.map((one) => [one.key, sinceKeyed(before, one) ?? asOf] as const),
  ]);
  const since = [...begun].sort(([a], [b]) => compare(a, b));
  const revoked = ownRevoked(plan, before);
  const enrolled = enrolledUnlisted(plan, before);
  return {
    kind: "warp-history",
    version: 1,
    account: plan.account,
    asOf,
    since: Object.fromEntries(since),
    revoked: revoked.length > 0 ? Object.fromEntries(revoked) : undefined,
    enrolled: enrolled.length > 0 ? Object.fromEntries(enrolled) : undefined,
  };
}

/**
 * What was due to be revoked in the last run and was revoked since then; and what was known as such, if it is
 * unchanged.
 */
function ownRevoked(
  { decisions }: Plan,
  before: History | undefined,
): readonly (readonly [string, string])[] {
  if (before === undefined) return [];
  const known = before.revoked ?? {};
  return decisions.flatMap(({ registration: { id, revoked_at: at } }) => {
    if (at == null) return [];
    const since = sinceOf(before, identityOfAct("revoke", id));
    const isNew = since !== undefined && Date.parse(at) >= Date.parse(since);
    return isNew || (Object.hasOwn(known, id) && known[id] === at) ? [[id, at] as const] : [];
  });
}

/** After this time without being seen, an enrolment is forgotten, as the account forgets the record of a device. */
const REMEMBERED_MS = 365 * DAY_MS;

/**
 * When devices enrolled that no entry allows, by every key that identifies them. Includes only devices that the account
 * would forget after a deletion, and those that have a grace period now. A device that comes back has no grace period
 * left.
 */
function enrolledUnlisted(
  { decisions, asOf }: Plan,
  before: History | undefined,
): readonly (readonly [string, Enrolled])[] {
  const seen = asOf.toISOString();
  const known = new Map(Object.entries(before?.enrolled ?? {}));
  for (const { registration, user, hardware, reason, desired } of decisions) {
    const isForgotten = aboutRule(reason.code).kind === "unlisted" && desired === "deleted";
    if (reason.code !== "grace" && !isForgotten) continue;
    for (const key of traceKeys(user, registration.device.id, hardware).map(identityOfTrace)) {
      const first = earlier(known.get(key)?.first, registration.created_at);
      known.set(key, { first, seen });
    }
  }
  const oldest = asOf.getTime() - REMEMBERED_MS;
  return [...known].filter(([, one]) => Date.parse(one.seen) > oldest).sort(([a], [b]) => compare(a, b));
}

export function formatHistory(history: History): string {
  return `${jsonText(history, 2)}\n`;
}

/** The plan with the ages of its acts and of these findings, from the history of earlier runs. */
export function withAges(plan: Plan, findings: readonly Keyed[], before: History): Plan {
  const age = (since: string | undefined) => ` (${describeAge(since, plan.asOf)})`;
  const ageOf = (key: string) => age(sinceOf(before, key));
  return {
    ...plan,
    decisions: plan.decisions.map((decision) => {
      if (!isAct(decision)) return decision;
      const text = decision.reason.text + ageOf(identityOfAct(decision.action, decision.registration.id));
      return { ...decision, reason: { ...decision.reason, text } };
    }),
    ...mapItems(plan, (item, kind) =>
      isItemDue(item) ? { ...item, text: item.text + ageOf(identityOfItem(kind, item)) } : item,
    ),
    findings: findings.map((one) => ({
      ...one.finding,
      text: one.finding.text + age(sinceKeyed(before, one)),
    })),
  };
}

/** The time since when a finding has existed. A history from an earlier version has other keys. */
function sinceKeyed(history: History | undefined, one: Keyed): string | undefined {
  return byEitherKey(one, (key) => sinceOf(history, key));
}

/** A key may have the name of a property that every object has. */
function sinceOf(history: History | undefined, key: string): string | undefined {
  return history && Object.hasOwn(history.since, key) ? history.since[key] : undefined;
}

/** `since 2026-05-01, 12 days`; `new` in the run that sees it first. */
function describeAge(since: string | undefined, asOf: Date): string {
  if (since === undefined) return "new";
  const days = Math.max(0, Math.floor((asOf.getTime() - Date.parse(since)) / DAY_MS));
  return `since ${since.slice(0, 10)}, ${counted(days, "day")}`;
}

// Findings by their identity, so that they can be accepted and their age shown. Keys in earlier files are still read.

/** A finding with its key. The text of a finding may grow, but the key stays the same. */
interface Keyed {
  readonly key: string;
  /** The key in files from before this version. */
  readonly formerKey: string;
  readonly finding: Finding;
}

export function withKeys(findings: readonly Finding[]): readonly Keyed[] {
  return findings.map((finding) => ({ key: identityOf(finding), formerKey: formerKeyOf(finding), finding }));
}

/** What a file has for a finding: by its key, or else by its former key. */
function byEitherKey<T>(
  { key, formerKey }: Pick<Keyed, "key" | "formerKey">,
  find: (key: string) => T | undefined,
): T | undefined {
  return find(key) ?? find(formerKey);
}

/**
 * Findings of these codes have registrations that change with every enrolment, so they say nothing about the finding.
 */
const WHOLESALE: ReadonlySet<string> = new Set(["overlapping-stack", "change-out-of-scope"]);

/**
 * The key of a finding from before findings had a subject: its registrations or, if it is about the allowlist, the file
 * and the first clause of the text. It is valid as long as that text is the same. Nothing new is written with it.
 */
function formerKeyOf({ code, text, source, registrations }: Finding): string {
  const about =
    registrations.length > 0 && !WHOLESALE.has(code)
      ? [...registrations].sort()
      : [source?.file ?? "", clause(text)];
  return `${code}:${createHash("sha256").update(JSON.stringify(about)).digest("hex").slice(0, 16)}`;
}

/** The text without advice and guesses after a semicolon, and without counts, which change. */
function clause(text: string): string {
  return (text.split(/; (?=did you mean|that is a device|nothing is left|it says)/u)[0] ?? text).replace(
    /\b\d+ (?=(?:of these |active )?registrations?\b)/gu,
    "",
  );
}
