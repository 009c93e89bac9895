/** What every report says in the same words. Texts are raw: each renderer escapes them for where they go. */

import type { SourcePosition } from "../allowlist/messages.js";
import type { Act } from "../cloudflare/types.js";
import { type Action, isItemDue, type Item, keyOf } from "../reconcile/decision.js";
import { aboutItems, type ItemKind, itemKinds, type KindOfItem } from "../reconcile/items.js";
import { counted, groupBy, minute } from "../text/words.js";
import {
  REMOVED,
  type ActResult,
  type ItemResult,
  type ReportDocument,
  type ReportedDecision,
  type ReportedEntry,
  type ReportedGuard,
  resultFields,
} from "./document.js";
import { isHeld } from "./guards.js";
import { isUndone, loosenedKeys, outlineOf } from "./outline.js";
import { EXPECT_VARIABLE } from "./read-back.js";

/** The acts, in the order in which reports list them. */
export const ACTS: readonly Act[] = ["revoke", "delete", "unrevoke"];

/** What each action means to a reader. */
export const actionMeanings: Readonly<Record<Action, string>> = {
  revoke: "connected; will be cut off",
  delete: "will be removed for good",
  unrevoke: "revoked; will be let back in",
  keep: "in good order",
  leave: "not ours to change",
};

/**
 * The headline: whether the plan is held, what the change loosens, what is let in against a revocation made elsewhere,
 * then `to revoke 2, delete 1 (1 pending)`, or that all is in sync.
 */
export function whatIsDue(document: ReportDocument): string {
  const outline = outlineOf(document);
  const { loosened, undone } = outline;
  return [
    ...heldBy(document),
    ...(loosened.length > 0 ? [`LOOSENS ${loosenedKeys(outline)}`] : []),
    ...(undone.length > 0 ? [`LETS IN AGAIN ${undone.length} ${undoneBy(undone)}`] : []),
    actsDue(document),
  ].join("; ");
}

/** How reports describe returns that undo, or may undo, what someone else did. */
export function undoneBy(undone: readonly ReportedDecision[]): string {
  return undone.every(({ revokedBy }) => revokedBy === "outside")
    ? "revoked outside this stack"
    : "perhaps revoked outside this stack";
}

/** What holds the plan, or that an approval let it pass; empty if neither applies. */
export function heldBy(document: ReportDocument): readonly string[] {
  const { problems, guards, approved } = document;
  const tripped = guards.filter((guard) => guard.tripped).map(({ guard }) => guard);
  const names = `${tripped.length === 1 ? "guard" : "guards"} ${tripped.join(", ")}`;
  if (!isHeld(document)) return approved && tripped.length > 0 ? [`approved past ${names}`] : [];
  const by = [
    ...(problems.length > 0 ? [counted(problems.length, "error")] : []),
    ...(tripped.length > 0 && !approved ? [names] : []),
  ];
  return [`HELD by ${by.join(" and ")}, nothing is done`];
}

/** `to revoke 2, delete 1 (1 pending)`, or that nothing is due. */
export function actsDue(document: ReportDocument): string {
  const { summary, findings, problems } = document;
  const { loosened } = outlineOf(document);
  const due = [
    ...ACTS.filter((act) => summary[act] > 0).map((act) => `${act} ${summary[act]}`),
    ...itemActsDue(itemsDue(document)),
  ];
  const { pending } = countDue(document);
  if (due.length > 0) return `to ${due.join(", ")}${pending > 0 ? ` (${pending} pending)` : ""}`;
  const others = findings.length - loosened.reduce((sum, one) => sum + one.findings.length, 0);
  const looks = [
    ...(problems.length > 0 ? [counted(problems.length, "problem")] : []),
    ...(others > 0 ? [counted(others, "finding")] : []),
  ];
  const sync = loosened.length > 0 ? "no act is due" : "in sync, no act is due";
  return `${sync}${looks.length === 0 ? "" : `, ${looks.join(" and ")} to look at`}`;
}

export function isDue({ action }: ReportedDecision): boolean {
  return action !== "keep" && action !== "leave";
}

/** Whether any act is due, on a registration or another item. */
export function hasActs(document: ReportDocument): boolean {
  return countDue(document).due > 0;
}

