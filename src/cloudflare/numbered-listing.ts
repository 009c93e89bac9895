import { CloudflareError } from "./errors.js";
import { escapeText } from "../escape.js";
import { endless, type ListingProof } from "./listing.js";
import { type FetchNumber, followNumbers, type NumberedPage } from "./numbered-pages.js";
import { checkBound, EndlessListing, incomplete, type ListingBounds } from "./page.js";
import type { ListedRecord } from "./records.js";
import { aboutClock, BAND_MS, judgeTotal } from "./total.js";
import { counted } from "../counted.js";

/** How a listing by page numbers is proved whole. */
export interface NumberedProof extends ListingProof {
  /** Whether filters were given: `total_count` need not heed them. */
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
 * Whether one listing shows by itself that it is whole. A record that goes while pages are read moves the others
 * forward, one of them past the border of a page, unseen: so all must have come at once, with room left on the page, or
 * the total must be met. Throws where the total is contradicted.
 */
function isProved<T extends ListedRecord>({ records, pages }: Listing<T>, proof: NumberedProof): boolean {
  const [first] = pages;
  if (first === undefined) return false;
  const { totalCount: total, perPage, items } = first;
  const created = records.map(({ created_at }) => Date.parse(created_at ?? ""));
  if (total !== undefined) {
    const local = proof.clock.now();
    const startedAt = first.date ?? local;
    const judged = judgeTotal(created, total, startedAt);
    const seen = `${counted(records.length, "record")} on ${counted(pages.length, "page")}, total_count ${total}`;
    if (judged.verdict === "over") throw incomplete(`${seen}: ${judged.extra} more than were counted.`);
    // Met by those alone who were there before: one who came just now may stand in for one who was passed over. Filters
    // do no harm here, since what they leave out only makes the total larger.
    if (created.filter((time) => time < startedAt - BAND_MS).length === total) return true;
    if (judged.verdict === "short" && !proof.filtered)
      throw incomplete(
        `${seen}: ${judged.missing} that were counted did not come.${aboutClock(created, first.date, local)}`,
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
 * proves nor contradicts itself is made anew, and counts once two in a row have the same records.
 */
export async function listNumberedWhole<T extends ListedRecord>(
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
        `listing ${number}: ${counted(records.length, "record")} on ${counted(pages.length, "page")}, and no total to hold them to`,
      );
    } catch (error) {
      if (error instanceof EndlessListing) throw endless(noun, error);
      if (!(error instanceof CloudflareError) || error.code !== "cloudflare/incomplete-listing") throw error;
      previous = undefined;
      seen.push(`listing ${number}: ${error.what}`);
    }
  }
  throw incomplete(`The list of ${noun} did not come whole.`, seen);
}
