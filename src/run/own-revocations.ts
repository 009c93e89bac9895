/**
 * What this stack revoked itself, so that it can be told from what somebody revoked in the dashboard: from the rows in
 * the stack's state, whole; or from files, as far as they go.
 */

import type { OwnRevocations } from "../reconcile/decision.js";
import type { ReportDocument } from "../report/document.js";
import { parseReport } from "../report/read-back.js";
import { isMapping } from "../text/words.js";

/** The type of the rows by which a state keeps revocations. */
export const REVOCATION_TYPE = "pulumi-nodejs:dynamic/warp:Revocation";

/** The account's clock and the one by which a row was written may be so far apart. */
const FIVE_MINUTES = 300_000;

/** A run that revokes does so within this time of its plan. */
const LONGEST_RUN = 3_600_000;

type Made = Map<string, { readonly from: number; readonly until: number }>;

/**
 * By the outputs of the rows. A row that only records what was revoked already has no `revoked`; neither have rows of
 * before it was written, of which nobody can tell.
 */
export function ownByRows(
  account: string,
  rows: Iterable<Readonly<Record<string, unknown>>>,
): OwnRevocations {
  const made: Made = new Map();
  for (const { account: of, registration, revoked } of rows) {
    if (of !== account || typeof registration !== "string" || typeof revoked !== "string") continue;
    const time = Date.parse(revoked);
    if (!Number.isNaN(time)) made.set(registration, { from: -Infinity, until: time + FIVE_MINUTES });
  }
  return { isWhole: true, made };
}

/** By the report of a run: what it revoked, from its plan on. */
function ownByReport({ generatedAt, results = [] }: ReportDocument): OwnRevocations {
  const from = Date.parse(generatedAt);
  const done = results.filter(({ act, result }) => act === "revoke" && result === "done");
  const made = done.map(
    ({ registration }) => [registration, { from: from - FIVE_MINUTES, until: from + LONGEST_RUN }] as const,
  );
  return { isWhole: false, made: new Map(made) };
}

/**
 * By the text of a file: a state as `pulumi stack export` writes it, the report of a run, or a history of `drift`.
 * Undefined for any other text, and for what is another account's.
 */
export function ownByText(account: string, text: string): OwnRevocations | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { deployment, kind, account: of, revoked } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (isMapping(deployment) && Array.isArray(deployment.resources))
    return ownByRows(account, rowsIn(deployment.resources));
  if (of !== account) return undefined;
  if (kind === "warp-history") return ownByHistory(isMapping(revoked) ? revoked : {});
  const report = parseReport(text);
  return report.ok ? ownByReport(report.document) : undefined;
}

/** By a history: exactly the revocations that came of an act that stood. */
export function ownByHistory(revoked: Readonly<Record<string, unknown>>): OwnRevocations {
  const made: Made = new Map();
  for (const [id, at] of Object.entries(revoked)) {
    const time = typeof at === "string" ? Date.parse(at) : NaN;
    if (!Number.isNaN(time)) made.set(id, { from: time, until: time });
  }
  return { isWhole: false, made };
}

function rowsIn(resources: readonly unknown[]): readonly Readonly<Record<string, unknown>>[] {
  return resources.flatMap((one) =>
    isMapping(one) && one.type === REVOCATION_TYPE && isMapping(one.outputs) ? [one.outputs] : [],
  );
}

/** What several sources tell, the latest of each registration; undefined where there is none. */
export function ownByAll(all: readonly OwnRevocations[]): OwnRevocations | undefined {
  if (all.length === 0) return undefined;
  const made: Made = new Map();
  for (const one of all)
    for (const [id, span] of one.made) {
      const known = made.get(id);
      if (!known || known.until < span.until) made.set(id, span);
    }
  return { isWhole: all.some(({ isWhole }) => isWhole), made };
}
