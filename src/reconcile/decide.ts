/** Decides what each registration should be. The rules are asked in turn; the first that decides wins. */

import { type Allowlist, type Entry, policyOf } from "../allowlist/model.js";
import { aboutRule, actionFor, type Decision } from "./decision.js";
import type { Finding } from "./findings/finding.js";
import { findTraces } from "./hardware.js";
import { Entries, type Match, Memo } from "./match.js";
import type { Candidate, Person } from "./people.js";
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
import {
  type Ask,
  type Context,
  isVerdict,
  liveOf,
  type Rule,
  type Subject,
  type Verdict,
} from "./rules/rule.js";
import { grace, notAllowed } from "./rules/unlisted.js";
import { isInScope } from "./scope.js";
import { keepTombstones } from "./tombstones.js";

/** What was decided, and what was noticed on the way. */
export interface Decided {
  /** One for each registration in scope, in the order of ids. */
  readonly decisions: readonly Decision[];
  readonly findings: readonly Finding[];
  /** Entries that match a registration, even if they apply at another time. */
  readonly matched: ReadonlySet<Entry>;
  /** What the entries say about a registration. */
  readonly matchOf: (candidate: Candidate) => Match;
}

/** Decides all registrations, one person at a time. No person's decisions depend on another person. */
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

/** In the order of ids. Each goes straight to its place: sorting would compare strings from all over memory. */
function inOrder(decisions: readonly Decision[]): readonly Decision[] {
  const size = decisions.reduce((most, { candidate }) => Math.max(most, candidate.place + 1), 0);
  const placed = new Array<Decision | undefined>(size).fill(undefined);
  for (const decision of decisions) placed[decision.candidate.place] = decision;
  return placed.filter((one) => one !== undefined);
}

/**
 * For the few findings that ask what the entries say: the entries are compared again, only for the person concerned.
 */
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

/** Collected over all people: decisions, findings, and entries that match. */
interface Collected {
  readonly decisions: Decision[];
  readonly findings: Finding[];
  readonly matched: Set<Entry>;
}

function decidePerson(person: Person, context: Context, collected: Collected): void {
  const { decisions, findings, matched } = collected;
  const subject = new AskedPerson(person, context, findings, matched);
  const { entries } = subject;
  const verdicts: [Candidate, Verdict][] = [];
  let deletes = false;
  for (const { registrations } of person.devices) {
    for (const candidate of registrations) {
      if (!subject.isInScope(candidate)) continue;
      const verdict = subject.decide(candidate);
      verdicts.push([candidate, verdict]);
      deletes ||= verdict.desired === "deleted";
    }
    // Ask the entries in any case, so that every entry that matches counts as matched.
    entries.say(registrations[0]);
  }
  if (!deletes) {
    for (const [candidate, verdict] of verdicts)
      decisions.push(toDecision(candidate, afterNewest(candidate, verdict, subject)));
    return;
  }
  const replan = (other: Person, scope?: "whole") => {
    const next: Collected = { decisions: [], findings: [], matched: new Set() };
    decidePerson(other, scope === "whole" ? foundOnce(context).ignoringScope() : context, next);
    return next;
  };
  const final = new Map(verdicts);
  const before = keepTombstones({ subject, entries, verdicts: final, findings, replan });
  for (const [candidate, verdict] of final)
    decisions.push(toDecision(candidate, afterNewest(candidate, verdict, subject), before.get(candidate)));
}

/** One person as the rules see them. Keeps the findings that come up on the way. */
export class AskedPerson implements Subject {
  readonly allowlist: Allowlist;
  readonly asOf: Date;
  readonly devices: Context["devices"];
  readonly own: Context["own"];
  readonly user: Subject["user"];
  readonly policy: Subject["policy"];
  readonly entries: Entries;
  readonly #once: FoundOnce;
  readonly #known = new Memo<Candidate, Verdict>();
  #asked: readonly Asked[] | undefined;

