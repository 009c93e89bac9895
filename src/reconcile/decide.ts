/** The plan's one question: what should each registration be? Each rule is asked in turn; the first that decides wins. */

import { policyOf, type Allowlist, type Entry } from "../allowlist/allowlist.js";
import { compare } from "../compare.js";
import { actionFor, type Decision } from "./decision.js";
import type { Finding } from "./finding.js";
import { findTraces } from "./hardware.js";
import { Entries, type Match } from "./match.js";
import { clipped, named } from "./naming.js";
import { doubtsOf, isNewer, regroup, type Candidate, type Person } from "./people.js";
import {
  isVerdict,
  liveOf,
  type Ask,
  type Context,
  type Rule,
  type Subject,
  type Verdict,
} from "./rules/rule.js";
import { RULES } from "./rules/index.js";
import { isInScope } from "./scope.js";

/** What was decided, and what was noticed on the way. */
export interface Decided {
  /** One for each registration in scope, in the order of ids. */
  readonly decisions: readonly Decision[];
  readonly findings: readonly Finding[];
  /** Entries that match a registration, whenever they apply. */
  readonly matched: ReadonlySet<Entry>;
  /** What the entries say of a registration. */
  readonly matchOf: (candidate: Candidate) => Match;
}

/** Decides everybody's registrations, one person at a time: nobody's depend on anybody else's. */
export function decideAll(people: Iterable<Person>, context: Context): Decided {
  const decisions: Decision[] = [];
  const findings: Finding[] = [];
  const matched = new Set<Entry>();
  const said = new Map<Person, Entries>();
  for (const person of people) {
    const { decided, entries } = decidePerson(person, context, findings);
    for (const decision of decided) decisions.push(decision);
    for (const entry of entries.matched) matched.add(entry);
    said.set(person, entries);
  }
  return {
    decisions: decisions.sort((a, b) => compare(a.registration.id, b.registration.id)),
    findings,
    matched,
    matchOf: (candidate) => said.get(candidate.device.person)?.say(candidate).match ?? { kind: "none" },
  };
}

function decidePerson(person: Person, context: Context, findings: Finding[]) {
  const { subject, entries } = subjectOf(person, context, findings);
  const verdicts = new Map<Candidate, Verdict>();
  for (const { registrations } of person.devices)
    for (const candidate of registrations)
      if (subject.isInScope(candidate)) verdicts.set(candidate, subject.decide(candidate));
  // What matches counts as matched, though what it says was not asked for.
  for (const { registrations } of person.devices) entries.say(registrations[0]);
  return { decided: toDecisions(verdicts, entries, findings), entries };
}

/** One person as the rules see them. What is noticed while they are asked is kept. */
export function subjectOf(person: Person, context: Context, findings: Finding[] = []) {
  const { allowlist, asOf } = context;
  const user = allowlist.users.get(person.email);
  const entries = new Entries(user, asOf);
  const known = new Map<Candidate, Verdict>();
  let asks: readonly Ask[] | undefined;
  const subject: Subject = {
    ...context,
    person,
    user,
    policy: policyOf(allowlist, person.email),
    say: (candidate) => entries.say(candidate),
    newestOf: (entry, candidate) => entries.newestOf(entry, candidate),
    traces: () => tracesOf(context),
    isInScope: (candidate) => inScope(candidate, allowlist),
    decide: (candidate, without) => {
      const verdict = without ? undefined : known.get(candidate);
      if (verdict) return verdict;
      asks ??= RULES.map((rule) => rule.ask(subject));
      const made = firstVerdict(candidate, asks, without, without ? undefined : findings);
      if (!without) known.set(candidate, made);
      return made;
    },
  };
  return { subject, entries };
}

const traces = new WeakMap<Context, ReadonlyMap<string, string>>();

/** Read once a plan, and only where a grace asks for it. */
function tracesOf(context: Context): ReadonlyMap<string, string> {
  let found = traces.get(context);
  if (!found) traces.set(context, (found = findTraces(context.devices ?? [])));
  return found;
}

/** Whether a registration is looked at at all. */
export function inScope({ registration, device }: Candidate, { scope }: Pick<Allowlist, "scope">): boolean {
  return isInScope(registration, device.person.email, scope);
}

function firstVerdict(
  candidate: Candidate,
  asks: readonly Ask[],
  without: readonly Rule[] | undefined,
  findings: Finding[] | undefined,
): Verdict {
  const skipped = without?.map((rule) => RULES.indexOf(rule));
  for (let at = 0; at < asks.length; at++) {
    const answer = skipped?.includes(at) === true ? undefined : asks[at]?.(candidate);
    if (!answer) continue;
    if (isVerdict(answer)) return answer;
    if (answer.finding) findings?.push(answer.finding);
  }
  throw new Error("no rule decides; the last one always does");
}

