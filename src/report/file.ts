/** The report's file: the program writes the plan into it, the provider's process adds what was done. */

import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Outcome } from "../cloudflare/index.js";
import { escapeText, jsonText } from "../escape.js";
import type { AccessUserResult, ActResult, ReportDocument } from "./document.js";
import { EXPECT_VARIABLE } from "./reviewed-plan.js";

/** The environment variable that asks for the report; a path, relative to the working folder. */
export const REPORT_VARIABLE = "WARP_REPORT";

/** Where the report goes; undefined where none is asked for. */
export function reportPath(env: NodeJS.ProcessEnv): string | undefined {
  return pathIn(env, REPORT_VARIABLE);
}

function pathIn(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const path = env[name]?.trim();
  return path === undefined || path === "" ? undefined : resolve(path);
}

/** The report cannot be written or read where `WARP_REPORT` says. */
export class ReportError extends Error {
  override readonly name = "ReportError";

  constructor(
    path: string,
    why: string,
    fix = "name a file in a folder that is there and can be written to",
  ) {
    super(`${REPORT_VARIABLE}: the report cannot be written to ${escapeText(path)}: ${why}\n  fix: ${fix}`);
  }
}

/** Writes the whole document, or leaves what was there and throws a {@link ReportError}. */
export async function writeReport(path: string, document: ReportDocument): Promise<void> {
  const unfinished = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(unfinished, `${jsonText(document, 2)}\n`, { mode: 0o600 });
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw new ReportError(path, reasonOf(error));
  }
}

/**
 * Takes an earlier run's report away, so that a run which fails early is not mistaken for it. Any other file stays,
 * and so does the run's own reviewed plan.
 */
export async function removeReport(env: NodeJS.ProcessEnv): Promise<void> {
  const path = reportPath(env);
  if (path === undefined) return;
  if (path === pathIn(env, EXPECT_VARIABLE))
    throw new ReportError(path, `${EXPECT_VARIABLE} names the same file`, "give the report another name");
  try {
    const text = await readFile(path, "utf8").catch(ifMissing);
    if (text !== "" && !isAnyReport(text))
      throw new ReportError(path, "that is another file, not a report", "name a file that is not there yet");
    await rm(path, { force: true });
  } catch (error) {
    throw error instanceof ReportError ? error : new ReportError(path, reasonOf(error));
  }
}

function ifMissing(error: unknown): string {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
  throw error;
}

/** Of whatever version. */
function isAnyReport(text: string): boolean {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === "object" && value !== null && "fingerprint" in value && "decisions" in value;
  } catch {
    return false;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? String(error.code) : "";
  return REASONS[code] ?? error.message;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "its folder is not there",
  ENOTDIR: "its folder is not a folder",
  EISDIR: "that is a folder",
  EACCES: "there is no permission to write there",
  EPERM: "there is no permission to write there",
  EROFS: "nothing can be written there",
  ENOSPC: "the disk is full",
};

/** Resources report in any order and at once, but a file is rewritten by one at a time. */
let last: Promise<void> = Promise.resolve();

/** Adds outcomes, by registration id, to the report of this run, where one was asked for. */
export async function recordOutcomes(
  env: NodeJS.ProcessEnv,
  outcomes: ReadonlyMap<string, Outcome>,
): Promise<void> {
  await change(env, ({ results = [], ...document }) => ({
    ...document,
    results: results.map((result) => withOutcome(result, outcomes.get(result.registration))),
  }));
}

/** The same for Access users: by id for those who are deleted, by e-mail for the others. */
export async function recordUserOutcomes(
  env: NodeJS.ProcessEnv,
  outcomes: ReadonlyMap<string, Outcome>,
): Promise<void> {
  const keyOf = ({ act, id, email }: AccessUserResult) => (act === "delete" ? (id ?? email) : email);
  await change(env, ({ accessUserResults = [], ...document }) => ({
    ...document,
    accessUserResults: accessUserResults.map((result) => withOutcome(result, outcomes.get(keyOf(result)))),
  }));
}

async function change(
  env: NodeJS.ProcessEnv,
  make: (document: ReportDocument) => ReportDocument,
): Promise<void> {
  const path = reportPath(env);
  if (path === undefined) return;
  const next = last.then(async () => writeReport(path, make(await readReport(path))));
  last = next.catch(() => undefined);
  await next;
}

async function readReport(path: string): Promise<ReportDocument> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as ReportDocument;
  } catch (error) {
    throw new ReportError(path, reasonOf(error));
  }
}

function withOutcome<Result extends Pick<ActResult, "result" | "reason">>(
  result: Result,
  outcome: Outcome | undefined,
): Result {
  if (!outcome) return result;
  const { reason: _last, ...rest } = result;
  return { ...rest, ...outcome } as Result;
}
