/**
 * Random stops of runs with a thousand acts. A few by default; `npm run test:stops` makes a hundred under the real CLI
 * and prints a table. `STOPS` says how many, `STOPS_SEED` which.
 */

import { describe, expect, test } from "vitest";
import { findOnPath } from "../engine/choose/on-path.js";
import { rehearsalEngine, type Engine } from "../engine/index.js";
import { realEngine } from "../engine/scenario.js";
import { LATEST, stopOne, WAYS, type StopCase, type Stopped, type Way } from "./stop-case.js";

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

/** Each way as often as the others, a call taking up to 3 s, the stop anywhere in the first 12 s of the acts. */
function casesOf(seed: number, howMany: number): StopCase[] {
  const random = randomFrom(seed);
  const ways = Object.keys(WAYS) as Way[];
  return Array.from({ length: howMany }, (_, index) => {
    const delay = Math.round(200 + 2800 * random());
    const moment = Math.round(random() * Math.min(12_000, 9 * delay));
    return { way: ways[index % ways.length] ?? "SIGINT", delay, moment };
  });
}

async function stopAll(engine: Engine, binary: string | undefined): Promise<Stopped[]> {
  const waiting = casesOf(SEED, HOW_MANY);
  const stopped: Stopped[] = [];
  const worker = async () => {
    for (let one = waiting.shift(); one; one = waiting.shift()) {
      const done = await stopOne(engine, binary, one);
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
    const stopped = await stopAll(engine, undefined);
    if (HOW_MANY > 5) console.log(tableOf(engine.name, stopped));
    expectStopped(stopped);
  });

  test("real CLI", { timeout: TIMEOUT }, async ({ skip }) => {
    if (!isLinux) skip("the processes of a run are found in /proc");
    const engine = await realEngine();
    if (typeof engine === "string") return skip(engine);
    const binary = await findOnPath(process.env);
    const stopped = await stopAll(engine, binary);
    if (HOW_MANY > 5) console.log(tableOf(engine.name, stopped));
    expectStopped(stopped);
  });
});
