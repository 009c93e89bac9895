/** A tripped guard in words: the figure, the limit, and the two ways to go on. */

import type { Message } from "../allowlist/messages.js";
import { PERCENT_FROM } from "../reconcile/guard.js";
import { countedKind } from "../reconcile/items.js";
import { escapeText } from "../text/escape.js";
import { type Line, line } from "../text/lines.js";
import { variable } from "../text/words.js";
import type { Approval, ReportDocument, ReportedGuard } from "./document.js";

/** The environment variable that approves exactly one plan, by its fingerprint. */
const APPROVE_VARIABLE = "WARP_APPROVE";

/** Who approves, and why: free text for the report and the log. */
const APPROVE_BY_VARIABLE = "WARP_APPROVE_BY";

const APPROVE_REASON_VARIABLE = "WARP_APPROVE_REASON";

/** Whether nothing may be done: a guard tripped without an approval, or the allowlist contradicts itself. */
export function isHeld({ guards, approved, problems }: ReportDocument): boolean {
  return problems.length > 0 || (!approved && guards.some((guard) => guard.tripped));
}

/** What to do about a plan that is held, in one line; undefined if it is not held. Raw. */
export function whatNow(document: ReportDocument): string | undefined {
  const { guards, problems, fingerprint } = document;
  if (!isHeld(document)) return undefined;
  if (problems.length > 0)
    return "What now: correct the errors in the allowlist; nothing is done until then.";
  const tripped = guards.filter((guard) => guard.tripped);
  const settings = tripped.map((guard) => {
    const { file, line } = guard.source;
    return `${settingOf(guard)} (${guard.count} of at most ${guard.limit}, ${file}:${line})`;
  });
  return `What now: correct the allowlist, change ${settings.join(" and ")}, or approve exactly this plan with ${APPROVE_VARIABLE}=${fingerprint}.`;
}

/** What each tripped guard reports, and what to do, which is indented; empty if none tripped. */
export function explainGuards(document: ReportDocument): Line[] {
  const tripped = document.guards.filter((guard) => guard.tripped);
  if (tripped.length === 0) return [];
  if (document.approved)
    return tripped.map((guard) => line("", `Guard ${figure(guard, document)}: approved ${byWhom(document)}`));
  return [
    ...tripped.flatMap((guard) => [
      line("", `GUARD TRIPPED: ${figure(guard, document)}`, { tone: "problem" }),
      line(
        "  ",
        `set by ${settingOf(guard)} (${escapeText(guard.source.file)}:${guard.source.line}${guard.isDefault ? ", the default: the file does not set it" : ""})`,
      ),
    ]),
    line("", "Nothing is done. To go on, either:"),
    line("  ", `change ${tripped.map(settingOf).join(" and ")} in the allowlist, or`),
    line(
      "  ",
      `approve exactly this plan: run again with ${APPROVE_VARIABLE}=${document.fingerprint} in the environment`,
    ),
  ];
}

/** The error with which a held run ends; `approval` is what the environment gave, if anything. */
export function whyHeld(document: ReportDocument, approval: string | undefined): string {
  const { problems } = document;
  const more = problems.length - MOST_PROBLEMS;
  const lines = [
    "HELD, nothing is done:",
    ...problems.slice(0, MOST_PROBLEMS).map(formatProblem),
    ...(more > 0 ? [`${more} more contradictions are not listed; correct those above first`] : []),
    ...explainGuards(document).map(({ indent, text }) => indent + text),
  ];
  if (approval !== undefined && !document.approved) {
    lines.push(
      `${APPROVE_VARIABLE}=${escapeText(approval, 40)} approves another plan, or this one before registrations changed`,
    );
  }
  return lines.join("\n");
}

/** At most this many contradictions are listed one by one; more than that usually have one cause. */
const MOST_PROBLEMS = 50;

function formatProblem({ text, fix, source }: Message): string {
  const where = source ? `${escapeText(source.file)}:${source.line}:${source.column}: ` : "";
  return `${where}${escapeText(text)}${fix === undefined ? "" : `\n  fix: ${escapeText(fix)}`}`;
}

/** The key of the allowlist that sets the limit. */
function settingOf({ guard, by }: ReportedGuard): string {
  return guard === "perUser" || countedKind(guard) ? `guards.${guard}` : `guards.${guard}.${by}`;
}

function byWhom({ approval }: ReportDocument): string {
  const by = approval?.by === undefined ? `with ${APPROVE_VARIABLE}` : `by ${escapeText(approval.by, 100)}`;
  return approval?.reason === undefined ? by : `${by}: ${escapeText(approval.reason, 400)}`;
}

function figure(
  { guard, count, limit, by, setting, users = [] }: ReportedGuard,
  { population }: ReportDocument,
): string {
  if (guard === "perUser") {
    const named = users.slice(0, 5).map((user) => (user === "" ? "no user" : escapeText(user, 100)));
    const more = users.length > 5 ? ` and ${users.length - 5} more` : "";
    return `guards.perUser: ${count} due on one user, at most ${limit} (${named.join(", ")}${more})`;
  }
  const items = countedKind(guard);
  if (items) return `guards.${guard}: ${count} ${items.noun}s due, at most ${limit}`;
  const share = by === "percent" ? shareOf(guard, setting, population) : "";
  return `guards.${guard}: ${count} due, at most ${limit}${share}`;
}

/** At most half of a small account may be acted on, unless a higher percentage is set. */
function shareOf(
  guard: ReportedGuard["guard"],
  percent: number,
  { active, inScope }: ReportDocument["population"],
): string {
  const [count, what] =
    guard === "unrevoke" ? [inScope, "registrations in scope"] : [active, "active registrations in scope"];
  if (count === 0) return ` (the account has no ${what})`;
  if (count < PERCENT_FROM && percent < 50) return ` (half of ${count} ${what})`;
  return ` (${percent} % of ${count} ${what})`;
}

// Approvals come from the environment of the run, never from a file that a pull request can change.

/** The approval of the plan with this fingerprint; undefined if the environment approves none, or another one. */
export function approvalFor(fingerprint: string, env: NodeJS.ProcessEnv): Approval | undefined {
  if (givenFingerprint(env) !== fingerprint) return undefined;
  return { by: variable(env, APPROVE_BY_VARIABLE), reason: variable(env, APPROVE_REASON_VARIABLE) };
}

/** The fingerprint that the environment approves; an empty one approves nothing. */
export function givenFingerprint(env: NodeJS.ProcessEnv): string | undefined {
  return variable(env, APPROVE_VARIABLE);
}
