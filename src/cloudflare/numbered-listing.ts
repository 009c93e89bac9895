import { escapeText } from "../text/escape.js";
import { counted } from "../text/words.js";
import { type OpenedAnswer, fieldsOf } from "./envelope.js";
import { CloudflareError } from "./errors.js";
import {
  aboutClock,
  BAND_MS,
  checkBound,
  endless,
  EndlessListing,
  incomplete,
  compareTotal,
  type ListedRecord,
  type ListingBounds,
  type ListingProof,
  recordsOf,
} from "./listing.js";

/** How to prove that a listing by page numbers is complete. */
interface NumberedProof extends ListingProof {
  /** Whether filters were given: `total_count` need not respect them. */
  readonly filtered: boolean;
}

interface Listing<T> {
  readonly records: readonly T[];
  readonly pages: readonly NumberedPage<T>[];
}

async function listOnce<T extends ListedRecord>(
  fetch: FetchNumber<T>,
  { maxPages, maxRecords }: ListingBounds,
): Promise<Listing<T>> {
  const records = new Map<string, T>();
  const pages: NumberedPage<T>[] = [];
  for await (const page of followNumbers(fetch, maxPages)) {
    pages.push(page);
    checkBound("records", records.size + page.items.length, maxRecords);
    for (const record of page.items) {
      if (records.has(record.id)) throw incomplete(`The id ${escapeText(record.id, 80)} came twice.`);
      records.set(record.id, record);
    }
  }
  return { records: [...records.values()], pages };
}

/**
 * Whether one listing proves by itself that it is complete. If a record disappears while pages are read, the others
 * move forward, and one of them crosses the border of a page unseen. So either all records came on one page with room
 * left, or their number equals the total. Throws if it contradicts the total.
 */
function isProved<T extends ListedRecord>({ records, pages }: Listing<T>, proof: NumberedProof): boolean {
  const [first] = pages;
  if (first === undefined) return false;
  const { totalCount: total, perPage, items } = first;
  const created = records.map(({ created_at }) => Date.parse(created_at ?? ""));
  if (total !== undefined) {
    const local = proof.clock.now();
    const startedAt = first.date ?? local;
    const compared = compareTotal(created, total, startedAt);
    const seen = `${counted(records.length, "record")} on ${counted(pages.length, "page")}, total_count ${total}`;
    if (compared.verdict === "over") throw incomplete(`${seen}: ${compared.extra} more than the count.`);
    // Only records that existed before count here: a record created just now may hide that another one was missed.
    // Filters do no harm, because what they leave out only makes the total larger.
    if (created.filter((time) => time < startedAt - BAND_MS).length === total) return true;
    if (compared.verdict === "short" && !proof.filtered)
      throw incomplete(
        `${seen}: ${compared.missing} of the counted records did not arrive.${aboutClock(created, first.date, local)}`,
      );
  }
  return items.length === records.length && (items.length === 0 || items.length < (perPage ?? 0));
}

function sameIds(one: readonly ListedRecord[], other: readonly ListedRecord[]): boolean {
  const ids = new Set(one.map(({ id }) => id));
  return one.length === other.length && other.every(({ id }) => ids.has(id));
}

/**
 * Every record, or `cloudflare/incomplete-listing` with what was seen: never a short list. A listing that neither
 * proves nor contradicts itself is repeated, and counts once two in a row have the same records.
 */
export async function listNumbered<T extends ListedRecord>(
  noun: string,
  fetch: FetchNumber<T>,
  proof: NumberedProof,
): Promise<readonly T[]> {
  const seen: string[] = [];
  let previous: readonly T[] | undefined;
  for (let number = 1; number <= proof.maxListings; number += 1) {
    try {
      const listing = await listOnce(fetch, proof);
      const { records, pages } = listing;
      if (isProved(listing, proof) || (previous && sameIds(previous, records))) return records;
      previous = records;
      seen.push(
        `listing ${number}: ${counted(records.length, "record")} on ${counted(pages.length, "page")}, and no total to compare them with`,
      );
    } catch (error) {
      if (error instanceof EndlessListing) throw endless(noun, error);
      if (!(error instanceof CloudflareError) || error.code !== "cloudflare/incomplete-listing") throw error;
      previous = undefined;
      seen.push(`listing ${number}: ${error.what}`);
    }
  }
  throw incomplete(`The list of ${noun} is not complete.`, seen);
}

/** One page of a listing whose pages have numbers (V4 pages). */
export interface NumberedPage<T> {
  readonly items: readonly T[];
  /** From 1. */
  readonly number: number;
  /** Records on a full page, if the server reports it. It may be fewer than requested. */
  readonly perPage: number | undefined;
  /** `total_count`, if the server sends it: according to the document, "without any search parameters". */
  readonly totalCount: number | undefined;
  /** The server's clock in milliseconds since 1970, if it sends a `Date`. */
  readonly date: number | undefined;
}

/** Fetches one page by its number. Throws what {@link readNumberedPage} and the transport throw. */
type FetchNumber<T> = (number: number) => Promise<NumberedPage<T>>;

function wholeNumber(name: string, value: unknown): number | undefined {
  if (value == null) return undefined;
  if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
  throw incomplete(`A page's ${name} is not a whole number.`);
}

/**
 * Reads a page and each record on it. Throws `cloudflare/bad-record` for a bad record, and
 * `cloudflare/incomplete-listing` for a page that contradicts itself or is not the requested one.
 */
export function readNumberedPage<T>(
  answer: OpenedAnswer,
  number: number,
  read: (record: unknown) => T,
): NumberedPage<T> {
  const info = fieldsOf(answer.resultInfo) ?? {};
  const records = recordsOf(answer.result, info.count);
  const count = wholeNumber("count", info.count);
  const totalCount = wholeNumber("total_count", info.total_count);
  // The document calls it "Total number of results for the requested service", which may mean either.
  if (count !== undefined && count !== records.length && count !== totalCount) {
    throw incomplete(`A page has ${records.length} records but reports ${count}.`);
  }
  const page = wholeNumber("page", info.page);
  if (page !== undefined && page !== number)
    throw incomplete(`The API sent page ${page} instead of page ${number}.`);
  return {
    items: records.map(read),
    number,
    perPage: wholeNumber("per_page", info.per_page),
    totalCount,
    date: answer.date,
  };
}

/**
 * Goes from page to page until an empty one, which comes last. Neither `total_count` nor `total_pages` is a safe end:
 * the first need not respect filters, the second need not be there. Throws `cloudflare/incomplete-listing` if a page
 * comes twice, which would go on forever, after more than `maxPages` pages, and if pages change their size.
 */
export async function* followNumbers<T extends { readonly id: string }>(
  fetch: FetchNumber<T>,
  maxPages: number,
  from = 1,
): AsyncGenerator<NumberedPage<T>, void> {
  const begins = new Set<string>();
  let perPage: number | undefined;
  for (let number = from; ; number += 1) {
    const page = await fetch(number);
    perPage ??= page.perPage;
    const [first] = page.items;
    if (first !== undefined && begins.has(first.id))
      throw incomplete(`Page ${number} begins like an earlier one.`);
    if (first !== undefined && page.perPage !== perPage) {
      throw incomplete(`The page size changed from ${perPage ?? "unknown"} to ${page.perPage ?? "unknown"}.`);
    }
    yield page;
    if (first === undefined) return;
    begins.add(first.id);
    checkBound("pages", number - from + 2, maxPages);
  }
}
