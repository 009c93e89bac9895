import { type Answer, fieldsOf } from "./envelope.js";
import { CloudflareError } from "./errors.js";

/** One page of a listing. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page begins; undefined on the last one. */
  readonly cursor: string | undefined;
  /** `total_count`, where the server gives it. */
  readonly totalCount: number | undefined;
  /** The server's clock in milliseconds since 1970, where it tells. */
  readonly date: number | undefined;
}

/** A listing that cannot be shown to be whole. */
export function incomplete(what: string, details?: readonly string[]): CloudflareError {
  return new CloudflareError({
    code: "cloudflare/incomplete-listing",
    what,
    details,
    advice: "Nothing is decided on a listing that may lack records. Run again when the account is calmer.",
  });
}

/** A page's records. Throws `cloudflare/incomplete-listing` for what is no list. */
export function recordsOf(result: unknown, count: unknown): readonly unknown[] {
  if (Array.isArray(result)) return result;
  // An empty list may come as null, and then the count says so.
  if (result == null && count === 0) return [];
  throw incomplete("A page's result is not a list.");
}

/**
 * Reads a page and each record on it. Throws `cloudflare/bad-record` for a record, and `cloudflare/incomplete-listing`
 * for a page that contradicts itself or cannot be told from a cut one.
 */
export function readPage<T>(answer: Answer, read: (record: unknown) => T): Page<T> {
  const info = fieldsOf(answer.resultInfo);
  const { count, cursor, total_count: total } = info ?? {};
  const records = recordsOf(answer.result, count);
  if (count != null && count !== records.length) {
    throw incomplete(`A page has ${records.length} records and says that it has ${JSON.stringify(count)}.`);
  }
  if (info === undefined && records.length > 0) {
    throw incomplete("A page does not say whether another one follows (no result_info).");
  }
  if (cursor != null && typeof cursor !== "string") throw incomplete("A page's cursor is no text.");
  if (total != null && !(typeof total === "number" && Number.isInteger(total) && total >= 0)) {
    throw incomplete("A page's total_count is no number.");
  }
  return {
    items: records.map(read),
    cursor: cursor == null || cursor === "" ? undefined : cursor,
    totalCount: typeof total === "number" ? total : undefined,
    date: answer.date,
  };
}
