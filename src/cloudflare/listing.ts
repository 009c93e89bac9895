import { escapeText } from "../text/escape.js";
import { counted } from "../text/words.js";
import { type OpenedAnswer, fieldsOf } from "./envelope.js";
import { CloudflareError, errorWith } from "./errors.js";
import type { Clock } from "./pace.js";

/** Fetches one page; undefined means the first. Throws what `readPage` and the transport throw. */
export type FetchPage<T> = (cursor: string | undefined) => Promise<Page<T>>;

/** How to prove that a listing is complete. */
export interface ListingProof extends ListingBounds {
  /** Listings to make before giving up. */
  readonly maxListings: number;
  /** Used if the server sends no `Date`. */
  readonly clock: Clock;
  /**
   * The requested ids, if any: once all of them have come, the listing is complete. A total above their number does not
   * count what was requested, and proves nothing: no document says whether `total_count` respects filters.
   */
  readonly ids?: readonly string[] | undefined;
}

/** At most this many empty pages may follow one another: a server that goes on forever has to be left at some point. */
const MOST_EMPTY_PAGES = 9;

/** If the API no longer accepts a cursor, the listing has to start again. The first page has no cursor. */
async function fetchNext<T>(fetch: FetchPage<T>, cursor: string | undefined): Promise<Page<T>> {
  try {
    return await fetch(cursor);
  } catch (error) {
    const refused = error instanceof CloudflareError && error.code === "cloudflare/refused";
    if (cursor === undefined || !refused) throw error;
    throw incomplete(`The API refused its own cursor: ${error.summary}`);
  }
}

/**
 * Follows the cursors from page to page. Throws `cloudflare/incomplete-listing` if a cursor comes twice, which would go
 * on forever, and after more than `maxPages` pages or 9 empty ones in a row.
 */
export async function* followPages<T>(
  fetch: FetchPage<T>,
  maxPages: number,
  from?: string,
): AsyncGenerator<Page<T>, void> {
  const seen = new Set<string>();
  let empty = 0;
  for (let [cursor, number] = [from, 1]; ; number += 1) {
    const page = await fetchNext(fetch, cursor);
    if (cursor !== undefined) seen.add(cursor);
    yield page;
    if (page.cursor === undefined) return;
    if (seen.has(page.cursor)) throw incomplete(`The cursor ${escapeText(page.cursor, 40)} came twice.`);
    empty = page.items.length === 0 ? empty + 1 : 0;
    if (empty > MOST_EMPTY_PAGES) {
      throw new EndlessListing(
        `${empty} pages in a row were empty but had a next page.`,
        "Nothing is decided from such a listing. If this happens again, check any proxy on the way, or report it to Cloudflare.",
      );
    }
    checkBound("pages", number + 1, maxPages);
    cursor = page.cursor;
  }
}

async function listOnce<T extends ListedRecord>(
  fetch: FetchPage<T>,
  proof: ListingProof,
): Promise<readonly T[]> {
  const records = new Map<string, T>();
  let first:
    | { readonly totals: readonly Total[]; readonly date: number | undefined; readonly local: number }
    | undefined;
  let pages = 0;
  for await (const page of followPages(fetch, proof.maxPages)) {
    pages += 1;
    first ??= { totals: totalsOf(page), date: page.date, local: proof.clock.now() };
    checkBound("records", records.size + page.items.length, proof.maxRecords);
    for (const record of page.items) {
      if (records.has(record.id)) throw incomplete(`The id ${escapeText(record.id, 80)} came twice.`);
      records.set(record.id, record);
    }
    // An end page with nothing new would double the cost of reading back a chunk of acts.
    if (proof.ids?.every((id) => records.has(id)) === true) break;
  }
  const list = [...records.values()];
  const created = list.map(({ created_at }) => Date.parse(created_at ?? ""));
  for (const { name, total } of first?.totals ?? []) {
    if (first === undefined || total > (proof.ids?.length ?? Infinity)) continue;
    const compared = compareTotal(created, total, first.date ?? first.local);
    if (compared.verdict === "whole") continue;
    const seen = `${counted(list.length, "record")} on ${counted(pages, "page")}, ${name} ${total}`;
    throw incomplete(
      compared.verdict === "short"
        ? `${seen}: ${compared.missing} of the counted records did not arrive.${aboutClock(created, first.date, first.local)}`
        : `${seen}: ${compared.extra} more than the count, and not created since.`,
    );
  }
  return list;
}

