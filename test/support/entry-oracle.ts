/** What an entry means, said once more in the words of `docs/allowlist.md`, for properties. */

import { matchesPattern } from "../../src/allowlist/file-patterns.js";
import { hardwareIdKey, serialKey } from "../../src/allowlist/match-values.js";
import type { PhysicalDevice, Registration } from "../../src/cloudflare/types.js";
import { tells } from "./device-oracle.js";
import type { EntrySketch } from "./world-allowlist.js";
import type { World } from "./world-arbitraries.js";

const DAY_MS = 86_400_000;

export function entriesOf({ sketch }: World, person: string): readonly EntrySketch[] {
  return sketch.users.find(([email]) => email === person)?.[1].entries ?? [];
}

export function isInForce({ from, expires }: EntrySketch, at: Date): boolean {
  return (
    (from === undefined || at.getTime() >= from.start) &&
    (expires === undefined || at.getTime() < expires.start + DAY_MS)
  );
}

/** Whether the registration itself tells all that the entry asks for. */
export function isMeant(
  { match }: Pick<EntrySketch, "match">,
  registration: Registration,
  rows: readonly PhysicalDevice[],
): boolean {
  const told = tells(registration, rows);
  const { name } = registration.device;
  return (
    (match.registration ?? registration.id) === registration.id &&
    (match.device ?? told.device) === told.device &&
    (match.serial === undefined || serialKey(match.serial) === told.serial) &&
    (match.hardwareId === undefined || hardwareIdKey(match.hardwareId) === told.hardwareId) &&
    (match.name ?? name) === name &&
    (match.nameGlob === undefined || matchesPattern(match.nameGlob, name))
  );
}

export function isByHardware({ match }: EntrySketch): boolean {
  return match.serial !== undefined || match.hardwareId !== undefined;
}

/** 0 for a registration id, then hardware, device id, name, glob. */
export function rank({ match }: EntrySketch): number {
  if (match.registration !== undefined) return 0;
  if (isByHardware({ match, state: "active" })) return 1;
  if (match.device !== undefined) return 2;
  return match.name === undefined ? 4 : 3;
}
