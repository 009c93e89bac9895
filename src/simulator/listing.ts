import type { Row } from "./store.js";

/** What a listing asks for, apart from the page. */
export interface Query<T> {
  /** The same text for the same filters, so that the pages of one listing share their work. */
  readonly filters: string;
  readonly keep: (record: T) => boolean;
  readonly sortBy: string;
  readonly sortOrder: "asc" | "desc";
  /** The text that a record is ordered by; equal ones are ordered by id. */
  readonly keyOf: (record: T) => string;
}

/** A record in its order. */
export interface Entry<T> {
  readonly key: string;
  readonly id: string;
  readonly row: Row<T>;
}

interface Kept<T> {
  readonly version: string;
  readonly entries: readonly Entry<T>[];
}

const MOST_VIEWS = 16;

/** Sorted and filtered views of one table, kept until something changes them: a page costs a slice. */
export class Listing<T extends { readonly id: string }> {
  readonly #orders = new Map<string, Kept<T>>();
  readonly #views = new Map<string, Kept<T>>();

  /** `version` tells views apart, `orderVersion` what an order of this field depends on. */
  constructor(
    private readonly rows: readonly Row<T>[],
    private readonly version: () => string,
    private readonly orderVersion: (sortBy: string) => string,
  ) {}

  /** Everything that a query asks for, in order. */
  view(query: Query<T>): readonly Entry<T>[] {
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

  #order(query: Query<T>): readonly Entry<T>[] {
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

/** By key, then by id, in the order of code units. */
export function compare(
  a: Pick<Entry<unknown>, "key" | "id">,
  b: Pick<Entry<unknown>, "key" | "id">,
): number {
  if (a.key !== b.key) return a.key < b.key ? -1 : 1;
  if (a.id === b.id) return 0;
  return a.id < b.id ? -1 : 1;
}
