/**
 * The outline of a report: its parts in order of importance to a reader, made once from the document. Every format
 * follows it, so that each shows the same things in the same order, and cuts from the end. Texts are raw.
 */

import type { SourcePosition } from "../allowlist/messages.js";
import { listed } from "../reconcile/findings/finding.js";
import { type FindingWorth, worthOf } from "../reconcile/findings/kinds.js";
import { compare, groupBy } from "../text/words.js";
import type { ReportDocument, ReportedDecision } from "./document.js";

type ReportedFinding = ReportDocument["findings"][number];

/** Something by which a change lets more through, for everyone or for good: shown first, and never cut. */
interface Loosening {
  /** The key of the allowlist: `guards.revoke.max`, `protected.users`, `scope`. */
  readonly key: string;
  /** If several alike are shown together, their names: all of them, some in each. */
  readonly text: string;
  readonly finding: ReportedFinding;
  readonly findings: readonly ReportedFinding[];
}

/** Findings of one kind about one person. */
export interface FindingGroup {
  readonly code: string;
  /** Normalised; empty if it is about nobody. */
  readonly person: string;
  readonly findings: readonly [ReportedFinding, ...ReportedFinding[]];
}

/** All groups of one kind, in the order of addresses. */
export interface FindingsOfKind {
  readonly code: string;
  readonly worth: FindingWorth;
  readonly count: number;
  readonly groups: readonly FindingGroup[];
}

export interface Outline {
  /** What the change loosens: policy, guards, limits, freeze, protection, ownership, scope, tests. */
  readonly loosened: readonly Loosening[];
  /** Refused devices that are connected: they need attention as much as an act does. */
  readonly alarms: readonly ReportedFinding[];
  /** Acts of this run, by user: what cannot be undone, then what cuts off. */
  readonly deletions: readonly ReportedDecision[];
  readonly revocations: readonly ReportedDecision[];
  /** Let in again, although this stack did not revoke it, or is not known to have. */
  readonly undone: readonly ReportedDecision[];
  readonly returns: readonly ReportedDecision[];
  /** Due, but not done in this run. */
  readonly pending: readonly ReportedDecision[];
  /** The rest, by kind: what the change drops, lets in and withholds, then the others as they came. */
  readonly findings: readonly FindingsOfKind[];
  /** By registration: findings about lines that nearly match it, and probably meant it. */
  readonly nearMisses: ReadonlyMap<string, readonly ReportedFinding[]>;
}

const known = new WeakMap<ReportDocument, Outline>();

/** The outline of a document; the same for every renderer. */
export function outlineOf(document: ReportDocument): Outline {
  const made = known.get(document) ?? makeOutline(document);
  known.set(document, made);
  return made;
}

function makeOutline({ decisions, findings }: ReportDocument): Outline {
  const due = (action: ReportedDecision["action"]) =>
    decisions.filter((one) => one.action === action && !one.pending);
  const returns = due("unrevoke");
  const people = new Map(decisions.map(({ registration: { id, user } }) => [id, user.email]));
  const worth = (wanted: FindingWorth) => findings.filter(({ code }) => worthOf(code) === wanted);
  return {
    loosened: loosenings(worth("loosens")),
    alarms: worth("alarms"),
    deletions: due("delete"),
    revocations: due("revoke"),
    undone: returns.filter(isUndone),
    returns: returns.filter((one) => !isUndone(one)),
    pending: decisions.filter((one) => one.pending !== undefined),
    findings: OTHERS.flatMap((one) => kindsOf(worth(one), one, people)),
    nearMisses: nearMissesOf(findings),
  };
}

/** Whether it lets in what this stack is not known to have revoked. */
export function isUndone({ action, revokedBy }: ReportedDecision): boolean {
  return action === "unrevoke" && revokedBy !== undefined && revokedBy !== "this-stack";
}

// What a change loosens.

/** Up to this many of one key are shown one by one. */
const MOST_ALIKE = 5;

/** At most this many names are in one text. */
const NAMES = 8;

/** If more are alike than a reader reads, they are shown by name: all of them, so that none hides among the others. */
function loosenings(findings: readonly ReportedFinding[]): readonly Loosening[] {
  const groups = groupBy(findings, (finding) => `${keyOf(finding)}\n${finding.code}`);
  return [...groups.values()].flatMap((group): Loosening[] => {
    const key = keyOf(group[0]);
    if (group.length <= MOST_ALIKE)
      return group.map((finding) => ({ key, text: finding.text, finding, findings: [finding] }));
    const sorted = [...group].sort((a, b) => compare(nameOf(a), nameOf(b)));
    return chunks(sorted, NAMES).map(([finding, ...more]) => ({
      key,
      text: `${key}, ${group.length} in all: ${[finding, ...more].map(nameOf).join(", ")}`,
      finding,
      findings: [finding, ...more],
    }));
  });
}

