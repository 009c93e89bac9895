/** The plan as a comment on a pull request. */
import type { SourcePosition } from "../allowlist/messages.js";
import { counted, minute } from "../text/words.js";
import { leftAlone, type ReportDocument, type ReportedDecision } from "./document.js";
import { codeMarkdown as code, escapeMarkdown, escapeMarkdown as text } from "./escapes.js";
import { evidenceLines } from "./evidence.js";
import {
  actionMeanings,
  ACTS,
  deviceDetails,
  entryDetails,
  guardVerdict,
  isSilent,
  outcomes,
  type RenderOptions,
  resultCounts,
  sharedCauses,
  since,
  userOf,
  userOutcomes,
  usersDue,
  whatIsDue,
} from "./words.js";

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

// What a comment tells, section by section, the most pressing first.

function markdownSections(document: ReportDocument, options: RenderOptions): MarkdownSection[] {
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

// Sections of a comment within a budget of characters.

/** A folded section. `rows` are whole lines, each a row of the table or an item that `head` begins. */
interface MarkdownSection {
  /** Already escaped. */
  readonly title: string;
  readonly open: boolean;
  readonly head: readonly string[];
  readonly rows: readonly string[];
}

/** Enough for the line that counts what is left out. */
const COUNT_LINE = 80;

/** Earlier sections have their rows first; a section is cut at a row, closed, and says how many rows are missing. */
export function fitSections(sections: readonly MarkdownSection[], budget: number): string {
  const frames = sections.map((section) => frame(section, [], 0).length + COUNT_LINE);
  let left = budget - frames.reduce((sum, length) => sum + length, 0);
  return sections
    .map((section) => {
      let fitting = 0;
      for (const row of section.rows) {
        if (row.length + 1 > left) break;
        left -= row.length + 1;
        fitting++;
      }
      // One long row must not leave room for shorter ones of later sections: what is cut, is cut at one place.
      if (fitting < section.rows.length) left = 0;
      return frame(section, section.rows.slice(0, fitting), section.rows.length - fitting);
    })
    .join("");
}

function frame({ title, open, head }: MarkdownSection, rows: readonly string[], missing: number): string {
  const lines = rows.length === 0 && missing > 0 ? [] : [...head, ...rows];
  return [
    "",
    `<details${open ? " open" : ""}><summary>${title}</summary>`,
    "",
    ...lines,
    ...(missing > 0 ? ["", `And ${missing} more: the JSON and HTML reports have them all.`] : []),
    "",
    "</details>",
    "",
  ].join("\n");
}

/**
 * The first line of a comment, by which a pipeline finds its own again. `marker` tells several comments on one pull
 * request apart, as a stack's name does.
 */
export function commentMarker(marker = ""): string {
  const tail = marker === "" ? "" : `:${encode(marker)}`;
  return `<!-- warp-registrations${tail} -->`;
}

/** Percent-encoded, so that nothing ends the comment early: no `>`, and no two hyphens in a row. */
function encode(marker: string): string {
  return encodeURIComponent(marker.replaceAll(/\p{Cs}/gu, "\ufffd")).replaceAll(/-(?=-|$)/g, "%2D");
}
