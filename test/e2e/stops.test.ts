/**
 * Random stops of runs with a thousand acts. A few by default; `npm run test:stops` makes a hundred under the real CLI
 * and prints a table. `STOPS` says how many, `STOPS_SEED` which.
 */

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { ReportDocument } from "../../src/report/document.js";
import { announce, newRun } from "../../src/run/lease.js";
import { type Engine, rehearsalEngine } from "../engine/index.js";
import { realEngine, underEachEngine } from "../engine/scenario.js";
import {
  ACTS,
  begin,
  inPlace,
  LATEST,
  type Place,
  running,
  type StopCase,
  stopOne,
  type Stopped,
  type Way,
  WAYS,
} from "./stop-case.js";

const HOW_MANY = Number(process.env.STOPS ?? 2);
const AT_ONCE = Number(process.env.STOPS_AT_ONCE ?? 1);
const SEED = Number(process.env.STOPS_SEED ?? Math.trunc(Math.random() * 1e6));
const TIMEOUT = 60_000 * Math.max(2, HOW_MANY);
const isLinux = process.platform === "linux";

/** Mulberry32: the same cases for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Each way as often as the others, a call taking up to 3 s (12 s for the longest way), the stop anywhere in the first 12 s of the acts. */
function casesOf(seed: number, howMany: number): StopCase[] {
  const random = randomFrom(seed);
  const ways = Object.keys(WAYS) as Way[];
  return Array.from({ length: howMany }, (_, index) => {
    const way = ways[index % ways.length] ?? "SIGINT";
    // Calls that outlast all three signals are among those of the longest way.
    const delay = Math.round(200 + (way === "GitHub's sequence" ? 12_000 : 2800) * random());
    const moment = Math.round(random() * Math.min(12_000, 9 * delay));
    return { way, delay, moment };
  });
}

