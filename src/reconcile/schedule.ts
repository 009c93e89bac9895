/** Which of the acts that are due this run does, and why the others wait. */

import type { Freeze, Limits } from "../allowlist/model.js";
import type { Act } from "../cloudflare/types.js";
import { clipped, compare, minute } from "../text/words.js";
import {
  aboutRule,
  type ActDecision,
  type Action,
  type Decision,
  isAct,
  isItemDue,
  type Item,
  keyOf,
  type PendingReason,
  type ReviewedItem,
  type RuleCode,
} from "./decision.js";
import { aboutItems, type ItemKind, itemKinds, type Items, mapItems } from "./items.js";
import { compareTimes, isNewer, lastSign } from "./people.js";

/** An act that is due but that this run does not do. */
export interface PendingAct {
  readonly decision: ActDecision;
  readonly why: PendingReason;
  readonly text: string;
}

interface Schedule {
  /** The decisions; some acts may have become weaker ones. */
  readonly decisions: readonly Decision[];
  /**
   * What the guards judge and an approval covers: everything that is due and reviewed, whether or not this run does it.
   */
  readonly agreed: readonly ActDecision[];
  /** What this run does, in the order of ids. */
  readonly acts: readonly ActDecision[];
  /** The rest, most urgent first. */
  readonly pending: readonly PendingAct[];
}

type Waits = Pick<PendingAct, "why" | "text">;

/**
 * An act that lets something in and the acts that rely on it are one unit: if it waits, they wait, and a limit takes
 * all or none. Acts that refuse are in no unit, so nothing holds them back.
 */
export function schedule(
  decisions: readonly Decision[],
  { limits, freeze }: { readonly limits: Limits; readonly freeze?: Freeze | undefined },
  now: Date,
  reviewed: ReviewedPlan | undefined,
): Schedule {
  const due = decisions.filter(isAct);
  const waits = new Map<ActDecision, Waits>();
  for (const decision of due) {
    const text = reviewed && whyNew(decision, reviewed);
    if (text !== undefined) waits.set(decision, { why: "not-reviewed", text });
  }
  holdWhatRelies(due, waits);
  const agreed = due.filter((decision) => !waits.has(decision));
  if (freeze !== undefined && now < freeze.until)
    for (const decision of agreed) waits.set(decision, { why: "frozen", text: whyFrozen(freeze) });
  else if (limits.perRun) limit(agreed, limits.perRun.value, waits);
  const weaker = weaken(due, waits);
  const acts = due
    .filter((decision) => !waits.has(decision))
    .map((decision) => weaker.get(decision) ?? decision);
  return {
    decisions: weaker.size === 0 ? decisions : decisions.map((one) => weaker.get(one) ?? one),
    agreed,
    acts,
    pending: [...waits]
      .map(([decision, { why, text }]) => ({ decision, why, text }))
      .sort((a, b) => byUrgency(a.decision, b.decision)),
  };
}

/** An act that relies on one that waits also waits, for the same reason. */
function holdWhatRelies(due: readonly ActDecision[], waits: Map<ActDecision, Waits>): void {
  const byId = new Map(due.map((decision) => [decision.registration.id, decision]));
  for (const decision of due) {
    const first = decision.relies?.map((id) => byId.get(id)).find((one) => one && waits.has(one));
    const why = first && waits.get(first);
    if (!why || waits.has(decision)) continue;
    waits.set(decision, { ...why, text: `it relies on ${first.registration.id}, which waits: ${why.text}` });
  }
}

/** Nothing less urgent overtakes a unit that does not fit. A unit larger than the limit is done whole, on its own. */
function limit(agreed: readonly ActDecision[], most: number, waits: Map<ActDecision, Waits>): void {
  let done = 0;
  let isFull = false;
  for (const unit of unitsOf(agreed)) {
    isFull ||= done > 0 && done + unit.length > most;
    if (!isFull) done += unit.length;
    else for (const decision of unit) waits.set(decision, { why: "limit", text: `limits.perRun is ${most}` });
  }
}

/** Acts that belong together. If there are several, the first lets something in. */
type Unit = [head: ActDecision, ...ActDecision[]];

/** The most urgent unit first; a unit is as urgent as what it lets in. */
function unitsOf(acts: readonly ActDecision[]): readonly Unit[] {
  const units = new Map<string, Unit>();
  for (const act of acts) units.set(act.registration.id, [act]);
  for (const act of acts) {
    for (const id of act.relies ?? []) {
      const [one, other] = [units.get(id), units.get(act.registration.id)];
      if (!one || !other || one === other) continue;
      one.push(...other);
      for (const { registration } of other) units.set(registration.id, one);
    }
  }
  const sorted = [...new Set(units.values())].sort(([a], [b]) => byUrgency(a, b));
  // A revoked registration is deleted after those that must be deleted before it, the oldest first.
  const isLater = ([head]: Unit) => head.live === "revoked" && head.together !== undefined;
  const later = sorted.filter(isLater).sort(([a], [b]) => oldestFirst(a, b));
  return [...sorted.filter((one) => !isLater(one)), ...later];
}

