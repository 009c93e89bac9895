/** When an entry or a user's state speaks: whole days in UTC, the last one included. */

import type { Day } from "../allowlist/allowlist.js";

export const DAY_MS = 86_400_000;

/** The first moment after a day. */
export function endOf({ start }: Day): number {
  return start + DAY_MS;
}

/** Whether `at` lies within `from` and `expires`, as far as they are given. */
export function isInForce(
  { from, expires }: { readonly from?: Day; readonly expires?: Day },
  at: Date,
): boolean {
  if (from === undefined && expires === undefined) return true;
  const moment = at.getTime();
  return (from === undefined || moment >= from.start) && (expires === undefined || moment < endOf(expires));
}
