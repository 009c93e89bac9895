import { type Answer, fieldsOf } from "./envelope.js";
import { checkBound, incomplete, recordsOf } from "./page.js";

/** One page of a listing whose pages have numbers (V4 pages). */
export interface NumberedPage<T> {
  readonly items: readonly T[];
  /** From 1. */
  readonly number: number;
  /** Records on a full page, where the server tells; it may be fewer than were asked for. */
  readonly perPage: number | undefined;
  /** `total_count`, where the server gives it: by the document "without any search parameters". */
  readonly totalCount: number | undefined;
  /** The server's clock in milliseconds since 1970, where it tells. */
  readonly date: number | undefined;
}

/** Fetches one page by its number. Throws what {@link readNumberedPage} and the transport throw. */
export type FetchNumber<T> = (number: number) => Promise<NumberedPage<T>>;

function wholeNumber(name: string, value: unknown): number | undefined {
  if (value == null) return undefined;
  if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
  throw incomplete(`A page's ${name} is no number.`);
}

/**
 * Reads a page and each record on it. Throws `cloudflare/bad-record` for a record, and `cloudflare/incomplete-listing`
 * for a page that contradicts itself or is not the one that was asked for.
 */
export function readNumberedPage<T>(
  answer: Answer,
  number: number,
  read: (record: unknown) => T,
): NumberedPage<T> {
  const info = fieldsOf(answer.resultInfo) ?? {};
  const records = recordsOf(answer.result, info.count);
  const count = wholeNumber("count", info.count);
  const totalCount = wholeNumber("total_count", info.total_count);
  // "Total number of results for the requested service", says the document, which may mean either.
  if (count !== undefined && count !== records.length && count !== totalCount) {
    throw incomplete(`A page has ${records.length} records and says that it has ${count}.`);
  }
  const page = wholeNumber("page", info.page);
  if (page !== undefined && page !== number)
    throw incomplete(`Page ${page} came where ${number} was asked for.`);
  return {
    items: records.map(read),
    number,
    perPage: wholeNumber("per_page", info.per_page),
    totalCount,
    date: answer.date,
  };
}

/**
 * Goes from page to page until an empty one, which comes last: neither `total_count` nor `total_pages` is a safe end,
 * since the one need not heed filters and the other need not be there. Throws `cloudflare/incomplete-listing` when a
 * page comes twice, which would go on for ever, for more than `maxPages` pages, and when pages change their size on the way.
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
      throw incomplete(
        `The pages changed their size, from ${perPage ?? "unknown"} to ${page.perPage ?? "unknown"}.`,
      );
    }
    yield page;
    if (first === undefined) return;
    begins.add(first.id);
    checkBound("pages", number - from + 2, maxPages);
  }
}
