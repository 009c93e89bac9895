import { instant } from "./clock-and-dice.js";
import { badRequest, invalidRequest, type NumberedInfo, type ResultInfo } from "./envelope.js";
import type { SimulatorSettings } from "./settings.js";
import type { StoredRow } from "./store.js";

/** One page of a view. */
interface ViewPage<T> {
  readonly records: readonly T[];
  readonly info: ResultInfo;
}

/** Where a page begins: after a record, or after a number of records. */
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
  view: readonly ViewEntry<T>[],
  query: ViewQuery<T>,
  params: URLSearchParams,
  settings: SimulatorSettings,
): ViewPage<T> {
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

function perPageOf(params: URLSearchParams, settings: SimulatorSettings): number {
  const asked = count(params, "per_page") ?? settings.per_page_default;
  if (asked <= settings.per_page_maximum) return asked;
  if (settings.per_page_over_maximum === "clamped") return settings.per_page_maximum;
  throw badRequest(`per_page: at most ${settings.per_page_maximum}, got ${asked}`);
}

function startOf<T>(view: readonly ViewEntry<T>[], query: ViewQuery<T>, position: Position): number {
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

function after<T>(entry: ViewEntry<T>, query: ViewQuery<T>): Position {
  return { kind: "after", sortBy: query.sortBy, sortOrder: query.sortOrder, key: entry.key, id: entry.id };
}

function offsetAt(offset: number): Position {
  return { kind: "offset", offset };
}

function write(position: Position, total: number, settings: SimulatorSettings): string {
  const segments = settings.cursor_total === "given" ? [position, { total }] : [position];
  return segments
    .map((segment) => Buffer.from(JSON.stringify(segment)).toString("base64url"))
    .join(SEPARATOR);
}

/** Separates the segments of a cursor. It is not a character of base64. */
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

/** One page of a view whose pages have numbers. */
interface NumberedViewPage<T> {
  readonly records: readonly T[];
  readonly info: NumberedInfo;
}

/**
 * The page that the parameters `per_page` and `page` ask for. A page past the end is empty. `all`: the total without
 * filters.
 */
export function numberedPageOf<T>(
  view: readonly ViewEntry<T>[],
  all: number,
  params: URLSearchParams,
  settings: SimulatorSettings,
): NumberedViewPage<T> {
  const perPage = numberedPerPage(params, settings);
  const page = wholeNumber(params, "page") ?? 1;
  const entries = view.slice((page - 1) * perPage, page * perPage);
  const total = settings.user_total_count === "unfiltered" ? all : view.length;
  return {
    records: entries.flatMap(({ row }) => (row.listed === undefined ? [] : [row.listed])),
    info: {
      count: entries.length,
      page,
      per_page: perPage,
      total_count: settings.user_total_count === "left-out" ? undefined : total,
      total_pages: settings.user_total_pages === "left-out" ? undefined : Math.ceil(view.length / perPage),
    },
  };
}

function wholeNumber(params: URLSearchParams, name: string): number | undefined {
  const value = params.get(name);
  if (value === null) return undefined;
  const read = /^\d{1,15}$/.test(value) ? Number(value) : 0;
  if (read < 1) throw invalidRequest(`${name}: expected a whole number from 1 on, got "${value}"`);
  return read;
}

function numberedPerPage(params: URLSearchParams, settings: SimulatorSettings): number {
  const most = settings.user_per_page_maximum;
  const asked = wholeNumber(params, "per_page") ?? most;
  if (asked <= most) return asked;
  if (settings.per_page_over_maximum === "clamped") return most;
  throw invalidRequest(`per_page: at most ${most}, got ${asked}`);
}

/** What a listing asks for, without the page. */
export interface ViewQuery<T> {
  /** The same text for the same filters, so that the pages of one listing share their work. */
  readonly filters: string;
  readonly keep: (record: T) => boolean;
  readonly sortBy: string;
  readonly sortOrder: "asc" | "desc";
  /** The text by which records are ordered. Records with equal texts are ordered by id. */
  readonly keyOf: (record: T) => string;
}

/** A record with its sort key. */
interface ViewEntry<T> {
  readonly key: string;
  readonly id: string;
  readonly row: StoredRow<T>;
}

interface Kept<T> {
  readonly version: string;
  readonly entries: readonly ViewEntry<T>[];
}

const MOST_VIEWS = 16;

/** Sorted and filtered views of one table, kept until a change. A page then costs only a slice. */
export class View<T extends { readonly id: string }> {
  readonly #orders = new Map<string, Kept<T>>();
  readonly #views = new Map<string, Kept<T>>();

  /**
   * `version` changes with everything that a view depends on, `orderVersion` with everything that the order by a field
   * depends on.
   */
  constructor(
    private readonly rows: readonly StoredRow<T>[],
    private readonly version: () => string,
    private readonly orderVersion: (sortBy: string) => string,
  ) {}

  /** All records of a query, in order. */
  view(query: ViewQuery<T>): readonly ViewEntry<T>[] {
    const name = `${query.sortBy} ${query.sortOrder} ${query.filters}`;
    const version = this.version();
    const kept = this.#views.get(name);
    if (kept?.version === version) return kept.entries;
    const entries = this.#order(query).filter(
      ({ row }) => row.listed !== undefined && query.keep(row.listed),
    );
    this.#views.delete(name);
    this.#views.set(name, { version, entries });
    const [oldest] = this.#views.keys();
    if (this.#views.size > MOST_VIEWS && oldest !== undefined) this.#views.delete(oldest);
    return entries;
  }

  #order(query: ViewQuery<T>): readonly ViewEntry<T>[] {
    const name = `${query.sortBy} ${query.sortOrder}`;
    const version = this.orderVersion(query.sortBy);
    const kept = this.#orders.get(name);
    if (kept?.version === version) return kept.entries;
    const entries = this.rows.map((row) => {
      const record = row.listed ?? row.live;
      return { key: query.keyOf(record), id: record.id, row };
    });
    const sign = query.sortOrder === "asc" ? 1 : -1;
    entries.sort((a, b) => sign * compare(a, b));
    this.#orders.set(name, { version, entries });
    return entries;
  }
}

/** Compares by key, then by id, in the order of code units. */
function compare(
  a: Pick<ViewEntry<unknown>, "key" | "id">,
  b: Pick<ViewEntry<unknown>, "key" | "id">,
): number {
  if (a.key !== b.key) return a.key < b.key ? -1 : 1;
  if (a.id === b.id) return 0;
  return a.id < b.id ? -1 : 1;
}

/*
 * Query parameters as the API reads them. An array is a repeated parameter, so `id=a,b` is one id and `id[]=a` is an
 * unknown parameter. Unknown parameters are ignored. If a single parameter is given twice, the first one counts.
 */

/** All values of a parameter that may be repeated. */
export function many(params: URLSearchParams, name: string): readonly string[] {
  return params.getAll(name);
}

/** A parameter that takes any text. An empty text counts as missing. */
export function one(params: URLSearchParams, name: string): string | undefined {
  const value = params.get(name);
  return value === null || value === "" ? undefined : value;
}

/** A parameter that takes only certain words. */
export function choice<T extends string>(
  params: URLSearchParams,
  name: string,
  words: readonly T[],
): T | undefined {
  const value = params.get(name);
  if (value === null) return undefined;
  const word = words.find((known) => known === value);
  if (word === undefined) throw badRequest(`${name}: expected one of ${words.join(", ")}, got "${value}"`);
  return word;
}

/** A time parameter, in the form in which the API writes times. */
export function time(params: URLSearchParams, name: string): string | undefined {
  const value = params.get(name);
  if (value === null) return undefined;
  const read = instant(value);
  if (read === undefined) throw badRequest(`${name}: expected an RFC 3339 timestamp, got "${value}"`);
  return read;
}

/** A parameter that is a whole number of at least 1. */
function count(params: URLSearchParams, name: string): number | undefined {
  const value = params.get(name);
  if (value === null) return undefined;
  const read = /^\d{1,15}$/.test(value) ? Number(value) : 0;
  if (read < 1) throw badRequest(`${name}: expected a whole number from 1 on, got "${value}"`);
  return read;
}

/** `include`: words separated by commas. Only one word is known. */
export function includes(params: URLSearchParams, known: string): boolean {
  const words = (params.get("include") ?? "").split(",").filter((word) => word !== "");
  const unknown = words.find((word) => word !== known);
  if (unknown !== undefined) throw badRequest(`include: expected "${known}", got "${unknown}"`);
  return words.length > 0;
}
