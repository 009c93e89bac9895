/** Stops one run of a thousand acts, and holds what it says against what the account saw. */

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ReportDocument } from "../../src/report/document.js";
import { cliEnvironment, placesOf } from "../engine/cli/workspace.js";
import { findOnPath } from "../engine/choose/on-path.js";
import { descendants } from "../engine/child.js";
import { environment } from "../engine/environment.js";
import type { Engine } from "../engine/index.js";
import { readProject } from "../engine/project.js";
import { openGate, type Gate } from "../support/gate.js";
import { startTrial, TOKEN, type Trial } from "../support/trial.js";
import { ACCOUNT, registration } from "../support/world.js";

export const ACTS = 1000;
/** Later than so many ms after the stop no call may begin. */
export const LATEST = 2000;
/** So long, in ms, the last process may take to be gone. */
const LEAVING = 20_000;

/** How a run is stopped; the first signal is the stop. */
export const WAYS = {
  SIGINT: [[0, "SIGINT"]],
  SIGKILL: [[0, "SIGKILL"]],
  "SIGINT twice": [
    [0, "SIGINT"],
    [700, "SIGINT"],
  ],
  SIGTERM: [[0, "SIGTERM"]],
  // As its runner does: it waits 7.5 s, 2.5 s, and then kills all that is left of the step.
  "GitHub's sequence": [
    [0, "SIGINT"],
    [7500, "SIGTERM"],
    [2500, "kill the tree"],
  ],
} as const;
export type Way = keyof typeof WAYS;

export interface StopCase {
  readonly way: Way;
  /** In ms after the first call that writes. */
  readonly moment: number;
  /** How long a call that writes takes, in ms. */
  readonly delay: number;
}

export interface Stopped extends StopCase {
  readonly exit: string;
  /** Calls of any kind that began after the stop, and how long after it the last of them did, in ms. */
  readonly after: number;
  readonly last: number;
  /** Calls that began later than {@link LATEST}. */
  readonly late: number;
  /** Processes of the run that do not end, by their commands. */
  readonly left: readonly string[];
  /** From the stop until the last process was gone, in ms. */
  readonly gone: number;
  readonly counts: Readonly<Record<"done" | "failed" | "unknown" | "skipped", number>>;
  /** Where the report says something else than the account's log. */
  readonly lies: readonly string[];
  readonly output: string;
}

const LIST = `version: 1
guards: { delete: { max: 100000, percent: 100 } }
policy: { unknownUsers: delete }
users: { x@example.com: [] }
`;

let count = 0;

/** A thousand registrations behind a gate, and a stack for them. */
export interface Place {
  readonly trial: Trial;
  readonly gate: Gate;
  /** In the environment of all that is started for it. */
  readonly mark: string;
  /** Of the CLI; undefined for the rehearsal engine. */
  readonly binary: string | undefined;
}

/** Does something in a place of its own, and leaves no process behind. */
export async function inPlace<T>(
  engine: Engine,
  { delay, list }: { readonly delay: number; readonly list: string },
  body: (place: Place) => Promise<T>,
): Promise<T> {
  const mark = `${process.pid}.${++count}`;
  const binary = engine.real ? await findOnPath(process.env) : undefined;
  const gate = await openGate(delay);
  const registrations = Array.from({ length: ACTS }, (_, index) =>
    registration({ id: `r${index}`, email: `p${index}@example.com`, device: `d${index}`, name: `D${index}` }),
  );
  const trial = await startTrial({
    engine,
    account: { world: { account_id: ACCOUNT, registrations, physical_devices: [] } },
    files: { "allowlist.yaml": list },
    config: { baseUrl: gate.url },
  });
  gate.lead(trial.simulator.url);
  try {
    return await body({ trial, gate, mark, binary });
  } finally {
    for (const { pid } of running(mark)) end(pid, "SIGKILL");
    gate.close();
    await trial.end();
  }
}

export function stopOne(engine: Engine, one: StopCase): Promise<Stopped> {
  return inPlace(engine, { delay: one.delay, list: LIST }, async (place) =>
    stop(await begin(place), place, one),
  );
}

