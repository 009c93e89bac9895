/** The plan as a comment on a pull request. */

import type { SourcePosition } from "../allowlist/messages.js";
import { codeMarkdown as code, escapeMarkdown, escapeMarkdown as text } from "../text/entities.js";
import { counted, minute } from "../text/words.js";
import { leftAlone, type ReportDocument, type ReportedDecision } from "./document.js";
import { evidenceLines } from "./evidence.js";
import { whatNow } from "./guards.js";
import { type FindingsOfKind, othersOf, outlineOf } from "./outline.js";
import {
  actionMeanings,
  deviceDetails,
  doneByName,
  entryDetails,
  guardVerdict,
  isSilent,
  type ItemsDue,
  itemsDue,
  nearMisses,
  type ResultInWords,
  outcomes,
  placesOf,
  type RenderOptions,
  resultCounts,
  sharedCauses,
  since,
  standing,
  undoneBy,
  userOf,
  whatIsDue,
} from "./words.js";

/** In characters: GitHub allows 65,536, and a pipeline adds what it must remember. */
export const MOST_CHARACTERS = 60_000;

/**
 * A comment that a pipeline can find again by its first line, {@link commentMarker}: one line that sums up, and the
 * rest folded. The same plan gives the same bytes: the time of the report is not in it. Empty if there is nothing to
 * say. Never longer than {@link MOST_CHARACTERS}: what does not fit is counted.
 */
export function renderMarkdown(document: ReportDocument, options: RenderOptions = {}): string {
  if (isSilent(document)) return "";
  const head = `${commentMarker(options.marker)}\n${summaryLine(document)}\n`;
  return head + fitSections(markdownSections(document, options), MOST_CHARACTERS - head.length);
}

function summaryLine(document: ReportDocument): string {
  const { findings, freeze, account } = document;
  const parts = [
    ...(freeze ? [`frozen until ${escapeMarkdown(minute(freeze.until))}`] : []),
    ...(findings.length > 0 ? [counted(findings.length, "finding")] : []),
  ];
  const rest = parts.length === 0 ? "" : ` · ${parts.join(" · ")}`;
  const now = whatNow(document);
  const next = now === undefined ? "" : `\n\n${escapeMarkdown(now, 600)}`;
  return `**WARP registrations: ${escapeMarkdown(whatIsDue(document), 500)}**${rest} · account ${escapeMarkdown(account, 60)}${next}`;
}

/** Up to this many cut-offs are open: more would push everything else out of sight. */
const MOST_OPEN = 25;

// The sections of a comment, in order of importance: what does not fit is cut from the end.

function markdownSections(document: ReportDocument, options: RenderOptions): MarkdownSection[] {
  const { problems, skipped } = document;
  const { loosened, alarms, deletions, undone, revocations, returns, pending, findings } =
    outlineOf(document);
  const results = outcomes(document);
  const acts = (title: string, due: readonly ReportedDecision[], open = false) =>
    section(
      title.replace("#", String(due.length)),
      ["User", "Device", "Why", "Line"],
      due.map((one) => row(one, document, options, results?.get(one.registration.id))),
      open,
    );
  const plain = (
    title: string,
    all: readonly { readonly text: string; readonly source?: SourcePosition | undefined }[],
  ) =>
    section(
      title,
      ["What", "Line"],
      all.map((one) => cells([text(one.text, 1000), place(one.source)])),
      true,
    );
  const [widening, others] = [findings.filter(isOfChange), findings.filter((kind) => !isOfChange(kind))];
  return [
    section(
      `Errors ${problems.length}: nothing is done until they are corrected`,
      ["What", "Line"],
      problems.map(({ text: what, fix, source }) =>
        cells([text(what) + (fix === undefined ? "" : `<br>fix: ${text(fix)}`), place(source)]),
      ),
      true,
    ),
    plain(
      "LOOSENED by this change",
      loosened.map((one) => ({ text: one.text, source: one.finding.source })),
    ),
    plain("REFUSED, but connected", alarms),
    guards(document),
    section(
      `Results: ${resultCounts(document) ?? ""}`,
      ["Acts", "Result", "Why"],
      sharedCauses(document).map(({ count, result, reason }) =>
        cells([String(count), text(result), text(reason)]),
      ),
    ),
    section(
      "Done, failed, waiting: by name",
      ["What", "Which"],
      doneByName(document).map(({ title, names }) => cells([text(title), text(names.join("; "), 2000)])),
    ),
    acts(`delete #: ${actionMeanings.delete}`, deletions, true),
    ...itemsDue(document).map(items),
    acts(`LET IN AGAIN #: ${undoneBy(undone)}`, undone, true),
    acts(`revoke #: ${actionMeanings.revoke}`, revocations, revocations.length <= MOST_OPEN),
    acts(`unrevoke #: ${actionMeanings.unrevoke}`, returns),
    kinds(`By this change`, widening, document),
    acts("Pending #: due, but not done in this run", pending),
    section(
      `No longer due ${skipped.length}: in the reviewed plan, skipped now`,
      ["User", "Device", "Why"],
      skipped.map(({ user, device, act, text: why }) =>
        cells([code(userOf(user)), code(device), `${text(act)}: ${text(why)}`]),
      ),
    ),
    kinds("Findings", others, document),
    section(
      `Left alone ${document.summary.leave}`,
      ["Rule", "Registrations", "Meaning"],
      leftAlone(document).map(({ title, meaning, decisions: left }) =>
        cells([text(title), `${left.length}: ${standing(left)}`, text(meaning)]),
      ),
    ),
    section(
      `Notes ${document.notes.length}`,
      ["What"],
      document.notes.map((note) => cells([text(note)])),
    ),
  ].filter(({ rows }) => rows.length > 0);
}

