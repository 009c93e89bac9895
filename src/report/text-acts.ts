/** Acts in lines, grouped by user: due, pending, and skipped since the review. */

import { escapeText } from "../escape.js";
import type { Action } from "../reconcile/decision.js";
import type { ReportDocument, ReportedDecision } from "./document.js";
import { evidenceLines } from "./evidence-lines.js";
import type { RenderOptions } from "./formats.js";
import { withPlace } from "./text-lines.js";
import { deviceDetails, entryDetails, isDue, outcomes, since, userOf } from "./wording.js";
import { wrap } from "./wrap.js";

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
export function dueLines(document: ReportDocument, options: RenderOptions): string[] {
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
export function pendingLines({ decisions }: ReportDocument, options: RenderOptions): string[] {
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
export function skippedLines({ skipped }: ReportDocument): string[] {
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
