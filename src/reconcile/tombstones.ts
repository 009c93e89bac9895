/**
 * What a deletion would let in, or cut off, stays as a revoked registration instead: a tombstone. And what has to be
 * deleted before something else is told, so that no deletion that fails lets anybody in.
 */

import { aboutRule, type Decision, isAct, removes } from "./decision.js";
import { clipped, type Finding, named } from "./findings/finding.js";
import type { Entries } from "./match.js";
import {
  type Candidate,
  candidatesOf,
  type Device,
  doubtsOf,
  formPerson,
  isNewer,
  machinesOf,
  type Person,
  registrationsOf,
  regroup,
} from "./people.js";
import { liveOf, type Subject, type Verdict } from "./rules/rule.js";

/** One person of whom something is to be deleted. */
interface Deciding {
  readonly subject: Subject;
  readonly entries: Entries;
  /** Of all that is in scope; deletions become revocations. */
  readonly verdicts: Map<Candidate, Verdict>;
  readonly findings: Finding[];
  /** Decides a person as a whole plan would; `whole` with everything in scope. */
  readonly replan: (person: Person, scope?: "whole") => Replanned;
}

interface Replanned {
  readonly decisions: readonly Decision[];
  readonly findings: readonly Finding[];
}

/** What has to be deleted, or be seen to be gone, before a deletion: ids by registration. */
export type Before = ReadonlyMap<Candidate, readonly string[]>;

/** Keeps what has to stay as a tombstone; answers in which order the rest may go. */
export function keepTombstones(settling: Deciding): Before {
  keepAsInFullScope(settling);
  let before = keepWhatHolds(settling);
  while (keepWhatJoins(settling)) before = keepWhatHolds(settling);
  return before;
}

function isDeleted({ verdicts }: Deciding, one: Candidate): boolean {
  return verdicts.get(one)?.desired === "deleted";
}

/** What would stay as a tombstone if everything were in scope stays in a narrower one, which must add no deletion. */
function keepAsInFullScope(settling: Deciding): void {
  const {
    subject: { person },
    verdicts,
    findings,
    replan,
  } = settling;
  if (person.devices.every(({ registrations }) => registrations.every((one) => verdicts.has(one)))) return;
  const everything = replan(person, "whole");
  const tombstones = new Map(
    everything.findings.filter(({ code }) => code === "tombstone").map((one) => [one.registrations[0], one]),
  );
  for (const [candidate, verdict] of verdicts) {
    const finding = verdict.desired === "deleted" ? tombstones.get(idOf(candidate)) : undefined;
    if (!finding) continue;
    const text = `${verdict.text}; it is revoked instead of deleted, as a plan with everything in scope would do`;
    verdicts.set(candidate, { ...verdict, desired: "revoked", text });
    findings.push(finding);
  }
  if ([...verdicts.keys()].some((one) => isDeleted(settling, one))) keepWhatRefuses(settling, everything);
}

/** Nor does a deletion in a narrower scope spare what is out of it, and what a plan with everything in scope removes. */
function keepWhatRefuses(settling: Deciding, whole: Replanned): void {
  const { subject, verdicts, replan } = settling;
  const removed = whole.decisions.filter(
    ({ candidate, desired }) => !verdicts.has(candidate) && removes(desired),
  );
  if (removed.length === 0) return;
  const next = new Map(
    replan(toNext(settling), "whole").decisions.map((one) => [one.registration.id, one.desired]),
  );
  const spared = new Set(
    removed.filter(({ registration: { id } }) => next.get(id) === "active").map(({ candidate }) => candidate),
  );
  for (const machine of spared.size === 0 ? [] : machinesOf(subject.person)) {
    const all = registrationsOf(machine);
    const stays = all.find((one) => spared.has(one));
    if (!stays) continue;
    for (const candidate of all.filter((one) => isDeleted(settling, one)))
      keepRevoked(settling, candidate, { stays, isOut: true });
  }
}

/**
 * A deletion must not let another registration in, now or in the next plan. Where a registration stays that is revoked
 * only because this one is there (an older one of its device, or of a name that an entry goes by, the other side of a
 * doubt, or whatever of its device is refused by what only this one tells), this one is revoked instead, and stays. Answers, of what is deleted, what has to be deleted before it.
 */
function keepWhatHolds(settling: Deciding): Before {
  const { subject, entries, verdicts } = settling;
  const deleted = [...verdicts.keys()].filter((one) => isDeleted(settling, one));
  const isOut = (one: Candidate) => isKeptOut(one, verdicts.get(one), subject);
  const before = new Map<Candidate, readonly string[]>();
  // Where the newest stays, what is between may go.
  for (const candidate of deleted.sort((a, b) => (isNewer(a, b) ? -1 : 1))) {
    const inDoubt = doubtsOf(candidate).map(({ pair: [one, other] }) => (one === candidate ? other : one));
    const reporting = candidate.device.registrations.filter((one) => isToldBy(candidate, one, settling));
    const stays = [...heldBack(candidate, settling, false), ...inDoubt, ...reporting].find(
      (one) => !isDeleted(settling, one) && isOut(one),
    );
    if (stays) {
      keepRevoked(settling, candidate, { stays, isOut: true });
      // One that was asked before may be held by this one.
      return keepWhatHolds(settling);
    }
    const first = [
      ...heldBack(candidate, settling, true).filter((one) => isOut(one) && !entries.isOutAlone(one)),
      ...reporting.filter((one) => isDeleted(settling, one)),
    ];
    if (first.length > 0) before.set(candidate, [...new Set(first.map(idOf))]);
  }
  return before;
}

