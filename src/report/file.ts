/** The report's file: the program writes the plan into it, the provider's process adds what was done. */

import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Outcome } from "../cloudflare/index.js";
import type { ActResult, ReportDocument } from "./document.js";

/** The environment variable that asks for the report; a path, relative to the working folder. */
export const REPORT_VARIABLE = "WARP_REPORT";

/** Where the report goes; undefined where none is asked for. */
export function reportPath(env: NodeJS.ProcessEnv): string | undefined {
  const path = env[REPORT_VARIABLE]?.trim();
  return path === undefined || path === "" ? undefined : resolve(path);
}

/** The report cannot be written or read where `WARP_REPORT` says. */
export class ReportError extends Error {
  override readonly name = "ReportError";

  constructor(path: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`${REPORT_VARIABLE}: the report ${path} cannot be written: ${why}`, { cause });
  }
}

/** Writes the whole document, or leaves what was there and throws a {@link ReportError}. */
export async function writeReport(path: string, document: ReportDocument): Promise<void> {
  const unfinished = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(unfinished, `${JSON.stringify(document, null, 2)}\n`, { mode: 0o600 });
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw new ReportError(path, error);
  }
}

/** Takes an earlier run's report away, so that a run which fails early is not mistaken for it. */
export async function removeReport(env: NodeJS.ProcessEnv): Promise<void> {
  const path = reportPath(env);
  if (path === undefined) return;
  try {
    await rm(path, { force: true });
  } catch (error) {
    throw new ReportError(path, error);
  }
}

/** Resources report in any order and at once, but a file is rewritten by one at a time. */
let last: Promise<void> = Promise.resolve();

/** Adds outcomes to the report of this run, where one was asked for. */
export async function recordOutcomes(
  env: NodeJS.ProcessEnv,
  outcomes: ReadonlyMap<string, Outcome>,
): Promise<void> {
  const path = reportPath(env);
  if (path === undefined) return;
  const next = last.then(() => addOutcomes(path, outcomes));
  last = next.catch(() => undefined);
  await next;
}

async function addOutcomes(path: string, outcomes: ReadonlyMap<string, Outcome>): Promise<void> {
  const document = await readReport(path);
  const results = (document.results ?? []).map((result) =>
    withOutcome(result, outcomes.get(result.registration)),
  );
  await writeReport(path, { ...document, results });
}

async function readReport(path: string): Promise<ReportDocument> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as ReportDocument;
  } catch (error) {
    throw new ReportError(path, error);
  }
}

function withOutcome(result: ActResult, outcome: Outcome | undefined): ActResult {
  if (!outcome) return result;
  const { registration, act } = result;
  return { registration, act, ...outcome };
}