/**
 * A deletion that must come after others becomes a revocation if one of them waits: that also keeps the registration
 * out, and lets nothing else in. If the registration is already revoked, it waits with them.
 */
function weaken(
  due: readonly ActDecision[],
  waits: Map<ActDecision, Waits>,
): ReadonlyMap<Decision, ActDecision> {
  const weaker = new Map<Decision, ActDecision>();
  const waiting = new Map([...waits].map(([{ registration }, why]) => [registration.id, why]));
  // The oldest first: one that is only revoked also holds up the next.
  const held = due.flatMap((decision) => {
    const { together } = decision;
    return together && !waits.has(decision) ? [{ decision, together }] : [];
  });
  for (const { decision, together } of held.sort((a, b) => oldestFirst(a.decision, b.decision))) {
    const [first] = together.flatMap((id) => {
      const why = waiting.get(id);
      return why ? [{ id, why }] : [];
    });
    if (!first) continue;
    const { id, why } = first;
    waiting.set(decision.registration.id, why);
    const text = `${id} must be deleted first, and waits: ${why.text}`;
    if (decision.live === "revoked") waits.set(decision, { ...why, text });
    else
      weaker.set(decision, {
        ...decision,
        desired: "revoked",
        action: "revoke",
        reason: { ...decision.reason, text: `${decision.reason.text}; only revoked now: ${text}` },
      });
  }
  return weaker;
}

function oldestFirst({ candidate: a }: ActDecision, { candidate: b }: ActDecision): number {
  return isNewer(a, b) ? 1 : -1;
}

function whyFrozen({ until, reason }: Freeze): string {
  return `frozen until ${minute(until)}: ${reason}`;
}

const WEIGHTS = { named: 0, rule: 1, hygiene: 2 } as const;

/**
 * Which acts come first if one run may not do them all. Cutting off comes before letting in, and letting in before
 * deleting what cannot connect anyway. Within each: what was asked for by name, then what no entry allows, then
 * hygiene. Then what was seen last, then by id.
 */
export function byUrgency(a: ActDecision, b: ActDecision): number {
  return (
    effect(a) - effect(b) ||
    weight(a) - weight(b) ||
    lastSign(b) - lastSign(a) ||
    compare(a.registration.id, b.registration.id)
  );
}

function effect({ action, live }: ActDecision): number {
  if (action === "unrevoke") return 1;
  return live === "active" ? 0 : 2;
}

function weight({ reason: { code } }: ActDecision): number {
  return WEIGHTS[aboutRule(code).weight];
}

// The reviewed plan: an earlier plan that bounds this run.

/** An earlier plan, from its report; its items by kind and key, undefined for a kind that it did not have yet. */
export interface ReviewedPlan extends Partial<Readonly<Record<ItemKind, ReadonlyMap<string, ReviewedItem>>>> {
  readonly account: string;
  readonly asOf: Date;
  readonly fingerprint: string;
  /** By registration id. */
  readonly decisions: ReadonlyMap<string, ReviewedDecision>;
  readonly files: readonly { readonly file: string; readonly digest: string }[];
}

interface ReviewedDecision {
  readonly action: Action;
  readonly rule: RuleCode | (string & {});
  /** Its user's normalised e-mail, and the device's name, for people. */
  readonly user: string;
  readonly device: string;
  readonly deviceId: string;
  /** RFC 3339; undefined if it was not revoked. */
  readonly revokedAt: string | undefined;
  /** Whether that plan put the act off. */
  readonly pending: boolean;
}

/** An act of the reviewed plan that is no longer due. @title Skipped act */
export interface SkippedAct {
  /** The registration's id. @title Registration id */
  readonly registration: string;
  /** The e-mail. */
  readonly user: string;
  /** The device's name. @title Device name */
  readonly device: string;
  /** What the reviewed plan would have done. */
  readonly act: Act;
  /** Why it is no longer due. */
  readonly text: string;
}

/**
 * Why an act that is due was not reviewed: the reviewed plan did not have it, or its registration has changed since.
 * Undefined if it was reviewed.
 */
function whyNew(decision: ActDecision, reviewed: ReviewedPlan): string | undefined {
  const { registration, action } = decision;
  const then = reviewed.decisions.get(registration.id);
  if (!then)
    return `not in the reviewed plan, which had no such registration (created ${minute(registration.created_at)})`;
  if (then.action === action)
    return then.pending ? "in the reviewed plan it was pending" : whyChanged(decision, then);
  return `not in the reviewed plan, where it was ${then.action} (${then.rule})`;
}

/**
 * A review of a registration holds while it has the same user, the same device and the same time of revocation: a
 * revocation after the review has a reason. `updated_at` may change by itself, and is not compared.
 */
