/** The plan as one page for an auditor: nothing is loaded, nothing runs, everything is in the file. */

import type { ReportDocument } from "./document.js";
import { escapeHtml, isolated } from "./html-escape.js";
import { htmlPage } from "./html-page.js";
import { summaryHtml } from "./html-summary.js";
import { actsHtml, findingsHtml, keptHtml, leftHtml, skippedHtml } from "./html-tables.js";
import { notesHtml, usersHtml } from "./html-users.js";
import { whatIsDue } from "./wording.js";
import { counted } from "../counted.js";

/**
 * Acts, pending acts, findings and what is left alone in detail; what is kept is folded away and bounded, so that the
 * page of a large fleet opens. Evidence is shown where the document has it.
 */
export function renderHtml(document: ReportDocument): string {
  const sections = [
    summaryHtml,
    actsHtml,
    usersHtml,
    skippedHtml,
    findingsHtml,
    leftHtml,
    keptHtml,
    notesHtml,
  ]
    .map((section) => section(document))
    .filter((html) => html !== "");
  const files = document.allowlist
    .map(
      ({ file, digest }) =>
        `<li><code>${isolated(file)}</code> <small><code>${escapeHtml(digest)}</code></small></li>`,
    )
    .join("\n");
  const allowlist = `<h2>Allowlist</h2>\n<details><summary><h3>${counted(document.allowlist.length, "file")} with SHA-256</h3></summary><ul>\n${files}\n</ul></details>`;
  return htmlPage(
    `WARP registrations: ${whatIsDue(document)}`,
    `<main>\n${[...sections, allowlist].join("\n")}\n</main>\n<footer>Report of version ${document.version}.</footer>`,
  );
}