/** Whether there is nothing to look at. */
export function isSilent(document: ReportDocument): boolean {
  const { findings, problems, skipped } = document;
  return !hasActs(document) && findings.length + problems.length + skipped.length === 0;
}

export function userOf(email: string): string {
  return email === "" ? "(no user)" : email;
}

/** What distinguishes a device from others of the same name: model and serial, or otherwise the registration's id. */
export function deviceDetails({ registration: { id, device } }: ReportedDecision): string {
  const { model, serial } = device.hardware ?? {};
  const known = [...(model ? [model] : []), ...(serial ? [`serial ${serial}`] : [])];
  return known.length > 0 ? known.join(", ") : id;
}

/** What it is now, and since when: `last seen 2026-05-31`. */
export function since(decision: ReportedDecision): string {
  const { live, revokedBy, registration } = decision;
  const { times } = registration;
  if (live === "revoked") {
    const on = day(times.revoked ?? times.updated);
    if (!isUndone(decision)) return `revoked ${on}`;
    return revokedBy === "outside"
      ? `revoked outside this stack on ${on}`
      : `revoked on ${on} by an unknown party`;
  }
  return times.lastSeen === null ? "never seen" : `last seen ${day(times.lastSeen)}`;
}

/** The date of an RFC 3339 time. */
export function day(time: string): string {
  return time.slice(0, 10);
}

/** What an entry says besides its reason, which the decision's own text carries. */
export function entryDetails({ note, owner, ticket, expires }: ReportedEntry = {}): string[] {
  return [
    ...(owner === undefined ? [] : [`owner ${owner}`]),
    ...(ticket === undefined ? [] : [`ticket ${ticket}`]),
    ...(expires === undefined ? [] : [`expires ${expires}`]),
    ...(note === undefined ? [] : [`note: ${note}`]),
  ];
}

export function guardFigure({ guard, count: due, limit }: ReportedGuard): string {
  return `${guard} ${due} of at most ${limit}`;
}

/** How a guard judged: `ok`, `TRIPPED`, or that an approval let it pass. */
export function guardVerdict(guard: ReportedGuard, { approved }: ReportDocument): string {
  if (!guard.tripped) return "ok";
  return approved ? "approved" : "TRIPPED";
}

/** The result of an act. */
export interface ResultInWords {
  readonly result: ActResult["result"];
  /** `done`, `failed: the registration is gone`. */
  readonly text: string;
}

/** A result in words. */
const said = { done: "done", failed: "failed", unknown: "unknown", skipped: "not attempted" } as const;

/** A reason that at least this many results share is shown once, in a paragraph of its own. */
const SHARED = 3;

/** Results that ended alike, for the same reason. */
interface SharedCause {
  readonly count: number;
  /** In words: `failed`, `not attempted`. */
  readonly result: string;
  readonly reason: string;
}

/** Causes that are shown once for all, most frequent first. */
export function sharedCauses(document: ReportDocument): SharedCause[] {
  const causes = new Map<string, SharedCause>();
  for (const { result, reason } of allResults(document)) {
    if (reason === undefined) continue;
    const key = `${result} ${reason}`;
    causes.set(key, { count: (causes.get(key)?.count ?? 0) + 1, result: said[result], reason });
  }
  return [...causes.values()].filter(({ count }) => count >= SHARED).sort((a, b) => b.count - a.count);
}

/** Whether a run has reached at least one act. */
export function hasRun(document: ReportDocument): boolean {
  return allResults(document).some(hasBegun);
}

function hasBegun({ result, reason }: Pick<ActResult, "result" | "reason">): boolean {
  return result !== "skipped" || reason !== undefined;
}

/** `3 done, 1 failed, 1 unknown, 0 not attempted`; undefined for a plan, or for a run that has not reached any act. */
export function resultCounts(document: ReportDocument): string | undefined {
  if (!hasRun(document)) return undefined;
  const all = allResults(document);
  const count = (wanted: ActResult["result"]) => all.filter(({ result }) => result === wanted).length;
  const unknown = count("unknown");
  return [
    `${counted(count("done"), "act")} done`,
    `${count("failed")} failed`,
    ...(unknown > 0 ? [`${unknown} unknown`] : []),
    `${count("skipped")} not attempted`,
  ].join(", ");
}

