/** Which of several registrations of one device is the newest: the only one that an active entry asks to be active. */

import type { Entry, SourcePosition } from "../allowlist/allowlist.js";
import type { Registration } from "../cloudflare/types.js";
import { newestOf, type Candidate } from "./candidate.js";
import { liveState } from "./decision.js";
import { groupByDevice, hardwareKeys, ofOneType } from "./same-device.js";

/** By the id of a revoked registration: the newest registration of the same user on the same device. */
export type NewestIndex = ReadonlyMap<string, Registration>;

/**
 * Only revoked registrations are looked up: an active one is kept, whether it is the newest or not. Two registrations
 * are of one device where anything says so that both tell; what is missed lets somebody in, so much says so.
 */
export function newestOfEachDevice(candidates: readonly Candidate[]): NewestIndex {
  const revoked = candidates.filter((one) => isRevoked(one) && activeEntry(one) !== undefined);
  if (revoked.length === 0) return new Map();
  const users = new Set(revoked.map(({ email }) => email));
  const allowed = candidates.filter((one) => activeEntry(one) !== undefined && users.has(one.email));
  const groups = groupByDevice(allowed, deviceKeys);
  return new Map(
    revoked.map((one) => [one.registration.id, newestOf(groups.get(one) ?? [one]).registration]),
  );
}

function isRevoked({ registration }: Candidate): boolean {
  return liveState(registration) === "revoked";
}

/** The entry that allows a candidate, where one does. */
export function activeEntry({ match }: Candidate): Entry | undefined {
  return match.kind === "entry" && match.entry.state === "active" ? match.entry : undefined;
}

/**
 * Beside the hardware, the entry tells a device, since one with any key but a glob means one device. What a glob
 * finds is told by name where nothing better is known.
 */
function deviceKeys(candidate: Candidate): readonly string[] {
  const entry = activeEntry(candidate);
  if (!entry) return [];
  const isExact = Object.keys(entry.match).some((key) => key !== "nameGlob");
  return ofOneType(candidate, [
    ...hardwareKeys(candidate),
    isExact ? `entry ${place(entry.source)}` : `name ${candidate.registration.device.name}`,
  ]);
}

function place({ line, column }: SourcePosition): string {
  return `${line}:${column}`;
}
