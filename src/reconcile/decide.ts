/** The plan's one question: what should each registration be? Each rule is asked in turn; the first that decides wins. */

import { type Allowlist, type Entry, policyOf } from "../allowlist/model.js";
import { aboutRule, actionFor, type Decision, isAct, removes } from "./decision.js";
import { clipped, type Finding, named } from "./findings/finding.js";
import { findTraces } from "./hardware.js";
import { Entries, type Match, Memo } from "./match.js";
import {
  type Candidate,
  candidatesOf,
  type Device,
  doubtsOf,
  formPerson,
  isNewer,
  lastSign,
  machinesOf,
  type Person,
  regroup,
} from "./people.js";
import { revokedAge, stale } from "./rules/ages.js";
import { allowed, contradiction, offboarded, refused, suspended, unknownHardware } from "./rules/entries.js";
import {
  findProtected,
  ignored,
  ignoredHardware,
  protectedHardware,
  protectedRule,
  self,
} from "./rules/exceptions.js";
import { maxDevices, superseded } from "./rules/hygiene.js";
import { type Context, isVerdict, liveOf, type Rule, type Subject, type Verdict } from "./rules/rule.js";
import { grace, notAllowed } from "./rules/unlisted.js";
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
  for (const person of people) decidePerson(person, context, { decisions, findings, matched });
  return {
    decisions: inOrder(decisions),
    findings,
    matched,
    matchOf: matchesOf(context),
  };
}

/** In the order of ids. Each is put in its place: to sort them would compare texts from all over the memory. */
function inOrder(decisions: readonly Decision[]): readonly Decision[] {
  const size = decisions.reduce((most, { candidate }) => Math.max(most, candidate.place + 1), 0);
  const placed = new Array<Decision | undefined>(size).fill(undefined);
  for (const decision of decisions) placed[decision.candidate.place] = decision;
  return placed.filter((one) => one !== undefined);
}

/** For the few findings that ask what the entries say: they are read again for whom they ask about. */
function matchesOf({ allowlist, asOf }: Context): Decided["matchOf"] {
  const read = new Map<Person, Entries>();
  return (candidate) => {
    const { person } = candidate.device;
    let entries = read.get(person);
    if (!entries)
      read.set(person, (entries = new Entries(allowlist.users.get(person.email), asOf, new Set())));
    return entries.say(candidate).match;
  };
}

/** What is collected over all people: their registrations' decisions, what was noticed, entries that match. */
interface Collected {
  readonly decisions: Decision[];
  readonly findings: Finding[];
  readonly matched: Set<Entry>;
}

function decidePerson(person: Person, context: Context, { decisions, findings, matched }: Collected): void {
  const { subject, entries } = subjectOf(person, context, findings, matched);
  const verdicts = new Map<Candidate, Verdict>();
  let deletes = false;
  for (const { registrations } of person.devices) {
    for (const candidate of registrations) {
      if (!subject.isInScope(candidate)) continue;
      const verdict = subject.decide(candidate);
      verdicts.set(candidate, verdict);
      deletes ||= verdict.desired === "deleted";
    }
    // What matches counts as matched, though what it says was not asked for.
    entries.say(registrations[0]);
  }
  if (deletes) keepAsInWhole(person, verdicts, context, findings);
  let together = deletes ? keepTombstones(verdicts, subject, entries, findings) : undefined;
  while (deletes && keepWhatJoins(person, verdicts, context, findings))
    together = keepTombstones(verdicts, subject, entries, findings);
  for (const [candidate, verdict] of verdicts)
    decisions.push(
      toDecision(candidate, afterNewest(candidate, verdict, verdicts), together?.get(candidate)),
    );
}

/** One person as the rules see them. What is noticed while they are asked is kept. */
export function subjectOf(
  person: Person,
  context: Context,
  findings: Finding[] = [],
  matched: Set<Entry> = new Set<Entry>(),
) {
  const { allowlist, asOf, devices, own } = context;
  const { isInScope, traces, protectedMachines } = foundOnce(context);
  const user = allowlist.users.get(person.email);
  const entries = new Entries(user, asOf, matched);
  const known = new Memo<Candidate, Verdict>();
  let asks: readonly Asked[] | undefined;
  const subject: Subject = {
    allowlist,
    asOf,
    devices,
    own,
    person,
    user,
    policy: policyOf(allowlist, person.email),
    say: (candidate) => entries.say(candidate),
    newestOf: (entry, candidate) => entries.newestOf(entry, candidate),
    traces,
    protectedMachines,
    isInScope,
    decide: (candidate, without) => {
      const verdict = without ? undefined : known.get(candidate);
      if (verdict) return verdict;
      asks ??= RULES.map((rule) => rule.ask(subject));
      const made = firstVerdict(candidate, asks, without, allowlist, findings);
      if (!without) known.set(candidate, made);
      return made;
    },
  };
  return { subject, entries };
}