/**
 * By registration; undefined until a run has reached at least one act, so that a plan is not shown as a failure.
 * Without the reasons of {@link sharedCauses}, unless `full`.
 */
export function outcomes(
  document: ReportDocument,
  full = false,
): ReadonlyMap<string, ResultInWords> | undefined {
  const { results = [] } = document;
  if (!results.some(hasBegun)) return undefined;
  const shared = new Set<string | undefined>(full ? [] : sharedCauses(document).map(({ reason }) => reason));
  return new Map(
    results.map(({ registration, result, reason }) => [
      registration,
      resultInWords({ result, reason: shared.has(reason) ? undefined : reason }),
    ]),
  );
}

/** A path as one word of a POSIX shell. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/u.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** What to run next; undefined if nothing is left to do. */
export function nextCommand(document: ReportDocument, planFile?: string): string | undefined {
  const { freeze, findings } = document;
  if (isHeld(document)) return "pulumi preview, once this is resolved";
  const { due, pending } = countDue(document);
  const left = allResults(document).filter(({ result }) => result !== "done").length;
  if (hasRun(document) && left > 0) return `pulumi up, which does the remaining ${counted(left, "act")}`;
  if (due > pending && !hasRun(document)) {
    // A run that has done nothing yet is about to do what is due.
    if (document.results !== undefined) return undefined;
    return planFile === undefined ? "pulumi up" : `${EXPECT_VARIABLE}=${shellWord(planFile)} pulumi up`;
  }
  if (pending > 0)
    return freeze ? `pulumi up, from ${minute(freeze.until)} on` : "pulumi preview, for a new plan";
  if (findings.some(({ registrations }) => registrations.length > 0))
    return "warp-registrations explain REGISTRATION";
  return undefined;
}

// What every report says in the same words about items other than registrations; also raw.

/** The results of acts on items of a kind; empty for a plan. */
export function itemResults(document: ReportDocument, kind: ItemKind): readonly ItemResult[] {
  return document[aboutItems(kind).results] ?? [];
}

/** The results of all acts, on registrations and other items. */
export function allResults(document: ReportDocument): readonly Pick<ActResult, "result" | "reason">[] {
  return resultFields.flatMap<Pick<ActResult, "result" | "reason">>((field) => document[field] ?? []);
}

/** An item with an act that is due, whether or not this run does it. */
export interface ItemDue extends Item {
  readonly key: string;
  /** Undefined until a run has reached at least one act on its kind. */
  readonly outcome: ResultInWords | undefined;
}

/** A kind with items that are due. */
export interface ItemsDue {
  readonly kind: ItemKind;
  readonly about: KindOfItem;
  readonly items: readonly ItemDue[];
}

export function itemsDue(document: ReportDocument): readonly ItemsDue[] {
  return itemKinds.flatMap((kind) => {
    const all: readonly Item[] = document[kind] ?? [];
    const results = itemResults(document, kind);
    const known = new Map(
      results.some(hasBegun) ? results.map((one) => [keyOf(one), resultInWords(one)] as const) : [],
    );
    const items = all.filter(isItemDue).map((item) => {
      const key = keyOf(item);
      return { ...item, key, outcome: known.get(key) };
    });
    return items.length === 0 ? [] : [{ kind, about: aboutItems(kind), items }];
  });
}

/** `delete 1 Access user`, `create 2 Access users`. */
function itemActsDue(all: readonly ItemsDue[]): string[] {
  return all.flatMap(({ about: { acts, noun }, items }) =>
    Object.keys(acts).flatMap((act) => {
      const { length } = items.filter(({ action }) => action === act);
      return length === 0 ? [] : [`${act} ${counted(length, noun)}`];
    }),
  );
}

/** How many acts are due, on registrations and other items, and how many of them wait. */
export function countDue(document: ReportDocument): { readonly due: number; readonly pending: number } {
  const items = itemsDue(document).flatMap((one) => one.items);
  return {
    due: ACTS.reduce((sum, act) => sum + document.summary[act], items.length),
    pending: document.pending + items.filter(({ pending }) => pending !== undefined).length,
  };
}

