/** The plan as a person reads it in a terminal or in Pulumi's output. */

import { escapeText } from "../escape.js";
import type { SourcePosition } from "../allowlist/allowlist.js";
import type { Action } from "../reconcile/decision.js";
import type { ReportDocument, ReportedDecision } from "./document.js";
import { explainGuards } from "./guards.js";
import { wrap } from "./wrap.js";

/** So many findings are spelled out; the rest is counted. */
const MOST_FINDINGS = 50;

/** Where the reasons stand, below the device. */
const REASON_INDENT = " ".repeat(15);

const SIGNS: Readonly<Record<Action, string>> = {
  revoke: "-",
  delete: "x",
  unrevoke: "+",
  keep: "=",
  leave: " ",
};

/** Who, which device, what, why, and which line says so; then what was left alone, findings, guards, fingerprint. */
export function renderText(document: ReportDocument): string {
  return [headline(document), acts(document), leftAlone(document), findings(document), closing(document)]
    .filter((section) => section.length > 0)
    .map((section) => section.join("\n"))
    .join("\n\n");
}

function headline({ account, asOf, summary, population, findings: all }: ReportDocument): string[] {
  const due = (["revoke", "delete", "unrevoke"] as const).filter((act) => summary[act] > 0);
  const what =
    due.length === 0 ? inSync(all.length) : `to ${due.map((act) => `${act} ${summary[act]}`).join(", ")}`;
  const outside = population.outOfScope > 0 ? `, ${population.outOfScope} out of scope` : "";
  return [
    `WARP registrations: ${what}`,
    `Account ${escapeText(account)}, as of ${asOf.slice(0, 16)}Z: ${population.inScope} in scope (${population.active} active)${outside}`,
  ];
}

function inSync(findings: number): string {
  const look = findings === 0 ? "" : `, ${findings} ${findings === 1 ? "finding" : "findings"} to look at`;
  return `in sync, no act is due${look}`;
}

function acts({ decisions }: ReportDocument): string[] {
  const lines: string[] = [];
  let user: string | undefined;
  for (const decision of decisions) {
    if (decision.action === "keep" || decision.action === "leave") continue;
    if (decision.registration.user.email !== user) {
      user = decision.registration.user.email;
      lines.push(`  ${who(user)}`);
    }
    const what = `${SIGNS[decision.action]} ${decision.action.padEnd(8)} ${device(decision)}, ${since(decision)}`;
    lines.push(...wrap("    ", what, REASON_INDENT));
    lines.push(...withPlace(REASON_INDENT, decision.reason.text, decision.source));
  }
  return lines;
}

function device({ registration }: ReportedDecision): string {
  const { name, hardware } = registration.device;
  const details = [hardware?.model, hardware?.serial && `serial ${hardware.serial}`].filter(
    (text) => text !== undefined,
  );
  return (
    escapeText(name, 60) +
    (details.length > 0
      ? ` (${escapeText(details.join(", "), 80)})`
      : ` (${escapeText(registration.id, 60)})`)
  );
}

/** The date of an RFC 3339 time. */
function day(time: string): string {
  return escapeText(time.slice(0, 10));
}

/** What it is now, and since when. */
function since({ live, registration: { times } }: ReportedDecision): string {
  if (live === "revoked") return `revoked ${day(times.revoked ?? times.updated)}`;
  return `last seen ${day(times.lastSeen)}`;
}

function leftAlone({ decisions }: ReportDocument): string[] {
  const counts = new Map<string, number>();
  for (const { action, reason } of decisions) {
    if (action === "leave") counts.set(reason.code, (counts.get(reason.code) ?? 0) + 1);
  }
  const kinds = [...counts].sort().map(([code, count]) => `${code.replaceAll("-", " ")} ${count}`);
  return kinds.length === 0 ? [] : [`Left alone: ${kinds.join(", ")}`];
}

function findings({ findings: all, problems }: ReportDocument): string[] {
  const lines = problems.flatMap(({ text, source }) => withPlace("  ", `ERROR ${text}`, source));
  lines.push(...all.slice(0, MOST_FINDINGS).flatMap(({ text, source }) => withPlace("  ", text, source)));
  if (all.length > MOST_FINDINGS) lines.push(`  and ${all.length - MOST_FINDINGS} more`);
  return lines.length === 0 ? [] : ["Findings:", ...lines];
}

function closing(document: ReportDocument): string[] {
  const lines = [
    `Guards: ${document.guards.map(({ guard, count, limit }) => `${guard} ${count} of at most ${limit}`).join("; ")}`,
  ];
  lines.push(...explainGuards(document));
  if (hasActs(document)) lines.push(`Fingerprint: ${document.fingerprint}`);
  return lines;
}

export function hasActs({ summary }: ReportDocument): boolean {
  return summary.revoke + summary.delete + summary.unrevoke > 0;
}

function who(email: string): string {
  return email === "" ? "(no user)" : escapeText(email);
}

/** A text with the line that says so behind it. */
function withPlace(indent: string, text: string, source: SourcePosition | undefined): string[] {
  const place = source ? ` (${escapeText(source.file)}:${source.line})` : "";
  return wrap(indent, escapeText(text, 400) + place);
}