  constructor(
    readonly person: Person,
    context: Context,
    readonly findings: Finding[] = [],
    matched = new Set<Entry>(),
  ) {
    const { allowlist, asOf, devices, own } = context;
    this.allowlist = allowlist;
    this.asOf = asOf;
    this.devices = devices;
    this.own = own;
    this.user = allowlist.users.get(person.email);
    this.policy = policyOf(allowlist, person.email);
    this.entries = new Entries(this.user, asOf, matched);
    this.#once = foundOnce(context);
  }

  say(candidate: Candidate) {
    return this.entries.say(candidate);
  }

  newestOf(entry: Entry, candidate: Candidate): Candidate {
    return this.entries.newestOf(entry, candidate);
  }

  traces() {
    return this.#once.traces();
  }

  protectedMachines() {
    return this.#once.protectedMachines();
  }

  isInScope({ registration, device }: Candidate): boolean {
    return isInScope(registration, device.person.email, this.allowlist.scope);
  }

  decide(candidate: Candidate, without?: readonly Rule[]): Verdict {
    if (without) return this.#firstVerdict(candidate, without);
    let verdict = this.#known.get(candidate);
    if (!verdict) this.#known.set(candidate, (verdict = this.#firstVerdict(candidate)));
    return verdict;
  }

  /** Adds no finding if some rules are left out, or if the registration is out of scope. */
  #firstVerdict(candidate: Candidate, without?: readonly Rule[]): Verdict {
    this.#asked ??= ask(this);
    for (const { rule, answer: say } of this.#asked) {
      if (without?.includes(rule)) continue;
      const answer = say(candidate);
      if (isVerdict(answer)) return answer;
      if (answer.finding && !without && this.isInScope(candidate)) this.findings.push(answer.finding);
    }
    throw new Error("no rule decides; the last one always does");
  }
}

interface Asked {
  readonly rule: Rule;
  readonly answer: Ask;
}

/** The rules that have something to say about a person. */
function ask(subject: Subject): readonly Asked[] {
  const asked: Asked[] = [];
  for (const rule of RULES) {
    const answer = rule.ask(subject);
    if (typeof answer === "function") asked.push({ rule, answer });
  }
  return asked;
}

interface FoundOnce extends Pick<Subject, "traces" | "protectedMachines"> {
  /** The same context with everything in scope. */
  readonly ignoringScope: () => Context;
}

/** What is the same for everyone: made once for each plan, and only if a rule asks for it. */
function foundOnce(context: Context): FoundOnce {
  let found = foundFor.get(context);
  if (!found) {
    let traces: ReturnType<Subject["traces"]> | undefined;
    let protectedMachines: ReturnType<Subject["protectedMachines"]> | undefined;
    let ignoringScope: Context | undefined;
    found = {
      traces: () => (traces ??= findTraces(context.devices ?? [])),
      protectedMachines: () => (protectedMachines ??= findProtected(context)),
      ignoringScope: () => (ignoringScope ??= everythingInScope(context)),
    };
    foundFor.set(context, found);
  }
  return found;
}

const foundFor = new WeakMap<Context, FoundOnce>();

function toDecision(candidate: Candidate, verdict: Verdict, together?: readonly string[]): Decision {
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

function everythingInScope(context: Context): Context {
  const none: ReadonlySet<string> = new Set();
  const registrationTypes = new Set(["warp", "browser_extension"]);
  const scope = { emailDomains: none, emails: none, policyIds: none, registrationTypes };
  return { ...context, allowlist: { ...context.allowlist, scope } };
}

/**
 * If this run lets in the newest registration of a device, hygiene acts on a connected one only after that, so that the
 * device is never cut off.
 */
function afterNewest(candidate: Candidate, verdict: Verdict, subject: Subject): Verdict {
  const [newest] = candidate.device.registrations;
  if (liveOf(candidate) !== "active") return verdict;
  if (aboutRule(verdict.rule).weight !== "hygiene" || liveOf(newest) !== "revoked") return verdict;
  return subject.isInScope(newest) && subject.decide(newest).desired === "active"
    ? { ...verdict, relies: [newest.registration.id] }
    : verdict;
}

// Every rule, in the order of `docs/policy.md`; the first that decides wins. Exceptions come first, then what the
// allowlist says about the person and, by name, about the device, then hygiene, then what an entry allows, and last the
// policy for the rest.

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