type Asked = ReturnType<Rule["ask"]>;

interface FoundOnce extends Pick<Subject, "isInScope" | "traces" | "protectedMachines"> {
  /** Everybody with everything, whatever the scope. */
  readonly whole: () => Context;
}

/** What is the same for everybody: made once a plan, and what is read of all devices only where a rule asks for it. */
function foundOnce(context: Context): FoundOnce {
  let found = foundFor.get(context);
  if (!found) {
    let traces: ReturnType<Subject["traces"]> | undefined;
    let protectedMachines: ReturnType<Subject["protectedMachines"]> | undefined;
    let whole: Context | undefined;
    found = {
      isInScope: (candidate) => inScope(candidate, context.allowlist),
      traces: () => (traces ??= findTraces(context.devices ?? [])),
      protectedMachines: () => (protectedMachines ??= findProtected(context)),
      whole: () => (whole ??= everythingInScope(context)),
    };
    foundFor.set(context, found);
  }
  return found;
}

const foundFor = new WeakMap<Context, FoundOnce>();

/** Whether a registration is looked at at all. */
function inScope({ registration, device }: Candidate, { scope }: Pick<Allowlist, "scope">): boolean {
  return isInScope(registration, device.person.email, scope);
}

/** What is asked without some of the rules, or about what is out of scope, is not noticed. */
function firstVerdict(
  candidate: Candidate,
  asks: readonly Asked[],
  without: readonly Rule[] | undefined,
  allowlist: Allowlist,
  findings: Finding[],
): Verdict {
  const skipped = without?.map((rule) => RULES.indexOf(rule));
  for (let at = 0; at < asks.length; at++) {
    const ask = asks[at];
    if (typeof ask !== "function" || skipped?.includes(at) === true) continue;
    const answer = ask(candidate);
    if (isVerdict(answer)) return answer;
    if (answer.finding && !without && inScope(candidate, allowlist)) findings.push(answer.finding);
  }
  throw new Error("no rule decides; the last one always does");
}

function toDecision(
  candidate: Candidate,
  verdict: Verdict,
  together: readonly string[] | undefined,
): Decision {
  const { registration, hardware, device } = candidate;
  const live = liveOf(candidate);
  const decision: Decision = {
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
  };
  const { relies, line, setting } = verdict;
  if (!relies && !together && !line) return decision;
  return {
    ...decision,
    ...(relies && { relies }),
    ...(together && { together }),
    ...(line && { line, setting }),
  };
}

/**
 * A deletion must not let another registration in, now or in the next plan. Where a registration stays that is revoked
 * only because this one is there (an older one of its device, or of a name that an entry goes by, or the other side of
 * a doubt), this one is revoked instead, and stays. Answers, of what is deleted, what has to be deleted before it.
 */
function keepTombstones(
  verdicts: Map<Candidate, Verdict>,
  subject: Subject,
  entries: Entries,
  findings: Finding[],
): ReadonlyMap<Candidate, readonly string[]> | undefined {
  const deleted = [...verdicts]
    .filter(([, { desired }]) => desired === "deleted")
    .map(([candidate]) => candidate);
  if (deleted.length === 0) return undefined;
  const isDeleted = (one: Candidate) => verdicts.get(one)?.desired === "deleted";
  const isOut = (one: Candidate) => isKeptOut(one, verdicts.get(one), subject);
  const together = new Map<Candidate, readonly string[]>();
  // Where the newest stays, what is between may go.
  for (const candidate of deleted.sort((a, b) => (isNewer(a, b) ? -1 : 1))) {
    const verdict = verdicts.get(candidate);
    if (!verdict) continue;
    const inDoubt = doubtsOf(candidate).map(({ pair: [one, other] }) => (one === candidate ? other : one));
    const stays = [...heldBack(candidate, entries, isDeleted, false), ...inDoubt].find(
      (one) => !isDeleted(one) && isOut(one),
    );
    if (stays) {
      keepRevoked({ candidate, verdict, stays, isOut: true }, verdicts, findings);
      // One that was asked before may be held by this one.
      return keepTombstones(verdicts, subject, entries, findings);
    }
    const held = [
      ...heldBack(candidate, entries, isDeleted, true).filter(
        (one) => isOut(one) && !entries.isOutAlone(one),
      ),
      ...deleted.filter((one) => isToldBy(candidate, one, verdicts.get(one), entries)),
    ];
    if (held.length > 0) together.set(candidate, [...new Set(held.map(idOf))]);
  }
  return together.size === 0 ? undefined : together;
}

