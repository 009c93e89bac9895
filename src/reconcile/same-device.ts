/** Which registrations of one user are of one device. */

import { hardwareIdKey, serialKey } from "../allowlist/serial.js";
import type { Candidate } from "./candidate.js";

/** By candidate: all registrations of its user on its device, itself among them, in no order. */
export type DeviceGroups = ReadonlyMap<Candidate, readonly [Candidate, ...Candidate[]]>;

/** What tells the device itself: its id (which may change when it enrols again) and its hardware, where known. */
export function hardwareKeys({ registration, hardware }: Candidate): string[] {
  const keys = [`device ${registration.device.id}`];
  if (hardware?.serial !== undefined) keys.push(`serial ${serialKey(hardware.serial)}`);
  if (hardware?.hardwareId !== undefined) keys.push(`hardwareId ${hardwareIdKey(hardware.hardwareId)}`);
  return keys;
}

/**
 * The keys of registrations that can take each other's place: a client and a browser extension on one machine are two
 * registrations, and both are in use.
 */
export function ofOneType({ registration }: Candidate, keys: readonly string[]): string[] {
  const type = registration.registration_type ?? "warp";
  return keys.map((key) => `${type} ${key}`);
}

/** What tells the device itself, and the name where no hardware is known. */
export function hardwareOrNameKeys(candidate: Candidate): string[] {
  const { registration, hardware } = candidate;
  const keys = hardwareKeys(candidate);
  if (hardware?.serial === undefined && hardware?.hardwareId === undefined)
    keys.push(`name ${registration.device.name}`);
  return keys;
}

/** Two registrations of one user are of one device where they share a key, or each shares one with a third. */
export function groupByDevice(
  candidates: readonly Candidate[],
  keysOf: (candidate: Candidate) => readonly string[],
): DeviceGroups {
  const groups = new Map<Candidate, [Candidate, ...Candidate[]]>();
  const byKey = new Map<string, Candidate>();
  for (const candidate of candidates) {
    groups.set(candidate, [candidate]);
    for (const key of keysOf(candidate)) {
      const ofUser = `${candidate.email}\n${key}`;
      const other = byKey.get(ofUser);
      if (other) merge(groups, other, candidate);
      else byKey.set(ofUser, candidate);
    }
  }
  return groups;
}

/** The smaller group moves into the larger, so that thousands of equal names cost no more than they have to. */
function merge(groups: Map<Candidate, [Candidate, ...Candidate[]]>, a: Candidate, b: Candidate): void {
  const [one, other] = [groups.get(a), groups.get(b)];
  if (!one || !other || one === other) return;
  const [small, large] = one.length < other.length ? [one, other] : [other, one];
  for (const candidate of small) {
    large.push(candidate);
    groups.set(candidate, large);
  }
}
