import { afterEach, describe, expect, test } from "vitest";
import {
  type Act,
  type ClientOptions,
  createClient,
  type CloudflareClient,
  perform,
  tokenCredentials,
} from "../src/cloudflare/index.js";
import {
  generateWorld,
  type SimulatorSettings,
  type Simulator,
  startSimulator,
  type World,
} from "../src/simulator/index.js";

/*
 * What no document says about the API is a setting of the simulator. Whatever the answer is, the client must not lose a
 * record, claim what is not so, or go on for ever.
 */

const world = generateWorld({ registrations: 60, users: 25, seed: 41, revoked: 9 });
const ids = world.registrations.map(({ id }) => id).sort();
const active = world.registrations.filter(({ revoked_at }) => revoked_at == null).map(({ id }) => id);
const users = world.access_users ?? [];
const userIds = users.map(({ id }) => id).sort();
const [ONE = "", TWO = "", THREE = ""] = active;

let open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.map((each) => each.close()));
  open = [];
});

interface Opened {
  readonly simulator: Simulator;
  readonly client: CloudflareClient;
  readonly sleeps: readonly number[];
}

async function start(
  settings: Partial<SimulatorSettings>,
  options: Partial<ClientOptions> = {},
  begin: World = world,
) {
  const simulator = await startSimulator({ world: begin, settings });
  const sleeps: number[] = [];
  const clock = {
    now: () => Date.now(),
    elapsed: () => performance.now(),
    random: () => 0,
    sleep: (milliseconds: number) => {
      sleeps.push(milliseconds);
      return Promise.resolve();
    },
  };
  const client = createClient({
    accountId: simulator.accountId,
    credentials: tokenCredentials("settings-token-7f"),
    baseUrl: simulator.url,
    clock,
    ...options,
  });
  open.push(simulator, client);
  return { simulator, client, sleeps } satisfies Opened;
}

/** What became of each id: `done`, or why not. */
async function outcomes(client: CloudflareClient, act: Act, of: readonly string[]) {
  const made = await perform(client, act, of);
  return Object.fromEntries(
    [...made].map(([id, each]) => [id, each.result === "done" ? "done" : each.reason]),
  );
}

const idsOf = (records: readonly { readonly id: string }[]) => records.map(({ id }) => id).sort();

describe("the end of a listing", () => {
  const ends = ["no-cursor", "empty-cursor", "empty-page"] as const;
  test.each(
    ends.flatMap((last_page) => (["given", "null"] as const).map((total) => [last_page, total] as const)),
  )("%s, total_count %s: every registration and every device comes, once", async (last_page, total_count) => {
    // 60 registrations are 6 full pages, so that the last one that has records is full too.
    const { client } = await start({ last_page, total_count }, { perPage: 10 });
    expect(idsOf(await client.registrations.listAll({ status: "all" }))).toEqual(ids);
    const devices = await client.physicalDevices.listAll({ active_registrations: "include" });
    expect(idsOf(devices)).toEqual(idsOf(world.physical_devices));
  });
});

describe("the total in a cursor", () => {
  const whole = { status: "all" } as const;
  test("shows that a listing was cut short, where total_count is null", async () => {
    const { client, simulator } = await start({}, { perPage: 10, maxListings: 1 });
    const second = { kind: "body", match: { query: "cursor=" } } as const;
    const end = {
      success: true,
      errors: [],
      messages: [],
      result: [],
      result_info: { count: 0, cursor: "" },
    };
    simulator.addFaults({ ...second, body: end });
    const listing = client.registrations.listAll(whole);
    await expect(listing).rejects.toMatchObject({ code: "cloudflare/incomplete-listing" });
    await expect(listing).rejects.toThrow("10 records on 2 pages, the cursor's total 60: 50");
  });

  test("is not needed", async () => {
    const { client } = await start({ cursor_total: "none" }, { perPage: 10 });
    expect(idsOf(await client.registrations.listAll(whole))).toEqual(ids);
  });
});