/** Whether one registration is refused by what another one of its device tells, and not by what it tells itself. */
function isToldBy(
  teller: Candidate,
  one: Candidate,
  verdict: Verdict | undefined,
  entries: Entries,
): boolean {
  if (one.device !== teller.device || verdict?.entry === undefined || verdict.entry.state === "active")
    return false;
  const tellers = entries.tellers(verdict.entry, one);
  return tellers.includes(teller) && !tellers.includes(one);
}

/** A registration that is revoked instead of deleted, so that another one stays as it is: out, or in. */
interface Tombstone {
  readonly candidate: Candidate;
  readonly verdict: Verdict;
  readonly stays: Candidate;
  readonly isOut: boolean;
}

function keepRevoked(one: Tombstone, verdicts: Map<Candidate, Verdict>, findings: Finding[]): void {
  const { candidate, verdict, stays, isOut } = one;
  const text = `${verdict.text}; it is revoked and not deleted, so that ${clipped(idOf(stays))} stays ${isOut ? "out" : "in"}`;
  verdicts.set(candidate, { ...verdict, desired: "revoked", text });
  findings.push(toTombstone(one));
}

/**
 * Nor must a deletion change what the rest of its person's registrations are: one id may be all that joins two others,
 * or that tells what an entry goes by, or the last that was seen of the device. Where a plan made again would act on anything, what is deleted of that machine is
 * revoked instead. Answers whether that was so.
 */
function keepWhatJoins(
  person: Person,
  verdicts: Map<Candidate, Verdict>,
  context: Context,
  findings: Finding[],
): boolean {
  const isDeleted = (one: Candidate) => verdicts.get(one)?.desired === "deleted";
  if (!person.devices.some((device) => mayJoin(device, isDeleted))) return false;
  const next: Collected = { decisions: [], findings: [], matched: new Set() };
  decidePerson(toNext(person, verdicts, context.asOf), context, next);
  const changed = new Set(next.decisions.filter(isAct).map(({ registration }) => registration.id));
  let isFound = false;
  for (const machine of changed.size === 0 ? [] : machinesOf(person)) {
    const all = machine.flatMap(({ registrations }) => registrations);
    const other = all.find((one) => changed.has(idOf(one)));
    if (!other) continue;
    for (const candidate of all.filter(isDeleted)) {
      const verdict = verdicts.get(candidate);
      if (!verdict) continue;
      keepRevoked(
        { candidate, verdict, stays: other, isOut: liveOf(other) === "revoked" },
        verdicts,
        findings,
      );
      isFound = true;
    }
  }
  return isFound;
}

function everythingInScope(context: Context): Context {
  const none: ReadonlySet<string> = new Set();
  const registrationTypes = new Set(["warp", "browser_extension"]);
  const scope = { emailDomains: none, emails: none, policyIds: none, registrationTypes };
  return { ...context, allowlist: { ...context.allowlist, scope } };
}

/** What would stay as a tombstone if everything were in scope stays in a narrower one, which must add no deletion. */
function keepAsInWhole(
  person: Person,
  verdicts: Map<Candidate, Verdict>,
  context: Context,
  findings: Finding[],
): void {
  if (person.devices.every(({ registrations }) => registrations.every((one) => verdicts.has(one)))) return;
  const whole: Collected = { decisions: [], findings: [], matched: new Set() };
  decidePerson(person, foundOnce(context).whole(), whole);
  const tombstones = new Map(
    whole.findings.filter(({ code }) => code === "tombstone").map((one) => [one.registrations[0], one]),
  );
  for (const [candidate, verdict] of verdicts) {
    const finding = verdict.desired === "deleted" ? tombstones.get(idOf(candidate)) : undefined;
    if (!finding) continue;
    const text = `${verdict.text}; it is revoked and not deleted, as it would be if everything were in scope`;
    verdicts.set(candidate, { ...verdict, desired: "revoked", text });
    findings.push(finding);
  }
}

