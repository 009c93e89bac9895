import type { ReportDocument } from "./document.js";

/** Reads a report's text; never throws for what it says. */
export function parseReport(
  text: string,
): { readonly ok: true; readonly document: ReportDocument } | { readonly ok: false; readonly why: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) };
  }
  return isReport(value)
    ? { ok: true, document: value }
    : { ok: false, why: "it is not a report of version 1" };
}

function isReport(value: unknown): value is ReportDocument {
  if (typeof value !== "object" || value === null) return false;
  const report = value as Partial<ReportDocument>;
  return (
    report.version === 1 &&
    typeof report.account === "string" &&
    typeof report.fingerprint === "string" &&
    !Number.isNaN(Date.parse(String(report.asOf))) &&
    Array.isArray(report.decisions) &&
    Array.isArray(report.allowlist)
  );
}
