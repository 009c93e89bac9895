import { afterEach, expect, test } from "vitest";
import { generateWorld } from "./fleet.js";
import { startSimulator, type Simulator, type SimulatorOptions } from "./simulator.js";

const world = generateWorld({ registrations: 6, users: 3, seed: 5 });
const FIRST = world.registrations[0]!.id;
const TOKEN = "a-token/with+signs";
const KEY = "0123456789abcdef0123456789abcdef01234567";

let simulator: Simulator;
afterEach(() => simulator.close());

async function start(options: SimulatorOptions = {}): Promise<void> {
  simulator = await startSimulator({ world, ...options });
}

function path(rest = ""): string {
  return `/accounts/${simulator.accountId}/devices/registrations${rest}`;
}

async function call(
  where: string,
  init: RequestInit = {},
): Promise<{ status: number; codes: string; text: string; headers: Headers }> {
  const response = await fetch(`${simulator.url}${where}`, init);
  const text = await response.text();
  const body = (response.headers.get("content-type") === "application/json" ? JSON.parse(text) : {}) as {
    errors?: { code: number }[];
  };
  const codes = (body.errors ?? []).map(({ code }) => code).join(" ");
  return { status: response.status, codes, text, headers: response.headers };
}

function post(name: string, body: unknown): Promise<{ status: number; text: string }> {
  return call(`/__sim/${name}`, { method: "POST", body: JSON.stringify(body) });
}

test("the API is there with and without /client/v4", async () => {
  await start();
  const short = await call(path("?per_page=1"));
  const long = await call(`/client/v4${path("?per_page=1")}`);
  expect(short.status).toBe(200);
  expect(long.text).toBe(short.text);
});

test.each([
  ["GET", "/nothing", 404, "7003 7000"],
  ["GET", "/accounts/x/devices/registrations", 404, "7003 7000"],
  ["GET", "/accounts/ffffffffffffffffffffffffffffffff/devices/registrations", 403, "9109"],
  ["GET", "{account}/nobody", 404, "7003"],
  ["GET", "{account}/revoke", 404, "7003"],
  ["PUT", "{account}", 405, "7001"],
  ["GET", "{account}/revoke/more", 404, "7003 7000"],
  ["POST", "{account}/some-id", 405, "7001"],
])("%s %s is %i with %s", async (method, where, status, codes) => {
  await start();
  expect(await call(where.replace("{account}", path()), { method })).toMatchObject({ status, codes });
});

test.each([
  [{}, 400, "9106"],
  [{ Authorization: `Bearer ${TOKEN}` }, 200, ""],
  [{ Authorization: "Bearer another" }, 403, "10000"],
  [{ Authorization: "Bearer two words" }, 400, "6003"],
  [{ Authorization: `Basic ${TOKEN}` }, 400, "6003"],
  [{ "X-Auth-Email": "a@example.com", "X-Auth-Key": KEY }, 200, ""],
  [{ "X-Auth-Email": "b@example.com", "X-Auth-Key": KEY }, 403, "10000"],
  [{ "X-Auth-Email": "a@example.com", "X-Auth-Key": "short" }, 400, "6003"],
])("credentials %j: %i %s", async (headers, status, codes) => {
  await start({ token: TOKEN, email: "a@example.com", key: KEY });
  expect(await call(path(), { headers: headers as Record<string, string> })).toMatchObject({ status, codes });
});