/** Whether a deletion may take away more than itself. */
function mayJoin({ registrations, person }: Device, isDeleted: (one: Candidate) => boolean): boolean {
  const gone = registrations.find(isDeleted);
  if (!gone) return false;
  const { id } = gone.registration.device;
  const left = registrations.filter((one) => !isDeleted(one));
  return (
    (left.length > 0 && Math.max(...registrations.map(lastSign)) > Math.max(...left.map(lastSign))) ||
    person.doubts.length > 0 ||
    (gone === registrations[0] && left.length > 0) ||
    registrations.some(({ registration }) => registration.device.id !== id)
  );
}

/** The person as the next plan finds them, once all is done that this one decides. */
function toNext(person: Person, verdicts: ReadonlyMap<Candidate, Verdict>, asOf: Date): Person {
  const now = asOf.toISOString();
  return formPerson(
    person.email,
    candidatesOf(person).flatMap((candidate) => {
      const desired = verdicts.get(candidate)?.desired;
      if (desired === "deleted") return [];
      const { registration } = candidate;
      const revoked_at = desired === "active" ? null : (registration.revoked_at ?? now);
      const next =
        desired === "active" || desired === "revoked" ? { ...registration, revoked_at } : registration;
      return [{ ...candidate, registration: next }];
    }),
  );
}

function idOf({ registration }: Candidate): string {
  return registration.id;
}

/** What hygiene takes from a device goes when the newest connects, so that whoever is let in is never cut off. */
function afterNewest(
  candidate: Candidate,
  verdict: Verdict,
  verdicts: ReadonlyMap<Candidate, Verdict>,
): Verdict {
  const [newest] = candidate.device.registrations;
  const isTaken = aboutRule(verdict.rule).weight === "hygiene" && liveOf(candidate) === "active";
  if (verdict.relies || candidate === newest || !isTaken) return verdict;
  const isLetIn = liveOf(newest) === "revoked" && verdicts.get(newest)?.desired === "active";
  return isLetIn ? { ...verdict, relies: [idOf(newest)] } : verdict;
}

/** Registrations that are kept out by this one where they are revoked, and would not be were it gone. */
function heldBack(
  candidate: Candidate,
  entries: Entries,
  isDeleted: (one: Candidate) => boolean,
  evenDeleted: boolean,
): readonly Candidate[] {
  const { device } = candidate;
  const isLeft = (one: Candidate) => one !== candidate && !isDeleted(one);
  const isOlder = (one: Candidate) => isNewer(candidate, one);
  const rest = device.registrations.filter((one) => isLeft(one) || (evenDeleted && isOlder(one)));
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

/**
 * Whether it does not connect when this run is over, or would not in a wider scope: what a narrower one leaves as it is
 * must not add an act.
 */
function isKeptOut(one: Candidate, verdict: Verdict | undefined, { decide }: Subject): boolean {
  if (liveOf(one) === "revoked") return verdict?.desired !== "active";
  return removes((verdict ?? decide(one)).desired);
}

function toTombstone({ candidate, verdict: { source }, stays, isOut }: Tombstone): Finding {
  const { email } = candidate.device.person;
  const { registration } = candidate;
  const other = named(stays.registration, email);
  const risk = isOut ? `${other}, which cannot be deleted now, might be let in` : `${other} might be cut off`;
  return {
    code: "tombstone",
    subject: [registration.id],
    text: `${named(registration, email)} is revoked and not deleted: without it ${risk}`,
    source,
    registrations: [registration.id],
  };
}

// Every rule in its place, the order of `docs/policy.md`: the first that decides wins. What is excepted comes first;
// then what is said of the person and, by name, of the device; then hygiene; then what an entry allows; last, what
// holds for the rest.

export const RULES: readonly Rule[] = [
  protectedRule,
  self,
  ignored,
  offboarded,
  suspended,
  contradiction,
  refused,
  protectedHardware,
  ignoredHardware,
  unknownHardware,
  revokedAge,
  stale,
  maxDevices,
  superseded,
  allowed,
  grace,
  notAllowed,
];
