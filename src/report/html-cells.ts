/** The small pieces that tables and lists of the page are made of. */

import type { SourcePosition } from "../allowlist/allowlist.js";
import type { Action } from "../reconcile/decision.js";
import type { ReportedDecision } from "./document.js";
import { evidenceLines } from "./evidence-lines.js";
import { escapeHtml, isolated } from "./html-escape.js";
import { deviceDetails, entryDetails, since } from "./wording.js";

export function place(source: SourcePosition | undefined): string {
  return source ? `<small><code>${isolated(`${source.file}:${source.line}`)}</code></small>` : "";
}

export function small(texts: readonly string[]): string {
  return texts.map((text) => `<small>${isolated(text)}</small>`).join("");
}

export function act(action: Action): string {
  return `<span class="act word act-${action}">${escapeHtml(action)}</span>`;
}

export function device(decision: ReportedDecision): string {
  const name = decision.registration.device.name;
  return isolated(name === "" ? "(no name)" : name, 200) + small([deviceDetails(decision), since(decision)]);
}

/** Why, which line says so, what the entry and the account say besides, and what became of it. */
export function why(decision: ReportedDecision, outcome?: string): string {
  const { reason, source, entry, pending, evidence } = decision;
  return [
    pending ? `<strong>Pending:</strong> ${isolated(pending.text)}<br>` : "",
    isolated(reason.text),
    place(source),
    small(entryDetails(entry)),
    evidence ? `<small><strong>Evidence</strong></small>${small(evidenceLines(evidence))}` : "",
    outcome === undefined ? "" : `<small><strong>Result:</strong> ${isolated(outcome)}</small>`,
  ].join("");
}