/** What a change drops or lets in is more important than what was there before. */
function isOfChange({ worth }: FindingsOfKind): boolean {
  return worth !== "informs";
}

/** A row for each person in a kind. */
function kinds(title: string, all: readonly FindingsOfKind[], document: ReportDocument): MarkdownSection {
  const rows = all.flatMap(({ groups }) =>
    groups.map((group) => {
      const [first] = group.findings;
      const others = othersOf(group, document, 10);
      const more = others === "" ? "" : `<br>${text(others, 1000)}`;
      // Its names are already cut, and what to do comes after them.
      return cells([code(group.code), text(first.text, 1000) + more, place(first.source)]);
    }),
  );
  const count = all.reduce((sum, kind) => sum + kind.count, 0);
  const counts = all.map((kind) => `${kind.code} ${kind.count}`).join(", ");
  return section(`${title} ${count}: ${text(counts, 300)}`, ["Kind", "What", "Line"], rows);
}

function items({ about: { noun, head }, items: due }: ItemsDue): MarkdownSection {
  const rows = due.map(({ action, key, text: reason, source, pending, outcome }) => {
    const why = [
      ...(pending ? [`pending: ${text(pending.text)}`] : []),
      text(reason),
      ...(outcome === undefined ? [] : [`result: ${text(outcome.text)}`]),
    ];
    return cells([code(key), text(action), why.join("<br>"), place(source)]);
  });
  return section(`${noun}s ${due.length}`, [head, "Action", "Why", "Line"], rows);
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

function row(
  decision: ReportedDecision,
  document: ReportDocument,
  { evidence }: RenderOptions,
  outcome: ResultInWords | undefined,
): string {
  const { registration, reason, entry, pending, action } = decision;
  const why = [
    ...(pending ? [`${text(action)}, pending: ${text(pending.text)}`] : []),
    text(reason.text),
    ...nearMisses(decision, document).map((one) => `**NEAR MISS:** ${text(one.text, 300)}`),
    ...entryDetails(entry).map((detail) => text(detail, 100)),
    ...(evidence === true && decision.evidence
      ? evidenceLines(decision.evidence).map((line) => text(line))
      : []),
    ...(outcome === undefined ? [] : [`result: ${text(outcome.text)}`]),
  ];
  const device = `${code(registration.device.name)}<br>${text(deviceDetails(decision), 100)}, ${text(since(decision), 60)}`;
  const lines = placesOf(decision).map((one) => code(one, 220));
  return cells([code(userOf(registration.user.email)), device, why.join("<br>"), lines.join("<br>")]);
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

/** Earlier sections get their rows first. A section is cut after a row, closed, and says how many rows are missing. */
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
      // One long row must not leave room for shorter rows of later sections: the cut is in one place.
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
 * The first line of a comment, by which a pipeline finds its own again. `marker` distinguishes several comments on one
 * pull request; a stack's name will do.
 */
export function commentMarker(marker = ""): string {
  const tail = marker === "" ? "" : `:${encode(marker)}`;
  return `<!-- warp-registrations${tail} -->`;
}

/** Percent-encoded, so that nothing ends the comment early: no `>`, and no two hyphens in a row. */
function encode(marker: string): string {
  return encodeURIComponent(marker.replaceAll(/\p{Cs}/gu, "\ufffd")).replaceAll(/-(?=-|$)/g, "%2D");
}
