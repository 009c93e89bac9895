import { afterEach, describe, expect, test } from "vitest";
import { type ClientOptions, createClient, tokenCredentials } from "../src/cloudflare/index.js";
import {
  generateWorld,
  type SimulatorSettings,
  type Simulator,
  startSimulator,
  type World,
} from "../src/simulator/index.js";

/* Access users: what no document says about them, and what changes while they are listed. */

const world = generateWorld({ registrations: 60, users: 25, seed: 43, revoked: 6 });
const users = world.access_users ?? [];
const userIds = users.map(({ id }) => id).sort();
/* The first in the order of the simulator's list. */
const [USER] = [...users].sort((a, b) => (a.created_at! < b.created_at! ? -1 : 1));
const EMAIL = USER!.email!;

let open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.map((each) => each.close()));
  open = [];
});

async function start(
  settings: Partial<SimulatorSettings>,
  options: Partial<ClientOptions> = {},
  begin: World = world,
) {
  const simulator = await startSimulator({ world: begin, settings });
  const clock = {
    now: () => Date.now(),
    elapsed: () => performance.now(),
    random: () => 0,
    sleep: () => Promise.resolve(),
  };
  const client = createClient({
    accountId: simulator.accountId,
    credentials: tokenCredentials("users-token-3d"),
    baseUrl: simulator.url,
    clock,
    ...options,
  });
  open.push(simulator, client);
  return { simulator, client };
}

const idsOf = (records: readonly { readonly id: string }[]) => records.map(({ id }) => id).sort();

describe("a listing", () => {
  const totals = ["unfiltered", "filtered", "left-out"] as const;
  const pages = ["given", "left-out"] as const;
  test.each(totals.flatMap((total) => pages.map((page) => [total, page] as const)))(
    "with total_count %s and total_pages %s is whole, with filters and without",
    async (user_total_count, user_total_pages) => {
      // 25 users are 5 full pages, so that no last page is short.
      const { client } = await start({ user_total_count, user_total_pages }, { perPage: 5 });
      expect(idsOf(await client.accessUsers.listAll())).toEqual(userIds);
      const found = await client.accessUsers.listAll({ search: "a" });
      const theirs = users.filter(({ name, email }) => /a/i.test(name ?? "") || /a/i.test(email ?? ""));
      expect(theirs.length).toBeGreaterThan(5);
      expect(idsOf(found)).toEqual(idsOf(theirs));
    },
  );

  test("costs its pages and an empty one where the total is met, and twice that where nothing shows that it is whole", async () => {
    const met = await start({}, { perPage: 10 });
    await met.client.accessUsers.listAll();
    expect(met.simulator.log().map(({ query }) => query)).toEqual([
      "per_page=10",
      "per_page=10&page=2",
      "per_page=10&page=3",
      "per_page=10&page=4",
    ]);
    const blind = await start({ user_total_count: "left-out" }, { perPage: 10 });
    await blind.client.accessUsers.listAll();
    expect(blind.simulator.log()).toHaveLength(8);
    const once = await start({ user_total_count: "left-out" });
    await once.client.accessUsers.listAll();
    expect(once.simulator.log()).toHaveLength(2);
  });

  /** What a client makes of the users while something happens after each of its requests. */
  async function during(
    settings: Partial<SimulatorSettings>,
    happens: (simulator: Simulator, request: number) => void,
  ) {
    let request = 0;
    const { simulator, client } = await start(settings, {
      perPage: 10,
      onRequest: () => happens(simulator, (request += 1)),
    });
    return client;
  }

  test.each(totals)(
    "during which a user of the first page is deleted, which moves another past its border: made anew (total_count %s)",
    async (user_total_count) => {
      const settings = { user_total_count };
      const first = USER!.id;
      const remove = (simulator: Simulator, request: number) => request === 1 && simulator.deleteUser(first);
      const seen: string[] = [];
      for await (const { id } of (await during(settings, remove)).accessUsers.list()) seen.push(id);
      // What a mere reading to the end gives: the deleted one, and not one who was there all the time.
      expect(seen).toContain(first);
      expect(seen).toHaveLength(24);
      const listed = await (await during(settings, remove)).accessUsers.listAll();
      expect(idsOf(listed)).toEqual(userIds.filter((id) => id !== first));
    },
  );

  test("during which one goes and another comes: the total is met, and somebody is missing, so it is made anew", async () => {
    const first = USER!.id;
    const swap = (simulator: Simulator, request: number) => {
      if (request !== 1) return;
      simulator.deleteUser(first);
      simulator.enrol({ email: "new@example.com" });
    };
    const client = await during({}, swap);
    const listed = await client.accessUsers.listAll();
    expect(idsOf(listed.filter(({ email }) => email !== "new@example.com"))).toEqual(
      userIds.filter((id) => id !== first),
    );
  });

  test("that never comes twice the same is an error that says so", async () => {
    const settings = { user_total_count: "left-out" } as const;
    const client = await during(settings, (simulator, request) => {
      simulator.enrol({ email: `new${request}@example.com` });
    });
    const listing = client.accessUsers.listAll();
    await expect(listing).rejects.toMatchObject({ code: "cloudflare/incomplete-listing" });
    await expect(listing).rejects.toThrow("no total to compare them with");
  });

  test("is refused rather than begun again and again by a server that ignores the page", async () => {
    const { client, simulator } = await start({});
    const body = {
      success: true,
      errors: [],
      messages: [],
      result: [{ id: "u1" }],
    };
    simulator.addFaults({ kind: "body", body, times: 100 });
    await expect(client.accessUsers.listAll()).rejects.toThrow("Page 2 begins like an earlier one.");
    const list = async () => {
      for await (const user of client.accessUsers.list()) expect(user.id).toBe("u1");
    };
    await expect(list()).rejects.toMatchObject({ code: "cloudflare/incomplete-listing" });
  });
});

