/** Registrations in tables: one per user for acts, one per rule for what is left alone. */

import type { ReportDocument, ReportedDecision } from "./document.js";
import { act, device, place, why } from "./html-cells.js";
import { escapeHtml as text, isolated } from "./html-escape.js";
import { leftAlone } from "./left-alone.js";
import { isDue, outcomes, userOf } from "./wording.js";
import { counted } from "../counted.js";

/** So many rows of one folded table are written; the rest is counted. */
const MOST_ROWS = 500;

/** What is due, done or pending, a table per user. */
export function actsHtml(document: ReportDocument): string {
  const due = document.decisions.filter(isDue);
  if (due.length === 0) return "";
  const told = outcomes(document);
  const byUser = new Map<string, ReportedDecision[]>();
  for (const decision of due) {
    const { email } = decision.registration.user;
    const group = byUser.get(email);
    if (group) group.push(decision);
    else byUser.set(email, [decision]);
  }
  const tables = [...byUser].map(
    ([email, decisions]) => `<div class="card"><table class="devices">
<caption><h3>${isolated(userOf(email), 320)}</h3></caption>
<thead><tr><th scope="col" class="act">Action</th><th scope="col" class="device">Device</th><th scope="col">Why</th></tr></thead>
<tbody>
${decisions
  .map(
    (decision) =>
      `<tr><td>${act(decision.action)}</td><th scope="row">${device(decision)}</th><td>${why(decision, told?.get(decision.registration.id))}</td></tr>`,
  )
  .join("\n")}
</tbody></table></div>`,
  );
  return `<h2>Acts, by user</h2>\n${tables.join("\n")}`;
}

export function skippedHtml({ skipped }: ReportDocument): string {
  if (skipped.length === 0) return "";
  const items = skipped.map(
    ({ act: action, device: name, user, text: reason }) =>
      `<li>${act(action)} ${isolated(name, 200)} of ${isolated(userOf(user), 320)}<small>${isolated(reason)}</small></li>`,
  );
  return `<h2>In the reviewed plan, and not due any more</h2>\n<div class="card"><ul>\n${items.join("\n")}\n</ul></div>`;
}

export function findingsHtml({ findings }: ReportDocument): string {
  if (findings.length === 0) return "";
  const items = findings
    .slice(0, 2 * MOST_ROWS)
    .map(
      ({ code, text: what, source }) =>
        `<li>${isolated(what)}${place(source)}<small>${text(code)}</small></li>`,
    );
  return `<h2>Findings</h2>\n<div class="card"><ul>\n${items.join("\n")}\n</ul>${rest(findings.length, 2 * MOST_ROWS)}</div>`;
}

export function leftHtml(document: ReportDocument): string {
  const kinds = leftAlone(document);
  const tables = kinds.map(({ title, meaning, decisions }) =>
    folded(`${title}: ${counted(decisions.length, "registration")}`, meaning, decisions),
  );
  return `<h2>Left alone</h2>\n${kinds.length === 0 ? '<p class="quiet">Nothing.</p>' : tables.join("\n")}`;
}

export function keptHtml({ decisions }: ReportDocument): string {
  const kept = decisions.filter(({ action }) => action === "keep");
  if (kept.length === 0) return "";
  return `<h2>Kept</h2>\n${folded(counted(kept.length, "registration"), "As the allowlist has it.", kept)}`;
}

function folded(title: string, meaning: string, decisions: readonly ReportedDecision[]): string {
  const rows = decisions
    .slice(0, MOST_ROWS)
    .map(
      (decision) =>
        `<tr><td>${isolated(userOf(decision.registration.user.email), 320)}</td><th scope="row">${device(decision)}</th><td>${why(decision)}</td></tr>`,
    );
  return `<details><summary><h3>${text(title)}</h3></summary>
<table class="devices">
<caption class="quiet">${text(meaning === "" ? title : meaning)}</caption>
<thead><tr><th scope="col" class="user">User</th><th scope="col" class="device">Device</th><th scope="col">Why</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody></table>${rest(decisions.length, MOST_ROWS)}</details>`;
}

function rest(all: number, most: number): string {
  return all > most ? `<p class="quiet">And ${all - most} more: the JSON report has them all.</p>` : "";
}
