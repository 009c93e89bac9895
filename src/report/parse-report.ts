import type { ReportDocument } from "./document.js";
import { firstMisfit } from "./report-schema.js";

/** A report that was read back, or why a text is none. */
export type ParsedReport =
  { readonly ok: true; readonly document: ReportDocument } | { readonly ok: false; readonly why: string };

/**
 * Reads a report's text and holds it against the published schema; never throws for what it says. Fields that the
 * schema does not know are left as they are: a later version may have more.
 */
export function parseReport(text: string): ParsedReport {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) };
  }
  const version = (value as { readonly version?: unknown } | null)?.version;
  if (version !== 1) {
    const later = typeof version === "number" ? `, but of version ${version}` : "";
    return { ok: false, why: `it is not a report of version 1${later}` };
  }
  const misfit = firstMisfit(value);
  if (misfit !== undefined) return { ok: false, why: misfit };
  const document = value as ReportDocument;
  return Number.isNaN(Date.parse(document.asOf))
    ? { ok: false, why: "asOf must be a time (RFC 3339)" }
    : { ok: true, document };
}
