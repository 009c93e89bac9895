import { describe, expect, test } from "vitest";
import { CloudflareError } from "./errors.js";
import {
  type FetchPage,
  followPages,
  type ListedRecord,
  type ListingProof,
  listProven,
  type Page,
} from "./listing.js";

const START = Date.parse("2026-11-01T00:00:00Z");
const clock = { now: () => START, elapsed: () => 0, sleep: () => Promise.resolve(), random: () => 0 };
const PROOF = { maxListings: 3, maxPages: 100, maxRecords: 1_000, clock };

const old = (...ids: string[]): ListedRecord[] =>
  ids.map((id) => ({ id, created_at: "2026-01-01T00:00:00Z" }));
const page = (
  items: ListedRecord[],
  cursor?: string,
  totalCount?: number,
  date?: number,
): Page<ListedRecord> => ({
  items,
  cursor,
  totalCount,
  date,
});

/** Answers one scripted page after the other, and notes the cursors it was asked for. */
function script(...pages: (Page<ListedRecord> | Error)[]) {
  const asked: (string | undefined)[] = [];
  const fetch: FetchPage<ListedRecord> = (cursor) => {
    asked.push(cursor);
    const next = pages[asked.length - 1];
    if (next === undefined) throw new Error("more pages were asked for than there are");
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  };
  return { asked, fetch };
}

const whole = async (fetch: FetchPage<ListedRecord>, more: Partial<ListingProof> = {}) =>
  (await listProven("registrations", fetch, { ...PROOF, ...more })).map(({ id }) => id);

describe("a whole listing", () => {
  test("follows the cursor, though pages are not full and the last one is empty", async () => {
    const { fetch, asked } = script(page(old("a"), "1", 3), page(old("b", "c"), "2"), page([]));
    expect(await whole(fetch)).toEqual(["a", "b", "c"]);
    expect(asked).toEqual([undefined, "1", "2"]);
  });

  test("goes on after an empty page in the middle", async () => {
    expect(await whole(script(page(old("a"), "1"), page([], "2"), page(old("b"))).fetch)).toEqual(["a", "b"]);
  });

  test("counts with the first page's total only", async () => {
    expect(await whole(script(page(old("a"), "1", 2), page(old("b"), undefined, 99)).fetch)).toEqual([
      "a",
      "b",
    ]);
  });

  test("may hold what appeared since the start, by the server's clock", async () => {
    const born = { id: "b", created_at: new Date(START - 50_000).toISOString() };
    const items = [...old("a"), born];
    expect(await whole(script(page(items, undefined, 1, START - 60_000)).fetch)).toEqual(["a", "b"]);
    await expect(whole(script(page(items, undefined, 1)).fetch, { maxListings: 1 })).rejects.toThrow(
      "1 more than",
    );
  });

  test("what appeared since does not stand in for what is missing", async () => {
    const born = { id: "b", created_at: new Date(START + 5_000).toISOString() };
    const { fetch } = script(page([...old("a"), born], undefined, 2));
    await expect(whole(fetch, { maxListings: 1 })).rejects.toThrow("1 of the counted records did not arrive");
  });

  test("is not judged by a total that cannot be about the filter", async () => {
    const ids = ["a", "b"];
    expect(await whole(script(page(old("a"), undefined, 500)).fetch, { ids })).toEqual(["a"]);
    const short = whole(script(page(old("a"), undefined, 2)).fetch, { ids, maxListings: 1 });
    await expect(short).rejects.toThrow("did not arrive");
  });
});

test("a list of ids is whole once all of them have come, and not before: others may come too", async () => {
  const early = script(page(old("b", "a"), "1"));
  expect(await whole(early.fetch, { ids: ["a", "b"] })).toEqual(["b", "a"]);
  expect(early.asked).toEqual([undefined]);
  // A server that does not heed the filter.
  const late = script(page(old("x", "y"), "1"), page(old("a")));
  expect(await whole(late.fetch, { ids: ["a", "b"] })).toEqual(["x", "y", "a"]);
});

describe("the total that a cursor tells", () => {
  const telling = (
    items: ListedRecord[],
    cursor: string | undefined,
    cursorTotal: number,
    total?: number,
  ) => ({
    ...page(items, cursor, total),
    cursorTotal,
  });

  test("is met by a whole listing", async () => {
    const { fetch } = script(telling(old("a"), "1", 2), telling(old("b"), "2", 2), page([]));
    expect(await whole(fetch)).toEqual(["a", "b"]);
  });

  test("is not met by one that ends early, where no total_count says so", async () => {
    const { fetch } = script(telling(old("a"), "1", 3), page(old("b")));
    await expect(whole(fetch, { maxListings: 1 })).rejects.toMatchObject({
      details: [
        "listing 1: 2 records on 2 pages, the cursor's total 3: 1 of the counted records did not arrive.",
      ],
    });
  });

  test("stands beside total_count: both must be met", async () => {
    const { fetch } = script(telling(old("a"), "1", 3, 2), page(old("b")));
    await expect(whole(fetch, { maxListings: 1 })).rejects.toThrow("is not complete");
  });

  test("that cannot be about the filter proves nothing", async () => {
    const { fetch } = script(telling(old("a"), "1", 500), page([]));
    expect(await whole(fetch, { ids: ["a", "b"] })).toEqual(["a"]);
  });
});

