/** The report's file: the program writes the plan into it, the provider's process adds what was done. */

import { randomUUID } from "node:crypto";
import { readFileSync, rmSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Outcome } from "../cloudflare/index.js";
import { escapeText, jsonParts, jsonText } from "../text/escape.js";
import {
  codeOf,
  OutputError,
  type OutputPlace,
  type OutputText,
  placeOf,
  writeOutputs,
} from "../text/files.js";
import { variable } from "../text/words.js";
import { keyOf } from "../reconcile/decision.js";
import { aboutItems, type ItemKind, type ItemResults } from "../reconcile/items.js";
import { type ActResult, type ItemResult, type ReportDocument, resultFields } from "./document.js";
import { EXPECT_VARIABLE } from "./read-back.js";

/** The environment variable that asks for the report; a path, relative to the working folder. */
const REPORT_VARIABLE = "WARP_REPORT";

/** Where the report goes; undefined if none is requested. */
export function reportPath(env: NodeJS.ProcessEnv): string | undefined {
  return pathIn(env, REPORT_VARIABLE);
}

function pathIn(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const path = variable(env, name);
  return path === undefined ? undefined : resolve(path);
}

/** The report cannot be written or read at the path in `WARP_REPORT`. */
export class ReportError extends Error {
  override readonly name = "ReportError";

  constructor(path: string, why: string, fix = "name a file in a folder that exists and is writable") {
    super(`${REPORT_VARIABLE}: the report cannot be written to ${escapeText(path)}: ${why}\n  fix: ${fix}`);
  }
}

/** The account and the stack that a report belongs to. */
interface ReportOwner {
  readonly account: string;
  /** Project and stack: `warp-registrations/production`. */
  readonly stack: string;
}

/** Writes the whole document; see {@link writeReportText}. */
export function writeReport(path: string, document: ReportDocument): void {
  writeReportText(path, jsonParts(document));
}

/**
 * Writes the whole text, or leaves the file as it was and throws a {@link ReportError}. A report is read and rewritten
 * during its run, so it must be a regular file; a device, a pipe or a descriptor is refused and left alone.
 */
function writeReportText(path: string, text: OutputText): void {
  const { path: place } = filePlace(path);
  try {
    writeOutputs([{ path: place, text }]);
  } catch (error) {
    throw new ReportError(path, whyUnwritable(error instanceof OutputError ? error.cause : error));
  }
}

/** @throws ReportError if the path is not, and would not become, a regular file */
function filePlace(path: string): { readonly path: string; readonly exists: boolean } {
  let place: OutputPlace;
  try {
    place = placeOf(path);
  } catch (error) {
    throw new ReportError(path, whyUnwritable(error));
  }
  if (place.kind === "file") return place;
  const what = place.kind === "descriptor" ? "an open file descriptor" : `a ${place.kind}`;
  throw new ReportError(
    path,
    `that is ${what}, not a file`,
    `name a file, or unset ${REPORT_VARIABLE} if you want no report`,
  );
}

/**
 * Removes an earlier report of the same stack, so that it is not mistaken for the report of a run that fails early. Any
 * other file stays: other JSON, another stack's report, and the run's own reviewed plan.
 */
export function removeReport(env: NodeJS.ProcessEnv, owner: ReportOwner): void {
  const path = reportPath(env);
  if (path === undefined) return;
  if (path === pathIn(env, EXPECT_VARIABLE))
    throw new ReportError(path, `${EXPECT_VARIABLE} names the same file`, "give the report another name");
  const place = filePlace(path);
  if (!place.exists) return;
  try {
    const foreign = whyForeign(readFileSync(place.path, "utf8"), owner);
    if (foreign !== undefined)
      throw new ReportError(path, foreign, "name this stack's own file, or one that does not exist yet");
    rmSync(place.path, { force: true });
  } catch (error) {
    throw error instanceof ReportError ? error : new ReportError(path, whyUnwritable(error));
  }
}

/** Why a file is not this stack's report, of any version. An empty file belongs to nobody: `mktemp` makes one. */
function whyForeign(text: string, { account, stack }: ReportOwner): string | undefined {
  if (text === "") return undefined;
  const other = "that is another file, not a report of this stack";
  let report: Partial<ReportDocument>;
  try {
    report = (JSON.parse(text) as Partial<ReportDocument> | null) ?? {};
  } catch {
    return other;
  }
  const { version, run, decisions } = report;
  if (typeof version !== "number" || !Array.isArray(decisions)) return other;
  if (typeof run?.id !== "string" || typeof run.stack !== "string") return other;
  if (run.stack !== stack) return `that is the report of the stack ${escapeText(run.stack, 100)}`;
  if (report.account !== account) return "that is the report of another account";
  return undefined;
}