describe("pages without end", () => {
  test("the bounds of a client hold for all its listings, and the environment sets them", async () => {
    const { client } = await start({}, { perPage: 10, maxPages: 3 });
    for (const collection of [client.registrations, client.physicalDevices, client.accessUsers]) {
      await expect(collection.listAll()).rejects.toMatchObject({ code: "cloudflare/incomplete-listing" });
      await expect(collection.listAll()).rejects.toThrow("more than 3 pages");
    }
    const few = await start({}, { env: { WARP_MAX_RECORDS: "9" } });
    await expect(few.client.registrations.listAll()).rejects.toThrow("more than 9 records");
    await expect(few.client.accessUsers.listAll()).rejects.toThrow("more than 9 records");
    await expect(start({}, { env: { WARP_MAX_PAGES: "many" } })).rejects.toThrow(
      "WARP_MAX_PAGES is not a whole number",
    );
  });
});

describe("times that are none", () => {
  const never = {
    ...world,
    registrations: world.registrations.map((row) => ({ ...row, last_seen_at: null })),
  };
  test.each(["none", "zero", "epoch"] as const)(
    "sent as %s: the same are active, none is deleted, and who was never seen was never seen",
    async (null_times) => {
      const { client } = await start({ null_times }, {}, never);
      const listed = await client.registrations.listAll({ status: "all" });
      expect(idsOf(listed.filter(({ revoked_at }) => revoked_at == null))).toEqual([...active].sort());
      expect(listed.filter(({ deleted_at }) => deleted_at != null)).toEqual([]);
      expect(new Set(listed.map(({ last_seen_at }) => last_seen_at))).toEqual(new Set([null]));
      expect(await outcomes(client, "revoke", [ONE])).toEqual({ [ONE]: "done" });
      expect(await outcomes(client, "unrevoke", [ONE])).toEqual({ [ONE]: "done" });
    },
  );

  test("are really sent", async () => {
    const { simulator } = await start({ null_times: "zero" }, {}, never);
    const answer = await fetch(
      `${simulator.url}/accounts/${simulator.accountId}/devices/registrations/${ONE}`,
    );
    const { result } = (await answer.json()) as { result: Record<string, unknown> };
    const none = "0001-01-01T00:00:00Z";
    expect(result).toMatchObject({ revoked_at: none, deleted_at: none, last_seen_at: none });
  });
});

describe("the account's clock", () => {
  test("is told by its answers, whatever the machine's says", async () => {
    const { client, simulator } = await start({});
    expect(client.serverTime()).toBeUndefined();
    simulator.setNow("2030-03-01T12:00:00Z");
    await client.registrations.listAll();
    const time = client.serverTime() ?? 0;
    expect(new Date(time).toISOString().slice(0, 14)).toBe("2030-03-01T12:");
  });

  test("is not made up where no answer tells it", async () => {
    const { client } = await start({ date_header: "left-out" });
    await client.registrations.listAll();
    expect(client.serverTime()).toBeUndefined();
  });
});

describe("per_page", () => {
  test("above the server's maximum is clamped: more pages, and all of them", async () => {
    const { client, simulator } = await start({ per_page_maximum: 7, user_per_page_maximum: 4 });
    expect(idsOf(await client.registrations.listAll({ status: "all" }))).toEqual(ids);
    // And the empty page to which the last cursor leads.
    expect(simulator.log()).toHaveLength(Math.ceil(60 / 7) + 1);
    expect(idsOf(await client.accessUsers.listAll())).toEqual(userIds);
  });

  test("above the server's maximum is refused: an error with the server's words, and the client's setting helps", async () => {
    const refused = {
      per_page_over_maximum: "refused",
      per_page_maximum: 7,
      user_per_page_maximum: 7,
    } as const;
    const { client } = await start(refused);
    for (const collection of [client.registrations, client.physicalDevices, client.accessUsers]) {
      await expect(collection.listAll()).rejects.toMatchObject({ code: "cloudflare/refused" });
      await expect(collection.listAll()).rejects.toThrow("per_page: at most 7");
    }
    const modest = await start(refused, { perPage: 7 });
    expect(idsOf(await modest.client.registrations.listAll({ status: "all" }))).toEqual(ids);
    expect(idsOf(await modest.client.accessUsers.listAll())).toEqual(userIds);
  });
});

