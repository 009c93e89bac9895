import { afterEach, expect, test, vi } from "vitest";
import type { Registration } from "../cloudflare/types.js";
import { generateWorld } from "./fleet.js";
import type { SimulatorSettings } from "./settings.js";
import { startSimulator, type Simulator } from "./simulator.js";

interface PageInfo {
  readonly count: number;
  readonly cursor?: string;
  readonly per_page: number;
  readonly total_count: number | null;
}
interface Page {
  readonly errors: readonly { readonly message: string }[];
  readonly result: readonly Registration[];
  readonly result_info: PageInfo;
}

let simulator: Simulator;
afterEach(() => simulator.close());

async function start(settings: Partial<SimulatorSettings> = {}): Promise<void> {
  simulator = await startSimulator({
    world: generateWorld({ registrations: 50, users: 20, seed: 7, revoked: 9 }),
    settings,
  });
}

async function page(query: string): Promise<Page> {
  const url = `${simulator.url}/accounts/${simulator.accountId}/devices/registrations?${query}`;
  return (await (await fetch(url)).json()) as Page;
}

async function all(query: string): Promise<{ readonly ids: string[]; readonly infos: PageInfo[] }> {
  const ids: string[] = [];
  const infos: PageInfo[] = [];
  let cursor = "";
  do {
    const { result, result_info } = await page(`${query}&cursor=${cursor}`);
    ids.push(...result.map(({ id }) => id));
    infos.push(result_info);
    cursor = result_info.cursor ?? "";
  } while (cursor !== "" && infos.length < 100);
  return { ids, infos };
}

test.each(["keyset", "offset"] as const)(
  "%s cursors lead through everything once, in order",
  async (cursor) => {
    await start({ cursor });
    const whole = await page("status=all&per_page=1000&sort_by=user.name&sort_order=desc");
    const { ids, infos } = await all("status=all&per_page=7&sort_by=user.name&sort_order=desc");
    expect(ids).toEqual(whole.result.map(({ id }) => id));
    expect(new Set(ids).size).toBe(50);
    expect(infos.map(({ count }) => count)).toEqual([7, 7, 7, 7, 7, 7, 7, 1, 0]);
  },
);

test("a listing sorted by a time is in the order of times, ties by id", async () => {
  await start();
  const { result } = await page("status=all&per_page=1000&sort_by=created_at");
  const keys = result.map(({ created_at, id }) => `${created_at} ${id}`);
  expect(keys).toEqual([...keys].sort());
});

test("deletes between pages: keyset cursors skip nothing, offset cursors do", async () => {
  const missed: Record<string, number> = {};
  for (const cursor of ["keyset", "offset"] as const) {
    await start({ cursor });
    const before = (await page("status=all&per_page=1000")).result.map(({ id }) => id);
    const first = await page("status=all&per_page=10");
    simulator.delete(...before.slice(0, 5));
    const second = await page(`status=all&per_page=1000&cursor=${first.result_info.cursor ?? ""}`);
    missed[cursor] = before.slice(10).length - second.result.length;
    if (cursor === "keyset") await simulator.close();
  }
  expect(missed).toEqual({ keyset: 0, offset: 5 });
});

test.each([
  ["no-cursor", [10, 10, 10, 10, 10], undefined],
  ["empty-cursor", [10, 10, 10, 10, 10], ""],
  ["empty-page", [10, 10, 10, 10, 10, 0], ""],
] as const)("a last page: %s", async (last_page, counts, cursor) => {
  await start({ last_page });
  const { infos } = await all("status=all&per_page=10");
  expect(infos.map(({ count }) => count)).toEqual(counts);
  expect(infos.at(-1)?.cursor).toBe(cursor);
});

test("total_count is null, or the number of all that match", async () => {
  await start();
  expect((await page("per_page=3")).result_info.total_count).toBeNull();
  simulator.set({ total_count: "given" });
  expect((await page("per_page=3")).result_info).toMatchObject({ count: 3, per_page: 3, total_count: 41 });
});

test("per_page: the default, the maximum, and beyond it clamped or refused", async () => {
  await start({ per_page_default: 5, per_page_maximum: 20 });
  expect((await page("")).result_info).toMatchObject({ count: 5, per_page: 5 });
  expect((await page("per_page=21")).result_info).toMatchObject({ count: 20, per_page: 20 });
  simulator.set({ per_page_over_maximum: "refused" });
  expect((await page("per_page=21")).errors[0]?.message).toContain("per_page: at most 20, got 21");
});

test("a cursor of another order is refused", async () => {
  await start();
  const { cursor } = (await page("per_page=3&sort_by=id")).result_info;
  const other = await page(`per_page=3&sort_by=created_at&cursor=${cursor ?? ""}`);
  expect(other.errors[0]?.message).toContain("cursor: belongs to a listing in another order");
});

test("the pages of a listing are sorted once, not page by page", async () => {
  simulator = await startSimulator({ fleet: { registrations: 400, users: 150, seed: 3 } });
  const sort = vi.spyOn(Array.prototype, "sort");
  try {
    const large = () => sort.mock.contexts.filter((array) => (array as unknown[]).length > 100).length;
    expect((await all("status=all&per_page=20")).ids).toHaveLength(400);
    expect(large()).toBe(1);
    const users = `${simulator.url}/accounts/${simulator.accountId}/access/users?per_page=20`;
    for (let number = 1; number <= 8; number += 1) await (await fetch(`${users}&page=${number}`)).text();
    expect(large()).toBe(2);
  } finally {
    sort.mockRestore();
  }
});

test('without a setting a listing ends as has been measured: a cursor after a short page, then nothing and ""', async () => {
  await start();
  const { infos } = await all("status=all&per_page=20");
  expect(infos.map(({ count, cursor }) => [count, cursor === ""])).toEqual([
    [20, false],
    [20, false],
    [10, false],
    [0, true],
  ]);
});

test("a cursor ends in the total, unless the settings say otherwise", async () => {
  const last = ({ result_info: { cursor = "" } }: Page) => cursor.split(".").at(-1) ?? "";
  await start();
  const segment = last(await page("status=all&per_page=10"));
  expect(JSON.parse(Buffer.from(segment, "base64url").toString())).toEqual({ total: 50 });
  simulator.set({ cursor_total: "none" });
  const bare = last(await page("status=all&per_page=10"));
  expect(JSON.parse(Buffer.from(bare, "base64url").toString())).not.toHaveProperty("total");
});

test("a page number is refused", async () => {
  await start();
  const { errors } = await page("page=1");
  expect(errors).toMatchObject([{ message: "invalid query parameter 'page'" }]);
});
