/** The plan as a person reads it in a terminal or in Pulumi's output. */
import type { Action } from "../reconcile/decision.js";
import { escapeText } from "../text/escape.js";
import { wrap } from "../text/lines.js";
import { minute } from "../text/words.js";
import {
  leftAlone,
  type ReportDocument,
  type ReportedAccessUser,
  type ReportedDecision,
} from "./document.js";
import { evidenceLines } from "./evidence.js";
import { explainGuards, isHeld } from "./guards.js";
import {
  deviceDetails,
  entryDetails,
  guardFigure,
  hasActs,
  isDue,
  nextCommand,
  outcomes,
  type RenderOptions,
  resultCounts,
  sharedCauses,
  since,
  userOf,
  userOutcomes,
  usersDue,
  whatIsDue,
  withPlace,
} from "./words.js";

/** So many findings, and problems, are spelled out; the rest is counted. */
const MOST_FINDINGS = 50;

/** So many devices are named for each rule that leaves some alone. */
const MOST_NAMED = 3;

/** Who, which device, what, why, and which line says so; then what was left alone, findings, guards, fingerprint. */
export function renderText(document: ReportDocument, options: RenderOptions = {}): string {
  return [
    headline(document),
    dueLines(document, options),
    pendingLines(document, options),
    skippedLines(document),
    userLines(document),
    leftLines(document),
    findings(document, options),
    closing(document, options),
  ]
    .filter((section) => section.length > 0)
    .map((section) => section.join("\n"))
    .join("\n\n");
}

function headline(document: ReportDocument): string[] {
  const { account, asOf, population, freeze, reviewed } = document;
  const outside = population.outOfScope > 0 ? `, ${population.outOfScope} out of scope` : "";
  const lines = [
    ...wrap("", `WARP registrations: ${whatIsDue(document)}`, "  "),
    ...wrap(
      "",
      `Account ${escapeText(account, 60)}, as of ${escapeText(minute(asOf), 40)}: ${population.inScope} in scope (${population.active} active)${outside}`,
      "  ",
    ),
  ];
  if (reviewed)
    lines.push(
      `Bound to the reviewed plan ${escapeText(reviewed.fingerprint, 40)}, as of ${escapeText(minute(reviewed.asOf))}`,
    );
  if (freeze)
    lines.push(
      ...withPlace("", `FROZEN until ${minute(freeze.until)}: ${freeze.reason}`, freeze.source, "  "),
    );
  return lines;
}

function leftLines(document: ReportDocument): string[] {
  const kinds = leftAlone(document);
  if (kinds.length === 0) return ["Left alone: nothing"];
  return [
    `Left alone: ${document.summary.leave}`,
    ...kinds.flatMap(({ title, decisions }) => {
      const named = decisions
        .slice(0, MOST_NAMED)
        .map(
          ({ registration: { device, user } }) =>
            `${escapeText(device.name, 40)} of ${escapeText(userOf(user.email), 60)}`,
        );
      const more = decisions.length > MOST_NAMED ? ` and ${decisions.length - MOST_NAMED} more` : "";
      return wrap("  ", `${escapeText(title, 40)} ${decisions.length}: ${named.join(", ")}${more}`, "    ");
    }),
  ];
}

function findings(
  { findings: all, problems: found }: ReportDocument,
  { holdsSaid }: RenderOptions,
): string[] {
  const problems = holdsSaid === true ? [] : found;
  const lines = problems
    .slice(0, MOST_FINDINGS)
    .flatMap(({ text, fix, source }) => [
      ...withPlace("  ", `ERROR ${text}`, source),
      ...(fix === undefined ? [] : withPlace("    ", `fix: ${fix}`, undefined)),
    ]);
  if (problems.length > MOST_FINDINGS) lines.push(`  and ${problems.length - MOST_FINDINGS} more errors`);
  lines.push(...all.slice(0, MOST_FINDINGS).flatMap(({ text, source }) => withPlace("  ", text, source)));
  if (all.length > MOST_FINDINGS) lines.push(`  and ${all.length - MOST_FINDINGS} more`);
  return lines.length === 0 ? [] : ["Findings:", ...lines];
}

function closing(document: ReportDocument, { planFile, holdsSaid }: RenderOptions): string[] {
  const lines = [
    ...results(document),
    ...document.notes.flatMap((note) => wrap("", `Note: ${escapeText(note, 300)}`, "  ")),
    ...wrap("", `Guards: ${document.guards.map(guardFigure).join("; ")}`, "  "),
    ...(holdsSaid === true && isHeld(document) ? [] : explainGuards(document).flatMap(wrapAsItStands)),
  ];
  if (hasActs(document)) lines.push(`Fingerprint: ${escapeText(document.fingerprint, 40)}`);
  const next = nextCommand(document, planFile);
  // On one line, so that it can be copied.
  if (next !== undefined) lines.push(`Next: ${escapeText(next)}`);
  return lines;
}