describe("deleted registrations", () => {
  test.each(["hidden", "shown"] as const)(
    "%s by status=all: deleted is done, revoked is not",
    async (deleted_rows) => {
      const { client, simulator } = await start({ deleted_rows });
      simulator.delete(TWO);
      expect(await outcomes(client, "delete", [ONE, TWO])).toEqual({ [ONE]: "done", [TWO]: "done" });
      const gone = await outcomes(client, "revoke", [ONE, THREE]);
      expect(gone).toEqual({ [ONE]: "The registration is no longer in the account.", [THREE]: "done" });
      const rows = await client.registrations.listAll({ status: "all", id: [ONE] });
      expect(rows.map(({ deleted_at }) => typeof deleted_at)).toEqual(
        deleted_rows === "shown" ? ["string"] : [],
      );
    },
  );

  test.each(["not-found", "gone", "record"] as const)("got: %s", async (get_deleted) => {
    const { client, simulator } = await start({ get_deleted });
    simulator.delete(ONE);
    const got = client.registrations.get(ONE);
    if (get_deleted === "record") expect((await got).deleted_at).toBeTypeOf("string");
    else await expect(got).rejects.toMatchObject({ code: "cloudflare/not-found" });
  });
});

describe("unknown ids among known ones in a bulk call", () => {
  const ways = ["ignored", "refused", "refused-in-part"] as const;
  const lags = [0, 2] as const;
  test.each(ways.flatMap((way) => lags.map((lag) => [way, lag] as const)))(
    "%s, with a list that is %i readings behind: the known ones are done, and each id has its own outcome",
    async (unknown_ids, list_lag_requests) => {
      const { client, simulator } = await start({ unknown_ids, list_lag_requests });
      const known = active.slice(0, 30);
      const revoked = await outcomes(client, "revoke", [...known.slice(0, 15), "nobody", ...known.slice(15)]);
      const { nobody, ...others } = revoked;
      expect(Object.values(others)).toEqual(known.map(() => "done"));
      expect(nobody).toMatch(
        unknown_ids === "ignored" ? /is no longer in the account/ : /does not know this record/,
      );
      expect(known.every((id) => simulator.registration(id)?.revoked_at != null)).toBe(true);
      const deleted = await outcomes(client, "delete", [...known, "nobody"]);
      expect(Object.values(deleted)).toEqual([...known, "nobody"].map(() => "done"));
      expect(known.every((id) => simulator.registration(id)?.deleted_at != null)).toBe(true);
    },
  );

  test.each(ways)(
    "all of them, %s: a delete has nothing left to do, a revoke fails each",
    async (unknown_ids) => {
      const { client } = await start({ unknown_ids });
      const nobody = Array.from({ length: 12 }, (_, index) => `nobody-${index}`);
      expect(new Set(Object.values(await outcomes(client, "delete", nobody)))).toEqual(new Set(["done"]));
      expect(Object.values(await outcomes(client, "revoke", nobody))).not.toContain("done");
    },
  );
});

describe("a list that is behind", () => {
  test("a write is waited for, not taken for a failure", async () => {
    const { client, sleeps } = await start({ list_lag_requests: 3 });
    expect(await outcomes(client, "revoke", [ONE, TWO])).toEqual({ [ONE]: "done", [TWO]: "done" });
    expect(sleeps).toEqual([1_000, 2_000, 4_000]);
  });

  test("for longer than anybody waits: a failure that says what was seen, and the next run has nothing to do", async () => {
    const { client } = await start({ list_lag_requests: 50 });
    expect(await outcomes(client, "revoke", [ONE])).toEqual({ [ONE]: "The revoke did not take effect." });
    for (let reading = 0; reading < 50; reading += 1) await client.registrations.listAll({ id: [ONE] });
    expect(await outcomes(client, "revoke", [ONE])).toEqual({ [ONE]: "done" });
  });
});

test.each(["left-out", "sent"] as const)("null fields %s: the same are active", async (null_fields) => {
  const { client } = await start({ null_fields });
  const listed = await client.registrations.listAll({ status: "all" });
  expect(idsOf(listed.filter(({ revoked_at }) => revoked_at == null))).toEqual([...active].sort());
  const key = "revoked_at" satisfies keyof (typeof listed)[number];
  expect(listed.every((row) => key in row)).toBe(null_fields === "sent");
  const devices = await client.physicalDevices.listAll({ active_registrations: "include" });
  const serials = world.physical_devices.filter(({ serial_number }) => serial_number != null);
  expect(devices.filter(({ serial_number }) => serial_number != null)).toHaveLength(serials.length);
});

