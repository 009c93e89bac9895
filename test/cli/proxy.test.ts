/** The account behind a proxy, as a process meets it: only a process can be told to trust a certificate. */

import { spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { generateWorld, startSimulator, type Simulator } from "../../src/simulator/index.js";
import { startProxied, type Proxied } from "../support/proxied.js";
import { compileCli } from "./compiled.js";

const { folder, main } = compileCli();
const project = join(folder, "project");
const TOKEN = "proxy-trial-5d20c77a91";
let simulator: Simulator;
let proxied: Proxied;

beforeAll(() => {
  mkdirSync(project);
  writeFileSync(join(project, "allowlist.yaml"), "version: 1\nusers: { ann@example.com: [] }\n");
});
beforeEach(async () => {
  simulator = await startSimulator({
    world: generateWorld({ registrations: 20, users: 9, seed: 7 }),
    token: TOKEN,
  });
  proxied = await startProxied(simulator.url);
});
afterEach(async () => {
  await proxied.end();
  await simulator.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function plan(env: Readonly<Record<string, string>>): Promise<Ended> {
  const child = spawn(process.execPath, [main, "plan"], {
    cwd: project,
    env: {
      PATH: process.env.PATH,
      CLOUDFLARE_API_TOKEN: TOKEN,
      CLOUDFLARE_ACCOUNT_ID: simulator.accountId,
      CLOUDFLARE_BASE_URL: proxied.url,
      ...proxied.trust,
      ...env,
    },
  });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, out, err })));
}

describe.each(["HTTPS_PROXY", "https_proxy", "HTTP_PROXY"])("%s", (name) => {
  test("leads to the account", async () => {
    const { code, out, err } = await plan({ [name]: proxied.proxy });
    expect(err).toBe("");
    expect(code).toBe(0);
    expect(out).toContain("20 in scope");
    expect(new Set(proxied.asked)).toEqual(new Set([`CONNECT ${proxied.host}:443`]));
  });
});

test("the proxy's user and password are sent to it, and shown nowhere", async () => {
  const address = proxied.proxy.replace("//", "//bob:s3cret%21-word@");
  expect((await plan({ HTTPS_PROXY: address })).code).toBe(0);
  expect(proxied.credentials[0]).toBe(`Basic ${Buffer.from("bob:s3cret!-word").toString("base64")}`);
  proxied.answer(407);
  const { code, out, err } = await plan({ HTTPS_PROXY: address });
  expect(code).toBe(1);
  expect(err).toContain("it answered 407");
  expect(err).toContain("Set its user and password in HTTPS_PROXY");
  expect(out + err).not.toMatch(/s3cret/u);
});

test("NO_PROXY leads past the proxy, where nobody knows the host", { timeout: 60_000 }, async () => {
  const { code, err } = await plan({ HTTPS_PROXY: proxied.proxy, NO_PROXY: "other.example, .example" });
  expect(code).toBe(1);
  expect(err).toContain("cannot be reached");
  expect(proxied.asked).toEqual([]);
});

test("an account on loopback is on this machine: no proxy is asked", async () => {
  const { code } = await plan({ HTTP_PROXY: proxied.proxy, CLOUDFLARE_BASE_URL: simulator.url });
  expect(code).toBe(0);
  expect(proxied.asked).toEqual([]);
});

test("what is no address of a proxy is told by the variable's name alone", async () => {
  const { code, err } = await plan({ HTTPS_PROXY: "socks5://bob:s3cret-word@127.0.0.1" });
  expect(code).toBe(1);
  expect(err).toContain("HTTPS_PROXY is not the address of a proxy.");
  expect(err).not.toContain("s3cret");
});