function toDecisions(verdicts: Map<Candidate, Verdict>, entries: Entries, findings: Finding[]): Decision[] {
  const together = keepTombstones(verdicts, entries, findings);
  return [...verdicts].map(([candidate, verdict]) =>
    toDecision(candidate, verdict, together?.get(candidate)),
  );
}

function toDecision(
  candidate: Candidate,
  verdict: Verdict,
  together: readonly string[] | undefined,
): Decision {
  const { registration, hardware, device } = candidate;
  const live = liveOf(candidate);
  return {
    registration,
    user: device.person.email,
    hardware,
    live,
    desired: verdict.desired,
    action: actionFor(live, verdict.desired),
    reason: { code: verdict.rule, text: verdict.text },
    source: verdict.source,
    entry: verdict.entry,
    candidate,
    ...(verdict.relies && { relies: verdict.relies }),
    ...(together && { together }),
  };
}

/**
 * A deletion must not let another registration in, now or in the next plan. Where a registration stays that is revoked
 * only because this one is there (an older one of its device, or of a name that an entry goes by, or the other side of
 * a doubt), this one is revoked instead, and stays. Answers, of what is deleted, what has to be deleted before it.
 */
function keepTombstones(
  verdicts: Map<Candidate, Verdict>,
  entries: Entries,
  findings: Finding[],
): ReadonlyMap<Candidate, readonly string[]> | undefined {
  const deleted = [...verdicts]
    .filter(([, { desired }]) => desired === "deleted")
    .map(([candidate]) => candidate);
  if (deleted.length === 0) return undefined;
  const isDeleted = (one: Candidate) => verdicts.get(one)?.desired === "deleted";
  const together = new Map<Candidate, readonly string[]>();
  // What holds an older one back holds back a newer one as well, so the oldest is asked first.
  for (const candidate of deleted.sort((a, b) => (isNewer(a, b) ? 1 : -1))) {
    const verdict = verdicts.get(candidate);
    if (!verdict) continue;
    const held = heldBack(candidate, entries, isDeleted).filter((one) => isKeptOut(one, verdicts.get(one)));
    const inDoubt = doubtsOf(candidate).map(({ pair: [one, other] }) => (one === candidate ? other : one));
    const stays = [...held, ...inDoubt].find((one) => !isDeleted(one) && isKeptOut(one, verdicts.get(one)));
    if (stays) {
      const { id } = stays.registration;
      const text = `${verdict.text}; it is revoked and not deleted, so that ${clipped(id)} stays out`;
      verdicts.set(candidate, { ...verdict, desired: "revoked", text });
      findings.push(toTombstone(candidate, stays, verdict));
    } else if (held.length > 0) {
      together.set(
        candidate,
        held.map(({ registration }) => registration.id),
      );
    }
  }
  return together.size === 0 ? undefined : together;
}

/** Registrations that are kept out by this one where they are revoked, and would not be were it gone. */
function heldBack(
  candidate: Candidate,
  entries: Entries,
  isDeleted: (one: Candidate) => boolean,
): readonly Candidate[] {
  const { device } = candidate;
  const isLeft = (one: Candidate) => one !== candidate && !isDeleted(one);
  const isOlder = (one: Candidate) => isNewer(candidate, one);
  const rest = device.registrations.filter((one) => isLeft(one) || isOlder(one));
  const ofDevice = regroup(rest, device.person.isNobody)
    .map(([newest]) => newest)
    .filter(isOlder);
  const ofName = entries.allowing(candidate).flatMap((entry) => {
    const others = entries.matching(entry, candidate);
    // Another one that is newer and stays holds the same back.
    if (others.some((one) => isLeft(one) && !isOlder(one))) return [];
    return others.filter(
      (one) => isOlder(one) && one.device !== device && one === one.device.registrations[0],
    );
  });
  return [...new Set([...ofDevice, ...ofName])];
}

/** Whether it does not connect when this run is over; what is out of scope stays as it is. */
function isKeptOut(one: Candidate, verdict: Verdict | undefined): boolean {
  if (verdict?.desired === "active") return false;
  return liveOf(one) === "revoked" || verdict?.desired === "revoked" || verdict?.desired === "deleted";
}

function toTombstone(candidate: Candidate, stays: Candidate, { source }: Verdict): Finding {
  const { email } = candidate.device.person;
  const { registration } = candidate;
  return {
    code: "tombstone",
    text: `${named(registration, email)} is revoked and not deleted: without it ${named(stays.registration, email)}, which cannot be deleted now, might be let in`,
    source,
    registrations: [registration.id],
  };
}
