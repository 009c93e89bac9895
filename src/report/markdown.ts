/** The plan as a comment on a pull request. */

import type { ReportDocument } from "./document.js";
import type { RenderOptions } from "./formats.js";
import { commentMarker } from "./comment-marker.js";
import { markdownSections } from "./markdown-sections.js";
import { fitSections } from "./markdown-fit.js";
import { escapeMarkdown } from "./markdown-escape.js";
import { isSilent, whatIsDue } from "./wording.js";
import { counted } from "../counted.js";
import { minute } from "../minute.js";

/** The longest comment that GitHub takes, in characters. */
export const MOST_CHARACTERS = 65_536;

/**
 * A comment that a pipeline can find again by its first line, {@link commentMarker}: one line that says it all, the
 * rest folded away. The same plan gives the same bytes: no time of its making is in it. Empty where there is nothing
 * to say. Never longer than {@link MOST_CHARACTERS}: what does not fit is counted.
 */
export function renderMarkdown(document: ReportDocument, options: RenderOptions = {}): string {
  if (isSilent(document)) return "";
  const head = `${commentMarker(options.marker)}\n${summaryLine(document)}\n`;
  return head + fitSections(markdownSections(document, options), MOST_CHARACTERS - head.length);
}

function summaryLine(document: ReportDocument): string {
  const { findings, problems, guards, approved, freeze, account } = document;
  const tripped = guards.filter((guard) => guard.tripped).map(({ guard }) => guard);
  const parts = [
    ...(problems.length > 0 ? [`${counted(problems.length, "error")}, nothing is done`] : []),
    ...(tripped.length > 0
      ? [
          `${approved ? "approved past" : "HELD by"} ${tripped.length === 1 ? "guard" : "guards"} ${tripped.map((guard) => escapeMarkdown(guard)).join(", ")}`,
        ]
      : []),
    ...(freeze ? [`frozen until ${escapeMarkdown(minute(freeze.until))}`] : []),
    ...(findings.length > 0 ? [counted(findings.length, "finding")] : []),
  ];
  const rest = parts.length === 0 ? "" : ` · ${parts.join(" · ")}`;
  return `**WARP registrations: ${escapeMarkdown(whatIsDue(document))}**${rest} · account ${escapeMarkdown(account, 60)}`;
}
