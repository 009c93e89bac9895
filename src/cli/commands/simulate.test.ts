import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterAll, afterEach, expect, test } from "vitest";
import { compileCli } from "../../../test/cli/compiled.js";

const { folder, main } = compileCli();
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Run {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  readonly ended: Promise<number | null>;
}

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Run {
  const child = spawn(process.execPath, [main, ...args], {
    env: { PATH: process.env.PATH, ...env },
  });
  children.push(child);
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return { child, out: () => out, err: () => err, ended };
}

async function listening(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Run & { url: string }> {
  const started = run(["simulate", ...args], env);
  await expect.poll(started.out).toContain("CLOUDFLARE_API_TOKEN");
  const url = /^Listening on (http:\/\/127\.0\.0\.1:\d+)$/m.exec(started.out())?.[1] ?? "";
  return { ...started, url };
}

test("the first line says where it listens, the next ones how to point a client at it", async () => {
  const { out, url, child, ended } = await listening(["--registrations", "3", "--seed", "4"]);
  const [first, base, account, token] = out().split("\n");
  expect(first).toMatch(/^Listening on http:\/\/127\.0\.0\.1:\d+$/);
  expect(base).toBe(`export CLOUDFLARE_BASE_URL=${url}/client/v4`);
  expect(account).toMatch(/^export CLOUDFLARE_ACCOUNT_ID=[0-9a-f]{32}$/);
  expect(token).toBe("export CLOUDFLARE_API_TOKEN=any");
  const id = account?.split("=")[1] ?? "";
  const reply = await fetch(`${url}/client/v4/accounts/${id}/devices/registrations`);
  expect(((await reply.json()) as { result: unknown[] }).result).toHaveLength(3);
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
});

test("--json says it in one line of JSON", async () => {
  const { out, child, ended } = run(["simulate", "--registrations", "3", "--json"]);
  await expect.poll(out).toContain("\n");
  const { url, baseUrl, accountId } = JSON.parse(out()) as Readonly<Record<string, string>>;
  expect(baseUrl).toBe(`${url ?? ""}/client/v4`);
  expect((await fetch(`${baseUrl ?? ""}/accounts/${accountId ?? ""}/devices/registrations`)).status).toBe(
    200,
  );
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
});

test("SIGINT ends it cleanly in the middle of a request", async () => {
  const { url, child, ended, err } = await listening(["--registrations", "1"]);
  await fetch(`${url}/__sim/faults`, { method: "POST", body: '{"kind":"hang"}' });
  const hanging = expect(fetch(`${url}/accounts/x/devices/registrations`)).rejects.toThrow();
  await expect.poll(async () => (await fetch(`${url}/__sim/log`)).text()).toContain("null");
  child.kill("SIGINT");
  await hanging;
  expect(await ended).toBe(0);
  expect(err()).toBe("");
});

test("a world file, settings, a stopped clock and a log file", async () => {
  const file = join(folder, "world.json");
  const at = "2026-10-01T08:00:00Z";
  const times = { created_at: at, updated_at: at, last_seen_at: at };
  const row = { id: "r1", key: "k", device: { id: "d1", name: "one" }, ...times };
  writeFileSync(
    file,
    JSON.stringify({ account_id: "acme", registrations: [row], settings: { total_count: "given" } }),
  );
  const log = join(folder, "requests.jsonl");
  const options = ["--world", file, "--setting", "last_page=no-cursor", "--now", at, "--log", log];
  const { url, child, ended } = await listening([...options, "--setting", "per_page_default=7"]);
  const reply = await fetch(`${url}/accounts/acme/devices/registrations`);
  const body = (await reply.json()) as { result_info: unknown };
  expect(body.result_info).toEqual({ count: 1, per_page: 7, total_count: 1 });
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
  expect(JSON.parse(readFileSync(log, "utf8"))).toMatchObject({ n: 1, time: "2026-10-01T08:00:00.000000Z" });
});

test("a log that is a pipe or a folder is refused, and waits for nobody", async ({ skip }) => {
  const pipe = join(folder, "pipe");
  if (spawnSync("mkfifo", [pipe]).status !== 0) skip("no pipe can be made here");
  const said = async (log: string) => {
    const { ended, err } = run(["simulate", "--registrations", "1", "--log", log]);
    return [await ended, err()];
  };
  expect(await said(pipe)).toEqual([1, `error: log file ${pipe}: it is a pipe\n`]);
  expect(await said(folder)).toEqual([1, `error: log file ${folder}: it is a folder\n`]);
});

test("a saved inventory is served as the account that it was taken of", async () => {
  const made = await listening(["--registrations", "4", "--seed", "2"]);
  const account = /ACCOUNT_ID=(\w+)/.exec(made.out())?.[1] ?? "";
  const file = join(folder, "inventory.json");
  const env = {
    CLOUDFLARE_API_TOKEN: "any",
    CLOUDFLARE_ACCOUNT_ID: account,
    CLOUDFLARE_BASE_URL: made.url,
  };
  expect(await run(["inventory", "--output", file, "--access-users"], env).ended).toBe(0);
  const served = await listening(["--inventory", file]);
  const ids = async (url: string) => {
    const reply = await fetch(`${url}/accounts/${account}/devices/registrations?status=all`);
    return ((await reply.json()) as { result: { id: string }[] }).result.map(({ id }) => id).sort();
  };
  expect(await ids(served.url)).toEqual(await ids(made.url));
  expect(await ids(served.url)).toHaveLength(4);
});

test("the token of the environment wins over the argument, and is not shown", async () => {
  const args = ["--registrations", "1", "--token", "argument"];
  const { out, url } = await listening(args, { SIMULATOR_TOKEN: "from-env" });
  const account = /ACCOUNT_ID=(\w+)/.exec(out())?.[1] ?? "";
  const status = async (token: string): Promise<number> => {
    const headers = { Authorization: `Bearer ${token}` };
    return (await fetch(`${url}/accounts/${account}/devices/registrations`, { headers })).status;
  };
  expect([await status("from-env"), await status("argument")]).toEqual([200, 403]);
  expect(out()).not.toMatch(/from-env|argument/);
});

test.each([
  [[], "no account is given: give --world FILE, --inventory FILE, or --registrations N"],
  [["--world", "/nowhere/world.json"], "world file /nowhere/world.json: cannot be read"],
  [["--registrations", "many"], "argument 'many' is invalid"],
  [["--registrations", "3", "--port", "70000"], "Expected a port from 0 to 65535"],
  [["--registrations", "3", "--setting", "cursor=x"], "setting.cursor: expected keyset|offset"],
  [["--registrations", "3", "--now", "noon"], "expected an RFC 3339 time"],
  [["--registrations", "3", "--log", "/nowhere/log"], "log file /nowhere/log"],
  [["--registrations", "3", "--revoked", "4"], "fleet: revoked: at most the 3 registrations"],
])("a mistake is one clear line and exit code 1: %j", async (args, message) => {
  const { ended, err, out } = run(["simulate", ...args]);
  expect(await ended).toBe(1);
  expect(err()).toContain(message);
  expect(
    err()
      .split("\n")
      .filter((line) => line.startsWith("error: ")),
  ).toHaveLength(1);
  expect(err()).not.toContain("    at ");
  expect(out()).toBe("");
});

test("a port in use is one clear line and exit code 1", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const { ended, err } = run(["simulate", "--registrations", "1", "--port", String(port)]);
  expect(await ended).toBe(1);
  expect(err()).toBe(`error: port ${port}: is in use; choose another, or 0 for a free one\n`);
  server.close();
});

test("the help has an example, the token's place and every setting", async () => {
  const { ended, out } = run(["simulate", "--help"]);
  expect(await ended).toBe(0);
  for (const part of ["Example:", "SIMULATOR_TOKEN", "last_page=no-cursor|empty-cursor|empty-page"]) {
    expect(out()).toContain(part);
  }
});
