import { badRequest, type ResultInfo } from "./envelope.js";
import { compare, type Entry, type Query } from "./listing.js";
import { count, one } from "./params.js";
import type { Settings } from "./settings.js";

/** One page of a view. */
export interface Page<T> {
  readonly records: readonly T[];
  readonly info: ResultInfo;
}

/** Where a page begins: behind a record, or after so many of them. */
type Position =
  | {
      readonly kind: "after";
      readonly sortBy: string;
      readonly sortOrder: string;
      readonly key: string;
      readonly id: string;
    }
  | { readonly kind: "offset"; readonly offset: number };

/** The page that the parameters `per_page` and `cursor` ask for. */
export function pageOf<T>(
  view: readonly Entry<T>[],
  query: Query<T>,
  params: URLSearchParams,
  settings: Settings,
): Page<T> {
  const perPage = perPageOf(params, settings);
  const cursor = one(params, "cursor");
  const start = cursor === undefined ? 0 : startOf(view, query, read(cursor));
  const entries = view.slice(start, start + perPage);
  const end = start + entries.length;
  const last = entries.at(-1);
  const more = settings.last_page === "empty-page" ? last !== undefined : end < view.length;
  const info = {
    count: entries.length,
    per_page: perPage,
    total_count: settings.total_count === "given" ? view.length : null,
  };
  const records = entries.flatMap(({ row }) => (row.listed === undefined ? [] : [row.listed]));
  if (more && last !== undefined) {
    const next = settings.cursor === "offset" ? offsetAt(end) : after(last, query);
    return { records, info: { ...info, cursor: write(next, view.length, settings) } };
  }
  return { records, info: settings.last_page === "no-cursor" ? info : { ...info, cursor: "" } };
}

function perPageOf(params: URLSearchParams, settings: Settings): number {
  const asked = count(params, "per_page") ?? settings.per_page_default;
  if (asked <= settings.per_page_maximum) return asked;
  if (settings.per_page_over_maximum === "clamped") return settings.per_page_maximum;
  throw badRequest(`per_page: at most ${settings.per_page_maximum}, got ${asked}`);
}

function startOf<T>(view: readonly Entry<T>[], query: Query<T>, position: Position): number {
  if (position.kind === "offset") return position.offset;
  if (position.sortBy !== query.sortBy || position.sortOrder !== query.sortOrder) {
    throw badRequest("cursor: belongs to a listing in another order");
  }
  const sign = query.sortOrder === "asc" ? 1 : -1;
  let low = 0;
  let high = view.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = view[middle];
    if (entry !== undefined && sign * compare(entry, position) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function after<T>(entry: Entry<T>, query: Query<T>): Position {
  return { kind: "after", sortBy: query.sortBy, sortOrder: query.sortOrder, key: entry.key, id: entry.id };
}

function offsetAt(offset: number): Position {
  return { kind: "offset", offset };
}

function write(position: Position, total: number, settings: Settings): string {
  const segments = settings.cursor_total === "given" ? [position, { total }] : [position];
  return segments
    .map((segment) => Buffer.from(JSON.stringify(segment)).toString("base64url"))
    .join(SEPARATOR);
}

/** Between the segments of a cursor; no character of base64. */
const SEPARATOR = ".";

function read(cursor: string): Position {
  let value: unknown;
  try {
    const [position = ""] = cursor.split(SEPARATOR);
    value = JSON.parse(Buffer.from(position, "base64url").toString());
  } catch {
    throw badRequest("cursor: not one that this API gave out");
  }
  if (isPosition(value)) return value;
  throw badRequest("cursor: not one that this API gave out");
}

function isPosition(value: unknown): value is Position {
  if (typeof value !== "object" || value === null || !("kind" in value)) return false;
  if (value.kind === "after") return "key" in value && "id" in value && "sortBy" in value;
  return value.kind === "offset" && "offset" in value && Number.isSafeInteger(value.offset);
}
