/** The plan as a person reads it in a terminal or in Pulumi's output. */

import type { SourcePosition } from "../allowlist/messages.js";
import type { Action } from "../reconcile/decision.js";
import { escapeText } from "../text/escape.js";
import { layOut, type Line, line, type LineStyle, together, type Tone } from "../text/lines.js";
import { minute } from "../text/words.js";
import { leftAlone, type ReportDocument, type ReportedDecision, resultFields } from "./document.js";
import { evidenceLines } from "./evidence.js";
import { explainGuards, isHeld, whatNow } from "./guards.js";
import { type FindingGroup, othersOf, outlineOf } from "./outline.js";
import { ruleMeaning } from "./notices.js";
import {
  allResults,
  deviceDetails,
  doneByName,
  entryDetails,
  guardFigure,
  hasActs,
  type ItemsDue,
  itemsDue,
  nearMisses,
  nextCommand,
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

/** At most this many findings, problems and names are listed; the rest are counted. */
const MOST_FINDINGS = 50;

/** More than this many of a kind have a heading of their own. */
const MOST_ALIKE = 3;

/** At most this many devices are named for each rule that leaves some alone. */
const MOST_NAMED = 3;

/**
 * What holds the plan and what a change loosens; then who, which device, what, why, and which line decides; then what
 * was left alone, findings, guards, fingerprint.
 */
export function renderText(document: ReportDocument, options: RenderOptions = {}): string {
  const { columns, colour } = options;
  return [
    headline(document),
    loosenedLines(document),
    ...actSections(document, options),
    pendingLines(document, options),
    skippedLines(document),
    ...itemsDue(document).map(itemLines),
    leftAloneLines(document),
    findings(document, options),
    closing(document, options),
  ]
    .filter((section) => section.length > 0)
    .map((section) => layOut(section, { columns, colour }))
    .join("\n\n");
}

/**
 * The closing text of a run that did everything it set out to do: what that was, by name, and what waits. Empty if
 * nothing was due.
 */
export function renderDone(document: ReportDocument): string {
  const finished = (all: readonly object[] = []) => all.map((one) => ({ ...one, result: "done" }));
  const all = resultFields.map((field) => [field, finished(document[field])] as const);
  const done = { ...document, ...Object.fromEntries(all) };
  // Findings were shown with the plan: the next command does what waits, or there is none.
  const next = nextCommand({ ...done, findings: [] });
  if (allResults(done).length + outlineOf(document).pending.length === 0) return "";
  return layOut([...results(done), ...(next === undefined ? [] : [line("", `Next: ${escapeText(next)}`)])]);
}

/** A raw text, with the lines that it comes from behind it. */
function withPlaces(indent: string, text: string, places: readonly string[], more: LineStyle = {}): Line {
  const behind = places.length === 0 ? "" : ` (${places.map((one) => escapeText(one, 220)).join("; ")})`;
  return line(indent, escapeText(text, 1000) + behind, more);
}

function at(source: SourcePosition | undefined): readonly string[] {
  return source ? [`${source.file}:${source.line}`] : [];
}

function headline(document: ReportDocument): Line[] {
  const { account, asOf, population, freeze, reviewed } = document;
  const outside = population.outOfScope > 0 ? `, ${population.outOfScope} out of scope` : "";
  const now = whatNow(document);
  return [
    line("", together(`WARP registrations: ${escapeText(whatIsDue(document))}`), {
      hanging: "  ",
      tone: isHeld(document) ? "problem" : "title",
    }),
    ...(now === undefined ? [] : [line("", escapeText(now), { hanging: "  " })]),
    line("", `Account ${escapeText(account, 60)},`, { hanging: "  " }),
    line(
      "  ",
      `as of ${escapeText(minute(asOf), 40)}: ${population.inScope} in scope (${population.active} active)${outside}`,
    ),
    ...(reviewed
      ? [
          line(
            "",
            `Bound to the reviewed plan ${escapeText(reviewed.fingerprint, 40)}, as of ${escapeText(minute(reviewed.asOf))}`,
          ),
        ]
      : []),
    ...(freeze
      ? [
          withPlaces("", `FROZEN until ${minute(freeze.until)}: ${freeze.reason}`, at(freeze.source), {
            hanging: "  ",
          }),
        ]
      : []),
  ];
}

const ALERT: LineStyle = { hanging: "    ", tone: "alert" };

/** Never cut: a loosened brake is more important than any act. */
function loosenedLines(document: ReportDocument): Line[] {
  const { loosened, alarms } = outlineOf(document);
  const lines = loosened.map(({ text, finding }) => withPlaces("  ! ", text, at(finding.source), ALERT));
  return [
    ...(lines.length > 0 ? [line("", "LOOSENED by this change:", { tone: "alert" }), ...lines] : []),
    ...(alarms.length > 0 ? [line("", "REFUSED, but connected:", { tone: "alert" })] : []),
    ...alarms.map(({ text, source }) => withPlaces("  ! ", text, at(source), ALERT)),
  ];
}

function leftAloneLines(document: ReportDocument): Line[] {
  const kinds = leftAlone(document);
  const kept = document.decisions.filter(({ action }) => action === "keep");
  const end = kept.length === 0 ? [] : [line("", `Kept: ${standing(kept)}`)];
  if (kinds.length === 0) return [line("", "Left alone: nothing"), ...end];
  return [
    line("", `Left alone: ${document.summary.leave}`),
    ...kinds.map(({ title, decisions }) => {
      // What is connected comes first: someone may have to do something about it.
      const named = [...decisions]
        .sort((a, b) => Number(a.live === "revoked") - Number(b.live === "revoked"))
        .slice(0, MOST_NAMED)
        .map(
          ({ live, registration: { device, user } }) =>
            `${escapeText(device.name, 40)} of ${escapeText(userOf(user.email), 60)}${live === "revoked" ? ", revoked" : ""}`,
        );
      const more = decisions.length > MOST_NAMED ? ` and ${decisions.length - MOST_NAMED} more` : "";
      const count = `${escapeText(title, 40)} ${decisions.length}${mixed(decisions)}`;
      return line("  ", `${count}: ${named.join("; ")}${more}`, { hanging: "    " });
    }),
    ...end,
  ];
}

/** How many are connected and how many are not, unless all are connected. */
function mixed(decisions: readonly ReportedDecision[]): string {
  return decisions.every(({ live }) => live === "active") ? "" : ` (${standing(decisions)})`;
}

function findings(document: ReportDocument, { holdsSaid }: RenderOptions): Line[] {
  const problems = holdsSaid === true ? [] : document.problems;
  const lines = problems
    .slice(0, MOST_FINDINGS)
    .flatMap(({ text, fix, source }) => [
      withPlaces("  ", `ERROR ${text}`, at(source), { tone: "problem" }),
      ...(fix === undefined ? [] : [withPlaces("    ", `fix: ${fix}`, [])]),
    ]);
  if (problems.length > MOST_FINDINGS)
    lines.push(line("  ", `and ${problems.length - MOST_FINDINGS} more errors`));
  lines.push(...kinds(document));
  return lines.length === 0 ? [] : [line("", "Findings:"), ...lines];
}

/** Kind by kind, people in the order of addresses. Each kind has its share, so that none is buried by another. */
function kinds(document: ReportDocument): Line[] {
  const { findings: all } = outlineOf(document);
  const share = Math.max(MOST_ALIKE, Math.floor(MOST_FINDINGS / Math.max(1, all.length)));
  return all.flatMap(({ code, count, groups }) => {
    const indent = count > MOST_ALIKE ? "    " : "  ";
    const heading = line(
      "  ",
      `${escapeText(code, 40)} ${count}: ${escapeText(ruleMeaning(`finding/${code}`))}`,
    );
    const more = groups.slice(share).reduce((sum, group) => sum + group.findings.length, 0);
    return [
      ...(count > MOST_ALIKE ? [heading] : []),
      ...groups.slice(0, share).flatMap((group) => aboutGroup(group, indent, document)),
      ...(more > 0 ? [line(indent, `and ${more} more`)] : []),
    ];
  });
}

/** A few are shown in full; of many about one person, only the first, with the names of the others. */
function aboutGroup(group: FindingGroup, indent: string, document: ReportDocument): Line[] {
  const { findings: all } = group;
  if (all.length <= MOST_ALIKE) return all.map(({ text, source }) => withPlaces(indent, text, at(source)));
  const [first] = all;
  return [
    withPlaces(indent, first.text, at(first.source)),
    withPlaces(`${indent}  `, othersOf(group, document, 20), []),
  ];
}

function closing(document: ReportDocument, { planFile, holdsSaid }: RenderOptions): Line[] {
  const next = nextCommand(document, planFile);
  return [
    ...document.notes.map((note) => line("", `Note: ${escapeText(note, 300)}`, { hanging: "  " })),
    line("", `Guards: ${document.guards.map(guardFigure).join("; ")}`, { hanging: "  " }),
    ...(holdsSaid === true && isHeld(document) ? [] : explainGuards(document)),
    ...(hasActs(document) ? [line("", `Fingerprint: ${escapeText(document.fingerprint, 40)}`)] : []),
    ...results(document),
    ...(next === undefined ? [] : [line("", `Next: ${escapeText(next)}`, { unbroken: true })]),
  ];
}

/** What was done, by name, what failed, and what waits: the end of a run's text. */
function results(document: ReportDocument): Line[] {
  const counts = resultCounts(document);
  if (counts === undefined) return [];
  return [
    line("", `Results: ${counts}`),
    ...sharedCauses(document).map(({ count, result, reason }) =>
      line("  ", `${count} ${result}: ${escapeText(reason, 400)}`, { hanging: "    " }),
    ),
    ...doneByName(document).map(({ title, names }) => {
      const more = names.length > MOST_FINDINGS ? ` and ${names.length - MOST_FINDINGS} more` : "";
      return line(
        "  ",
        `${title}: ${names
          .slice(0, MOST_FINDINGS)
          .map((one) => escapeText(one, 160))
          .join("; ")}${more}`,
        { hanging: "    " },
      );
    }),
  ];
}

// Acts in lines, grouped by user: due, pending, and skipped since the review.

/** The indent of the reasons, below the device. */
const REASON_INDENT = " ".repeat(15);

const SIGNS: Readonly<Record<Action, { readonly sign: string; readonly tone?: Tone }>> = {
  revoke: { sign: "-", tone: "cut-off" },
  delete: { sign: "x", tone: "final" },
  unrevoke: { sign: "+", tone: "let-in" },
  keep: { sign: "=" },
  leave: { sign: " " },
};

/**
 * In order of importance: what cannot be undone; what is let in although someone may have cut it off for a reason; then
 * the rest.
 */
function actSections(document: ReportDocument, options: RenderOptions): Line[][] {
  const { deletions, undone, revocations, returns } = outlineOf(document);
  const sections = [
    ["DELETES for good", deletions, "alert"],
    [`LET IN AGAIN, ${undoneBy(undone)}`, undone, "alert"],
    ["CUTS OFF", revocations, undefined],
    ["LETS BACK IN", returns, undefined],
  ] as const;
  return sections.map(([title, decisions, tone]) => {
    const lines = actLines(decisions, document, options);
    return lines.length === 0 ? [] : [line("", `${title}:`, { tone }), ...lines];
  });
}

function actLines(
  decisions: readonly ReportedDecision[],
  document: ReportDocument,
  options: RenderOptions,
): Line[] {
  const results = outcomes(document);
  return byUser(decisions, (decision) => {
    const outcome = results?.get(decision.registration.id);
    return [
      ...about(decision, document, options),
      ...below(outcome === undefined ? [] : [`result: ${outcome.text}`]),
    ];
  });
}

/** What is due but waits, each with the reason. */
function pendingLines(document: ReportDocument, options: RenderOptions): Line[] {
  const lines = byUser(outlineOf(document).pending, (decision) => [
    ...about(decision, document, options),
    ...below([`pending (${decision.pending?.why ?? ""}): ${decision.pending?.text ?? ""}`]),
  ]);
  return lines.length === 0 ? [] : [line("", "Pending, not done in this run:"), ...lines];
}

/** Acts of the reviewed plan that are no longer due. */
function skippedLines({ skipped }: ReportDocument): Line[] {
  if (skipped.length === 0) return [];
  return [
    line("", "In the reviewed plan, but no longer due:"),
    ...skipped.flatMap(({ act, device, user, text }) => [
      line("  ", `${act.padEnd(8)} ${escapeText(device, 60)} of ${escapeText(userOf(user), 100)}`, {
        hanging: REASON_INDENT,
      }),
      ...below([text]),
    ]),
  ];
}

function byUser(
  decisions: readonly ReportedDecision[],
  linesOf: (decision: ReportedDecision) => readonly Line[],
): Line[] {
  let user: string | undefined;
  return decisions.flatMap((decision) => {
    const { email } = decision.registration.user;
    const heading = email === user ? [] : [line("  ", escapeText(userOf(email), 200))];
    user = email;
    return [...heading, ...linesOf(decision)];
  });
}

function about(
  decision: ReportedDecision,
  document: ReportDocument,
  { evidence: shown }: RenderOptions,
): Line[] {
  const { action, registration, reason, entry, evidence } = decision;
  const name = `${escapeText(registration.device.name, 60)} (${escapeText(deviceDetails(decision), 80)})`;
  const { sign, tone } = SIGNS[action];
  const what = `${sign} ${action.padEnd(8)} ${name}, ${escapeText(since(decision))}`;
  const details = entryDetails(entry);
  return [
    line("    ", what, { hanging: REASON_INDENT, tone }),
    withPlaces(REASON_INDENT, reason.text, placesOf(decision)),
    ...nearMisses(decision, document).map(({ text, source }) =>
      withPlaces(REASON_INDENT, `NEAR MISS: ${text}`, at(source)),
    ),
    ...below(details.length === 0 ? [] : [details.join(", ")]),
    ...below(shown === true && evidence ? evidenceLines(evidence) : []),
  ];
}

function below(texts: readonly string[]): Line[] {
  return texts.map((text) => line(REASON_INDENT, escapeText(text, 400)));
}

// Other items in lines: what is due, what goes along, and what waits.

/** The indent of the reasons, below the item. */
const ITEM_INDENT = " ".repeat(13);

function itemLines({ about: { noun, acts }, items }: ItemsDue): Line[] {
  const lines = items.flatMap(({ action, key, id, text, source, pending, outcome }) => {
    const which = id === undefined ? "" : ` (${escapeText(id, 60)})`;
    const more = [
      ...(pending ? [`pending (${pending.why}): ${pending.text}`] : []),
      ...(outcome === undefined ? [] : [outcome.text]),
    ];
    const { sign = "", final } = acts[action] ?? {};
    const tone = final === undefined ? undefined : "final";
    return [
      line("  ", `${sign} ${action.padEnd(8)} ${escapeText(key, 300)}${which}`, {
        hanging: ITEM_INDENT,
        tone,
      }),
      withPlaces(ITEM_INDENT, text, at(source)),
      ...more.map((one) => line(ITEM_INDENT, escapeText(one, 400))),
    ];
  });
  return [line("", `${noun}s:`), ...lines];
}
