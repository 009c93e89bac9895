/** The notices of a report, each with a stable id, for formats that know rules. */

import { messageCatalogue } from "../allowlist/message-codes.js";
import type { Message, SourcePosition } from "../allowlist/messages.js";
import { normaliseEmail } from "../allowlist/values.js";
import { identify, identityOf, identityOfAct } from "../reconcile/findings/finding.js";
import { findingKinds } from "../reconcile/findings/kinds.js";
import { aboutItems, itemKinds, identityOfItem } from "../reconcile/items.js";
import type { ReportDocument, ReportedDecision } from "./document.js";
import { evidenceLines } from "./evidence.js";
import { type FindingGroup, othersOf, outlineOf } from "./outline.js";
import {
  actionMeanings,
  deviceDetails,
  entryDetails,
  guardFigure,
  type ItemDue,
  type ItemsDue,
  itemsDue,
  nearMisses,
  type ResultInWords,
  outcomes,
  since,
  userOf,
} from "./words.js";

/** Something that a report shows. Texts are raw. */
export interface Notice {
  /** `act/revoke`, `access-user/delete`, `guard/delete`, `finding/stale`, `skipped/revoke`, or a message's code. */
  readonly rule: string;
  readonly level: "error" | "warning" | "note";
  readonly text: string;
  /** What to do about it. */
  readonly fix?: string | undefined;
  readonly right?: readonly string[] | undefined;
  /** Personal data: shown only if requested. */
  readonly evidence?: readonly string[] | undefined;
  readonly source?: SourcePosition | undefined;
  readonly related?: Message["related"] | undefined;
  /** Ids of the registrations that it is about. */
  readonly registrations: readonly string[];
  /** Whether a format with little room always shows it. */
  readonly isKept?: boolean | undefined;
  /** Identifies it from one report to the next, even if its words, its line or its times change. */
  readonly identity: string;
}

/** The kinds of items, by the rule that acts on them are reported under. */
export const itemRules = new Map(itemKinds.map((kind) => [aboutItems(kind).slug, aboutItems(kind)]));

/** What a rule means, in one line; the id itself for a rule of a later version. */
export function ruleMeaning(rule: string): string {
  const [kind = "", code = ""] = rule.split("/");
  if (kind === "act") return valueOf(actionMeanings, code) ?? rule;
  if (kind === "finding") return valueOf(findingKinds, code)?.meaning ?? rule;
  if (kind === "guard") return `The plan has more acts of kind ${code} than the guard allows.`;
  if (kind === "skipped") return `An act of the reviewed plan (${code}) is no longer due.`;
  const items = itemRules.get(kind);
  if (items) return `${items.meaning} (${code}).`;
  return valueOf(messageCatalogue, rule)?.meaning ?? rule;
}

function valueOf<Value>(catalogue: Readonly<Record<string, Value>>, code: string): Value | undefined {
  return Object.hasOwn(catalogue, code) ? catalogue[code] : undefined;
}

/**
 * Everything in a document that someone should look at, in order of importance: problems, tripped guards, what a change
 * loosens, refused devices that are connected, what cannot be undone, what cuts off, what lets in, and the rest.
 *
 * @param grouped Combines findings of one kind about one person, as people read them
 */
export function noticesOf(document: ReportDocument, grouped = false): Notice[] {
  const { problems, guards, approved, skipped } = document;
  const { loosened, alarms, deletions, undone, revocations, returns, pending, findings } =
    outlineOf(document);
  const results = outcomes(document, true);
  const acts = (all: readonly ReportedDecision[]) =>
    all.map((decision) => actNotice(decision, document, results?.get(decision.registration.id)));
  const items = itemsDue(document);
  const isFinal = ({ about }: ItemsDue, { action }: ItemDue) => about.acts[action]?.final !== undefined;
  const onItems = (final: boolean) =>
    items.flatMap((of) =>
      of.items.filter((one) => isFinal(of, one) === final).map((one) => itemNotice(of, one)),
    );
  return [
    ...problems.map(messageNotice),
    ...guards.filter(({ tripped }) => tripped).map((guard) => guardNotice(guard, approved)),
    ...loosened.flatMap(({ text, finding, findings: all }) =>
      grouped
        ? [{ ...findingNotice(finding, "warning"), text, isKept: true }]
        : all.map((one) => ({ ...findingNotice(one, "warning"), isKept: true })),
    ),
    ...alarms.map((one) => ({ ...findingNotice(one, "warning"), isKept: true })),
    ...acts(deletions),
    ...onItems(true),
    ...acts(undone),
    ...acts(revocations),
    ...acts(returns),
    ...onItems(false),
    ...acts(pending),
    ...skipped.map(({ act, device, user, text, registration }): Notice => ({
      rule: `skipped/${act}`,
      level: "note",
      text: `${act} ${device} of ${userOf(user)} is no longer due: ${text}`,
      registrations: [registration],
      identity: identify(`skipped-${act}`, [registration]),
    })),
    ...findings.flatMap(({ groups }) =>
      groups.flatMap((group) =>
        grouped ? [groupNotice(group, document)] : group.findings.map((one) => findingNotice(one, "note")),
      ),
    ),
  ];
}

