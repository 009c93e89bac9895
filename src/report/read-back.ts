/** The plan that a run is bound to: an earlier report, read back. */

import { Ajv, type ErrorObject, type SchemaObject, type ValidateFunction } from "ajv";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Duration } from "../allowlist/values.js";
import { type Item, keyOf, type ReviewedItem } from "../reconcile/decision.js";
import type { Finding } from "../reconcile/findings/finding.js";
import { itemKinds } from "../reconcile/items.js";
import type { ReviewedPlan } from "../reconcile/schedule.js";
import { escapeText } from "../text/escape.js";
import { LARGEST_JSON, readInput, reasonOf } from "../text/files.js";
import { minute, variable } from "../text/words.js";
import type { ReportDocument } from "./document.js";

/** The environment variable that names the reviewed plan; a path, relative to the working folder. */
export const EXPECT_VARIABLE = "WARP_EXPECT_PLAN";

/** The reviewed plan cannot bind this run: it is unreadable, too old, or of another account. */
export class ReviewedPlanError extends Error {
  override readonly name = "ReviewedPlanError";

  constructor(path: string, why: string, fix: string) {
    super(`${EXPECT_VARIABLE}: ${escapeText(path)} ${why}\n  fix: ${fix}`);
  }
}

const AGAIN = "make a new plan, have it reviewed, and run again";

/**
 * The plan that the environment names; undefined if it names none. {@link checkReviewedAge} checks its age, once the
 * time is known.
 *
 * @throws ReviewedPlanError
 */
export function readReviewedPlan(env: NodeJS.ProcessEnv, account: string): ReviewedPlan | undefined {
  const path = pathOf(env);
  if (path === undefined) return undefined;
  const document = read(path);
  if (document.account !== account) {
    const other = escapeText(document.account, 60);
    throw new ReviewedPlanError(path, `is a plan of account ${other}, but this run is for ${account}`, AGAIN);
  }
  return toReviewed(document);
}

/** @throws ReviewedPlanError if the plan that the environment names is too old, or from the future */
export function checkReviewedAge(
  env: NodeJS.ProcessEnv,
  { asOf }: ReviewedPlan,
  maxAge: Duration,
  now: Date,
): void {
  const path = pathOf(env) ?? "";
  const age = now.getTime() - asOf.getTime();
  if (age > maxAge.ms) {
    const why = `is as of ${minute(asOf)}, which is more than limits.maxPlanAge (${maxAge.text}) ago`;
    throw new ReviewedPlanError(path, why, AGAIN);
  }
  if (age < -FIVE_MINUTES) {
    const why = `is as of ${minute(asOf)}, which is in the future`;
    throw new ReviewedPlanError(path, why, "correct the clock of the machine that made it, or of this one");
  }
}

function pathOf(env: NodeJS.ProcessEnv): string | undefined {
  const given = variable(env, EXPECT_VARIABLE);
  return given === undefined ? undefined : resolve(given);
}

/** The clocks of two machines may differ by this much. */
const FIVE_MINUTES = 300_000;

function read(path: string): ReportDocument {
  const hint = "name the JSON report of a preview (WARP_REPORT) or of plan --output json=plan.json";
  let text: string;
  try {
    text = readInput(path, LARGEST_JSON);
  } catch (error) {
    throw new ReviewedPlanError(path, `cannot be read: ${reasonOf(error)}`, hint);
  }
  const parsed = parseReport(text);
  if (!parsed.ok) throw new ReviewedPlanError(path, `is not a plan: ${parsed.why}`, hint);
  return parsed.document;
}