function whyChanged({ registration, user }: ActDecision, then: ReviewedDecision): string | undefined {
  const changes = [
    ...(user === then.user ? [] : [changed(`of ${whose(user)}`, `of ${whose(then.user)}`)]),
    ...(registration.device.id === then.deviceId
      ? []
      : [changed(`on device ${clipped(registration.device.id)}`, `on ${clipped(then.deviceId)}`)]),
    ...(isSameTime(registration.revoked_at, then.revokedAt)
      ? []
      : [changed(...revocations(registration.revoked_at, then.revokedAt))]),
  ];
  return changes.length === 0 ? undefined : `changed since the review: ${changes.join("; ")}`;
}

function changed(now: string, then: string): string {
  return `${now} (in the reviewed plan: ${then})`;
}

function whose(email: string): string {
  return email === "" ? "no user" : clipped(email, 100);
}

/** A missing time equals only another missing time. */
function isSameTime(a: string | null | undefined, b: string | null | undefined): boolean {
  return compareTimes(a ?? "", b ?? "") === 0;
}

/** Times in full, as the API sends them, if they differ only within a minute. */
function revocations(now: string | null | undefined, then: string | undefined): [string, string] {
  const within = now != null && then !== undefined && minute(now) === minute(then);
  const describe = (time: string | null | undefined) =>
    time == null ? "not revoked" : `revoked ${within ? clipped(time) : minute(time)}`;
  return [describe(now), describe(then)];
}

/** The acts of the reviewed plan that this account and allowlist no longer ask for. */
export function findSkipped(reviewed: ReviewedPlan, decisions: readonly Decision[]): SkippedAct[] {
  const now = new Map(decisions.map((decision) => [decision.registration.id, decision]));
  return [...reviewed.decisions].flatMap(([id, then]) => {
    if (then.pending || then.action === "keep" || then.action === "leave") return [];
    const decision = now.get(id);
    if (decision?.action === then.action) return [];
    const text = decision
      ? `it is now ${decision.live}, and the action is ${decision.action}: ${decision.reason.text}`
      : "the registration is no longer in scope or in the account";
    return [{ registration: id, user: then.user, device: then.device, act: then.action, text }];
  });
}

/** A difference from the reviewed plan, and what it is about, in facts that last. */
export interface Difference {
  readonly subject: readonly string[];
  readonly text: string;
}

/** Files that differ between the reviewed plan and this one, in the order of texts. */
export function differences(
  reviewed: ReviewedPlan,
  files: readonly { readonly file: string; readonly digest: string }[],
): Difference[] {
  const then = new Map(reviewed.files.map(({ file, digest }) => [file, digest]));
  const now = new Map(files.map(({ file, digest }) => [file, digest]));
  const differs = (file: string, how: string): Difference => ({
    subject: [file, how],
    text: `${file} ${how} since the reviewed plan`,
  });
  return [
    ...[...now].flatMap(([file, digest]) => {
      if (!then.has(file)) return [differs(file, "is new")];
      return then.get(file) === digest ? [] : [differs(file, "was changed")];
    }),
    ...[...then.keys()].filter((file) => !now.has(file)).map((file) => differs(file, "was removed")),
  ].sort((a, b) => compare(a.text, b.text));
}

// Other items: which acts wait, and which are no longer due.

/**
 * The items, with a reason for each act that waits. `limits.perRun` does not count them: a created item disturbs
 * nobody, and acts that must stay few have their own guard.
 */
export function scheduleItems(
  items: Items,
  { freeze }: { readonly freeze?: Freeze | undefined },
  now: Date,
  reviewed: ReviewedPlan | undefined,
): Items {
  return mapItems(items, (item, kind) => {
    if (!isItemDue(item)) return item;
    const text = reviewed && whyItemNew(kind, item, reviewed);
    if (text !== undefined) return { ...item, pending: { why: "not-reviewed", text } };
    if (freeze === undefined || now >= freeze.until) return item;
    return { ...item, pending: { why: "frozen", text: whyFrozen(freeze) } };
  });
}

function whyItemNew(kind: ItemKind, item: Item, reviewed: ReviewedPlan): string | undefined {
  const about = aboutItems(kind);
  const then = reviewed[kind]?.get(keyOf(item));
  if (!then) return `not in the reviewed plan, which did not cover this ${about.noun}`;
  if (then.action !== item.action) return `not in the reviewed plan, where it was ${then.action}`;
  const text = then.pending ? "it was pending" : about.changed(item, then);
  return text === undefined ? undefined : `in the reviewed plan ${text}`;
}

/** Acts that cannot be undone, were due in the reviewed plan, and no longer are: one line each. */
export function itemsNotDue(reviewed: ReviewedPlan, items: Items): Difference[] {
  return itemKinds.flatMap((kind) => {
    const { noun, acts } = aboutItems(kind);
    const now = new Map(items[kind].map((item: Item) => [keyOf(item), item.action]));
    return [...(reviewed[kind] ?? [])]
      .flatMap(([key, { action, pending }]) => {
        const final = acts[action]?.final;
        if (final === undefined || pending || now.get(key) === action) return [];
        const text = `the ${noun} ${key} was due for ${final} in the reviewed plan, and no longer is`;
        return [{ subject: [kind, key], text }];
      })
      .sort((a, b) => compare(a.text, b.text));
  });
}