function resultInWords({ result, reason }: Pick<ActResult, "result" | "reason">): ResultInWords {
  return { result, text: reason === undefined ? said[result] : `${said[result]}: ${reason}` };
}

/**
 * The lines behind a decision, the nearest first: the line that the change removed, the line that decides or where the
 * entry would be added, and the policy's.
 */
export function placesOf({ source, related = [] }: ReportedDecision): readonly string[] {
  const removed = related.filter(({ text }) => text === REMOVED);
  const others = related.filter(({ text }) => text !== REMOVED);
  return [
    ...removed.map((one) => `${one.text}: ${placeOf(one.source)}`),
    placeOf(source),
    ...others.map((one) => `${one.text}: ${placeOf(one.source)}`),
  ];
}

function placeOf({ file, line }: SourcePosition): string {
  return `${file}:${line}`;
}

/** Findings about lines that nearly match it, and probably meant it. */
export function nearMisses(
  { registration }: ReportedDecision,
  document: ReportDocument,
): ReportDocument["findings"] {
  return outlineOf(document).nearMisses.get(registration.id) ?? [];
}

/** `418 connected, 33 revoked`. */
export function standing(decisions: readonly ReportedDecision[]): string {
  const revoked = decisions.filter(({ live }) => live === "revoked").length;
  const connected = decisions.length - revoked;
  return [
    ...(connected > 0 || revoked === 0 ? [`${connected} connected`] : []),
    ...(revoked > 0 ? [`${revoked} revoked`] : []),
  ].join(", ");
}

/** Acts of a run with the same result, by name. */
interface NamedResults {
  /** `revoke done 2`, `delete failed 1`. */
  readonly title: string;
  readonly names: readonly string[];
}

function byAct({ act: a }: ActResult, { act: b }: ActResult): number {
  return ACTS.indexOf(a) - ACTS.indexOf(b);
}

/** What a run did, what failed, what it did not attempt, and what waits: each by name. Empty for a plan. */
export function doneByName(document: ReportDocument): readonly NamedResults[] {
  if (!hasRun(document)) return [];
  const { results = [], decisions } = document;
  const byId = new Map(decisions.map((one) => [one.registration.id, one]));
  const nameOf = (id: string) => {
    const decision = byId.get(id);
    if (!decision) return id;
    return `${decision.registration.device.name} of ${userOf(decision.registration.user.email)}`;
  };
  const rows: { readonly act: string; readonly result: ActResult["result"]; readonly name: string }[] = [
    ...[...results].sort(byAct).map(({ act, result, registration }) => ({
      act,
      result,
      name: nameOf(registration),
    })),
    ...itemKinds.flatMap((kind) =>
      itemResults(document, kind).map((one) => ({
        act: `${one.act} ${aboutItems(kind).noun}`,
        result: one.result,
        name: keyOf(one),
      })),
    ),
  ];
  const waiting = outlineOf(document).pending.map(({ registration: { id } }) => nameOf(id));
  const kinds = (["done", "failed", "unknown", "skipped"] as const).flatMap((result) =>
    [
      ...groupBy(
        rows.filter((row) => row.result === result),
        ({ act }) => act,
      ),
    ].map(([act, group]) => ({
      title: `${act} ${said[result]} ${group.length}`,
      names: group.map(({ name }) => name),
    })),
  );
  return [...kinds, ...(waiting.length > 0 ? [{ title: `waiting ${waiting.length}`, names: waiting }] : [])];
}

/** What a renderer may know besides the document. */
export interface RenderOptions {
  /** Show personal data (evidence) in text, Markdown and annotations too; HTML and JSON always show what there is. */
  readonly evidence?: boolean | undefined;
  /** Distinguishes one stack's pull request comment from another's; it goes into the comment's first line. */
  readonly marker?: string | undefined;
  /** Where the plan's JSON is kept, so that the next command can name it. */
  readonly planFile?: string | undefined;
  /** How wide the text may be; by default what fits a log. */
  readonly columns?: number | undefined;
  /** Colour the text: it goes to a terminal that shows colours. */
  readonly colour?: boolean | undefined;
  /** What holds the plan (a guard, a contradiction) is shown elsewhere: the text leaves it out. */
  readonly holdsSaid?: boolean | undefined;
}
