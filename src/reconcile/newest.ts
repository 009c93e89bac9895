/** Which of several registrations of one device is the newest: the only one that an active entry asks to be active. */

import type { Entry } from "../allowlist/allowlist.js";
import type { Registration } from "../cloudflare/types.js";
import { liveState } from "./decision.js";
import type { Hardware } from "./hardware.js";

/** A registration with the active entry that it matched. */
export interface Allowed {
  readonly registration: Registration;
  readonly hardware: Hardware | undefined;
  readonly entry: Entry;
}

/** By the id of a revoked registration: the newest registration of the same user on the same device. */
export type NewestIndex = ReadonlyMap<string, Registration>;

/** Only revoked registrations are looked up: an active one is kept, whether it is the newest or not. */
export function newestOfEachDevice(allowed: readonly Allowed[]): NewestIndex {
  const asked = new Set(allowed.filter(isRevoked).map(({ entry }) => entry));
  const devices = new Map<Entry, Map<string, Registration>>();
  for (const one of allowed) {
    if (!asked.has(one.entry)) continue;
    const ofEntry = devices.get(one.entry) ?? new Map<string, Registration>();
    devices.set(one.entry, ofEntry);
    const key = deviceKey(one);
    const newest = ofEntry.get(key);
    if (!newest || isNewer(one.registration, newest)) ofEntry.set(key, one.registration);
  }
  const index = new Map<string, Registration>();
  for (const one of allowed.filter(isRevoked)) {
    const newest = devices.get(one.entry)?.get(deviceKey(one));
    if (newest) index.set(one.registration.id, newest);
  }
  return index;
}

function isRevoked({ registration }: Allowed): boolean {
  return liveState(registration) === "revoked";
}

/**
 * An entry that names one device (by anything but a glob) means one device, whatever its ids are by now. The devices
 * of a glob are told apart by hardware, and where that is unknown by name: device ids may change when a device
 * enrols again.
 */
function deviceKey({ registration, hardware, entry }: Allowed): string {
  const { nameGlob, ...exact } = entry.match;
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
