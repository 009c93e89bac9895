/** The brake: how many acts of one kind, and on one user, one plan may ask for. */

import type { GuardLimit, Guards, Setting } from "../allowlist/model.js";
import type { Act } from "../cloudflare/types.js";
import { type ActDecision, isAgreed, type Item } from "./decision.js";
import { aboutItems, type ItemGuard, itemKinds, type Items } from "./items.js";

/** Below this many registrations a percentage says little: half of them may be acted on, and at least one unless it is set to 0. */
export const PERCENT_FROM = 10;

/** How one guard judges one plan. */
export interface GuardVerdict {
  /** The kind of act that it counts; `perUser`: acts on one user; `deleteUsers`: deleted Access users. */
  readonly guard: Act | "perUser" | ItemGuard;
  /** Acts of this kind that are due; for `perUser`, those on the user who has the most. */
  readonly count: number;
  /** The most that may be done without an approval. @asType number */
  readonly limit: number;
  /** Which of the two limits is the stricter one here. */
  readonly by: "max" | "percent";
  /** Its value, and the line that sets it. */
  readonly setting: Setting<number>;
  /** Whether `count` is over `limit`. */
  readonly tripped: boolean;
  /** For `perUser`: the e-mails of all who have more acts than the limit. */
  readonly users?: readonly string[];
}

/** What guards judge: the acts that are due and reviewed, and the size of the account. */
export interface GuardedActs {
  readonly acts: readonly ActDecision[];
  /** All items; those whose act was not reviewed are not counted. */
  readonly items: Items;
  /** Registrations in scope. */
  readonly active: number;
  readonly revoked: number;
}

/** One row for each guard; a row that returns nothing does not apply. */
const GUARDS: readonly ((judged: GuardedActs, guards: Guards) => GuardVerdict | undefined)[] = [
  ({ acts, active }, { revoke }) => ofAct("revoke", acts, revoke, active),
  ({ acts, active }, guards) => ofAct("delete", acts, guards.delete, active),
  // What was cut off in one run must be able to come back in one run, so revoked registrations count as well.
  ({ acts, active, revoked }, { unrevoke }) => ofAct("unrevoke", acts, unrevoke, active + revoked),
  ({ acts }, { perUser }) => perUser && byUser(acts, perUser),
];

export function checkGuards(acts: GuardedActs, guards: Guards): readonly GuardVerdict[] {
  return [...GUARDS.flatMap((guard) => guard(acts, guards) ?? []), ...ofItems(acts, guards)];
}

function ofAct(
  guard: Act,
  acts: readonly ActDecision[],
  { max, percent }: GuardLimit,
  population: number,
): GuardVerdict {
  const count = acts.filter(({ action }) => action === guard).length;
  const share = shareOf(population, percent);
  const by = share < max.value ? "percent" : "max";
  const limit = Math.min(max.value, share);
  return { guard, count, limit, by, setting: by === "max" ? max : percent, tripped: count > limit };
}

/** At most half of a small account, unless a higher percentage is set: the allowlist may be for another account. */
function shareOf(population: number, { value, explicit }: Setting<number>): number {
  if (population >= PERCENT_FROM) return Math.floor((population * value) / 100);
  if (explicit && value === 0) return 0;
  return Math.max(1, Math.floor((population * Math.max(value, 50)) / 100));
}

/** A guard does not apply if the allowlist names no item of its kind. */
function ofItems({ items }: GuardedActs, guards: Guards): GuardVerdict[] {
  return itemKinds.flatMap((kind) => {
    const all: readonly Item[] = items[kind];
    return Object.entries(aboutItems(kind).acts).flatMap(([act, { guard }]): GuardVerdict[] => {
      if (guard === undefined || all.length === 0) return [];
      const setting = guards[guard];
      const count = all.filter((one) => one.action === act && isAgreed(one)).length;
      return [{ guard, count, limit: setting.value, by: "max", setting, tripped: count > setting.value }];
    });
  });
}

function byUser(acts: readonly ActDecision[], setting: Setting<number>): GuardVerdict {
  const counts = new Map<string, number>();
  for (const { user } of acts) counts.set(user, (counts.get(user) ?? 0) + 1);
  const limit = setting.value;
  const users = [...counts].filter(([, count]) => count > limit).map(([user]) => user);
  return {
    guard: "perUser",
    count: [...counts.values()].reduce((most, count) => Math.max(most, count), 0),
    limit,
    by: "max",
    setting,
    tripped: users.length > 0,
    users: users.sort(),
  };
}
