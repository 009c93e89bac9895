/**
 * Whether this process may go on. Before each call that writes, it asks the engine of its run for a sign of life, and
 * checks whether the run was cancelled or a later run of the same stack has begun. It ends with its engine.
 *
 * Pulumi's dynamic provider answers `Cancel` but does nothing about it, and nothing ends it if its engine is killed.
 */

import { Server } from "node:net";
import { CloudflareError, type Method } from "../src/cloudflare/index.js";
import {
  endLanguageHost,
  EngineLink,
  isEngineAddress,
  isRunning,
  laterRun,
  type RunMark,
  runOf,
} from "../src/run/lease.js";

/** How long, in ms, results of calls that were under way may be read back after a stop. */
const READING = 1_500;
/** How long, in ms, to wait for a call that is under way. */
const PATIENCE = { cancelled: 10_000, gone: 3_000, signal: 2_500 } as const;
/** How much later, in ms, a process that should have ended is ended. */
const SLACK = 1_000;

const AGAIN = "What was not attempted is due again in the next run.";
const WHY = {
  cancelled: `The run was cancelled. ${AGAIN}`,
  gone: `Pulumi ended during the run. ${AGAIN}`,
  signal: `The run was asked to stop. ${AGAIN}`,
  superseded: `A later run of this stack has begun. ${AGAIN}`,
  programGone: `The program of this run has ended. ${AGAIN}`,
  unknown: `It is not known which Pulumi engine this run belongs to, so nothing is done. ${AGAIN}`,
} as const;

const writes = new AbortController();
const waits = new AbortController();
let stoppedAt = 0;
let working = 0;
let leaving: (() => void) | undefined;
let link: EngineLink | undefined;
let mark: RunMark | undefined;

/** Aborted once no further call that writes may begin; the reason is a sentence. */
export const stopped: AbortSignal = writes.signal;
/** Aborted once calls that are under way are no longer waited for. */
export const abandoned: AbortSignal = waits.signal;

/**
 * The run that this process belongs to, if its program has announced it. A program without the component does not, but
 * its engine may have the address of an earlier run, whose mark is still there.
 */
export function currentRun(): RunMark | undefined {
  if (link === undefined || mark !== undefined) return mark;
  const found = runOf(link.address);
  if (found?.pulumi === undefined || isRunning(found.pulumi)) mark = found;
  return mark;
}

/** Shows the progress of this process, if it is Pulumi's. */
export function show(line: string): void {
  link?.show(line);
}

/** Why a request must not go out; undefined if it may. Asked before each one. */
export async function refusal(method: Method): Promise<CloudflareError | undefined> {
  if (!stopped.aborted && method !== "GET") await look();
  if (!stopped.aborted) return undefined;
  if (method === "GET" && performance.now() - stoppedAt < READING) return undefined;
  return new CloudflareError({ code: "cloudflare/stopped", what: String(stopped.reason) });
}

/** Runs a task during which this process must not end. */
export async function work<T>(task: () => Promise<T>): Promise<T> {
  working += 1;
  try {
    return await task();
  } finally {
    working -= 1;
    if (working === 0) leaving?.();
  }
}

/** Begins to watch, once, if this is Pulumi's provider process; elsewhere, as in a test, nothing is stopped. */
export function watch(argv: readonly string[] = process.argv): void {
  const [, script = "", address] = argv;
  if (link || !/[\\/]dynamic-provider(?:[\\/]|$)/u.test(script)) return;
  if (!isEngineAddress(address)) {
    stop(WHY.unknown, 0);
    return;
  }
  link = new EngineLink(address, () => {
    endLanguageHost(currentRun()?.host, address);
    stop(WHY.gone, PATIENCE.gone);
    leave(PATIENCE.gone);
  });
  onCancel(() => stop(WHY.cancelled, PATIENCE.cancelled));
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      stop(WHY.signal, PATIENCE.signal);
      leave(PATIENCE.signal);
    });
  }
}

async function look(): Promise<void> {
  if (!link) return;
  const alive = await link.answers();
  if (!alive) stop(WHY.gone, PATIENCE.gone);
  const run = currentRun();
  if (run === undefined) return;
  if (laterRun(run) !== undefined) stop(WHY.superseded, PATIENCE.gone);
  else if (run.program !== undefined && !isRunning(run.program)) stop(WHY.programGone, PATIENCE.gone);
}

function stop(why: string, patience: number): void {
  const abandon = () => waits.abort(why);
  if (patience === 0) abandon();
  else setTimeout(abandon, patience).unref();
  if (stopped.aborted) return;
  stoppedAt = performance.now();
  writes.abort(why);
}

/** Ends the process once nothing is under way, or when the wait is over. */
function leave(patience: number): void {
  const exit = () => process.exit(1);
  leaving = () => setImmediate(exit);
  if (working === 0) exit();
  setTimeout(exit, patience + SLACK);
}

/**
 * The SDK's server receives `Cancel` and passes it to nobody; but each request reaches its HTTP/2 server as a `stream`,
 * and a listener there receives it as well.
 */
function onCancel(cancelled: () => void): void {
  const { _getActiveHandles: handles } = process as unknown as {
    _getActiveHandles?: () => readonly unknown[];
  };
  for (const handle of handles?.call(process) ?? []) {
    if (!(handle instanceof Server)) continue;
    handle.on("stream", (_stream: unknown, headers: Readonly<Record<string, unknown>>) => {
      if (headers[":path"] === "/pulumirpc.ResourceProvider/Cancel") cancelled();
    });
  }
}
