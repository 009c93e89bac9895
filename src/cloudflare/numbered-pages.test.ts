import { expect, test } from "vitest";
import type { OpenedAnswer } from "./envelope.js";
import { followNumbers, type NumberedPage, readNumberedPage } from "./numbered-listing.js";

const read = (value: unknown) => value as { readonly id: string };
const answer = (result: unknown, resultInfo?: unknown): OpenedAnswer => ({ status: 200, result, resultInfo });
const rows = (...ids: string[]) => ids.map((id) => ({ id }));

test("a page has its records and what the server says of it", () => {
  const info = { count: 2, page: 3, per_page: 2, total_count: 9, total_pages: 5 };
  expect(readNumberedPage({ ...answer(rows("a", "b"), info), date: 5 }, 3, read)).toEqual({
    items: rows("a", "b"),
    number: 3,
    perPage: 2,
    totalCount: 9,
    date: 5,
  });
});

test("result_info is optional in the document, and so is all that is in it", () => {
  const bare = { items: rows("a"), number: 1, perPage: undefined, totalCount: undefined, date: undefined };
  expect(readNumberedPage(answer(rows("a")), 1, read)).toEqual(bare);
  expect(readNumberedPage(answer(rows("a"), { count: null, page: null }), 1, read)).toEqual(bare);
});

test("count is the page's, or all that there are: the document's words fit both", () => {
  expect(readNumberedPage(answer(rows("a"), { count: 1, total_count: 7 }), 1, read).items).toHaveLength(1);
  expect(readNumberedPage(answer(rows("a"), { count: 7, total_count: 7 }), 1, read).items).toHaveLength(1);
  expect(() => readNumberedPage(answer(rows("a"), { count: 2, total_count: 7 }), 1, read)).toThrow(
    "A page has 1 records but reports 2.",
  );
});

test.each([
  [answer(rows("a"), { page: 1 }), "The API sent page 1 instead of page 2."],
  [answer(rows("a"), { total_count: "9" }), "A page's total_count is not a whole number."],
  [answer(rows("a"), { per_page: -1 }), "A page's per_page is not a whole number."],
  [answer(null, {}), "A page's result is not a list."],
  [answer({ users: [] }, {}), "A page's result is not a list."],
])("a page that cannot be relied on (%#) makes the listing incomplete", (page, message) => {
  expect(() => readNumberedPage(page, 2, read)).toThrow(message);
  expect(() => readNumberedPage(page, 2, read)).toThrow(
    expect.objectContaining({ code: "cloudflare/incomplete-listing" }) as Error,
  );
});

function pagesOf(...pages: readonly (readonly string[] | NumberedPage<{ id: string }>)[]) {
  const asked: number[] = [];
  const fetch = (number: number): Promise<NumberedPage<{ id: string }>> => {
    asked.push(number);
    const page = pages[asked.length - 1] ?? [];
    if (!("length" in page)) return Promise.resolve(page);
    const items = rows(...page);
    return Promise.resolve({ items, number, perPage: 2, totalCount: undefined, date: undefined });
  };
  return { asked, fetch };
}

async function follow(fetch: ReturnType<typeof pagesOf>["fetch"], from?: number): Promise<string[]> {
  const seen: string[] = [];
  for await (const { items } of followNumbers(fetch, 100, from)) seen.push(...items.map(({ id }) => id));
  return seen;
}

test("pages are followed to the first empty one, short ones on the way or not", async () => {
  const { asked, fetch } = pagesOf(["a", "b"], ["c"], ["d", "e"], []);
  expect(await follow(fetch)).toEqual(["a", "b", "c", "d", "e"]);
  expect(asked).toEqual([1, 2, 3, 4]);
  const later = pagesOf(["x"], []);
  await follow(later.fetch, 7);
  expect(later.asked).toEqual([7, 8]);
});

test("a page that comes twice, and pages that change their size, are no listing", async () => {
  await expect(follow(pagesOf(["a", "b"], ["c"], ["a", "b"]).fetch)).rejects.toThrow(
    "Page 3 begins like an earlier one.",
  );
  const larger = { items: rows("c"), number: 2, perPage: 5, totalCount: undefined, date: undefined };
  await expect(follow(pagesOf(["a", "b"], larger).fetch)).rejects.toThrow(
    "The page size changed from 2 to 5.",
  );
});