/** The number of records according to the first page, and the name of the field that has it. */
interface Total {
  readonly name: string;
  readonly total: number;
}

function totalsOf({ totalCount, cursorTotal }: Page<unknown>): readonly Total[] {
  return [
    ...(totalCount === undefined ? [] : [{ name: "total_count", total: totalCount }]),
    ...(cursorTotal === undefined ? [] : [{ name: "the cursor's total", total: cursorTotal }]),
  ];
}

/**
 * Every record, or `cloudflare/incomplete-listing` with what was seen: never a short list. Changes during a listing can
 * make it contradict itself, so it is repeated a few times.
 */
export async function listProven<T extends ListedRecord>(
  noun: string,
  fetch: FetchPage<T>,
  proof: ListingProof,
): Promise<readonly T[]> {
  const seen: string[] = [];
  for (let number = 1; number <= proof.maxListings; number += 1) {
    try {
      return await listOnce(fetch, proof);
    } catch (error) {
      if (error instanceof EndlessListing) throw endless(noun, error);
      if (!(error instanceof CloudflareError) || error.code !== "cloudflare/incomplete-listing") throw error;
      seen.push(`listing ${number}: ${error.what}`);
    }
  }
  throw incomplete(`The list of ${noun} is not complete.`, seen);
}

/** The same error with the name of the list. */
export function endless(noun: string, { what, advice }: EndlessListing): CloudflareError {
  return errorWith(incomplete(`The list of ${noun} is not complete.`, [what]), { advice });
}

/** One page of a listing. */
export interface Page<T> {
  readonly items: readonly T[];
  /** The cursor of the next page; undefined on the last one. */
  readonly cursor: string | undefined;
  /** `total_count`, if the server sends it. */
  readonly totalCount: number | undefined;
  /** The total in the cursor itself, if it can be read: see {@link totalInCursor}. */
  readonly cursorTotal?: number | undefined;
  /** The server's clock in milliseconds since 1970, if it sends a `Date`. */
  readonly date: number | undefined;
}

/** A listing that cannot be proved complete. */
export function incomplete(what: string, details?: readonly string[]): CloudflareError {
  return new CloudflareError({
    code: "cloudflare/incomplete-listing",
    what,
    details,
    advice:
      "Nothing is decided from a listing that may lack records. Run again when the account changes less.",
  });
}

/** A listing without an end in sight: repeating it would bring only more of the same. */
export class EndlessListing extends CloudflareError {
  constructor(what: string, advice: string) {
    super({ code: "cloudflare/incomplete-listing", what, advice });
  }
}

/** The bounds of one listing. */
export interface ListingBounds {
  readonly maxPages: number;
  readonly maxRecords: number;
}

/** Throws {@link EndlessListing} if a count of pages or records is above its bound. */
export function checkBound(noun: "pages" | "records", count: number, most: number): void {
  if (count <= most) return;
  const setting = noun === "pages" ? "maxPages (WARP_MAX_PAGES)" : "maxRecords (WARP_MAX_RECORDS)";
  throw new EndlessListing(
    `The list has more than ${most} ${noun}, and there is still a next page.`,
    `If the account is that large, raise ${setting}. Otherwise the API, or a proxy on the way, returns endless pages.`,
  );
}

/** The last part of a cursor, if it is base64 in either alphabet. */
const LAST_SEGMENT = /[A-Za-z0-9+/_-]+={0,2}$/;

