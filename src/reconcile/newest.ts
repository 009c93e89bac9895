/** Which of several registrations of one device is the newest: the only one that an active entry asks to be active. */

import type { Entry } from "../allowlist/allowlist.js";
import type { Registration } from "../cloudflare/types.js";
import type { Candidate } from "./candidate.js";
import { liveState } from "./decision.js";

/** By the id of a revoked registration: the newest registration of the same user on the same device. */
export type NewestIndex = ReadonlyMap<string, Registration>;

/** Only revoked registrations are looked up: an active one is kept, whether it is the newest or not. */
export function newestOfEachDevice(candidates: readonly Candidate[]): NewestIndex {
  const revoked = candidates.filter((one) => activeEntry(one) && liveState(one.registration) === "revoked");
  const devices = new Map(revoked.map((one) => [activeEntry(one), new Map<string, Registration>()]));
  for (const candidate of candidates) {
    const ofEntry = devices.get(activeEntry(candidate));
    if (!ofEntry) continue;
    const key = deviceKey(candidate);
    const newest = ofEntry.get(key);
    if (!newest || isNewer(candidate.registration, newest)) ofEntry.set(key, candidate.registration);
  }
  const index = new Map<string, Registration>();
  for (const candidate of revoked) {
    const newest = devices.get(activeEntry(candidate))?.get(deviceKey(candidate));
    if (newest) index.set(candidate.registration.id, newest);
  }
  return index;
}

/** The entry that allows a candidate, where one does. */
function activeEntry({ match }: Candidate): Entry | undefined {
  return match.kind === "entry" && match.entry.state === "active" ? match.entry : undefined;
}

/**
 * An entry that names one device (by anything but a glob) means one device, whatever its ids are by now. The devices
 * of a glob are told apart by hardware, and where that is unknown by name: device ids may change when a device
 * enrols again.
 */
function deviceKey(candidate: Candidate): string {
  const { registration, hardware } = candidate;
  const { nameGlob, ...exact } = activeEntry(candidate)?.match ?? {};
  if (nameGlob === undefined || Object.keys(exact).length > 0) return "";
  if (hardware?.serial !== undefined) return `serial:${hardware.serial}`;
  if (hardware?.hardwareId !== undefined) return `hardwareId:${hardware.hardwareId}`;
  return `name:${registration.device.name}`;
}

/** By the moment of creation, then by id, so that the order of a listing never matters. */
function isNewer(a: Registration, b: Registration): boolean {
  const difference = Date.parse(a.created_at) - Date.parse(b.created_at);
  if (difference !== 0) return difference > 0;
  return a.created_at === b.created_at ? a.id > b.id : a.created_at > b.created_at;
}
