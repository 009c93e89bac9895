/** Runs one table of steps under the rehearsal engine, and under the real CLI where one is on the PATH. */

import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { chooseEngine, ENGINE_VARIABLE, rehearsalEngine } from "./index.js";
import type { Engine, Operation, RunOptions, RunResult, StackState, Steps } from "./index.js";

/** A call that the provider got. */
interface Call {
  readonly method: string;
  readonly name: string;
  readonly pid: number;
  readonly [more: string]: unknown;
}

interface Step extends RunOptions {
  /** The program's config `step`. */
  readonly at: number;
  readonly run: Operation;
  /** More config, by full key. */
  readonly config?: Readonly<Record<string, string>>;
  /** What the world is, for `read`: values by id. */
  readonly world?: Readonly<Record<string, string>>;
  readonly exitCode: number;
  readonly steps: Steps;
  /** By method: the names that it was called with, in order of the alphabet; methods that were not called are left out. */
  readonly calls: Readonly<Record<string, string>>;
  readonly also?: (done: Done) => void;
}

export interface Done {
  readonly result: RunResult;
  readonly calls: readonly Call[];
  readonly state: StackState;
}

const FIXTURES = join(__dirname, "fixtures");

let real: Promise<Engine | string> | undefined;

/** The CLI on the PATH, or why there is none; looked for once. */
export function realEngine(): Promise<Engine | string> {
  const env = { ...process.env, [ENGINE_VARIABLE]: "pulumi" };
  real ??= chooseEngine({ env, project: __dirname, say: () => undefined }).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    console.warn(`Not tried under the real CLI: ${why}`);
    return why;
  });
  return real;
}

/** One test for each engine; that of the real CLI is skipped, with the reason, where there is none. */
export function underEachEngine(title: string, body: (engine: Engine) => Promise<void>): void {
  describe(title, () => {
    test("rehearsal engine", () => body(rehearsalEngine("test")));
    test("real CLI", async ({ skip }) => {
      const engine = await realEngine();
      if (typeof engine === "string") skip(engine);
      else await body(engine);
    });
  });
}

/** A table: run this, expect these calls, steps and this exit code; no provider process is left after any of them. */
export function scenario(title: string, fixture: string, table: readonly Step[]): void {
  underEachEngine(title, (engine) =>
    inFolder(async (folder) => {
      for (const step of table) {
        const done = await runStep(engine, fixture, folder, step);
        const where = `${step.run} at ${step.at}:\n${done.result.output}`;
        expect(done.result.exitCode, where).toBe(step.exitCode);
        expect(done.result.steps, where).toEqual(step.steps);
        expect(byMethod(done.calls), where).toEqual(step.calls);
        step.also?.(done);
        const files = await readdir(join(FIXTURES, fixture));
        expect(files.sort(), "nothing is written to the project").toEqual(["Pulumi.yaml", "program.cjs"]);
        await expectGone(done.calls.map(({ pid }) => pid));
      }
    }),
  );
}

/** Runs one step and says what came of it. */
export async function runStep(
  engine: Engine,
  fixture: string,
  folder: string,
  { at, run, world, config, ...options }: Pick<Step, "at" | "run" | "world" | "config"> & RunOptions,
): Promise<Done> {
  const [calls, worldFile] = [join(folder, "calls"), join(folder, "world.json")];
  await writeFile(calls, "");
  await writeFile(worldFile, JSON.stringify(world ?? {}));
  const stack = await engine.open({
    project: join(FIXTURES, fixture),
    folder: join(folder, "a stack"),
    stack: "dev",
    config: { "fixture:step": String(at), "other:greeting": "hi", ...config },
    env: { CALLS: calls, WORLD: worldFile },
  });
  const result = await stack[run](options);
  return { result, calls: await readCalls(calls), state: await stack.state() };
}

export async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "warp-engine-"));
  try {
    await body(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the state has of each resource: its id, and the inputs and outputs without the provider's text. */
export function rowsOf({ resources }: StackState): Readonly<Record<string, unknown>> {
  const plain = ({ __provider: _, name: __, ...properties }: Readonly<Record<string, unknown>>) => properties;
  return Object.fromEntries(
    resources.map(({ name, id, inputs, outputs }) => [name, { id, in: plain(inputs), out: plain(outputs) }]),
  );
}

/** Whoever adopts the process of a dead parent takes a moment to clear it away. */
export async function expectGone(pids: readonly number[]): Promise<void> {
  await expect.poll(() => pids.filter(isRunning)).toEqual([]);
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function readCalls(path: string): Promise<readonly Call[]> {
  const lines = (await readFile(path, "utf8")).split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as Call);
}

function byMethod(calls: readonly Call[]): Readonly<Record<string, string>> {
  const methods = [...new Set(calls.map(({ method }) => method))].filter((method) => method !== "created");
  const names = (wanted: string) => calls.filter(({ method }) => method === wanted).map(({ name }) => name);
  return Object.fromEntries(methods.map((method) => [method, names(method).sort().join(" ")]));
}