/**
 * The report of the run as the file has it now.
 *
 * @param run the run's id; undefined if it is not known: then any run's report will do
 * @throws ReportError if it does not exist, or is another run's by now
 */
function readReport(path: string, run: string | undefined): ReportDocument {
  let document: ReportDocument;
  try {
    document = JSON.parse(readFileSync(filePlace(path).path, "utf8")) as ReportDocument;
  } catch (error) {
    throw error instanceof ReportError ? error : new ReportError(path, whyUnwritable(error));
  }
  if (run !== undefined && document.run?.id !== run)
    throw new ReportError(
      path,
      "another run has written its own report there",
      "give each stack its own file",
    );
  return document;
}

function whyUnwritable(error: unknown): string {
  return REASONS[codeOf(error)] ?? (error instanceof Error ? error.message : String(error));
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "its folder does not exist",
  ENOTDIR: "part of its path is not a folder",
  EISDIR: "that is a folder",
  EACCES: "you have no permission to write there",
  EPERM: "you have no permission to write there",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
};

// What a run does, in its report: an intent before each call, and the result after it.

/** The result of an act that is under way: what a killed run leaves in the report. */
export const BEGUN: Outcome = {
  result: "unknown",
  reason: "A call was made, and the run ended before its result was known.",
};

/** Which report is written to. */
interface ReportContext {
  readonly env: NodeJS.ProcessEnv;
  /** The id of the run; undefined if it is not known. */
  readonly run?: string | undefined;
}

/**
 * Adds outcomes to the report of this run, if one was requested.
 *
 * @param outcomes By registration id; for other items by id, or by key if they have none yet
 * @throws ReportError
 */
export function recordOutcomes(
  context: ReportContext,
  outcomes: ReadonlyMap<string, Outcome>,
  of: "registrations" | ItemKind = "registrations",
): void {
  const field = of === "registrations" ? "results" : aboutItems(of).results;
  const outcomeOf = (one: ActResult | ItemResult) =>
    "registration" in one
      ? outcomes.get(one.registration)
      : (outcomes.get(one.id ?? "") ?? outcomes.get(keyOf(one)));
  change(context, (lists) => ({
    ...lists,
    [field]: lists[field]?.map((one: ActResult | ItemResult) => withOutcome(one, outcomeOf(one))),
  }));
}

/** The parts of a report that change during its run. */
type Lists = Pick<ReportDocument, "results" | ItemResults>;

/** A report as this process last wrote it. Its plan is many times larger than its lists, so its text is made once. */
interface WrittenReport {
  readonly path: string;
  /** Shows whether the file is still the same. */
  readonly stamp: string;
  /** The text in parts: every second part is the name of the list that belongs there. */
  readonly frame: readonly string[];
  readonly lists: Lists;
}

let last: WrittenReport | undefined;

/** Synchronous, so that no other resource can report between the read and the write. */
function change({ env, run }: ReportContext, make: (lists: Lists) => Lists): void {
  const path = reportPath(env);
  if (path === undefined) return;
  const known =
    last?.path === path && last.stamp === stampOf(path) ? last : toWritten(path, readReport(path, run));
  const lists = make(known.lists);
  writeReportText(path, textOf(known.frame, lists));
  last = { ...known, stamp: stampOf(path), lists };
}

function toWritten(path: string, document: ReportDocument): WrittenReport {
  const mark = randomUUID();
  const known = resultFields.filter((list) => document[list]);
  const marked = [
    ...Object.entries(document).filter(([field]) => !known.some((list) => list === field)),
    ...known.map((list) => [list, `${mark} ${list}`]),
  ];
  const frame = `${jsonText(Object.fromEntries(marked), 2)}\n`.split(new RegExp(`"${mark} (\\w+)"`, "u"));
  return { path, stamp: "", frame, lists: Object.fromEntries(known.map((list) => [list, document[list]])) };
}

/** The lists are one level deep. */
function textOf(frame: readonly string[], lists: Lists): string {
  const parts = frame.map((part, index) =>
    index % 2 === 0 ? part : jsonText(lists[part as keyof Lists], 2).replaceAll("\n", "\n  "),
  );
  return parts.join("");
}

function stampOf(path: string): string {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat ? `${stat.ino} ${stat.size} ${stat.mtimeNs}` : "";
}

function withOutcome<Result extends Pick<ActResult, "result" | "reason">>(
  result: Result,
  outcome: Outcome | undefined,
): Result {
  if (!outcome) return result;
  const { reason: _last, ...rest } = result;
  return { ...rest, ...outcome } as Result;
}
