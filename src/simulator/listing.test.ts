import { expect, test, vi } from "vitest";
import { View } from "./pages.js";

interface Fruit {
  readonly id: string;
  readonly name: string;
}
const rows = ["b", "c", "a"].map((id) => {
  const fruit: Fruit = { id, name: `fruit ${id}` };
  return { live: fruit, listed: fruit };
});

test("an order is made once, however often the records' state changes what is kept of it", () => {
  let version = 0;
  const keyOf = vi.fn((fruit: Fruit) => fruit.name);
  const listing = new View<Fruit>(
    rows,
    () => String(version),
    () => "same",
  );
  const query = { filters: "", keep: () => true, sortBy: "name", sortOrder: "desc", keyOf } as const;
  expect(listing.view(query).map(({ id }) => id)).toEqual(["c", "b", "a"]);
  version++;
  const kept = listing.view({ ...query, keep: ({ id }) => id !== "b" });
  expect(kept.map(({ id }) => id)).toEqual(["c", "a"]);
  expect(keyOf).toHaveBeenCalledTimes(3);
});

test("a view is made once for all pages of a listing", () => {
  const keep = vi.fn(() => true);
  const listing = new View<Fruit>(
    rows,
    () => "same",
    () => "same",
  );
  const query = { filters: "x", keep, sortBy: "id", sortOrder: "asc", keyOf: ({ id }: Fruit) => id } as const;
  expect(listing.view(query)).toBe(listing.view(query));
  expect(keep).toHaveBeenCalledTimes(3);
});
