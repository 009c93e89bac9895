/**
 * What earlier runs left: what this stack itself revoked, to distinguish it from what someone revoked in the dashboard.
 * The rows in the stack's state have all of it, files as far as they go. A history also has when devices that no entry
 * allowed enrolled.
 */

import { resolve } from "node:path";
import type { EarlierRuns } from "../reconcile/decision.js";
import { earlier } from "../reconcile/hardware.js";
import type { ReportDocument } from "../report/document.js";
import { parseReport } from "../report/read-back.js";
import { escapeText } from "../text/escape.js";
import { LARGEST_JSON, readInput, reasonOf } from "../text/files.js";
import { isMapping, variable } from "../text/words.js";

/** The type of the rows in which a state keeps revocations. */
export const REVOCATION_TYPE = "pulumi-nodejs:dynamic/warp:Revocation";

/** The account's clock and the one that a row was written by may differ by this much. */
const FIVE_MINUTES = 300_000;

/** A run that revokes does so within this time of its plan. */
const LONGEST_RUN = 3_600_000;

type Made = Map<string, { readonly from: number; readonly until: number }>;

/**
 * From the outputs of the rows. A row that only records an earlier revocation has no `revoked`. Nor do rows from before
 * that field existed: nobody can say who revoked those.
 */
export function ownByRows(account: string, rows: Iterable<Readonly<Record<string, unknown>>>): EarlierRuns {
  const made: Made = new Map();
  for (const { account: of, registration, revoked } of rows) {
    if (of !== account || typeof registration !== "string" || typeof revoked !== "string") continue;
    const time = Date.parse(revoked);
    if (!Number.isNaN(time)) made.set(registration, { from: -Infinity, until: time + FIVE_MINUTES });
  }
  return { isWhole: true, made };
}

/** From the report of a run: what it revoked, from its plan on. */
function ownByReport({ generatedAt, results = [] }: ReportDocument): EarlierRuns {
  const from = Date.parse(generatedAt);
  const done = results.filter(({ act, result }) => act === "revoke" && result === "done");
  const made = done.map(
    ({ registration }) => [registration, { from: from - FIVE_MINUTES, until: from + LONGEST_RUN }] as const,
  );
  return { isWhole: false, made: new Map(made) };
}

/**
 * From the text of a file: a state as `pulumi stack export` writes it, the report of a run, or a history of `drift`.
 * Undefined for any other text, and for another account.
 */
export function ownByText(account: string, text: string): EarlierRuns | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const {
    deployment,
    kind,
    account: of,
    revoked,
    enrolled,
  } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (isMapping(deployment) && Array.isArray(deployment.resources))
    return ownByRows(account, rowsIn(deployment.resources));
  if (of !== account) return undefined;
  if (kind === "warp-history") return ownByHistory({ revoked, enrolled });
  const report = parseReport(text);
  return report.ok ? ownByReport(report.document) : undefined;
}

/** Names the history that a run reads: one that `drift --history` wrote. */
export const HISTORY_VARIABLE = "WARP_HISTORY";

/** The history that the environment names cannot be used. */
export class HistoryError extends Error {
  override readonly name = "HistoryError";

  constructor(path: string, why: string) {
    super(
      `${HISTORY_VARIABLE}: ${escapeText(path)} ${why}\n  fix: name a file that drift --history wrote, or unset ${HISTORY_VARIABLE}`,
    );
  }
}

/**
 * From the history that the environment names; undefined if it names none.
 *
 * @throws HistoryError if it cannot be read, or is another account's
 */
export function ownByVariable(
  account: string,
  env: Readonly<Record<string, string | undefined>>,
): EarlierRuns | undefined {
  const given = variable(env, HISTORY_VARIABLE);
  if (given === undefined) return undefined;
  const path = resolve(given);
  let text: string;
  try {
    text = readInput(path, LARGEST_JSON);
  } catch (error) {
    throw new HistoryError(path, `cannot be read: ${reasonOf(error)}`);
  }
  const own = ownByText(account, text);
  if (!own?.enrolled) throw new HistoryError(path, `is not a history of account ${account}`);
  return own;
}

/**
 * From a history: exactly the revocations that resulted from an act of an earlier run, and when devices enrolled
 * without an entry.
 */
export function ownByHistory(history: {
  readonly revoked?: unknown;
  readonly enrolled?: unknown;
}): EarlierRuns {
  const made = timesIn(history.revoked).map(([id, at]) => {
    const time = Date.parse(at);
    return [id, { from: time, until: time }] as const;
  });
  return { isWhole: false, made: new Map(made), enrolled: new Map(timesIn(firstIn(history.enrolled))) };
}

/** The time of each device's first enrolment. */
function firstIn(enrolled: unknown): Readonly<Record<string, unknown>> {
  const all = Object.entries(isMapping(enrolled) ? enrolled : {});
  return Object.fromEntries(all.flatMap(([key, one]) => (isMapping(one) ? [[key, one.first]] : [])));
}

/** The fields of a mapping that are times. */
function timesIn(value: unknown): readonly (readonly [string, string])[] {
  return Object.entries(isMapping(value) ? value : {}).filter(
    (field): field is [string, string] => typeof field[1] === "string" && !Number.isNaN(Date.parse(field[1])),
  );
}

function rowsIn(resources: readonly unknown[]): readonly Readonly<Record<string, unknown>>[] {
  return resources.flatMap((one) =>
    isMapping(one) && one.type === REVOCATION_TYPE && isMapping(one.outputs) ? [one.outputs] : [],
  );
}

/**
 * Several sources combined: for each registration the latest revocation, for each device the first enrolment; undefined
 * if there is no source.
 */
export function ownByAll(given: readonly (EarlierRuns | undefined)[]): EarlierRuns | undefined {
  const all = given.filter((one) => one !== undefined);
  if (all.length === 0) return undefined;
  const made: Made = new Map();
  const enrolled = new Map<string, string>();
  for (const one of all) {
    for (const [id, span] of one.made) {
      const known = made.get(id);
      if (!known || known.until < span.until) made.set(id, span);
    }
    for (const [key, time] of one.enrolled ?? []) enrolled.set(key, earlier(enrolled.get(key), time));
  }
  return {
    isWhole: all.some(({ isWhole }) => isWhole),
    made,
    enrolled: all.some((one) => one.enrolled) ? enrolled : undefined,
  };
}
