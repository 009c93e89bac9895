import { counted } from "../counted.js";

/** How a listing stands to the `total_count` of its first page. */
export type TotalVerdict =
  | { readonly verdict: "whole" }
  /** So many that the server counted did not come. */
  | { readonly verdict: "short"; readonly missing: number }
  /** So many came that the server had not counted, and they are older than the listing. */
  | { readonly verdict: "over"; readonly extra: number };

/** Milliseconds around the start within which a record may or may not have been counted: `Date` has whole seconds. */
export const BAND_MS = 2_000;

/**
 * What a clock has to do with a listing that is short: records that seem to come from after its start count for nothing.
 * Empty where there are none.
 *
 * @param createdAt as for {@link judgeTotal}
 * @param page the first page's `date`; undefined where its answer told no time, so that the local clock counts
 */
export function aboutClock(createdAt: readonly number[], page: number | undefined, local: number): string {
  const startedAt = page ?? local;
  const since = createdAt.filter((time) => time > startedAt + BAND_MS);
  if (since.length === 0) return "";
  const newest = new Date(since.reduce((a, b) => Math.max(a, b))).toISOString();
  const clock = page === undefined ? "this machine's clock" : "the account's clock (`Date`)";
  return ` ${clock} said ${new Date(startedAt).toISOString()} when the first page came, and ${counted(since.length, "record")} ${since.length === 1 ? "was" : "were"} created after that, the newest at ${newest} (\`created_at\`): if that clock is behind, this is why.`;
}

/**
 * Judges a listing by what the server said at its start. A record created since then is in the listing and not in the
 * total; one created about then may be in either. Whole when `before ≤ total ≤ before + band`.
 *
 * @param createdAt when each listed record was created, in milliseconds since 1970
 * @param total the first page's `total_count`
 * @param startedAt when the first page was answered, by the server's clock, in milliseconds since 1970
 */
export function judgeTotal(createdAt: readonly number[], total: number, startedAt: number): TotalVerdict {
  const before = createdAt.filter((time) => time < startedAt - BAND_MS).length;
  const since = createdAt.filter((time) => time > startedAt + BAND_MS).length;
  const countable = createdAt.length - since;
  if (countable < total) return { verdict: "short", missing: total - countable };
  if (before > total) return { verdict: "over", extra: before - total };
  return { verdict: "whole" };
}
