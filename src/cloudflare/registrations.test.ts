import { expect, test } from "vitest";
import type { OpenedAnswer } from "./envelope.js";
import { registrationsOf } from "./registrations.js";
import type { Call } from "./transport.js";

const T = "2026-02-14T13:17:00Z";
const row = (id: string) => ({
  id,
  key: "k",
  device: { id, name: "L" },
  created_at: T,
  updated_at: T,
  last_seen_at: T,
});

function setUp(...answers: Partial<OpenedAnswer>[]) {
  const calls: Call[] = [];
  const send = (call: Call): Promise<OpenedAnswer> => {
    calls.push(call);
    const answer = answers[Math.min(calls.length, answers.length) - 1];
    return Promise.resolve({ status: 200, result: null, resultInfo: undefined, ...answer });
  };
  const clock = {
    now: () => Date.parse(T),
    elapsed: () => 0,
    sleep: () => Promise.resolve(),
    random: () => 0,
  };
  const context = {
    transport: { send },
    accountId: "acc",
    clock,
    perPage: 50,
    chunkSize: 3,
    maxListings: 2,
    maxPages: 100,
    maxRecords: 1_000,
  };
  return { calls, registrations: registrationsOf(context) };
}

const BASE = "/accounts/acc/devices/registrations";
const info = (count: number, cursor = "") => ({ count, cursor, per_page: 50 });

test("every list parameter goes out under its wire name, in a stable order", async () => {
  const { calls, registrations } = setUp({ result: [], resultInfo: info(0) });
  const parameters = {
    cursor: "c0",
    per_page: 7,
    include: "policy",
    sort_order: "desc",
    sort_by: "user.email",
    seen_before: "2026-02-01T00:00:00+01:00",
    seen_after: "2026-01-01T00:00:00Z",
    search: "a b",
    status: "revoked",
    registration_type: "warp",
    "policy.id": "p",
    "device.id": "d",
    "user.id": ["u1", "u2"],
    id: ["a", "b"],
  } as const;
  for await (const one of registrations.list(parameters)) expect.unreachable(one.id);
  expect(calls).toEqual([
    {
      method: "GET",
      path: BASE,
      query:
        "id=a&id=b&user.id=u1&user.id=u2&device.id=d&policy.id=p&registration_type=warp&status=revoked&search=a%20b" +
        "&seen_after=2026-01-01T00%3A00%3A00Z&seen_before=2026-02-01T00%3A00%3A00%2B01%3A00" +
        "&sort_by=user.email&sort_order=desc&include=policy&per_page=7&cursor=c0",
    },
  ]);
});

test("listAll goes by id, whatever the caller says of order and cursor, and keeps the filters on every page", async () => {
  const { calls, registrations } = setUp(
    { result: [row("a")], resultInfo: info(1, "c1") },
    { result: [row("b")], resultInfo: info(1) },
  );
  const asked = { status: "all", sort_by: "created_at", sort_order: "desc", cursor: "c9" } as const;
  expect((await registrations.listAll(asked)).map(({ id }) => id)).toEqual(["a", "b"]);
  const query = "status=all&sort_by=id&sort_order=asc&per_page=50";
  expect(calls.map((call) => call.query)).toEqual([query, `${query}&cursor=c1`]);
});

test("pages come as the server cuts them", async () => {
  const { registrations } = setUp(
    { result: [row("a"), row("b")], resultInfo: info(2, "c1") },
    { result: [row("c")], resultInfo: info(1) },
  );
  const sizes: number[] = [];
  for await (const page of registrations.pages()) sizes.push(page.items.length);
  expect(sizes).toEqual([2, 1]);
});

test("an empty list of ids lists nothing and calls nothing", async () => {
  const { calls, registrations } = setUp();
  expect(await registrations.listAll({ id: [], status: "all" })).toEqual([]);
  for await (const page of registrations.pages({ "user.id": [] })) expect.fail(String(page.items.length));
  expect(calls).toEqual([]);
});

test("get and delete name the registration in the path, encoded", async () => {
  const { calls, registrations } = setUp({ result: row("a/b") });
  expect((await registrations.get("a/b", { include: "policy" })).id).toBe("a/b");
  await registrations.delete("a/b");
  expect(calls).toEqual([
    { method: "GET", path: `${BASE}/a%2Fb`, query: "include=policy" },
    { method: "DELETE", path: `${BASE}/a%2Fb` },
  ]);
  await expect(setUp({ result: { id: "x" } }).registrations.get("x")).rejects.toThrow("lacks key");
});

test("the bulk calls repeat the id in the query of one call each", async () => {
  const { calls, registrations } = setUp();
  await registrations.bulkDelete(["a", "b"]);
  await registrations.revoke(["a", "b"]);
  await registrations.unrevoke(["c"]);
  expect(calls).toEqual([
    { method: "DELETE", path: BASE, query: "id=a&id=b" },
    { method: "POST", path: `${BASE}/revoke`, query: "id=a&id=b" },
    { method: "POST", path: `${BASE}/unrevoke`, query: "id=c" },
  ]);
});

test.each(["bulkDelete", "revoke", "unrevoke"] as const)(
  "%s never sends an empty list, an empty id, or more than a chunk",
  async (act) => {
    const { calls, registrations } = setUp();
    await registrations[act]([]);
    await expect(registrations[act](["a", ""])).rejects.toMatchObject({ code: "cloudflare/bad-setting" });
    await expect(registrations[act](["a", "b", "c", "d"])).rejects.toThrow("4 ids are too many");
    await expect(registrations.delete("")).rejects.toThrow("the id is empty");
    expect(calls).toEqual([]);
  },
);

test("what many records have alike is kept once, and everything reads as the API sent it", async () => {
  const policy = (name: string) => ({ id: `p-${name}`, name, default: false, deleted: false, updated_at: T });
  const sent = [
    {
      ...row("a"),
      user: { id: "u1", email: "ann@example.com" },
      policy: policy("one"),
      key_type: "curve25519",
    },
    { ...row("b"), user: { id: "u1", email: "ann@example.com" }, policy: policy("two"), key_type: null },
    { ...row("c"), user: { id: "u2", email: "ann@example.com" }, policy: policy("one") },
  ];
  const { registrations } = setUp({
    result: structuredClone(sent),
    resultInfo: { count: 3, total_count: 3 },
  });
  const listed = await registrations.listAll({ status: "all" });
  expect(listed).toEqual(sent);
  const [a, b, c] = listed;
  expect([a?.user === b?.user, a?.user === c?.user]).toEqual([true, false]);
  expect([a?.policy === c?.policy, a?.policy === b?.policy]).toEqual([true, false]);
});
