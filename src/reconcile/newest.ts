/** Which of several registrations of one device is the newest: the only one that an active entry asks to be active. */

import type { Entry } from "../allowlist/allowlist.js";
import type { Registration } from "../cloudflare/types.js";
import type { Candidate } from "./candidate.js";
import { liveState } from "./decision.js";

/** By the id of a revoked registration: the newest registration of the same user on the same device. */
export type NewestIndex = ReadonlyMap<string, Registration>;

/**
 * Only revoked registrations are looked up: an active one is kept, whether it is the newest or not. Two registrations
 * are of one device where anything says so that both tell; what is missed lets somebody in, so much says so.
 */
export function newestOfEachDevice(candidates: readonly Candidate[]): NewestIndex {
  const revoked = candidates.filter((one) => activeEntry(one) && liveState(one.registration) === "revoked");
  const users = new Set(revoked.map(({ email }) => email));
  const newest = new Map<string, Registration>();
  for (const candidate of candidates) {
    if (!users.has(candidate.email)) continue;
    for (const key of deviceKeys(candidate)) {
      const other = newest.get(key);
      if (!other || isNewer(candidate.registration, other)) newest.set(key, candidate.registration);
    }
  }
  return new Map(revoked.map((one) => [one.registration.id, newestOf(one, newest)]));
}

function newestOf(candidate: Candidate, newest: ReadonlyMap<string, Registration>): Registration {
  let latest = candidate.registration;
  for (const key of deviceKeys(candidate)) {
    const other = newest.get(key);
    if (other && isNewer(other, latest)) latest = other;
  }
  return latest;
}

/** The entry that allows a candidate, where one does. */
function activeEntry({ match }: Candidate): Entry | undefined {
  return match.kind === "entry" && match.entry.state === "active" ? match.entry : undefined;
}

/**
 * Everything by which a registration tells its device, within its user: hardware, the device's id (which may change
 * when it enrols again), and the entry, since one with any key but a glob means one device. What a glob finds is told
 * by name where nothing better is known.
 */
function deviceKeys(candidate: Candidate): readonly string[] {
  const entry = activeEntry(candidate);
  if (!entry) return [];
  const { registration, hardware, email } = candidate;
  const { nameGlob, ...exact } = entry.match;
  const isExact = nameGlob === undefined || Object.keys(exact).length > 0;
  const keys = [`device ${registration.device.id}`];
  keys.push(
    isExact ? `entry ${entry.source.line}:${entry.source.column}` : `name ${registration.device.name}`,
  );
  if (hardware?.serial !== undefined) keys.push(`serial ${hardware.serial}`);
  if (hardware?.hardwareId !== undefined) keys.push(`hardwareId ${hardware.hardwareId}`);
  return keys.map((key) => `${email} ${key}`);
}

/** By the moment of creation, then by id, so that the order of a listing never matters. */
function isNewer(a: Registration, b: Registration): boolean {
  const difference = Date.parse(a.created_at) - Date.parse(b.created_at);
  if (difference !== 0) return difference > 0;
  return a.created_at === b.created_at ? a.id > b.id : a.created_at > b.created_at;
}