/** Begins an update of the stack, in a process that can be stopped. */
export async function begin({ trial, gate, binary, mark }: Place): Promise<ChildProcess> {
  const workspace = { project: trial.project, folder: trial.folder, stack: "trial", config: {} };
  const more = {
    CLOUDFLARE_API_TOKEN: TOKEN,
    WARP_REPORT: join(trial.folder, "report.json"),
    STOP_MARK: mark,
  };
  if (binary === undefined) {
    const config = {
      "warp-registrations:accountId": ACCOUNT,
      "warp-registrations:baseUrl": gate.url,
    };
    const task = { operation: "up", workspace: { ...workspace, config }, options: { skipPreview: true } };
    const script = join(packageRoot(), "dist", "test", "engine", "rehearsal", "main.js");
    return spawn(process.execPath, [script, JSON.stringify(task)], {
      env: { ...environment(process.env), ...more },
      detached: true,
    });
  }
  const places = placesOf(workspace, await readProject(trial.project));
  const flags = ["--yes", "--skip-preview", "--non-interactive", "--color", "never", "--suppress-progress"];
  const where = ["--stack", "trial", "--cwd", trial.project, "--config-file", places.config];
  return spawn(binary, ["up", ...flags, ...where], {
    env: cliEnvironment(binary, places, more),
    detached: true,
  });
}

async function stop(child: ChildProcess, { trial, gate, mark }: Place, one: StopCase): Promise<Stopped> {
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (data: Buffer) => (output += data.toString()));
  let exit = "";
  const ended = once(child, "exit").then(([code, signal]) => (exit = String(signal ?? code)));
  await Promise.race([gate.firstWrite, ended]);
  if (exit !== "") throw new Error(`the run ended before its first act: ${output}`);
  await sleep(one.moment);
  const stoppedAt = performance.now();
  await signal(child, WAYS[one.way], ended);
  await Promise.race([ended, sleep(LEAVING)]);
  while (running(mark).length > 0 && performance.now() - stoppedAt < LEAVING) await sleep(50);
  const gone = performance.now() - stoppedAt;
  const left = running(mark).map(({ command }) => command);
  // Whoever is still there has had the time to begin another call.
  await sleep(Math.max(0, stoppedAt + LATEST + 2 * one.delay + 500 - performance.now()));
  const after = gate.calls.filter(({ begun }) => begun > stoppedAt);
  const document = JSON.parse(readFileSync(join(trial.folder, "report.json"), "utf8")) as ReportDocument;
  return {
    ...one,
    ...{ exit, left, gone, output },
    after: after.length,
    last: Math.max(0, ...after.map(({ begun }) => begun - stoppedAt)),
    late: after.filter(({ begun }) => begun - stoppedAt > LATEST).length,
    counts: countsOf(document),
    lies: liesOf(document, gate, trial),
  };
}

async function signal(
  child: ChildProcess,
  steps: readonly (readonly [number, string])[],
  ended: Promise<unknown>,
): Promise<void> {
  const { pid = 0 } = child;
  for (const [wait, what] of steps) {
    await Promise.race([ended, sleep(wait)]);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const tree = what === "kill the tree" ? [{ pid }, ...descendants(pid)] : [{ pid }];
    for (const one of tree) end(one.pid, what === "kill the tree" ? "SIGKILL" : (what as NodeJS.Signals));
  }
}

function end(pid: number, how: NodeJS.Signals): void {
  try {
    process.kill(pid, how);
  } catch {
    // It has ended already.
  }
}

/** Every process that was given the run's mark, however it was started and whoever its parent is by now. */
export function running(mark: string): { pid: number; command: string }[] {
  return readdirSync("/proc").flatMap((name) => {
    try {
      if (!/^\d+$/u.test(name)) return [];
      if (!readFileSync(`/proc/${name}/environ`, "latin1").split("\0").includes(`STOP_MARK=${mark}`))
        return [];
      const command = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").trim();
      return [{ pid: Number(name), command }];
    } catch {
      return [];
    }
  });
}

function countsOf({ results = [] }: ReportDocument): Stopped["counts"] {
  const counts = { done: 0, failed: 0, unknown: 0, skipped: 0 };
  for (const { result } of results) counts[result] += 1;
  return counts;
}

/** `done`: called for, and so it is; `unknown`: of the last call at most; `skipped`: never called for, and still there. */
function liesOf({ results = [] }: ReportDocument, gate: Gate, { simulator }: Trial): string[] {
  const writes = gate.calls.filter(({ method }) => method !== "GET");
  const called = new Set(writes.flatMap(({ ids }) => ids));
  const last = new Set(writes.at(-1)?.ids);
  const there = new Set(simulator.world().registrations.map(({ id }) => id));
  const lies = results.flatMap(({ registration: id, result }) => {
    const facts = `${called.has(id) ? "called for" : "not called for"}, ${there.has(id) ? "there" : "gone"}`;
    const isTrue = {
      done: called.has(id) && !there.has(id),
      unknown: last.has(id) || !called.has(id),
      skipped: !called.has(id) && there.has(id),
      failed: false,
    }[result];
    return isTrue ? [] : [`${id} ${result}: ${facts}`];
  });
  return results.length === ACTS ? lies : [...lies, `${results.length} results`];
}

function packageRoot(): string {
  return join(require.resolve("pulumi-warp-registrations/package.json"), "..");
}