/** The part of the allowlist that a change loosens. */
function keyOf({ code, subject = [] }: Partial<ReportedFinding>): string {
  const [first = ""] = subject;
  if (/^(?:policy|guards|limits|protected)\.|^(?:ignore|scope|freeze|account|tests|owns)$/u.test(first))
    return first;
  return code === "change-out-of-scope" ? "scope" : "exceptions";
}

/** What it is about, as briefly as possible. */
function nameOf({ subject = [], text }: Partial<ReportedFinding>): string {
  const [first = "", second] = subject;
  const name = first.includes("@") ? first : second;
  return name === undefined || name === "" ? (text ?? "") : name;
}

function chunks<T>(all: readonly T[], size: number): [T, ...T[]][] {
  const found: [T, ...T[]][] = [];
  for (const [index, one] of all.entries()) {
    if (index % size === 0) found.push([one]);
    else found.at(-1)?.push(one);
  }
  return found;
}

/** At most this many keys are named in a headline. */
const MOST_KEYS = 6;

/** `guards.revoke.max, protected.users (3)`: what the change loosens, for a headline. */
export function loosenedKeys({ loosened }: Outline): string {
  const counts = new Map<string, number>();
  for (const { key, findings } of loosened) counts.set(key, (counts.get(key) ?? 0) + findings.length);
  const named = [...counts].map(([key, count]) => (count === 1 ? key : `${key} (${count})`));
  const more = named.length > MOST_KEYS ? [`${named.length - MOST_KEYS} more`] : [];
  return [...named.slice(0, MOST_KEYS), ...more].join(", ");
}

// The other findings, by kind and person.

/** What else a change does, and then what was there before. */
const OTHERS = ["drops", "admits", "withholds", "informs"] as const satisfies FindingWorth[];

function kindsOf(
  findings: readonly ReportedFinding[],
  worth: FindingWorth,
  people: ReadonlyMap<string, string>,
): readonly FindingsOfKind[] {
  return [...groupBy(findings, ({ code }) => code as string)].map(([code, ofKind]) => ({
    code,
    worth,
    count: ofKind.length,
    groups: [...groupBy(ofKind, (finding) => personOf(finding, people))]
      .sort(([a], [b]) => compare(a, b))
      .map(([person, group]) => ({ code, person, findings: sorted(group) })),
  }));
}

/** By the line that they are about, if they have one; they come in the order of ids, which are random. */
function sorted([first, ...rest]: readonly [ReportedFinding, ...ReportedFinding[]]): readonly [
  ReportedFinding,
  ...ReportedFinding[],
] {
  const line = ({ source }: ReportedFinding) => source ?? NOWHERE;
  const all = [first, ...rest].sort(
    (a, b) => compare(line(a).file, line(b).file) || line(a).line - line(b).line || compare(a.text, b.text),
  );
  return [all[0] ?? first, ...all.slice(1)];
}

const NOWHERE: SourcePosition = { file: "", line: 0, column: 0 };

/** The user whose registration it is about, or whose address it names; empty if it is about no person. */
function personOf(
  { registrations = [], subject = [] }: Partial<ReportedFinding>,
  people: ReadonlyMap<string, string>,
): string {
  const [id] = registrations;
  const owner = id === undefined ? undefined : people.get(id);
  return owner ?? subject.find((one) => one.includes("@")) ?? "";
}

/**
 * `and 11 more of zoe@example.com: LAPTOP-1, LAPTOP-2`: all of a group except its first, by the names of their devices;
 * empty if there are no others. Raw.
 *
 * @param most At most this many are named
 */
export function othersOf(group: FindingGroup, document: ReportDocument, most: number): string {
  const { findings, person } = group;
  if (findings.length === 1) return "";
  const names = listed(otherNames(group, document), most);
  return `and ${findings.length - 1} more${person === "" ? "" : ` of ${person}`}${names === "" ? "" : `: ${names}`}`;
}

/** Devices that findings of one kind about one person name, except the first finding's own. */
function otherNames({ findings }: FindingGroup, { decisions }: ReportDocument): readonly string[] {
  const names = new Map(decisions.map(({ registration: { id, device } }) => [id, device.name]));
  const [first, ...others] = findings;
  const named = new Set(first.registrations);
  return others.flatMap(({ registrations }) =>
    registrations.filter((id) => !named.has(id)).flatMap((id) => names.get(id) ?? []),
  );
}

// Lines that nearly match a registration.

function nearMissesOf(findings: readonly ReportedFinding[]): ReadonlyMap<string, readonly ReportedFinding[]> {
  const found = new Map<string, ReportedFinding[]>();
  for (const finding of findings)
    for (const id of new Set(finding.meant)) {
      const list = found.get(id);
      if (list) list.push(finding);
      else found.set(id, [finding]);
    }
  return found;
}