describe("by e-mail", () => {
  test.each(["exact", "contains"] as const)(
    "filters that are %s: one user, whatever the case",
    async (user_filters) => {
      const longer = { id: "other", email: `x${EMAIL}`, created_at: "2026-01-01T00:00:00Z" };
      const begin = { ...world, access_users: [...users, longer] };
      const { client, simulator } = await start({ user_filters }, {}, begin);
      expect(idsOf(await client.accessUsers.byEmail(EMAIL.toUpperCase()))).toEqual([USER!.id]);
      expect(await client.accessUsers.byEmail("nobody@example.com")).toEqual([]);
      const before = simulator.log().length;
      await expect(client.accessUsers.byEmail("nobody")).rejects.toMatchObject({
        code: "cloudflare/bad-setting",
      });
      expect(simulator.log()).toHaveLength(before);
    },
  );
});

describe("creating, changing, deleting", () => {
  test.each(["refused", "answered"] as const)(
    "a user who exists is %s, and never there twice",
    async (way) => {
      const { client } = await start({ user_create_existing: way });
      const created = client.accessUsers.create({ email: EMAIL });
      if (way === "answered") expect((await created).id).toBe(USER!.id);
      else await expect(created).rejects.toMatchObject({ code: "cloudflare/refused", status: 409 });
      expect(await client.accessUsers.byEmail(EMAIL)).toHaveLength(1);
    },
  );

  test.each([
    [{ kind: "reset", applied: true } as const, "found"],
    [{ kind: "reset" } as const, "not there"],
    [{ kind: "status", status: 503, applied: true } as const, "found"],
    [{ kind: "html", status: 502 } as const, "not there"],
  ])("a creation whose answer is lost (%j) is looked for, and sent once only: %s", async (fault, outcome) => {
    const { client, simulator } = await start({});
    simulator.addFaults(fault);
    const created = client.accessUsers.create({ email: "new@example.com" });
    if (outcome === "found") expect((await created).email).toBe("new@example.com");
    else await expect(created).rejects.toMatchObject({ doubtful: true });
    expect(simulator.log().filter(({ method }) => method === "POST")).toHaveLength(1);
    expect(await client.accessUsers.byEmail("new@example.com")).toHaveLength(outcome === "found" ? 1 : 0);
  });

  test("an update changes the name only, and wants the e-mail that is there", async () => {
    const { client, simulator } = await start({});
    const changed = await client.accessUsers.update(USER!.id, { email: EMAIL, name: "New Name" });
    expect(changed).toMatchObject({ id: USER!.id, email: EMAIL, name: "New Name" });
    const moved = client.accessUsers.update(USER!.id, { email: "else@example.com", name: "X" });
    await expect(moved).rejects.toMatchObject({ code: "cloudflare/refused", status: 400 });
    expect(simulator.accessUser(USER!.id)).toMatchObject({ email: EMAIL, name: "New Name" });
  });

  const fates = ["deleted", "revoked", "kept"] as const;
  test.each((["goes", "stays"] as const).flatMap((row) => fates.map((fate) => [row, fate] as const)))(
    "after a deletion the row %s, and their registrations are %s",
    async (user_delete_row, user_delete_registrations) => {
      const seen = { ...USER!, active_sessions: [{ name: "s", metadata: { nonce: "n" } }] };
      const begin = { ...world, access_users: users.map((user) => (user.id === seen.id ? seen : user)) };
      const { client } = await start({ user_delete_row, user_delete_registrations }, {}, begin);
      expect(await client.accessUsers.activeSessions.list(USER!.id)).toHaveLength(1);
      const theirs = { "user.id": [USER!.id], status: "all" } as const;
      const before = await client.registrations.listAll(theirs);
      await client.accessUsers.delete(USER!.id);
      const after = await client.registrations.listAll(theirs);
      expect(after).toHaveLength(user_delete_registrations === "deleted" ? 0 : before.length);
      const active = after.filter(({ revoked_at }) => revoked_at == null).length;
      expect(active > 0).toBe(user_delete_registrations === "kept");
      const left = await client.accessUsers.byEmail(EMAIL);
      if (user_delete_row === "goes") {
        expect(left).toEqual([]);
        await expect(client.accessUsers.get(USER!.id)).rejects.toMatchObject({
          code: "cloudflare/not-found",
        });
        await expect(client.accessUsers.delete(USER!.id)).rejects.toMatchObject({
          code: "cloudflare/not-found",
        });
      } else {
        expect(left).toMatchObject([{ access_seat: false, gateway_seat: false }]);
        expect(left[0]?.active_device_count === 0).toBe(user_delete_registrations !== "kept");
        expect(await client.accessUsers.activeSessions.list(USER!.id)).toEqual([]);
      }
    },
  );

  test("a list that is behind shows a deleted user for a while; a get does not", async () => {
    const { client } = await start({ list_lag_requests: 2 });
    await client.accessUsers.delete(USER!.id);
    await expect(client.accessUsers.get(USER!.id)).rejects.toMatchObject({ code: "cloudflare/not-found" });
    expect(await client.accessUsers.byEmail(EMAIL)).toHaveLength(1);
    expect(await client.accessUsers.byEmail(EMAIL)).toHaveLength(0);
  });
});

