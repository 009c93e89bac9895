import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { generateWorld, startSimulator, type Simulator } from "../../src/simulator/index.js";
import { compileCli } from "./compiled.js";

/* What only a process shows: exit codes, signals, pipes. */

const { folder, main } = compileCli();
const project = join(folder, "project");
const children: ChildProcess[] = [];
let simulator: Simulator;

beforeAll(async () => {
  mkdirSync(project);
  writeFileSync(join(project, "allowlist.yaml"), "version: 1\nusers: { ann@example.com: [] }\n");
  simulator = await startSimulator({ world: generateWorld({ registrations: 3000, users: 1200, seed: 7 }) });
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});
afterAll(async () => {
  await simulator.close();
  rmSync(folder, { recursive: true, force: true });
});

function start(args: readonly string[], program?: string): ChildProcess {
  const child = spawn(program ?? process.execPath, [...(program === undefined ? [main] : []), ...args], {
    cwd: project,
    env: {
      PATH: process.env.PATH,
      CLOUDFLARE_API_TOKEN: "any",
      CLOUDFLARE_ACCOUNT_ID: simulator.accountId,
      CLOUDFLARE_BASE_URL: simulator.url,
    },
  });
  children.push(child);
  return child;
}

async function ended(child: ChildProcess): Promise<{ code: number | null; out: string; err: string }> {
  let [out, err] = ["", ""];
  child.stdout?.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (err += chunk.toString()));
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, out, err })));
}

test("the exit code is the process's, and a long report comes whole through a pipe", async () => {
  const { code, out } = await ended(start(["plan", "--format", "json", "--exit-code"]));
  expect(code).toBe(2);
  expect((JSON.parse(out) as { decisions: unknown[] }).decisions).toHaveLength(3000);
});

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("%s while the account is listed: %i, and no file", async (signal, code) => {
  simulator.addFaults({ kind: "hang" });
  const before = simulator.log().length;
  const child = start(["plan", "--output", "json=stopped.json", "markdown=stopped.md"]);
  const end = ended(child);
  await expect.poll(() => simulator.log().length).toBeGreaterThan(before);
  child.kill(signal);
  expect(await end).toEqual({ code, out: "", err: "stopped; nothing was written\n" });
  expect(readdirSync(project)).toEqual(["allowlist.yaml"]);
});

const inTerminal = spawnSync("script --version", { shell: true }).stdout.toString().includes("util-linux");
if (!inTerminal)
  console.warn(
    "script of util-linux is not installed: no command is run in a terminal, to see how wide it writes",
  );

test.skipIf(!inTerminal)(
  "a report is as wide as its terminal, and one that does not say how wide it is gets 80",
  async () => {
    const child = (columns: number) => {
      const command = `stty cols ${columns}; exec '${process.execPath}' '${main}' plan --no-color`;
      return start(["-qec", command, "/dev/null"], "script");
    };
    const widest = async (columns: number) => {
      const { out } = await ended(child(columns));
      const text = out.slice(out.indexOf("WARP registrations:"));
      return Math.max(...text.split(/\r?\n/u).map((line) => line.length));
    };
    expect(await widest(60)).toBeLessThanOrEqual(60);
    const wide = await widest(150);
    expect(wide).toBeGreaterThan(80);
    expect(wide).toBeLessThanOrEqual(150);
    expect(await widest(0)).toBeLessThanOrEqual(80);
  },
);

test("who stops reading is no error", async () => {
  const child = start(["plan", "--format", "json"]);
  child.stdout?.once("data", () => child.stdout?.destroy());
  let err = "";
  child.stderr?.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const code = await new Promise((resolve) => child.once("exit", resolve));
  expect([code, err]).toEqual([0, ""]);
});
