/** What a run does, in its report: an intent before each call, and what came of it after. */

import { statSync } from "node:fs";
import type { Outcome } from "../cloudflare/index.js";
import type { AccessUserResult, ActResult, ReportDocument } from "./document.js";
import { readReport, reportPath, writeReport } from "./file.js";

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
  change(terms, ({ results = [], ...document }) => ({
    ...document,
    results: results.map((result) => withOutcome(result, outcomes.get(result.registration))),
  }));
}

/** The same for Access users: by id for those who are deleted, by e-mail for the others. */
export function recordUserOutcomes(terms: ReportTerms, outcomes: ReadonlyMap<string, Outcome>): void {
  const keyOf = ({ act, id, email }: AccessUserResult) => (act === "delete" ? (id ?? email) : email);
  change(terms, ({ accessUserResults = [], ...document }) => ({
    ...document,
    accessUserResults: accessUserResults.map((result) => withOutcome(result, outcomes.get(keyOf(result)))),
  }));
}

/** The report as this process wrote it last; read again where the file is not that any more. */
let last: { readonly path: string; readonly stamp: string; readonly document: ReportDocument } | undefined;

/** Without a pause, so that resources that report at once cannot come between reading and writing. */
function change({ env, run }: ReportTerms, make: (document: ReportDocument) => ReportDocument): void {
  const path = reportPath(env);
  if (path === undefined) return;
  const known = last?.path === path && last.stamp === stampOf(path) ? last.document : readReport(path, run);
  const document = make(known);
  writeReport(path, document);
  last = { path, stamp: stampOf(path), document };
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
