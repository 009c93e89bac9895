/** Which users and entries say what is live now. */

import { isEmail } from "../allowlist/email.js";
import { matchId } from "../allowlist/entry-keys.js";
import type { NewEntry } from "../allowlist/write-entry.js";
import { bestMatch, isWritable } from "../allowlist/write-match.js";
import type { Registration } from "../cloudflare/types.js";
import { compare } from "../compare.js";
import { narrowInventory, type WholeInventory } from "../inventory.js";
import { isAct, liveState, type Decision } from "../reconcile/decision.js";
import { indexHardware, type HardwareIndex } from "../reconcile/hardware.js";
import { makePlan } from "../reconcile/plan.js";
import { compareTimes } from "../reconcile/people.js";
import { isInScope, isNoUser, userOf } from "../reconcile/scope.js";
import { toAllowlist } from "./export-base.js";

/** An entry, and the registrations for whose sake it is there. */
export interface ExportedEntry {
  readonly entry: NewEntry;
  readonly registrations: readonly Registration[];
}

export interface ExportedUser {
  readonly email: string;
  /** Of an older device first. */
  readonly entries: readonly ExportedEntry[];
  /** Revoked, and without an entry: they stay so. */
  readonly refused: readonly Registration[];
}

export interface ExportedUsers {
  /** In the order of e-mails. */
  readonly users: readonly ExportedUser[];
  /** Registrations that an allowlist without a scope does not decide about, by what they are. */
  readonly outOfScope: number;
  /** Registrations that belong to no person. */
  readonly noUser: number;
  /** Registrations of users whose address, or whose devices' ids, cannot stand in an allowlist. */
  readonly unlistable: number;
}

/**
 * Every active registration gets the strongest key that its device tells. A plan is made of that: whatever it would
 * still do (let in a newer registration that is revoked, leave one alone since its hardware is not known) is named by
 * its id as what it is, until nothing is left.
 */
export function chooseEntries(whole: WholeInventory, asOf: Date): ExportedUsers {
  const { index } = indexHardware(whole.devices);
  const { own, ...counts } = sortOut(whole.registrations);
  const users = new Map<string, ExportedEntry[]>();
  let unlistable = counts.unlistable;
  const leaveOut = (email: string) => {
    if (users.delete(email) || own.has(email)) unlistable += own.get(email)?.length ?? 0;
    own.delete(email);
  };
  for (const [email, registrations] of own) {
    const entries = byDevice(registrations, index);
    if (entries) users.set(email, entries);
    else leaveOut(email);
  }
  const named = new Set<string>();
  for (;;) {
    const wrong = findWrong(users, whole, asOf);
    if (wrong.length === 0) break;
    for (const { registration, user } of wrong) {
      const { id } = registration;
      if (named.has(id) || !isWritable(id)) leaveOut(user);
      else users.get(user)?.push({ entry: byId(registration), registrations: [registration] });
      named.add(id);
    }
  }
  const listed = [...users].map(([email, entries]) => toUser(email, entries, own.get(email) ?? []));
  return { ...counts, users: listed.sort((a, b) => compare(a.email, b.email)), unlistable };
}

const EVERYTHING = toAllowlist(new Map()).scope;

function sortOut(registrations: readonly Registration[]) {
  const own = new Map<string, Registration[]>();
  const counts = { outOfScope: 0, noUser: 0, unlistable: 0 };
  for (const registration of [...registrations].sort(byAge)) {
    const email = userOf(registration);
    if (!isInScope(registration, email, EVERYTHING)) counts.outOfScope++;
    else if (isNoUser(email)) counts.noUser++;
    else if (!isEmail(email)) counts.unlistable++;
    else {
      const known = own.get(email);
      if (known) known.push(registration);
      else own.set(email, [registration]);
    }
  }
  return { own, ...counts };
}

/** Undefined where a device can be named by nothing. */
function byDevice(registrations: readonly Registration[], index: HardwareIndex): ExportedEntry[] | undefined {
  const entries = new Map<string, { entry: NewEntry; registrations: Registration[] }>();
  for (const registration of registrations) {
    if (liveState(registration) === "revoked") continue;
    const match = bestMatch({
      ...index.get(registration.device.id),
      device: registration.device.id,
      registration: registration.id,
    });
    if (!match) return undefined;
    // Firmware writes one serial in either case: two devices that tell it are named by one entry.
    const key = matchId(match);
    const known = entries.get(key);
    if (known) known.registrations.push(registration);
    else
      entries.set(key, {
        entry: { match, state: "active" },
        registrations: [registration],
      });
  }
  return [...entries.values()];
}

function byId(registration: Registration): NewEntry {
  return { match: { registration: registration.id }, state: liveState(registration) };
}

/** What would be acted on, and what would be left alone for want of knowledge. */
function findWrong(
  users: ReadonlyMap<string, readonly ExportedEntry[]>,
  whole: WholeInventory,
  asOf: Date,
): readonly Decision[] {
  const entries = [...users].map(([email, list]) => [email, list.map(({ entry }) => entry)] as const);
  const allowlist = toAllowlist(new Map(entries));
  const { decisions } = makePlan(allowlist, narrowInventory(whole, allowlist), asOf);
  return decisions.filter(
    (decision) =>
      isAct(decision) ||
      decision.reason.code === "unknown-hardware" ||
      decision.reason.code === "contradiction",
  );
}

function toUser(
  email: string,
  entries: readonly ExportedEntry[],
  own: readonly Registration[],
): ExportedUser {
  const spokenFor = new Set(entries.flatMap(({ registrations }) => registrations.map(({ id }) => id)));
  return { email, entries, refused: own.filter(({ id }) => !spokenFor.has(id)) };
}

/** An export that is made again has what is new at the end. */
function byAge(a: Registration, b: Registration): number {
  return compareTimes(a.created_at, b.created_at) || compare(a.id, b.id);
}
