/** What a comment tells, section by section, the most pressing first. */

import type { SourcePosition } from "../allowlist/allowlist.js";
import type { ReportDocument, ReportedDecision } from "./document.js";
import { evidenceLines } from "./evidence-lines.js";
import type { RenderOptions } from "./formats.js";
import { leftAlone } from "./left-alone.js";
import { codeMarkdown as code, escapeMarkdown as text } from "./markdown-escape.js";
import type { MarkdownSection } from "./markdown-fit.js";
import { userOutcomes, usersDue } from "./user-wording.js";
import {
  ACTS,
  actionMeanings,
  deviceDetails,
  entryDetails,
  guardVerdict,
  outcomes,
  resultCounts,
  sharedCauses,
  since,
  userOf,
} from "./wording.js";

export function markdownSections(document: ReportDocument, options: RenderOptions): MarkdownSection[] {
  const { decisions, problems, findings, skipped } = document;
  const told = outcomes(document);
  const acts = ACTS.map((act) => {
    const due = decisions.filter(({ action, pending }) => action === act && !pending);
    const rows = due.map((decision) => row(decision, options, told?.get(decision.registration.id)));
    return section(`${act} ${due.length}: ${actionMeanings[act]}`, ["User", "Device", "Why", "Line"], rows);
  });
  const waiting = decisions.filter(({ pending }) => pending);
  return [
    section(
      `Errors ${problems.length}: nothing is done before they are settled`,
      ["What", "Line"],
      problems.map(({ text: what, fix, source }) =>
        cells([text(what) + (fix === undefined ? "" : `<br>fix: ${text(fix)}`), place(source)]),
      ),
      true,
    ),
    guards(document),
    section(
      `Results: ${resultCounts(document) ?? ""}`,
      ["Acts", "Result", "Why"],
      sharedCauses(document).map(({ count, result, reason }) =>
        cells([String(count), text(result), text(reason)]),
      ),
    ),
    ...acts,
    users(document),
    section(
      `Pending ${waiting.length}: due, and not done in this run`,
      ["User", "Device", "Why", "Line"],
      waiting.map((decision) => row(decision, options, undefined)),
    ),
    section(
      `Not due any more ${skipped.length}: in the reviewed plan, and skipped`,
      ["User", "Device", "Why"],
      skipped.map(({ user, device, act, text: why }) =>
        cells([code(userOf(user)), code(device), `${text(act)}: ${text(why)}`]),
      ),
    ),
    section(
      `Findings ${findings.length}`,
      ["Kind", "What", "Line"],
      findings.map(({ code: kind, text: what, source }) =>
        // Its names are cut where it is formed, and what to do stands behind them.
        cells([code(kind), text(what, 500), place(source)]),
      ),
    ),
    section(
      `Left alone ${document.summary.leave}`,
      ["Rule", "Registrations", "Meaning"],
      leftAlone(document).map(({ title, meaning, decisions: left }) =>
        cells([text(title), String(left.length), text(meaning)]),
      ),
    ),
    section(
      `Notes ${document.notes.length}`,
      ["What"],
      document.notes.map((note) => cells([text(note)])),
    ),
  ].filter(({ rows }) => rows.length > 0);
}

function users(document: ReportDocument): MarkdownSection {
  const told = userOutcomes(document);
  const due = usersDue(document);
  const rows = due.map(({ action, email, text: reason, source, pending }) => {
    const outcome = told?.get(email);
    const why = [
      ...(pending ? [`pending: ${text(pending.text)}`] : []),
      text(reason),
      ...(outcome === undefined ? [] : [`result: ${text(outcome)}`]),
    ];
    return cells([code(email), text(action), why.join("<br>"), place(source)]);
  });
  return section(`Access users ${due.length}`, ["User", "Action", "Why", "Line"], rows);
}

function guards(document: ReportDocument): MarkdownSection {
  const rows = document.guards.map((guard) =>
    cells([
      text(guard.guard),
      String(guard.count),
      String(guard.limit),
      guardVerdict(guard, document),
      place(guard.source),
    ]),
  );
  const tripped = document.guards.some((guard) => guard.tripped);
  const title = `Guards: ${tripped ? "TRIPPED" : "ok"}; fingerprint ${code(document.fingerprint, 40)}`;
  return section(title, ["Guard", "Due", "At most", "Verdict", "Line"], rows, tripped && !document.approved);
}

function row(decision: ReportedDecision, { evidence }: RenderOptions, outcome: string | undefined): string {
  const { registration, reason, source, entry, pending, action } = decision;
  const why = [
    ...(pending ? [`${text(action)}, pending: ${text(pending.text)}`] : []),
    text(reason.text),
    ...entryDetails(entry).map((detail) => text(detail, 100)),
    ...(evidence === true && decision.evidence
      ? evidenceLines(decision.evidence).map((line) => text(line))
      : []),
    ...(outcome === undefined ? [] : [`result: ${text(outcome)}`]),
  ];
  const device = `${code(registration.device.name)}<br>${text(deviceDetails(decision), 100)}, ${text(since(decision), 40)}`;
  return cells([code(userOf(registration.user.email)), device, why.join("<br>"), place(source)]);
}

function section(
  title: string,
  columns: readonly string[],
  rows: readonly string[],
  open = false,
): MarkdownSection {
  return { title, open, head: [cells(columns), cells(columns.map(() => "---"))], rows };
}

function cells(texts: readonly string[]): string {
  return `| ${texts.join(" | ")} |`;
}

function place(source: SourcePosition | undefined): string {
  return source ? code(`${source.file}:${source.line}`, 200) : "";
}