describe("what is known of a user", () => {
  const quiet = { id: "quiet", email: "quiet@example.com", created_at: "2026-01-01T00:00:00Z" };
  const begin = { ...world, access_users: [...users, quiet] };

  test.each(["empty", "null", "not-found"] as const)("no identity: %s", async (user_without_identity) => {
    const { client } = await start({ user_without_identity }, {}, begin);
    const identity = client.accessUsers.lastSeenIdentity("quiet");
    if (user_without_identity === "not-found") {
      await expect(identity).rejects.toMatchObject({ code: "cloudflare/not-found" });
    } else expect(await identity).toBeUndefined();
    expect(await client.accessUsers.activeSessions.list("quiet")).toEqual([]);
    expect(await client.accessUsers.failedLogins("quiet")).toEqual([]);
  });

  test("an unknown user and an unknown session are not found", async () => {
    const { client } = await start({}, {}, begin);
    const { accessUsers } = client;
    for (const call of [
      accessUsers.get("nobody"),
      accessUsers.lastSeenIdentity("nobody"),
      accessUsers.failedLogins("nobody"),
      accessUsers.activeSessions.list("nobody"),
      accessUsers.activeSessions.get("quiet", "no-such-nonce"),
    ]) {
      await expect(call).rejects.toMatchObject({ code: "cloudflare/not-found" });
    }
  });

  test("sessions that speak of a second page are no whole list", async () => {
    const { client, simulator } = await start({}, {}, begin);
    const result_info = { count: 1, page: 1, per_page: 1, total_count: 2, total_pages: 2 };
    const body = { success: true, errors: [], messages: [], result: [{ name: "s" }], result_info };
    simulator.addFaults({ kind: "body", body });
    await expect(client.accessUsers.activeSessions.list("quiet")).rejects.toMatchObject({
      code: "cloudflare/incomplete-listing",
    });
  });

  test.each([
    ["forbidden", "cloudflare/missing-permission", "Access: Audit Logs Read"],
    ["not-enabled", "cloudflare/refused", "Access is not set up"],
  ] as const)(
    "Access users %s: every read says so, registrations are read all the same",
    async (way, code, words) => {
      const { client } = await start({ access_users: way });
      const { accessUsers } = client;
      for (const call of [
        accessUsers.listAll(),
        accessUsers.get(USER!.id),
        accessUsers.lastSeenIdentity(USER!.id),
        accessUsers.failedLogins(USER!.id),
        accessUsers.activeSessions.list(USER!.id),
      ]) {
        await expect(call).rejects.toMatchObject({ code });
        await expect(call).rejects.toThrow(words);
      }
      expect(await client.registrations.listAll({ status: "all" })).toHaveLength(60);
    },
  );
});
