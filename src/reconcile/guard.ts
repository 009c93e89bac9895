/** The brake: how many acts of one kind one run may perform. */

import type { GuardLimit, Guards, Setting } from "../allowlist/allowlist.js";
import { isAct, type Act, type Decision } from "./decision.js";

/** Below so many active registrations a percentage says nothing, so that only `max` counts. */
export const PERCENT_FROM = 10;

/** How one guard judges one plan. */
export interface GuardVerdict {
  readonly guard: Act;
  /** Acts of this kind in the plan. */
  readonly count: number;
  /** The most that may be performed without an approval. */
  readonly limit: number;
  /** Which of the two limits is the stricter one here, and the line that sets it. */
  readonly by: "max" | "percent";
  readonly setting: Setting<number>;
  readonly tripped: boolean;
}

/** Judges the acts of a plan; `active` counts the active registrations in scope. */
export function judge(
  decisions: readonly Decision[],
  guards: Guards,
  active: number,
): readonly GuardVerdict[] {
  const counts: Record<Act, number> = { revoke: 0, delete: 0, unrevoke: 0 };
  for (const decision of decisions) if (isAct(decision)) counts[decision.action]++;
  return (["revoke", "delete", "unrevoke"] as const).map((guard) =>
    verdict(guard, counts[guard], guards[guard], active),
  );
}

function verdict(guard: Act, count: number, { max, percent }: GuardLimit, active: number): GuardVerdict {
  const share = active < PERCENT_FROM ? Infinity : Math.floor((active * percent.value) / 100);
  const by = share < max.value ? "percent" : "max";
  const limit = Math.min(max.value, share);
  return { guard, count, limit, by, setting: by === "max" ? max : percent, tripped: count > limit };
}
