/** The brake: how many acts of one kind, and on one user, one plan may ask for. */

import type { GuardLimit, Guards, Setting } from "../allowlist/allowlist.js";
import type { Act, ActDecision } from "./decision.js";

/** Below so many active registrations a percentage says nothing, so that only `max` counts. */
export const PERCENT_FROM = 10;

/** How one guard judges one plan. */
export interface GuardVerdict {
  readonly guard: Act | "perUser" | "deleteUsers";
  /** Acts of this kind in the plan; for `perUser`, the acts on the user who has most; for `deleteUsers`, Access users. */
  readonly count: number;
  /** The most that may be performed without an approval. */
  readonly limit: number;
  /** Which of the two limits is the stricter one here, and the line that sets it. */
  readonly by: "max" | "percent";
  readonly setting: Setting<number>;
  readonly tripped: boolean;
  /** For `perUser`: the e-mails of all who have more acts than the limit. */
  readonly users?: readonly string[];
}

/** Judges the acts of a plan; `active` counts the active registrations in scope. */
export function judge(acts: readonly ActDecision[], guards: Guards, active: number): readonly GuardVerdict[] {
  const counts: Record<Act, number> = { revoke: 0, delete: 0, unrevoke: 0 };
  for (const { action } of acts) counts[action]++;
  const byKind = (["revoke", "delete", "unrevoke"] as const).map((guard) =>
    verdict(guard, counts[guard], guards[guard], active),
  );
  return guards.perUser ? [...byKind, judgeUsers(acts, guards.perUser)] : byKind;
}

function verdict(guard: Act, count: number, { max, percent }: GuardLimit, active: number): GuardVerdict {
  const share = active < PERCENT_FROM ? Infinity : Math.floor((active * percent.value) / 100);
  const by = share < max.value ? "percent" : "max";
  const limit = Math.min(max.value, share);
  return { guard, count, limit, by, setting: by === "max" ? max : percent, tripped: count > limit };
}

function judgeUsers(acts: readonly ActDecision[], setting: Setting<number>): GuardVerdict {
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

/** Judges how many Access users are deleted: a guard of its own, since with each go seats and devices unseen here. */
export function judgeDeletedUsers(count: number, { deleteUsers: setting }: Guards): GuardVerdict {
  const limit = setting.value;
  return { guard: "deleteUsers", count, limit, by: "max", setting, tripped: count > limit };
}
