/** A tripped guard in words: the figure, the limit, and both ways on. */

import { escapeText } from "../escape.js";
import type { Message } from "../allowlist/message.js";
import type { ReportDocument, ReportedGuard } from "./document.js";

/** The environment variable that approves exactly one plan, by its fingerprint. */
export const APPROVE_VARIABLE = "WARP_APPROVE";

/** Whether nothing may be done: a guard tripped without an approval, or the allowlist contradicts itself. */
export function isHeld({ guards, approved, problems }: ReportDocument): boolean {
  return problems.length > 0 || (!approved && guards.some((guard) => guard.tripped));
}

/** One paragraph for each guard that tripped; nothing where none did. */
export function explainGuards(document: ReportDocument): string[] {
  const tripped = document.guards.filter((guard) => guard.tripped);
  if (tripped.length === 0) return [];
  if (document.approved)
    return tripped.map((guard) => `Guard ${figure(guard, document)}: approved by ${APPROVE_VARIABLE}`);
  return [
    ...tripped.flatMap((guard) => [
      `GUARD TRIPPED: ${figure(guard, document)}`,
      `  set by guards.${guard.guard}.${guard.by} (${escapeText(guard.source.file)}:${guard.source.line}${guard.isDefault ? ", where it is not given: this is the default" : ""})`,
    ]),
    "Nothing is done. Two ways on:",
    `  change ${tripped.map((guard) => `guards.${guard.guard}.${guard.by}`).join(" and ")} in the allowlist, or`,
    `  approve exactly this plan: run again with ${APPROVE_VARIABLE}=${document.fingerprint} in the environment`,
  ];
}

/** The error with which a held run ends; `approval` is what the environment gave, if anything. */
export function whyHeld(document: ReportDocument, approval: string | undefined): string {
  const lines = [...document.problems.map(formatProblem), ...explainGuards(document)];
  if (approval !== undefined && !document.approved) {
    lines.push(
      `${APPROVE_VARIABLE}=${escapeText(approval, 40)} approves another plan, or this one before registrations changed`,
    );
  }
  return lines.join("\n");
}

function formatProblem({ text, fix, source }: Message): string {
  const where = source ? `${escapeText(source.file)}:${source.line}:${source.column}: ` : "";
  return `${where}${escapeText(text)}${fix === undefined ? "" : `\n  fix: ${escapeText(fix)}`}`;
}

function figure({ guard, count, limit, by, setting }: ReportedGuard, { population }: ReportDocument): string {
  const share =
    by === "percent" ? ` (${setting} % of ${population.active} active registrations in scope)` : "";
  return `guards.${guard}: ${count} due, at most ${limit}${share}`;
}