/** Registrations that are kept out by this one where they are revoked, and would not be were it gone. */
function heldBack(candidate: Candidate, settling: Deciding, evenDeleted: boolean): readonly Candidate[] {
  const { device } = candidate;
  const { entries } = settling;
  const isLeft = (one: Candidate) => !isDeleted(settling, one);
  const isOlder = (one: Candidate) => isNewer(candidate, one);
  const rest = device.registrations.filter((one) => isLeft(one) || (evenDeleted && isOlder(one)));
  const ofDevice = regroup(rest, device.person.isNobody)
    .map(([newest]) => newest)
    .filter(isOlder);
  const ofName = entries.allowing(candidate).flatMap((entry) => {
    const others = entries.matching(entry, candidate);
    // Another one that is newer and stays holds the same back.
    if (others.some((one) => isLeft(one) && !isOlder(one))) return [];
    return others.filter((one) => isOlder(one) && one === one.device.registrations[0]);
  });
  return [...new Set([...ofDevice, ...ofName])];
}

/**
 * Whether one registration is refused by what another one of its device tells, and not by what it tells itself, be it
 * excepted or out of scope now. A person's state refuses it by itself.
 */
function isToldBy(teller: Candidate, one: Candidate, { subject, verdicts, entries }: Deciding): boolean {
  const { match } = entries.say(one);
  if (match.kind !== "refused") return false;
  const tellers = entries.tellers(match.entry, one);
  if (!tellers.includes(teller) || tellers.includes(one)) return false;
  return aboutRule((verdicts.get(one) ?? subject.decide(one)).rule).kind !== "state";
}

/**
 * Whether it does not connect when this run is over, or would not in a wider scope: what a narrower one leaves as it is
 * must not add an act.
 */
function isKeptOut(one: Candidate, verdict: Verdict | undefined, subject: Subject): boolean {
  if (liveOf(one) === "revoked") return verdict?.desired !== "active";
  return removes((verdict ?? subject.decide(one)).desired);
}

/**
 * Nor must a deletion change what the rest of its person's registrations are: one id may be all that joins two others,
 * or that tells what an entry goes by, or the last that was seen of the device. Where a plan made again would act on
 * anything, what is deleted of that machine is revoked instead. Answers whether that was so.
 */
function keepWhatJoins(settling: Deciding): boolean {
  const { person } = settling.subject;
  if (!person.devices.some((device) => mayJoin(device, settling))) return false;
  const next = settling.replan(toNext(settling));
  const changed = new Set(next.decisions.filter(isAct).map(({ registration }) => registration.id));
  let isFound = false;
  for (const machine of machinesOf(person)) {
    const all = registrationsOf(machine);
    const stays = all.find((one) => changed.has(idOf(one)));
    if (!stays) continue;
    for (const candidate of all.filter((one) => isDeleted(settling, one))) {
      keepRevoked(settling, candidate, { stays, isOut: liveOf(stays) === "revoked" });
      isFound = true;
    }
  }
  return isFound;
}

/** Whether a deletion may take away more than itself: a registration that is its whole device, in no doubt, may not. */
function mayJoin({ registrations, person }: Device, settling: Deciding): boolean {
  return (
    (registrations.length > 1 || person.doubts.length > 0) &&
    registrations.some((one) => isDeleted(settling, one))
  );
}

/** The person as the next plan finds them, once all is done that this one decides. */
function toNext({ subject: { person, asOf }, verdicts }: Deciding): Person {
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

/** What a tombstone is for: another one, which stays out by it, or in. */
interface KeptBy {
  readonly stays: Candidate;
  readonly isOut: boolean;
}

function keepRevoked({ verdicts, findings }: Deciding, candidate: Candidate, { stays, isOut }: KeptBy): void {
  const verdict = verdicts.get(candidate);
  if (!verdict) return;
  const text = `${verdict.text}; it is revoked instead of deleted, so that ${clipped(idOf(stays))} stays ${isOut ? "out" : "in"}`;
  verdicts.set(candidate, { ...verdict, desired: "revoked", text });
  const { registration, device } = candidate;
  const { email } = device.person;
  const other = named(stays.registration, email);
  const risk = isOut ? `${other}, which cannot be deleted now, might be let in` : `${other} might be cut off`;
  findings.push({
    code: "tombstone",
    subject: [registration.id],
    text: `${named(registration, email)} is revoked instead of deleted: without it ${risk}`,
    source: verdict.source,
    registrations: [registration.id],
  });
}

function idOf({ registration }: Candidate): string {
  return registration.id;
}
