/**
 * A registration whose deletion would let in or cut off another one stays as a revoked registration instead: a
 * tombstone. The result also says what must be deleted before something else, so that a failed deletion lets nobody in.
 */

import { aboutRule, type Decision, isAct, removes } from "./decision.js";
import { type Finding, named } from "./findings/finding.js";
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
import { clipped } from "../text/words.js";

/** One person with something to delete. */
interface Deciding {
  readonly subject: Subject;
  readonly entries: Entries;
  /** For everything in scope; deletions become revocations. */
  readonly verdicts: Map<Candidate, Verdict>;
  readonly findings: Finding[];
  /** Decides a person as a full plan would; `whole`: with everything in scope. */
  readonly replan: (person: Person, scope?: "whole") => Replanned;
}

interface Replanned {
  readonly decisions: readonly Decision[];
  readonly findings: readonly Finding[];
}

/** What must be deleted, or be seen to be gone, before a deletion: ids by registration. */
export type Before = ReadonlyMap<Candidate, readonly string[]>;

/** Keeps what must stay as a tombstone; returns the order in which the rest may go. */
export function keepTombstones(deciding: Deciding): Before {
  keepAsInFullScope(deciding);
  let before = keepWhatHolds(deciding);
  while (keepWhatJoins(deciding)) before = keepWhatHolds(deciding);
  return before;
}

function isDeleted({ verdicts }: Deciding, one: Candidate): boolean {
  return verdicts.get(one)?.desired === "deleted";
}

/** A narrower scope must add no deletion: what would be a tombstone with everything in scope is one here too. */
function keepAsInFullScope(deciding: Deciding): void {
  const {
    subject: { person },
    verdicts,
    findings,
    replan,
  } = deciding;
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
  if ([...verdicts.keys()].some((one) => isDeleted(deciding, one))) keepWhatRefuses(deciding, everything);
}

/**
 * A deletion in a narrower scope must not spare a registration out of scope that a plan with everything in scope
 * removes.
 */
function keepWhatRefuses(deciding: Deciding, full: Replanned): void {
  const { subject, verdicts, replan } = deciding;
  const removed = full.decisions.filter(
    ({ candidate, desired }) => !verdicts.has(candidate) && removes(desired),
  );
  if (removed.length === 0) return;
  const next = new Map(
    replan(toNext(deciding), "whole").decisions.map((one) => [one.registration.id, one.desired]),
  );
  const spared = new Set(
    removed.filter(({ registration: { id } }) => next.get(id) === "active").map(({ candidate }) => candidate),
  );
  for (const machine of spared.size === 0 ? [] : machinesOf(subject.person)) {
    const all = registrationsOf(machine);
    const stays = all.find((one) => spared.has(one));
    if (!stays) continue;
    for (const candidate of all.filter((one) => isDeleted(deciding, one)))
      keepRevoked(deciding, candidate, { stays, isOut: true });
  }
}

/**
 * A deletion must not let another registration in, now or in the next plan. If a registration stays that is revoked
 * only because this one exists, this one is revoked instead, and stays. That other one may be an older registration of
 * the device, or of a name that an entry matches by; the other side of a doubt; or one of the device that is refused by
 * what only this one reports. Returns, for each deletion, what must be deleted before it.
 */
function keepWhatHolds(deciding: Deciding): Before {
  const { subject, entries, verdicts } = deciding;
  const deleted = [...verdicts.keys()].filter((one) => isDeleted(deciding, one));
  const isOut = (one: Candidate) => isKeptOut(one, verdicts.get(one), subject);
  const before = new Map<Candidate, readonly string[]>();
  // If the newest stays, those in between may go.
  for (const candidate of deleted.sort((a, b) => (isNewer(a, b) ? -1 : 1))) {
    const inDoubt = doubtsOf(candidate).map(({ pair: [one, other] }) => (one === candidate ? other : one));
    const refused = candidate.device.registrations.filter((one) => isRefusedBy(candidate, one, deciding));
    const stays = [...heldBack(candidate, deciding, false), ...inDoubt, ...refused].find(
      (one) => !isDeleted(deciding, one) && isOut(one),
    );
    if (stays) {
      keepRevoked(deciding, candidate, { stays, isOut: true });
      // This one may hold back one that was checked before.
      return keepWhatHolds(deciding);
    }
    const first = [
      ...heldBack(candidate, deciding, true).filter((one) => isOut(one) && !entries.isOutAlone(one)),
      ...refused.filter((one) => isDeleted(deciding, one)),
    ];
    if (first.length > 0) before.set(candidate, [...new Set(first.map(idOf))]);
  }
  return before;
}