function results(document: ReportDocument): string[] {
  const counts = resultCounts(document);
  if (counts === undefined) return [];
  return [
    `Results: ${counts}`,
    ...sharedCauses(document).flatMap(({ count, result, reason }) =>
      wrap("  ", `${count} ${result}: ${escapeText(reason, 400)}`, "    "),
    ),
  ];
}

/** A line that brings its own indent. */
function wrapAsItStands(line: string): string[] {
  const indent = /^ */u.exec(line)?.[0] ?? "";
  return wrap(indent, line.slice(indent.length));
}

// Acts in lines, grouped by user: due, pending, and skipped since the review.

/** Where the reasons stand, below the device. */
const REASON_INDENT = " ".repeat(15);

const SIGNS: Readonly<Record<Action, string>> = {
  revoke: "-",
  delete: "x",
  unrevoke: "+",
  keep: "=",
  leave: " ",
};

/** What this run does, or did. */
function dueLines(document: ReportDocument, options: RenderOptions): string[] {
  const told = outcomes(document);
  return byUser(
    document.decisions.filter((decision) => isDue(decision) && !decision.pending),
    (decision) => [
      ...about(decision, options),
      ...below(told?.has(decision.registration.id) ? [`result: ${told.get(decision.registration.id)}`] : []),
    ],
  );
}

/** What is due and waits, each with why. */
function pendingLines({ decisions }: ReportDocument, options: RenderOptions): string[] {
  const lines = byUser(
    decisions.filter((decision) => isDue(decision) && decision.pending),
    (decision) => [
      ...about(decision, options),
      ...below([`pending (${decision.pending?.why ?? ""}): ${decision.pending?.text ?? ""}`]),
    ],
  );
  return lines.length === 0 ? [] : ["Pending, not done in this run:", ...lines];
}

/** Acts of the reviewed plan that are not due any more. */
function skippedLines({ skipped }: ReportDocument): string[] {
  if (skipped.length === 0) return [];
  return [
    "In the reviewed plan, and not due any more:",
    ...skipped.flatMap(({ act, device, user, text }) => [
      ...wrap(
        "  ",
        `${act.padEnd(8)} ${escapeText(device, 60)} of ${escapeText(userOf(user), 100)}`,
        REASON_INDENT,
      ),
      ...below([text]),
    ]),
  ];
}

function byUser(
  decisions: readonly ReportedDecision[],
  tell: (decision: ReportedDecision) => readonly string[],
): string[] {
  let user: string | undefined;
  return decisions.flatMap((decision) => {
    const { email } = decision.registration.user;
    const heading = email === user ? [] : wrap("  ", escapeText(userOf(email), 200));
    user = email;
    return [...heading, ...tell(decision)];
  });
}

function about(decision: ReportedDecision, { evidence: shown }: RenderOptions): string[] {
  const { action, registration, reason, source, entry, evidence } = decision;
  const name = `${escapeText(registration.device.name, 60)} (${escapeText(deviceDetails(decision), 80)})`;
  const what = `${SIGNS[action]} ${action.padEnd(8)} ${name}, ${escapeText(since(decision))}`;
  const details = entryDetails(entry);
  return [
    ...wrap("    ", what, REASON_INDENT),
    ...withPlace(REASON_INDENT, reason.text, source),
    ...below(details.length === 0 ? [] : [details.join(", ")]),
    ...below(shown === true && evidence ? evidenceLines(evidence) : []),
  ];
}

function below(texts: readonly string[]): string[] {
  return texts.flatMap((text) => wrap(REASON_INDENT, escapeText(text, 400)));
}

// Access users in lines: what is due, what goes along, and what waits.

/** Where the reasons stand, below the user. */
const USER_INDENT = " ".repeat(13);

const USER_SIGNS: Readonly<Record<ReportedAccessUser["action"], string>> = {
  create: "+",
  rename: "~",
  delete: "x",
  keep: "=",
};

/** Nothing where no act is due. */
function userLines(document: ReportDocument): string[] {
  const told = userOutcomes(document);
  const lines = usersDue(document).flatMap((user) => {
    const { action, email, id, text, source, pending } = user;
    const which = id === undefined ? "" : ` (${escapeText(id, 60)})`;
    const below = [
      ...(pending ? [`pending (${pending.why}): ${pending.text}`] : []),
      ...(told?.has(email) ? [`${told.get(email)}`] : []),
    ];
    return [
      ...wrap(
        "  ",
        `${USER_SIGNS[action]} ${action.padEnd(8)} ${escapeText(email, 300)}${which}`,
        USER_INDENT,
      ),
      ...withPlace(USER_INDENT, text, source),
      ...below.flatMap((line) => wrap(USER_INDENT, escapeText(line, 400))),
    ];
  });
  return lines.length === 0 ? [] : ["Access users:", ...lines];
}
