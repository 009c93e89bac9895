import { expect, test } from "vitest";
import { readPage, totalInCursor } from "./listing.js";

const read = (value: unknown) => String(value);
const answer = (result: unknown, resultInfo?: unknown) => ({ status: 200, result, resultInfo, date: 5 });

test("a page tells its records, its cursor, its total and the server's time", () => {
  const page = readPage(answer([1, 2], { count: 2, cursor: "c", per_page: 9, total_count: 3 }), read);
  expect(page).toEqual({ items: ["1", "2"], cursor: "c", totalCount: 3, date: 5 });
});

test.each([{ count: 1, cursor: "" }, { count: 1, cursor: null, total_count: null }, { count: 1 }])(
  "the last page may say so in any way: %j",
  (info) =>
    expect(readPage(answer([1], info), read)).toMatchObject({ cursor: undefined, totalCount: undefined }),
);

test("an empty list may come as null, when the count says so", () => {
  expect(readPage(answer(null, { count: 0 }), read).items).toEqual([]);
});

test.each([
  ["a count that is not the length", answer([1, 2], { count: 3 }), "has 2 records but reports 3"],
  ["no list", answer({}, { count: 0 }), "not a list"],
  ["null without a count of 0", answer(null, {}), "not a list"],
  ["a full page without result_info", answer([1, 2]), "whether another one follows"],
  ["a cursor that is no text", answer([1], { cursor: 7 }), "cursor is not a string"],
  ["a total that is no number", answer([1], { total_count: "1" }), "total_count is not a whole number"],
])("%s proves nothing", (_, page, why) => {
  expect(() => readPage(page, read)).toThrow(
    expect.objectContaining({ code: "cloudflare/incomplete-listing" }) as Error,
  );
  expect(() => readPage(page, read)).toThrow(why);
});

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64");

test.each([
  ["behind a dot", `abc.${encode({ total: 70 })}`, 70],
  [
    "behind a colon, in the other alphabet",
    `abc:${Buffer.from('{"total":70,"x":"?>"}').toString("base64url")}`,
    70,
  ],
  ["by itself", encode({ total: 0, after: "r1" }), 0],
  ["with another first segment", `${encode({ total: 1 })}.${encode({ total: 2 })}`, 2],
  ["no total", `abc.${encode({ after: "r1" })}`, undefined],
  ["a total that is no count", `abc.${encode({ total: "70" })}`, undefined],
  ["a negative one", `abc.${encode({ total: -1 })}`, undefined],
  ["a list", `abc.${encode([70])}`, undefined],
  ["no JSON", "abc.def", undefined],
  ["nothing at the end", "abc.", undefined],
])("the total in a cursor: %s", (_, cursor, total) => {
  expect(totalInCursor(cursor)).toBe(total);
  expect(readPage(answer([1], { count: 1, cursor }), read).cursorTotal).toBe(total);
});