test("the log has each request as it was sent and answered, and never the token", async () => {
  await start({ token: TOKEN, now: "2026-10-01T08:00:00Z" });
  const headers = { Authorization: `Bearer ${TOKEN}` };
  await call(`/client/v4${path("?id=a%2Cb&id=c")}`, { headers });
  await call(path(`?token=${encodeURIComponent(TOKEN)}&again=${TOKEN}&part=${TOKEN.slice(2, 12)}`));
  await call("/__sim/stats");
  const log = await call("/__sim/log");
  expect(
    log.text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual([
    {
      n: 1,
      time: "2026-10-01T08:00:00.000000Z",
      method: "GET",
      path: path(),
      query: "id=a%2Cb&id=c",
      status: 200,
    },
    {
      n: 2,
      time: "2026-10-01T08:00:00.000000Z",
      method: "GET",
      path: path(),
      query: "token=***&again=***&part=***",
      status: 400,
    },
  ]);
  expect((await call("/__sim/log?since=1")).text.split("\n")).toHaveLength(2);
  expect((await call("/__sim/log?since=x")).status).toBe(400);
});

test("requests are counted by method and endpoint", async () => {
  await start();
  await call(path());
  await call(path(`/${FIRST}`));
  await call(path("/someone-else"));
  await call(path("/revoke?id=x"), { method: "POST" });
  await call("/elsewhere");
  expect(simulator.stats()).toEqual({
    total: 5,
    requests: {
      "GET (no such endpoint)": 1,
      "GET /accounts/{account_id}/devices/registrations": 1,
      "GET /accounts/{account_id}/devices/registrations/{registration_id}": 2,
      "POST /accounts/{account_id}/devices/registrations/revoke": 1,
    },
  });
});

test("beyond the rate limit everything is refused, and does not take effect", async () => {
  await start({ settings: { rate_limit: 2, rate_limit_window: 300 } });
  const first = await call(path());
  expect(first.headers.get("ratelimit")).toMatch(/^"default";r=1;t=(300|29\d)$/u);
  expect(first.headers.get("ratelimit-policy")).toBe('"default";q=2;w=300');
  await call(path());
  const third = await call(path("/revoke?id=" + FIRST), { method: "POST" });
  expect(third).toMatchObject({ status: 429, codes: "971" });
  expect(Number(third.headers.get("retry-after"))).toBeGreaterThan(1);
  expect(simulator.registration(FIRST)?.revoked_at).toBeUndefined();
});

test("without a limit there are no limit headers", async () => {
  await start({ settings: { rate_limit: 0 } });
  expect((await call(path())).headers.has("ratelimit")).toBe(false);
});

test("a fault strikes what it matches, after so many, so many times", async () => {
  await start();
  await post("faults", {
    kind: "status",
    status: 503,
    match: { method: "get", path: "registrations$" },
    skip: 1,
    times: 2,
  });
  const seen = [];
  for (let n = 0; n < 4; n++) {
    seen.push((await call(path())).status, (await call(path(`/${FIRST}`))).status);
  }
  expect(seen).toEqual([200, 200, 503, 200, 503, 200, 200, 200]);
});

test.each([
  [{ kind: "status" }, 500, /"success":false/],
  [{ kind: "status", status: 429, retry_after: 0 }, 429, /"code":971/],
  [
    { kind: "status", status: 403, code: 10000, message: "Forbidden" },
    403,
    /"code":10000,"message":"Forbidden"/,
  ],
  [{ kind: "unsuccessful" }, 200, /"success":false/],
  [{ kind: "html" }, 502, /^<!DOCTYPE html>/],
  [{ kind: "body", body: { odd: true } }, 200, /^\{"odd":true\}$/],
  [{ kind: "slow", delay_ms: 20 }, 200, /"success":true/],
])("fault %j answers %i", async (fault, status, text) => {
  await start();
  expect((await post("faults", fault)).status).toBe(200);
  const reply = await call(path());
  expect(reply.status).toBe(status);
  expect(reply.text).toMatch(text);
  expect((await call(path())).status).toBe(200);
});

test.each([["reset"], ["cut"]] as const)("fault %s ends the connection", async (kind) => {
  await start();
  simulator.addFaults({ kind });
  await expect(call(path())).rejects.toThrow();
});

test("a hanging request is never answered, and does not hold up close", async () => {
  await start();
  simulator.addFaults({ kind: "hang" });
  const hanging = call(path(), { signal: AbortSignal.timeout(150) });
  await expect(hanging).rejects.toThrow(/timeout/);
  simulator.addFaults({ kind: "hang" });
  const closed = expect(call(path())).rejects.toThrow();
  await expect.poll(() => simulator.log().length).toBe(2);
  await simulator.close();
  await closed;
  expect(simulator.log().map(({ status }) => status)).toEqual([null, null]);
});

test("a lost answer: the request takes effect where the fault says so", async () => {
  await start();
  simulator.addFaults({ kind: "status" }, { kind: "reset", applied: true });
  const revoke = (): ReturnType<typeof call> => call(path(`/revoke?id=${FIRST}`), { method: "POST" });
  await revoke();
  expect(simulator.registration(FIRST)?.revoked_at).toBeUndefined();
  await expect(revoke()).rejects.toThrow();
  expect(simulator.registration(FIRST)?.revoked_at).toBeTypeOf("string");
});

test("a repeated cursor is the one that was sent", async () => {
  await start();
  const first = JSON.parse((await call(path("?per_page=2"))).text) as { result_info: { cursor: string } };
  const { cursor } = first.result_info;
  simulator.addFaults({ kind: "repeat-cursor", match: { query: "cursor=" } });
  const second = JSON.parse((await call(path(`?per_page=2&cursor=${cursor}`))).text) as typeof first;
  expect(second.result_info.cursor).toBe(cursor);
});

test("control: revoke, unrevoke, delete, by one id or several", async () => {
  await start();
  const [, second, third] = world.registrations;
  await post("revoke", { ids: [FIRST, second!.id] });
  await post("unrevoke", { id: FIRST });
  await post("delete", { id: third!.id });
  const now = JSON.parse((await call("/__sim/world")).text) as typeof world;
  expect(now.registrations).toHaveLength(5);
  expect(now.registrations.filter(({ revoked_at }) => revoked_at != null).map(({ id }) => id)).toEqual([
    second!.id,
  ]);
  expect(simulator.log()).toEqual([]);
});

test("control: rename changes the device wherever it is named", async () => {
  await start();
  await post("rename", { id: FIRST, name: "" });
  const deviceId = world.registrations[0]!.device.id;
  expect(simulator.registration(FIRST)?.device.name).toBe("");
  expect(simulator.world().physical_devices.find(({ id }) => id === deviceId)?.name).toBe("");
});

test("control: an enrolment is a new registration of a known user on a new device", async () => {
  await start({ now: "2026-10-01T08:00:00Z" });
  const { user } = world.registrations[0]!;
  const reply = await post("enrol", { email: user!.email, device_name: "NEW-1", serial_number: "S-1" });
  const made = JSON.parse(reply.text) as { id: string; device: { id: string } };
  expect(simulator.registration(made.id)).toMatchObject({ user, created_at: "2026-10-01T08:00:00.000000Z" });
  const device = simulator.world().physical_devices.find(({ id }) => id === made.device.id);
  expect(device).toMatchObject({ name: "NEW-1", serial_number: "S-1", active_registrations: 1 });
  expect((await call(path(`/${made.id}`))).status).toBe(200);
});

test.each(["stays", "changes"] as const)("control: re-enrolment, the device id %s", async (setting) => {
  await start({ settings: { device_id_on_re_enrolment: setting } });
  simulator.revoke(FIRST);
  const made = JSON.parse((await post("re-enrol", { id: FIRST })).text) as {
    id: string;
    device: { id: string };
  };
  const old = simulator.registration(FIRST)!;
  expect(old.revoked_at).toBeTypeOf("string");
  expect(made.id).not.toBe(FIRST);
  expect(made.device.id === old.device.id).toBe(setting === "stays");
  const devices = new Map(simulator.world().physical_devices.map((device) => [device.id, device]));
  expect(devices.get(made.device.id)?.serial_number).toBe(devices.get(old.device.id)?.serial_number);
  expect(simulator.registration(made.id)?.revoked_at).toBeUndefined();
});

test("control: re-enrolment by user and device", async () => {
  await start();
  const { user, device } = world.registrations[1]!;
  const reply = await post("re-enrol", { email: user!.email, device_id: device.id });
  expect(JSON.parse(reply.text)).toMatchObject({ user, device: { id: device.id } });
});

test("control: settings and the clock", async () => {
  await start();
  await post("settings", { total_count: "given" });
  await post("clock", { now: "2027-01-01T00:00:00Z" });
  simulator.revoke(FIRST);
  expect((await call(path())).text).toContain('"total_count":5');
  expect(simulator.registration(FIRST)?.revoked_at).toBe("2027-01-01T00:00:00.000000Z");
});

test("control: reset is the start again", async () => {
  await start({ settings: { total_count: "given" }, now: "2026-10-01T08:00:00Z" });
  const before = simulator.world();
  simulator.delete(FIRST);
  simulator.setNow("2027-01-01T00:00:00Z");
  simulator.set({ total_count: "null" });
  simulator.addFaults({ kind: "status", times: 5 });
  await call(path());
  expect((await post("reset", {})).status).toBe(200);
  expect(simulator.world()).toEqual(before);
  expect(simulator.log()).toEqual([]);
  expect((await call(path())).status).toBe(200);
  simulator.revoke(FIRST);
  expect(simulator.registration(FIRST)?.revoked_at).toBe("2026-10-01T08:00:00.000000Z");
});

test.each([
  ["revoke", {}, "ids: expected a list of registration ids"],
  ["revoke", { ids: ["nobody"] }, "ids: no registration nobody"],
  ["delete", { idz: ["x"] }, "idz: no such field; the fields are ids, id"],
  ["rename", { id: "nobody", name: "x" }, "id: no such registration"],
  ["rename", { id: "nobody" }, "name: required"],
  ["enrol", { device_id: "x" }, "email: required"],
  ["enrol", { email: "a@example.com", id: FIRST }, "is taken"],
  ["re-enrol", { id: "nobody" }, 'id: no registration "nobody"'],
  ["re-enrol", { email: "a@example.com", device_id: "x" }, "no registration of a@example.com on x"],
  ["faults", { kind: "explode" }, "fault.kind: expected one of status, html"],
  ["faults", { kind: "html", match: { path: "(" } }, "fault.match.path: not a regular expression"],
  ["faults", { kind: "html", times: 0 }, "fault.times: expected a whole number, at least 1"],
  ["faults", { kind: "html", status: 700 }, "fault.status: expected an HTTP status"],
  ["settings", { cursor: "x" }, "settings.cursor: expected keyset|offset"],
  ["clock", { now: "noon" }, "now: expected an RFC 3339 time"],
  ["reset", [], "body: expected a JSON object"],
])("control: %s with %j is a 400 that says why", async (name, body, message) => {
  await start();
  const before = simulator.world();
  const reply = await post(name, body);
  expect(reply.status).toBe(400);
  expect((JSON.parse(reply.text) as { error: string }).error).toContain(message);
  expect(simulator.world()).toEqual(before);
});

test("control: an unknown call is a 404, a body that is no JSON a 400", async () => {
  await start();
  expect((await call("/__sim/toString")).status).toBe(404);
  expect((await call("/__sim/revoke")).status).toBe(404);
  expect((await call("/__sim/revoke", { method: "POST", body: "{" })).status).toBe(400);
});

test("a port that is in use is named", async () => {
  await start();
  await expect(startSimulator({ port: simulator.port })).rejects.toThrow(`port ${simulator.port}: is in use`);
});
