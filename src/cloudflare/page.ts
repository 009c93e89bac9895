import { type Answer, fieldsOf } from "./envelope.js";
import { CloudflareError } from "./errors.js";

/** One page of a listing. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page begins; undefined on the last one. */
  readonly cursor: string | undefined;
  /** `total_count`, where the server gives it. */
  readonly totalCount: number | undefined;
  /** The total that the cursor itself tells, where it can be read: see {@link totalInCursor}. */
  readonly cursorTotal?: number | undefined;
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

/** A listing that has no end in sight, so that making it anew would only be more of the same. */
export class EndlessListing extends CloudflareError {
  constructor(what: string, advice: string) {
    super({ code: "cloudflare/incomplete-listing", what, advice });
  }
}

/** How far one listing is followed. */
export interface ListingBounds {
  readonly maxPages: number;
  readonly maxRecords: number;
}

/** A count of pages or records that is beyond its bound. Throws {@link EndlessListing}. */
export function checkBound(noun: "pages" | "records", count: number, most: number): void {
  if (count <= most) return;
  const setting = noun === "pages" ? "maxPages (WARP_MAX_PAGES)" : "maxRecords (WARP_MAX_RECORDS)";
  throw new EndlessListing(
    `The list has more than ${most} ${noun} and names a next page still.`,
    `If the account is that large, set ${setting} higher; else the API, or a proxy in between, gives out pages without end.`,
  );
}

/** What may stand at the end of a cursor: base64 in either alphabet. */
const LAST_SEGMENT = /[A-Za-z0-9+/_-]+={0,2}$/;

/**
 * The total in a cursor whose last segment is base64 of JSON that has one, as has been seen on the real API. No document
 * speaks of it: where it cannot be read, there is none.
 */
export function totalInCursor(cursor: string): number | undefined {
  const [segment] = LAST_SEGMENT.exec(cursor) ?? [];
  if (segment === undefined) return undefined;
  try {
    const total = fieldsOf(JSON.parse(Buffer.from(segment, "base64").toString()))?.total;
    return typeof total === "number" && Number.isSafeInteger(total) && total >= 0 ? total : undefined;
  } catch {
    return undefined;
  }
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
    cursorTotal: typeof cursor === "string" ? totalInCursor(cursor) : undefined,
    date: answer.date,
  };
}