describe("a listing that contradicts itself", () => {
  const refused = new CloudflareError({ code: "cloudflare/refused", what: "Bad cursor." });
  test.each([
    ["a cursor comes twice", [page(old("a"), "1"), page(old("b"), "1")]],
    ["a cursor comes again later", [page(old("a"), "1"), page(old("b"), "2"), page(old("c"), "1")]],
    ["an id comes twice", [page(old("a"), "1"), page(old("a"))]],
    ["it is short by total_count", [page(old("a"), undefined, 2)]],
    ["nothing comes of what was counted", [page([], undefined, 2)]],
    ["more come than were counted", [page(old("a", "b"), undefined, 1)]],
    ["its cursor is refused", [page(old("a"), "1"), refused]],
  ])("is made anew: %s", async (_, pages) => {
    const { fetch, asked } = script(...pages, page(old("a", "b"), undefined, 2));
    expect(await whole(fetch)).toEqual(["a", "b"]);
    expect(asked.at(-1)).toBeUndefined();
  });

  test.each([
    ["the account's clock (`Date`)", START],
    ["this machine's clock", undefined],
  ])("names %s and both times, where records seem to come from after it", async (whose, date) => {
    const born = { id: "a", created_at: new Date(START + 3_600_000).toISOString() };
    const { fetch } = script(page([born], undefined, 1, date));
    await expect(whole(fetch, { maxListings: 1 })).rejects.toMatchObject({
      details: [
        "listing 1: 1 record on 1 page, total_count 1: 1 of the counted records did not arrive. " +
          `${whose} said 2026-11-01T00:00:00.000Z when the first page came, but 1 record was created after that, ` +
          "the newest at 2026-11-01T01:00:00.000Z (`created_at`). If that clock is slow, this is the cause.",
      ],
    });
  });

  test("is given up after the last listing, and the error says what was seen", async () => {
    const short = page(old("a"), undefined, 2);
    const { fetch, asked } = script(short, page(old("a", "a")), short);
    await expect(whole(fetch)).rejects.toMatchObject({
      code: "cloudflare/incomplete-listing",
      details: [
        "listing 1: 1 record on 1 page, total_count 2: 1 of the counted records did not arrive.",
        "listing 2: The id a came twice.",
        "listing 3: 1 record on 1 page, total_count 2: 1 of the counted records did not arrive.",
      ],
    });
    expect(asked).toHaveLength(3);
  });

  test("ends soon if the server names a new cursor with every empty page, and is not made anew", async () => {
    let number = 0;
    const fetch: FetchPage<ListedRecord> = () => Promise.resolve(page([], String((number += 1))));
    await expect(whole(fetch)).rejects.toThrow("10 pages in a row were empty but had a next page.");
    // A plan makes two such listings side by side: within 30 requests.
    expect(number).toBe(10);
  });

  test.each([
    ["pages", { maxPages: 7 }, 7, "more than 7 pages", "WARP_MAX_PAGES"],
    ["records", { maxRecords: 9 }, 5, "more than 9 records", "WARP_MAX_RECORDS"],
  ] as const)(
    "full pages without end are left at the bound of %s, which the error tells",
    async (_, bound, asked, what, setting) => {
      let number = 0;
      const fetch: FetchPage<ListedRecord> = () => {
        number += 1;
        return Promise.resolve(page(old(`a${number}`, `b${number}`), String(number)));
      };
      const listing = whole(fetch, bound);
      await expect(listing).rejects.toMatchObject({ code: "cloudflare/incomplete-listing" });
      await expect(listing).rejects.toThrow(what);
      await expect(listing).rejects.toThrow(setting);
      expect(number).toBe(asked);
    },
  );

  test("a listing of just as many pages and records as the bounds say is whole", async () => {
    const { fetch } = script(page(old("a", "b"), "1"), page(old("c")));
    expect(await whole(fetch, { maxPages: 2, maxRecords: 3 })).toEqual(["a", "b", "c"]);
  });
});

test.each([
  ["a bad record", "cloudflare/bad-record", [page(old("a"), "1")]],
  ["a missing permission", "cloudflare/missing-permission", [page(old("a"), "1")]],
  ["a first page that is refused", "cloudflare/refused", []],
] as const)("%s is no reason to list anew", async (_, code, pages) => {
  const { fetch, asked } = script(...pages, new CloudflareError({ code, what: "No." }));
  await expect(whole(fetch)).rejects.toMatchObject({ code });
  expect(asked).toHaveLength(pages.length + 1);
});

test("following pages without the proof still ends at a repeated cursor, the first one included", async () => {
  const { fetch } = script(page(old("a"), "from"));
  const seen: string[] = [];
  const follow = async () => {
    for await (const { items } of followPages(fetch, 100, "from")) seen.push(...items.map(({ id }) => id));
  };
  await expect(follow()).rejects.toThrow("The cursor from came twice");
  expect(seen).toEqual(["a"]);
});
