/** What is due on Access users, and what could not be looked at. */

import type { ReportDocument } from "./document.js";
import { place } from "./html-cells.js";
import { escapeHtml as text, isolated } from "./html-escape.js";
import { userOutcomes, usersDue } from "./user-wording.js";
import { counted } from "../counted.js";

export function usersHtml(document: ReportDocument): string {
  const told = userOutcomes(document);
  const rows = usersDue(document).map(({ action, email, text: reason, source, pending }) => {
    const waits = pending ? `<strong>Pending:</strong> ${isolated(pending.text)}<br>` : "";
    const outcome = told?.get(email);
    const result =
      outcome === undefined ? "" : `<small><strong>Result:</strong> ${isolated(outcome)}</small>`;
    return `<tr><td><span class="act word">${text(action)}</span></td><th scope="row">${isolated(email, 320)}</th><td>${waits}${isolated(reason)}${place(source)}${result}</td></tr>`;
  });
  if (rows.length === 0) return "";
  return `<h2>Access users</h2>
<div class="card"><table class="devices">
<caption class="quiet">${text(counted(rows.length, "Access user"))} to be changed</caption>
<thead><tr><th scope="col" class="act">Action</th><th scope="col" class="device">User</th><th scope="col">Why</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody></table></div>`;
}

export function notesHtml({ notes }: ReportDocument): string {
  if (notes.length === 0) return "";
  const items = notes.map((note) => `<li>${isolated(note)}</li>`);
  return `<h2>Notes</h2>\n<div class="card"><ul>\n${items.join("\n")}\n</ul></div>`;
}