/** Registrations that this one keeps out if they are revoked, and that would not be kept out without it. */
function heldBack(candidate: Candidate, deciding: Deciding, evenDeleted: boolean): readonly Candidate[] {
  const { device } = candidate;
  const { entries } = deciding;
  const isLeft = (one: Candidate) => !isDeleted(deciding, one);
  const isOlder = (one: Candidate) => isNewer(candidate, one);
  const rest = device.registrations.filter((one) => isLeft(one) || (evenDeleted && isOlder(one)));
  const ofDevice = regroup(rest, device.person.isNobody)
    .map(([newest]) => newest)
    .filter(isOlder);
  const ofName = entries.allowing(candidate).flatMap((entry) => {
    const others = entries.matching(entry, candidate);
    // A newer one that stays holds them back as well.
    if (others.some((one) => isLeft(one) && !isOlder(one))) return [];
    return others.filter((one) => isOlder(one) && one === one.device.registrations[0]);
  });
  return [...new Set([...ofDevice, ...ofName])];
}

/**
 * Whether a registration is refused by what another one of its device reports and not by what it reports itself, even
 * if it is excepted or out of scope now. A person's state refuses it anyway.
 */
function isRefusedBy(other: Candidate, one: Candidate, { subject, verdicts, entries }: Deciding): boolean {
  const { match } = entries.say(one);
  if (match.kind !== "refused") return false;
  const reporting = entries.reporting(match.entry, one);
  if (!reporting.includes(other) || reporting.includes(one)) return false;
  return aboutRule((verdicts.get(one) ?? subject.decide(one)).rule).kind !== "state";
}

/**
 * Whether it does not connect after this run, or would not in a wider scope: what a narrower scope leaves as it is must
 * not add an act.
 */
function isKeptOut(one: Candidate, verdict: Verdict | undefined, subject: Subject): boolean {
  if (liveOf(one) === "revoked") return verdict?.desired !== "active";
  return removes((verdict ?? subject.decide(one)).desired);
}

/**
 * A deletion must not change how the person's other registrations are decided. One registration may be all that joins
 * two others, that reports what an entry matches by, or that shows when the device was last seen. If the next plan
 * would act on anything, the deletions of that machine become revocations. Returns whether any did.
 */
function keepWhatJoins(deciding: Deciding): boolean {
  const { person } = deciding.subject;
  if (!person.devices.some((device) => mayJoin(device, deciding))) return false;
  const next = deciding.replan(toNext(deciding));
  const changed = new Set(next.decisions.filter(isAct).map(({ registration }) => registration.id));
  let isFound = false;
  for (const machine of machinesOf(person)) {
    const all = registrationsOf(machine);
    const stays = all.find((one) => changed.has(idOf(one)));
    if (!stays) continue;
    for (const candidate of all.filter((one) => isDeleted(deciding, one))) {
      keepRevoked(deciding, candidate, { stays, isOut: liveOf(stays) === "revoked" });
      isFound = true;
    }
  }
  return isFound;
}

/** Whether a deletion may affect other registrations. The only registration of a device, without doubts, does not. */
function mayJoin({ registrations, person }: Device, deciding: Deciding): boolean {
  return (
    (registrations.length > 1 || person.doubts.length > 0) &&
    registrations.some((one) => isDeleted(deciding, one))
  );
}

/** The person as the next plan finds them, after this one is done. */
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

/** What a tombstone is for: another registration, which it keeps out or in. */
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
