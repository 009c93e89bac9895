/** What a run does, in its report: an intent before each call, and what came of it after. */

import { randomUUID } from "node:crypto";
import { statSync } from "node:fs";
import type { Outcome } from "../cloudflare/index.js";
import { jsonText } from "../escape.js";
import type { AccessUserResult, ActResult, ReportDocument } from "./document.js";
import { readReport, reportPath, reportText, writeReportText } from "./file.js";

/** What stands in the report of an act that is under way: what a run that is killed leaves behind. */
export const BEGUN: Outcome = {
  result: "unknown",
  reason: "A call was begun, and the run ended before anybody saw what came of it.",
};

/** Which report is written to. */
export interface ReportTerms {
  readonly env: NodeJS.ProcessEnv;
  /** The id of the run; undefined where it is not known. */
  readonly run?: string | undefined;
}

/**
 * Adds outcomes, by registration id, to the report of this run, where one was asked for.
 *
 * @throws ReportError
 */
export function recordOutcomes(terms: ReportTerms, outcomes: ReadonlyMap<string, Outcome>): void {
  change(terms, ({ results, ...lists }) => ({
    ...lists,
    results: results?.map((result) => withOutcome(result, outcomes.get(result.registration))),
  }));
}

/** The same for Access users: by id for those who are deleted, by e-mail for the others. */
export function recordUserOutcomes(terms: ReportTerms, outcomes: ReadonlyMap<string, Outcome>): void {
  const keyOf = ({ act, id, email }: AccessUserResult) => (act === "delete" ? (id ?? email) : email);
  change(terms, ({ accessUserResults, ...lists }) => ({
    ...lists,
    accessUserResults: accessUserResults?.map((result) => withOutcome(result, outcomes.get(keyOf(result)))),
  }));
}

/** What changes in a report while its run goes on. */
interface Lists {
  readonly results?: readonly ActResult[] | undefined;
  readonly accessUserResults?: readonly AccessUserResult[] | undefined;
}

/** A report as this process wrote it last. Its plan is many times larger than its lists, so its text is made once. */
interface Written {
  readonly path: string;
  /** Tells whether the file is still that one. */
  readonly stamp: string;
  /** The text, with the name of a list at every second place where the list stands. */
  readonly frame: readonly string[];
  readonly lists: Lists;
}

let last: Written | undefined;

/** Without a pause, so that resources that report at once cannot come between reading and writing. */
function change({ env, run }: ReportTerms, make: (lists: Lists) => Lists): void {
  const path = reportPath(env);
  if (path === undefined) return;
  const known =
    last?.path === path && last.stamp === stampOf(path) ? last : toWritten(path, readReport(path, run));
  const lists = make(known.lists);
  writeReportText(path, textOf(known.frame, lists));
  last = { ...known, stamp: stampOf(path), lists };
}

function toWritten(path: string, { results, accessUserResults, ...document }: ReportDocument): Written {
  const mark = randomUUID();
  const marked = {
    ...document,
    ...(results && { results: `${mark} results` }),
    ...(accessUserResults && { accessUserResults: `${mark} accessUserResults` }),
  };
  const frame = reportText(marked).split(new RegExp(`"${mark} (\\w+)"`, "u"));
  return { path, stamp: "", frame, lists: { results, accessUserResults } };
}

/** The lists stand one level deep. */
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