test.each(["stays", "changes"] as const)(
  "a device that signs in anew, and whose id %s, is a new registration on the same hardware",
  async (device_id_on_re_enrolment) => {
    const { client, simulator } = await start({ device_id_on_re_enrolment });
    const old = await client.registrations.get(ONE);
    const again = await client.registrations.get(simulator.reEnrol(ONE).id);
    expect(again.id).not.toBe(old.id);
    expect(again.device.id === old.device.id).toBe(device_id_on_re_enrolment === "stays");
    const [before, after] = [
      await client.physicalDevices.get(old.device.id),
      await client.physicalDevices.get(again.device.id),
    ];
    expect(after.hardware_id).toBe(before.hardware_id);
    expect(after.serial_number).toBe(before.serial_number);
  },
);

describe("revoke endpoints that are gone", () => {
  test.each(["404", "405", "410"] as const)(
    "with %s: an error that names the settings to change; delete goes on working",
    async (revoke_endpoints) => {
      const { client, simulator } = await start({ revoke_endpoints });
      const device = simulator.registration(ONE)?.device.id ?? "";
      for (const call of [
        client.registrations.revoke([ONE]),
        client.registrations.unrevoke([ONE]),
        client.physicalDevices.revoke(device),
      ]) {
        await expect(call).rejects.toMatchObject({ code: "cloudflare/endpoint-gone" });
      }
      const before = client.requests;
      const made = await outcomes(client, "revoke", active);
      expect(client.requests - before).toBe(1);
      expect(Object.values(made).every((reason) => reason.includes("policy.unlisted: delete"))).toBe(true);
      expect(await outcomes(client, "delete", [ONE])).toEqual({ [ONE]: "done" });
    },
  );

  test("are told from an unknown device", async () => {
    const { client } = await start({});
    await expect(client.physicalDevices.revoke("nobody")).rejects.toMatchObject({
      code: "cloudflare/not-found",
    });
  });
});

describe("records", () => {
  const [row] = world.registrations;
  const page = (record: unknown) => ({
    success: true,
    errors: [],
    messages: [],
    result: [record],
    result_info: { count: 1, page: 1, per_page: 50, cursor: "", total_count: 1 },
  });

  test("fields that no document names and optional ones that are missing pass through", async () => {
    const { id, key, device, created_at, updated_at, last_seen_at } = row!;
    const bare = {
      id,
      key,
      device: { id: device.id, name: device.name },
      created_at,
      updated_at,
      last_seen_at,
    };
    const odd = { ...bare, posture: { score: 7 }, device: { ...bare.device, asset: "A-1" } };
    const { client, simulator } = await start({});
    simulator.addFaults({ kind: "body", body: page(odd) });
    expect(await client.registrations.listAll({ status: "all" })).toEqual([odd]);
  });

  test.each(["key", "created_at", "updated_at", "last_seen_at", "device"] as const)(
    "a registration that lacks %s stops the listing with its id and the field",
    async (field) => {
      const { [field]: _, ...broken } = row!;
      const { client, simulator } = await start({});
      simulator.addFaults({ kind: "body", body: page(broken) });
      const listing = client.registrations.listAll({ status: "all" });
      await expect(listing).rejects.toMatchObject({ code: "cloudflare/bad-record" });
      await expect(listing).rejects.toThrow(`${row!.id} lacks ${field === "device" ? "device.id" : field}`);
    },
  );

  test("a registration without an id stops it too, and a user without one; a user needs nothing else", async () => {
    const { client, simulator } = await start({});
    simulator.addFaults({ kind: "body", body: page({ ...row, id: undefined }) });
    await expect(client.registrations.listAll()).rejects.toThrow("A registration lacks id");
    simulator.addFaults({ kind: "body", body: page({ email: "a@example.com" }) });
    await expect(client.accessUsers.listAll()).rejects.toThrow("An Access user lacks id");
    const bare = { id: "u1", colour: "red" };
    simulator.addFaults(
      { kind: "body", body: page(bare) },
      {
        kind: "body",
        body: { ...page(bare), result: [], result_info: { count: 0, page: 2, total_count: 1 } },
      },
    );
    expect(await client.accessUsers.listAll()).toEqual([bare]);
  });
});
