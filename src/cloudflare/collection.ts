import type { Clock } from "./clock.js";
import { followPages, listWhole } from "./listing.js";
import { type ListingBounds, type Page, readPage } from "./page.js";
import { asksForNothing, encodeQuery, type Parameters } from "./query.js";
import type { ListedRecord } from "./records.js";
import type { Transport } from "./transport.js";

/** What the collections of one client share. */
export interface CollectionContext extends ListingBounds {
  readonly transport: Pick<Transport, "send">;
  readonly accountId: string;
  readonly clock: Clock;
  /** `per_page` where a caller gives none. */
  readonly perPage: number;
  /** The most ids for one call. */
  readonly chunkSize: number;
  readonly maxListings: number;
}

/** A collection of the API that is listed with a cursor. */
export interface CollectionKind<T> {
  /** Plural, for messages. */
  readonly noun: string;
  readonly path: string;
  /** The documented list parameters, by their wire names, in the order in which they are sent. */
  readonly parameters: readonly string[];
  readonly read: (value: unknown) => T;
}

/** What every listed collection offers; `P` are its list parameters. */
export interface Listed<T, P> {
  /** Page by page, as the server gives them. */
  readonly pages: (parameters?: P) => AsyncIterable<Page<T>>;
  /** Record by record. Without the proof of `listAll`. */
  readonly list: (parameters?: P) => AsyncIterable<T>;
  /**
   * Every record, in the order of the ids, or `cloudflare/incomplete-listing`: never a short list. The API's defaults
   * for filters stand: without `status: "all"` a revoked registration is not listed.
   */
  readonly listAll: (parameters?: Omit<P, "cursor" | "sort_by" | "sort_order">) => Promise<readonly T[]>;
}

function fetcher<T>(context: CollectionContext, kind: CollectionKind<T>, parameters: Parameters) {
  const perPage = typeof parameters.per_page === "number" ? parameters.per_page : context.perPage;
  return async (cursor: string | undefined): Promise<Page<T>> => {
    const query = encodeQuery(
      { ...parameters, per_page: perPage, cursor },
      kind.parameters,
      context.chunkSize,
    );
    const answer = await context.transport.send({ method: "GET", path: kind.path, query });
    return readPage(answer, kind.read);
  };
}

/** The listing calls of a collection. */
export function listed<T extends ListedRecord, P extends object>(
  context: CollectionContext,
  kind: CollectionKind<T>,
): Listed<T, P> {
  async function* pages(given: P | undefined): AsyncGenerator<Page<T>, void> {
    const { cursor, ...parameters } = (given ?? {}) as Parameters;
    if (asksForNothing(parameters)) return;
    const from = typeof cursor === "string" && cursor !== "" ? cursor : undefined;
    yield* followPages(fetcher(context, kind, parameters), context.maxPages, from);
  }
  return {
    pages,
    list: async function* (given) {
      for await (const page of pages(given)) yield* page.items;
    },
    listAll: async (given = {} as P) => {
      const parameters = given as Parameters;
      if (asksForNothing(parameters)) return [];
      const ordered = { ...parameters, sort_by: "id", sort_order: "asc" };
      const ids = typeof parameters.id === "object" ? parameters.id : undefined;
      return listWhole(kind.noun, fetcher(context, kind, ordered), { ...context, ids });
    },
  };
}