async function stopAll(engine: Engine): Promise<Stopped[]> {
  const waiting = casesOf(SEED, HOW_MANY);
  const stopped: Stopped[] = [];
  const worker = async () => {
    for (let one = waiting.shift(); one; one = waiting.shift()) {
      const done = await stopOne(engine, one);
      stopped.push(done);
      if (HOW_MANY > 5) console.log(lineOf(done));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return stopped;
}

function expectStopped(stopped: readonly Stopped[]): void {
  for (const { output, ...one } of stopped) {
    const where = `seed ${SEED}: ${JSON.stringify(one)}\n${output.slice(-3000)}`;
    expect(one.late, `calls begun later than ${LATEST} ms: ${where}`).toBe(0);
    expect(one.left, `processes left: ${where}`).toEqual([]);
    expect(one.lies, `the report against the account's log: ${where}`).toEqual([]);
    expect(one.counts.failed, where).toBe(0);
    expect(one.counts.skipped, `it was stopped in its middle: ${where}`).toBeGreaterThan(0);
  }
}

function lineOf({ way, delay, moment, exit, last, late, left, gone, counts, lies }: Stopped): string {
  const { done, unknown, skipped } = counts;
  const figures = `call ${delay} ms, stopped after ${moment} ms, last call begun ${Math.round(last)} ms after it`;
  const report = `${done} done, ${unknown} unknown, ${skipped} skipped, ${lies.length} untrue`;
  return `${way}: ${figures}, ${late} late, ${left.length} left, gone in ${Math.round(gone)} ms; ${report}; exit ${exit}`;
}

function tableOf(engine: string, stopped: readonly Stopped[]): string {
  const rows = Object.keys(WAYS).map((way) => {
    const those = stopped.filter((one) => one.way === way);
    const sum = (of: (one: Stopped) => number) => those.reduce((all, one) => all + of(one), 0);
    const most = (of: (one: Stopped) => number) => Math.round(Math.max(0, ...those.map(of)));
    const cells = [
      ...[way, those.length, sum((one) => one.late), most((one) => one.last)],
      ...[sum((one) => one.left.length), most((one) => one.gone)],
      ...[sum((one) => one.counts.done), sum((one) => one.counts.unknown), sum((one) => one.counts.skipped)],
      those.filter((one) => one.lies.length === 0).length,
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return [
    `${engine}, seed ${SEED}, ${stopped.length} stops`,
    "| stopped by | runs | calls begun later than 2 s | last call begun, ms after the stop | processes left | last process gone, ms | done | unknown | skipped | report equal to the log |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

describe(`a run of a thousand acts that is stopped ${HOW_MANY} times`, () => {
  test("rehearsal engine", { timeout: TIMEOUT }, async ({ skip }) => {
    if (!isLinux) skip("the processes of a run are found in /proc");
    const engine = rehearsalEngine("test");
    const stopped = await stopAll(engine);
    if (HOW_MANY > 5) console.log(tableOf(engine.name, stopped));
    expectStopped(stopped);
  });

  test("real CLI", { timeout: TIMEOUT }, async ({ skip }) => {
    if (!isLinux) skip("the processes of a run are found in /proc");
    const engine = await realEngine();
    if (typeof engine === "string") return skip(engine);
    const stopped = await stopAll(engine);
    if (HOW_MANY > 5) console.log(tableOf(engine.name, stopped));
    expectStopped(stopped);
  });
});

const people = Array.from({ length: ACTS }, (_, index) => `  p${index}@example.com: [{ name: D${index} }]`);
const GUARDS = "guards: { revoke: { max: 9999, percent: 100 }, unrevoke: { max: 9999, percent: 100 } }";
const POLICY = "policy: { unknownUsers: revoke }";
const WRONG = `version: 1\n${GUARDS}\n${POLICY}\nusers: { x@example.com: [] }\n`;
const RIGHT = `version: 1\n${GUARDS}\n${POLICY}\nusers:\n${people.join("\n")}\n`;
const active = ({ trial }: Place) =>
  trial.simulator.world().registrations.filter(({ revoked_at }) => revoked_at == null).length;

underEachEngine("a wrong allowlist, killed and put right: nobody is cut off after the rollback", (engine) =>
  inPlace(engine, { delay: 2000, list: WRONG }, async (place) => {
    const { trial, gate, mark, binary } = place;
    const child = await begin(place);
    await gate.firstWrite;
    await sleep(300);
    child.kill("SIGKILL");
    if (binary !== undefined) {
      const [home, state] = [join(trial.folder, "home"), `file://${join(trial.folder, "state")}`];
      const env = { ...process.env, PULUMI_HOME: home, PULUMI_BACKEND_URL: state };
      spawnSync(binary, ["cancel", "--yes", "--stack", "trial", "--cwd", trial.project], { env });
    }
    await trial.write("allowlist.yaml", RIGHT);
    const up = await trial.stack.up({ skipPreview: true });
    expect(up.exitCode, up.output.slice(-3000)).toBe(0);
    // An orphan would have the time for another call.
    await sleep(5000);
    expect(active(place)).toBe(ACTS);
    expect(running(mark)).toEqual([]);
  }),
);

underEachEngine("a run makes no further call once a later run of its stack has begun", (engine) =>
  inPlace(engine, { delay: 600, list: WRONG }, async (place) => {
    const { trial, gate } = place;
    const child = await begin(place);
    const ended = new Promise((done) => child.once("exit", done));
    // A pipe that nobody reads from would hold it up.
    for (const stream of [child.stdout, child.stderr]) stream?.resume();
    await gate.firstWrite;
    const { run } = JSON.parse(readFileSync(join(trial.folder, "report.json"), "utf8")) as ReportDocument;
    const state = engine.real ? join(trial.folder, "state") : trial.folder;
    const stack = run?.stack ?? "";
    const terms = { stack, account: trial.simulator.accountId, backend: `file://${state}`, writes: true };
    expect(announce(newRun({ ...terms, engine: "127.0.0.1:1" }))).toBe(true);
    const begun = gate.calls.filter(({ method }) => method !== "GET").length;
    await ended;
    expect(gate.calls.filter(({ method }) => method !== "GET")).toHaveLength(begun);
    const { results = [] } = JSON.parse(
      readFileSync(join(trial.folder, "report.json"), "utf8"),
    ) as ReportDocument;
    expect(results.filter(({ result }) => result === "done")).toHaveLength(begun * 100);
    expect(results.find(({ result }) => result === "skipped")?.reason).toMatch(/^A later run of this stack/u);
  }),
);