export function toReviewed(document: ReportDocument, asOf = new Date(document.asOf)): ReviewedPlan {
  return {
    account: document.account,
    asOf,
    fingerprint: document.fingerprint,
    files: document.allowlist,
    ...Object.fromEntries(itemKinds.map((kind) => [kind, new Map(document[kind]?.map(toReviewedItem))])),
    decisions: new Map(
      document.decisions.map(({ registration, action, reason, pending }) => [
        registration.id,
        {
          action,
          rule: reason.code,
          user: registration.user.email,
          device: registration.device.name,
          deviceId: registration.device.id,
          revokedAt: registration.times.revoked,
          pending: pending !== undefined,
        },
      ]),
    ),
  };
}

function toReviewedItem({ id, name, pending, ...item }: Item): readonly [string, ReviewedItem] {
  return [keyOf(item), { action: item.action, id, name, pending: pending !== undefined }];
}

/** A report that was read back, or why a text is not a report. */
type ParsedReport =
  { readonly ok: true; readonly document: ReportDocument } | { readonly ok: false; readonly why: string };

/**
 * Parses a report's text and checks it against the published schema; never throws because of what it says. Fields that
 * the schema does not know are kept: a later version may have more.
 */
export function parseReport(text: string): ParsedReport {
  try {
    return checkReport(JSON.parse(text));
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) };
  }
}

/** Files of this tool that look like reports, by their `kind`. */
const NOT_REPORTS = new Map<unknown, string>([
  ["warp-inventory", "it is an inventory, not a report"],
  ["warp-history", "it is a history of drift, not a report"],
]);

/** The same for a text that is already parsed. */
export function checkReport(value: unknown): ParsedReport {
  const other = NOT_REPORTS.get((value as { readonly kind?: unknown } | null)?.kind);
  if (other !== undefined) return { ok: false, why: other };
  const version = (value as { readonly version?: unknown } | null)?.version;
  if (version !== 1) {
    const later = typeof version === "number" ? `, but of version ${version}` : "";
    return { ok: false, why: `it is not a report of version 1${later}` };
  }
  const misfit = firstMisfit(value);
  if (misfit !== undefined) return { ok: false, why: misfit };
  const document = withSubjects(value as ReportDocument);
  return Number.isNaN(Date.parse(document.asOf))
    ? { ok: false, why: "asOf must be a time (RFC 3339)" }
    : { ok: true, document };
}

/** Findings in older reports have no subject; their text identifies them, as it did then. */
function withSubjects(document: ReportDocument): ReportDocument {
  const findings = document.findings.map((finding: Partial<Finding> & Omit<Finding, "subject">) => ({
    ...finding,
    subject: finding.subject ?? [finding.text],
  }));
  return { ...document, findings };
}

// The published schema of the report, compiled.

let compiled: ValidateFunction | undefined;

export function loadReportSchema(): SchemaObject {
  return JSON.parse(readFileSync(reportSchema(), "utf8")) as SchemaObject;
}

/** In the package's `schemas` folder, as seen from the sources and from the compiled program alike. */
function reportSchema(): string {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    const candidate = join(folder, "schemas", "report.schema.json");
    if (existsSync(candidate)) return candidate;
    if (folder === dirname(folder))
      throw new Error("the package is incomplete: its folder `schemas` is missing");
  }
}

/**
 * The first value that does not fit, such as `decisions[3].action must be one of keep, revoke`; undefined if all fit.
 */
function firstMisfit(value: unknown): string | undefined {
  compiled ??= new Ajv({ strict: true }).compile(loadReportSchema());
  if (compiled(value)) return undefined;
  const [error] = compiled.errors ?? [];
  return error && describe(error);
}

function describe({ instancePath, keyword, params, message = "does not fit" }: ErrorObject): string {
  const place = instancePath
    .split("/")
    .slice(1)
    .reduce(
      (path, key) => (/^\d+$/u.test(key) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`),
      "",
    );
  const allowed = (params as { readonly allowedValues?: readonly unknown[] }).allowedValues;
  const what = keyword === "enum" && allowed ? `must be one of ${allowed.join(", ")}` : message;
  return `${place === "" ? "the report" : place} ${what}`;
}