function guardNotice(guard: ReportDocument["guards"][number], approved: boolean): Notice {
  return {
    rule: `guard/${guard.guard}`,
    level: approved ? "note" : "error",
    text: `guard ${approved ? "passed by an approval" : "tripped, nothing is done"}: ${guardFigure(guard)}`,
    source: guard.source,
    registrations: [],
    identity: identify(`guard-${guard.guard}`, []),
  };
}

function findingNotice(
  { code, subject, text, source, related, registrations }: ReportDocument["findings"][number],
  level: Notice["level"],
): Notice {
  return {
    rule: `finding/${code}`,
    level,
    text,
    source,
    related,
    registrations,
    identity: identityOf({ code, subject }),
  };
}

/** Named by its first finding. */
function groupNotice(group: FindingGroup, document: ReportDocument): Notice {
  const first = findingNotice(group.findings[0], "note");
  const more = othersOf(group, document, 10);
  if (more === "") return first;
  return {
    ...first,
    text: `${first.text}; ${more}`,
    registrations: group.findings.flatMap((one) => one.registrations),
  };
}

export function messageNotice({ code, text, fix, right, source, related, subject }: Message): Notice {
  return {
    rule: code,
    level: "error",
    text,
    fix,
    right,
    source,
    related,
    registrations: [],
    // An error in a file has no identity other than its words.
    identity: identify(code, subject ?? [source?.file ?? "", text]),
  };
}

function actNotice(
  decision: ReportedDecision,
  document: ReportDocument,
  outcome: ResultInWords | undefined,
): Notice {
  const { action, registration, reason, entry, pending, source, related } = decision;
  const who = `${registration.device.name} (${deviceDetails(decision)}) of ${userOf(registration.user.email)}`;
  const why = [
    reason.text,
    ...nearMisses(decision, document).map(({ text }) => `NEAR MISS: ${text}`),
    ...entryDetails(entry),
  ];
  return {
    rule: `act/${action}`,
    ...describeAct(`${action} ${who}, ${since(decision)}`, why, pending, outcome),
    evidence: decision.evidence && evidenceLines(decision.evidence),
    source,
    related,
    registrations: [registration.id],
    identity: identityOfAct(action, registration.id),
  };
}

function itemNotice({ kind, about }: ItemsDue, item: ItemDue): Notice {
  const { action, key, text, source, pending, registrations, outcome } = item;
  return {
    rule: `${about.slug}/${action}`,
    ...describeAct(`${action} ${about.noun} ${key}`, [text], pending, outcome),
    source,
    registrations,
    // An address may be shown as the allowlist writes it.
    identity: identityOfItem(kind, item, item.email === undefined ? key : normaliseEmail(item.email)),
  };
}

/** An act, why it is due, and its result. */
function describeAct(
  act: string,
  why: readonly string[],
  pending: { readonly text: string } | undefined,
  outcome: ResultInWords | undefined,
): Pick<Notice, "level" | "text"> {
  const more = [
    ...why,
    ...(pending ? [`pending: ${pending.text}`] : []),
    ...(outcome === undefined ? [] : [`result ${outcome.text}`]),
  ];
  const isFailed = outcome?.result === "failed" || outcome?.result === "unknown";
  return { level: isFailed ? "error" : pending ? "note" : "warning", text: `${act}: ${more.join("; ")}` };
}