/**
 * The total in a cursor, if its last segment is base64 of JSON that has one, as seen on the real API. No document
 * mentions it: undefined if it cannot be read.
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

/** A page's records. Throws `cloudflare/incomplete-listing` if the result is not a list. */
export function recordsOf(result: unknown, count: unknown): readonly unknown[] {
  if (Array.isArray(result)) return result;
  // An empty list may come as null; then the count is 0.
  if (result == null && count === 0) return [];
  throw incomplete("A page's result is not a list.");
}

/**
 * Reads a page and each record on it. Throws `cloudflare/bad-record` for a bad record, and
 * `cloudflare/incomplete-listing` for a page that contradicts itself or may have been cut short.
 */
export function readPage<T>(answer: OpenedAnswer, read: (record: unknown) => T): Page<T> {
  const info = fieldsOf(answer.resultInfo);
  const { count, cursor, total_count: total } = info ?? {};
  const records = recordsOf(answer.result, count);
  if (count != null && count !== records.length) {
    throw incomplete(`A page has ${records.length} records but reports ${JSON.stringify(count)}.`);
  }
  if (info === undefined && records.length > 0) {
    throw incomplete("A page does not show whether another one follows (no result_info).");
  }
  if (cursor != null && typeof cursor !== "string") throw incomplete("A page's cursor is not a string.");
  if (total != null && !(typeof total === "number" && Number.isInteger(total) && total >= 0)) {
    throw incomplete("A page's total_count is not a whole number.");
  }
  return {
    items: records.map(read),
    cursor: cursor == null || cursor === "" ? undefined : cursor,
    totalCount: typeof total === "number" ? total : undefined,
    cursorTotal: typeof cursor === "string" ? totalInCursor(cursor) : undefined,
    date: answer.date,
  };
}

/** How a listing compares with the `total_count` of its first page. */
type TotalVerdict =
  | { readonly verdict: "whole" }
  /** This many records that the server counted did not come. */
  | { readonly verdict: "short"; readonly missing: number }
  /** This many came that the server had not counted, although they are older than the listing. */
  | { readonly verdict: "over"; readonly extra: number };

/** Milliseconds around the start in which a new record may or may not have been counted: `Date` has whole seconds. */
export const BAND_MS = 2_000;

/**
 * How a clock may explain a short listing: records that seem to be created after its start are not counted. Empty if
 * there are none.
 *
 * @param createdAt as for {@link compareTotal}
 * @param page the first page's `date`; undefined if its answer had none, so that the local clock is used
 */
export function aboutClock(createdAt: readonly number[], page: number | undefined, local: number): string {
  const startedAt = page ?? local;
  const since = createdAt.filter((time) => time > startedAt + BAND_MS);
  if (since.length === 0) return "";
  const newest = new Date(since.reduce((a, b) => Math.max(a, b))).toISOString();
  const clock = page === undefined ? "this machine's clock" : "the account's clock (`Date`)";
  return ` ${clock} said ${new Date(startedAt).toISOString()} when the first page came, but ${counted(since.length, "record")} ${since.length === 1 ? "was" : "were"} created after that, the newest at ${newest} (\`created_at\`). If that clock is slow, this is the cause.`;
}

/**
 * Compares a listing with the total that the server reported at its start. A record created since then is in the
 * listing and not in the total. One created around that moment may be in either. The listing is complete if `before ≤
 * total ≤ before + band`.
 *
 * @param createdAt when each listed record was created, in milliseconds since 1970
 * @param total the first page's `total_count`
 * @param startedAt when the first page was answered, by the server's clock, in milliseconds since 1970
 */
export function compareTotal(createdAt: readonly number[], total: number, startedAt: number): TotalVerdict {
  const before = createdAt.filter((time) => time < startedAt - BAND_MS).length;
  const since = createdAt.filter((time) => time > startedAt + BAND_MS).length;
  const countable = createdAt.length - since;
  if (countable < total) return { verdict: "short", missing: total - countable };
  if (before > total) return { verdict: "over", extra: before - total };
  return { verdict: "whole" };
}

/** The fields that a record needs to be listed. */
export interface ListedRecord {
  readonly id: string;
  /** RFC 3339. Without it, nobody knows whether the record existed when the listing began. */
  readonly created_at?: string | null;
}
