import type { Clock } from "./clock.js";
import { CloudflareError, retold } from "./errors.js";
import { checkBound, EndlessListing, incomplete, type ListingBounds, type Page } from "./page.js";
import type { ListedRecord } from "./records.js";
import { escapeText } from "../escape.js";
import { aboutClock, judgeTotal } from "./total.js";
import { counted } from "../counted.js";

/** Fetches one page; undefined stands for the first. Throws what `readPage` and the transport throw. */
export type FetchPage<T> = (cursor: string | undefined) => Promise<Page<T>>;

/** How a listing is proved whole. */
export interface ListingProof extends ListingBounds {
  /** Listings to make before giving up. */
  readonly maxListings: number;
  /** For servers that send no `Date`. */
  readonly clock: Clock;
  /**
   * The ids that were asked for, where they were: once all of them have come the list is whole. A total above their
   * number does not count what was asked for, and proves nothing: no document says whether `total_count` heeds filters.
   */
  readonly ids?: readonly string[] | undefined;
}

/** Empty pages that may follow one another: a server that goes on for ever has to be left at some point. */
const MOST_EMPTY_PAGES = 9;

/** A cursor that the API does not take any more is a reason to list anew; the first page has none. */
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
 * Follows the cursors from page to page. Throws `cloudflare/incomplete-listing` when a cursor comes twice, which would
 * go on for ever, and for more than `maxPages` pages or 9 empty ones in a row.
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
        `${empty} pages in a row were empty and named a next one.`,
        "Nothing is decided on such a listing. If it stays so, report it to Cloudflare, or look at a proxy in between.",
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
    // An end page that says nothing new would double what it costs to read a chunk of acts back.
    if (proof.ids?.every((id) => records.has(id)) === true) break;
  }
  const list = [...records.values()];
  const created = list.map(({ created_at }) => Date.parse(created_at ?? ""));
  for (const { name, total } of first?.totals ?? []) {
    if (first === undefined || total > (proof.ids?.length ?? Infinity)) continue;
    const judged = judgeTotal(created, total, first.date ?? first.local);
    if (judged.verdict === "whole") continue;
    const seen = `${counted(list.length, "record")} on ${counted(pages, "page")}, ${name} ${total}`;
    throw incomplete(
      judged.verdict === "short"
        ? `${seen}: ${judged.missing} that were counted did not come.${aboutClock(created, first.date, first.local)}`
        : `${seen}: ${judged.extra} more than were counted, and not created since.`,
    );
  }
  return list;
}

/** So many records there are, as the first page says, and where it says so. */
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
 * Every record, or `cloudflare/incomplete-listing` with what was seen: never a short list. What changes during a
 * listing can make it contradict itself, so it is made anew a few times.
 */
export async function listWhole<T extends ListedRecord>(
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
  throw incomplete(`The list of ${noun} did not come whole.`, seen);
}

/** The same, and which list it is. */
export function endless(noun: string, { what, advice }: EndlessListing): CloudflareError {
  return retold(incomplete(`The list of ${noun} did not come whole.`, [what]), { advice });
}
