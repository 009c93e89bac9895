/** Explanations for a terminal: within 100 columns, and escaped. */

import type { SourcePosition } from "../allowlist/allowlist.js";
import type { Registration } from "../cloudflare/types.js";
import { escapeText } from "../escape.js";
import { liveState, type Decision } from "../reconcile/decision.js";
import type { Consideration, Explanation } from "../reconcile/explain.js";
import type { Hardware } from "../reconcile/hardware.js";
import { named, quoted } from "../reconcile/naming.js";
import type { Evidence } from "../report/evidence.js";
import { evidenceLines } from "../report/evidence-lines.js";
import { wrap } from "../report/wrap.js";
import { minute } from "../minute.js";

/** What stands beside the explanations. */
export interface TextTerms {
  /** The text of a line of the allowlist. */
  readonly lineOf: (source: SourcePosition) => string | undefined;
  readonly evidence: ReadonlyMap<string, Evidence> | undefined;
  /** Of several, only what is and what should be. */
  readonly short: boolean;
}

const LABEL = 10;
const HANGING = " ".repeat(2 + LABEL);

export function explanationText(explanation: Explanation, terms: TextTerms): string[] {
  if (explanation.kind === "out-of-scope") {
    const { registration, user, why } = explanation;
    return [
      ...title(registration, user),
      ...row("is", whatItIs(registration)),
      ...row("scope", `it is out of it: ${why}`),
    ];
  }
  const { decision, rules, changes, pending } = explanation;
  const { registration, user, reason, source } = decision;
  const text = terms.lineOf(source)?.trim() ?? "";
  const lines = [
    ...title(registration, user),
    ...row("is", whatItIs(registration)),
    ...(terms.short ? [] : identity(decision)),
    ...row("should be", whatItShouldBe(decision) + (pending === undefined ? "" : `; it waits: ${pending}`)),
    ...row("rule", `${reason.code}: ${reason.text}`),
    ...row("line", `${place(source)}${text === "" ? "" : `  ${escapeText(text, 80)}`}`),
  ];
  if (terms.short) return lines;
  const evidence = terms.evidence?.get(registration.id);
  return [
    ...lines,
    "  rules, in the order in which they are asked",
    ...rules.flatMap(ruleLines),
    "  what would change it",
    ...changes.flatMap((change) => wrap("    - ", escapeText(change, 600), "      ")),
    ...(evidence
      ? ["  its user", ...evidenceLines(evidence).flatMap((line) => wrap("    ", escapeText(line, 300)))]
      : []),
  ];
}

function title(registration: Registration, user: string): string[] {
  return wrap("", escapeText(named(registration, user)));
}

function row(label: string, text: string): string[] {
  return wrap(`  ${label.padEnd(LABEL)}`, escapeText(text, 800), HANGING);
}

function whatItIs(registration: Registration): string {
  const { created_at, last_seen_at, revoked_at } = registration;
  const revoked = revoked_at == null ? "" : ` since ${minute(revoked_at)}`;
  const seen = last_seen_at === null ? "never seen" : `last seen ${minute(last_seen_at)}`;
  return `${liveState(registration)}${revoked}; created ${minute(created_at)}, ${seen}`;
}

function identity({ registration, hardware }: Decision): string[] {
  return [...row("device", quoted(registration.device.id)), ...row("hardware", hardwareText(hardware))];
}

function hardwareText(hardware: Hardware | undefined): string {
  if (!hardware) return "not known, or no entry asks for it";
  const { serial, hardwareId, model, deviceType, clientVersion } = hardware;
  const parts = [
    serial === undefined ? "no usable serial" : `serial ${quoted(serial)}`,
    hardwareId === undefined ? "no usable hardware id" : `hardware id ${quoted(hardwareId)}`,
    ...[model, deviceType, clientVersion].flatMap((text) =>
      text === undefined || text === "" ? [] : [quoted(text)],
    ),
  ];
  return parts.join(", ");
}

function whatItShouldBe({ desired, action }: Decision): string {
  if (desired === "as-is") return "as it is: nothing is done";
  return action === "keep" ? `${desired}, as it is` : `${desired}: ${action} is due`;
}

const MARKS = { decides: "=>", passes: "  ", "not-asked": "  " } as const;

function ruleLines({ place: number, name, outcome, text, source }: Consideration): string[] {
  const head = `  ${MARKS[outcome]}${String(number).padStart(3)} ${name}: `;
  const said = outcome === "not-asked" ? `not asked, ${text}` : text;
  return wrap(
    head.trimEnd() + " ",
    escapeText(said, 600) + (source ? ` (${place(source)})` : ""),
    "        ",
  );
}

function place({ file, line }: SourcePosition): string {
  return `${escapeText(file, 200)}:${line}`;
}
