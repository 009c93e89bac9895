/**
 * Whether this process may go on. Before each call that writes it asks the engine of its run for a sign of life, looks
 * whether the run was cancelled, and whether a later run of the same stack has begun. It ends with its engine.
 *
 * Pulumi's dynamic provider answers `Cancel` and does nothing about it, and nobody ends it where its engine is killed.
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

/** After a stop, results of calls that were under way may be read back for so long, in ms. */
const READING = 1_500;
/** How long, in ms, a call that is under way is waited for. */
const PATIENCE = { cancelled: 10_000, gone: 3_000, told: 2_500 } as const;
/** What is left of a process that should have ended is ended so much later, in ms. */
const SLACK = 1_000;

const AGAIN = "What was not attempted is due again in the next run.";
const WHY = {
  cancelled: `The run was cancelled. ${AGAIN}`,
  gone: `Pulumi ended during the run. ${AGAIN}`,
  told: `The run was told to end. ${AGAIN}`,
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

/** Aborted once no call that writes may begin any more; the reason is a sentence. */
export const stopped: AbortSignal = writes.signal;
/** Aborted once calls that are under way are not waited for any longer. */
export const abandoned: AbortSignal = waits.signal;

/**
 * The run that this process belongs to, where its program has announced it. A program without the component does not, but
 * the address of its engine may be that of an earlier run, whose mark is still there.
 */
export function currentRun(): RunMark | undefined {
  if (link === undefined || mark !== undefined) return mark;
  const found = runOf(link.address);
  const isEarlier = found?.pulumi !== undefined && !isRunning(found.pulumi);
  return isEarlier ? undefined : (mark = found);
}

/** Shows how far this process is, where it is Pulumi's. */
export function show(line: string): void {
  link?.show(line);
}

/** Why a request must not go out; undefined where it may. Asked before each one. */
export async function refusal(method: Method): Promise<CloudflareError | undefined> {
  if (!stopped.aborted && method !== "GET") await look();
  if (!stopped.aborted) return undefined;
  if (method === "GET" && performance.now() - stoppedAt < READING) return undefined;
  return new CloudflareError({ code: "cloudflare/stopped", what: String(stopped.reason) });
}

/** Does something that this process must not be ended in the middle of. */
export async function work<T>(task: () => Promise<T>): Promise<T> {
  working += 1;
  try {
    return await task();
  } finally {
    working -= 1;
    if (working === 0) leaving?.();
  }
}

/** Begins to watch, once, where this is Pulumi's provider process; elsewhere, as in a test, nobody stops anything. */
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
      stop(WHY.told, PATIENCE.told);
      leave(PATIENCE.told);
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

/** Ends the process once nothing is under way, or when it has been waited for long enough. */
function leave(patience: number): void {
  const exit = () => process.exit(1);
  leaving = () => setImmediate(exit);
  if (working === 0) exit();
  setTimeout(exit, patience + SLACK);
}

/**
 * The SDK's server hears `Cancel` and tells nobody; but each request reaches its HTTP/2 server as a `stream`, and
 * whoever listens there hears it as well.
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
