/** The plan as a person reads it in a terminal or in Pulumi's output. */

import { escapeText } from "../escape.js";
import type { ReportDocument } from "./document.js";
import type { RenderOptions } from "./formats.js";
import { explainGuards, isHeld } from "./guards.js";
import { leftAlone } from "./left-alone.js";
import { dueLines, pendingLines, skippedLines } from "./text-acts.js";
import { withPlace } from "./text-lines.js";
import { userLines } from "./text-users.js";
import {
  guardFigure,
  hasActs,
  nextCommand,
  resultCounts,
  sharedCauses,
  userOf,
  whatIsDue,
} from "./wording.js";
import { wrap } from "./wrap.js";
import { minute } from "../minute.js";

export { hasActs };

/** So many findings, and problems, are spelled out; the rest is counted. */
const MOST_FINDINGS = 50;
/** So many devices are named for each rule that leaves some alone. */
const MOST_NAMED = 3;

/** Who, which device, what, why, and which line says so; then what was left alone, findings, guards, fingerprint. */
export function renderText(document: ReportDocument, options: RenderOptions = {}): string {
  return [
    headline(document),
    dueLines(document, options),
    pendingLines(document, options),
    skippedLines(document),
    userLines(document),
    leftLines(document),
    findings(document, options),
    closing(document, options),
  ]
    .filter((section) => section.length > 0)
    .map((section) => section.join("\n"))
    .join("\n\n");
}

function headline(document: ReportDocument): string[] {
  const { account, asOf, population, freeze, reviewed } = document;
  const outside = population.outOfScope > 0 ? `, ${population.outOfScope} out of scope` : "";
  const lines = [
    ...wrap("", `WARP registrations: ${whatIsDue(document)}`, "  "),
    ...wrap(
      "",
      `Account ${escapeText(account, 60)}, as of ${escapeText(minute(asOf), 40)}: ${population.inScope} in scope (${population.active} active)${outside}`,
      "  ",
    ),
  ];
  if (reviewed)
    lines.push(
      `Bound to the reviewed plan ${escapeText(reviewed.fingerprint, 40)}, as of ${escapeText(minute(reviewed.asOf))}`,
    );
  if (freeze)
    lines.push(
      ...withPlace("", `FROZEN until ${minute(freeze.until)}: ${freeze.reason}`, freeze.source, "  "),
    );
  return lines;
}

function leftLines(document: ReportDocument): string[] {
  const kinds = leftAlone(document);
  if (kinds.length === 0) return ["Left alone: nothing"];
  return [
    `Left alone: ${document.summary.leave}`,
    ...kinds.flatMap(({ title, decisions }) => {
      const named = decisions
        .slice(0, MOST_NAMED)
        .map(
          ({ registration: { device, user } }) =>
            `${escapeText(device.name, 40)} of ${escapeText(userOf(user.email), 60)}`,
        );
      const more = decisions.length > MOST_NAMED ? ` and ${decisions.length - MOST_NAMED} more` : "";
      return wrap("  ", `${escapeText(title, 40)} ${decisions.length}: ${named.join(", ")}${more}`, "    ");
    }),
  ];
}

function findings(
  { findings: all, problems: found }: ReportDocument,
  { holdsSaid }: RenderOptions,
): string[] {
  const problems = holdsSaid === true ? [] : found;
  const lines = problems
    .slice(0, MOST_FINDINGS)
    .flatMap(({ text, fix, source }) => [
      ...withPlace("  ", `ERROR ${text}`, source),
      ...(fix === undefined ? [] : withPlace("    ", `fix: ${fix}`, undefined)),
    ]);
  if (problems.length > MOST_FINDINGS) lines.push(`  and ${problems.length - MOST_FINDINGS} more errors`);
  lines.push(...all.slice(0, MOST_FINDINGS).flatMap(({ text, source }) => withPlace("  ", text, source)));
  if (all.length > MOST_FINDINGS) lines.push(`  and ${all.length - MOST_FINDINGS} more`);
  return lines.length === 0 ? [] : ["Findings:", ...lines];
}

function closing(document: ReportDocument, { planFile, holdsSaid }: RenderOptions): string[] {
  const lines = [
    ...results(document),
    ...document.notes.flatMap((note) => wrap("", `Note: ${escapeText(note, 300)}`, "  ")),
    ...wrap("", `Guards: ${document.guards.map(guardFigure).join("; ")}`, "  "),
    ...(holdsSaid === true && isHeld(document) ? [] : explainGuards(document).flatMap(wrapAsItStands)),
  ];
  if (hasActs(document)) lines.push(`Fingerprint: ${escapeText(document.fingerprint, 40)}`);
  const next = nextCommand(document, planFile);
  // On one line, so that it can be copied.
  if (next !== undefined) lines.push(`Next: ${escapeText(next)}`);
  return lines;
}

function results(document: ReportDocument): string[] {
  const counts = resultCounts(document);
  if (counts === undefined) return [];
  return [
    `Results: ${counts}`,
    ...sharedCauses(document).flatMap(({ count, result, reason }) =>
      wrap("  ", `${count} ${result}: ${escapeText(reason, 400)}`, "    "),
    ),
  ];
}

/** A line that brings its own indent. */
function wrapAsItStands(line: string): string[] {
  const indent = /^ */u.exec(line)?.[0] ?? "";
  return wrap(indent, line.slice(indent.length));
}
