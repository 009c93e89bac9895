/** What a report can tell of, each with a stable id, for formats that know rules. */
import { type Message, messageMeanings, type SourcePosition } from "../allowlist/messages.js";
import { normaliseEmail } from "../allowlist/values.js";
import {
  type FindingCode,
  findingMeanings,
  identify,
  identityOf,
  identityOfAct,
} from "../reconcile/findings/finding.js";
import type { ReportDocument, ReportedAccessUser, ReportedDecision } from "./document.js";
import { evidenceLines } from "./evidence.js";
import {
  actionMeanings,
  deviceDetails,
  entryDetails,
  guardFigure,
  isDue,
  outcomes,
  userOf,
  userOutcomes,
  usersDue,
} from "./words.js";

/** Something that a report tells of. Texts are raw. */
export interface Told {
  /** `act/revoke`, `access-user/delete`, `guard/delete`, `finding/stale`, `skipped/revoke`, or a message's code. */
  readonly rule: string;
  readonly level: "error" | "warning" | "note";
  readonly text: string;
  /** What to do about it. */
  readonly fix?: string | undefined;
  readonly right?: readonly string[] | undefined;
  /** Personal data: shown only where it is asked for. */
  readonly evidence?: readonly string[];
  readonly source?: SourcePosition | undefined;
  readonly related?: Message["related"];
  /** Ids of the registrations that it is about. */
  readonly registrations: readonly string[];
  /** Names it from one report to the next, whatever its words, its line or its times. */
  readonly identity: string;
}

/** What a rule means, in one line; the id itself for one of a later version. */
export function ruleMeaning(rule: string): string {
  const [kind = "", code = ""] = rule.split("/");
  const meanings: Readonly<Record<string, string>> =
    kind === "act" ? actionMeanings : kind === "finding" ? findingMeanings : {};
  if (Object.hasOwn(meanings, code)) return meanings[code] ?? rule;
  if (kind === "access-user") return `An Access user is to be changed (${code}).`;
  if (kind === "guard") return `More acts of kind ${code} than the guard lets pass.`;
  if (kind === "skipped") return `An act of the reviewed plan (${code}) is not due any more.`;
  const messages: Readonly<Record<string, string>> = messageMeanings;
  return Object.hasOwn(messages, rule) ? (messages[rule] ?? rule) : rule;
}

/** A device that is refused and connected needs somebody as much as an act does. */
const URGENT: ReadonlySet<string> = new Set<FindingCode>(["elsewhere"]);

/** Everything of a document that somebody should look at: problems, tripped guards, acts, findings. */
export function tellAll(document: ReportDocument): Told[] {
  const { problems, guards, approved, decisions, skipped, findings } = document;
  const told = outcomes(document, true);
  const found = findings.map(({ code, subject, text, source, related, registrations }): Told => ({
    rule: `finding/${code}`,
    level: URGENT.has(code) ? "warning" : "note",
    text,
    source,
    ...(related && { related }),
    registrations,
    identity: identityOf({ code, subject }),
  }));
  return [
    ...problems.map(tellMessage),
    ...guards
      .filter(({ tripped }) => tripped)
      .map((guard): Told => {
        const text = `guard ${approved ? "passed by an approval" : "tripped, nothing is done"}: ${guardFigure(guard)}`;
        return {
          rule: `guard/${guard.guard}`,
          level: approved ? "note" : "error",
          text,
          source: guard.source,
          registrations: [],
          identity: identify(`guard-${guard.guard}`, []),
        };
      }),
    // Formats that show a few of each level show these first.
    ...found.filter(({ level }) => level !== "note"),
    ...decisions.filter(isDue).map((decision) => tellAct(decision, told?.get(decision.registration.id))),
    ...usersDue(document).map((user) => tellUser(user, userOutcomes(document)?.get(user.email))),
    ...skipped.map(({ act, device, user, text, registration }): Told => ({
      rule: `skipped/${act}`,
      level: "note",
      text: `${act} ${device} of ${userOf(user)} is not due any more: ${text}`,
      registrations: [registration],
      identity: identify(`skipped-${act}`, [registration]),
    })),
    ...found.filter(({ level }) => level === "note"),
  ];
}

export function tellMessage({ code, text, fix, right, source, related, subject }: Message): Told {
  return {
    rule: code,
    level: "error",
    text,
    fix,
    right,
    source,
    ...(related && { related }),
    registrations: [],
    // What is wrong with a text has no other name than the words for it.
    identity: identify(code, subject ?? [source?.file ?? "", text]),
  };
}

function tellAct(decision: ReportedDecision, outcome: string | undefined): Told {
  const { action, registration, reason, entry, pending, source } = decision;
  const who = `${registration.device.name} (${deviceDetails(decision)}) of ${userOf(registration.user.email)}`;
  const more = [
    ...entryDetails(entry),
    ...(pending ? [`pending: ${pending.text}`] : []),
    ...(outcome === undefined ? [] : [`result ${outcome}`]),
  ];
  return {
    rule: `act/${action}`,
    level: /^(?:failed|unknown)/u.test(outcome ?? "") ? "error" : pending ? "note" : "warning",
    text: `${action} ${who}: ${[reason.text, ...more].join("; ")}`,
    ...(decision.evidence && { evidence: evidenceLines(decision.evidence) }),
    source,
    registrations: [registration.id],
    identity: identityOfAct(action, registration.id),
  };
}

function tellUser(user: ReportedAccessUser, outcome: string | undefined): Told {
  const { action, email, text, source, pending, registrations } = user;
  const more = [
    ...(pending ? [`pending: ${pending.text}`] : []),
    ...(outcome === undefined ? [] : [`result ${outcome}`]),
  ];
  return {
    rule: `access-user/${action}`,
    level: /^(?:failed|unknown)/u.test(outcome ?? "") ? "error" : pending ? "note" : "warning",
    text: `${action} Access user ${email}: ${[text, ...more].join("; ")}`,
    source,
    registrations,
    // The address may be shown as the allowlist writes it.
    identity: identityOfAct(`user-${action}`, normaliseEmail(email)),
  };
}
