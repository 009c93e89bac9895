/** Entries that match no registration, each with what may have been meant. */

import { closest, distance } from "fastest-levenshtein";
import type { Entry } from "../allowlist/allowlist.js";
import type { Candidate } from "./decide.js";
import { describeMatch } from "./decide.js";
import type { Finding } from "./finding.js";
import type { EntryIndex } from "./match.js";

/** Reports what matched nothing, in the order of users and lines. */
export function reportUnmatched(users: Iterable<EntryIndex>, candidates: readonly Candidate[]): Finding[] {
  const unmatched = [...users].flatMap((index) =>
    index.unmatched().map((entry) => ({ email: index.user.email, entry })),
  );
  if (unmatched.length === 0) return [];
  const owners = new Map<string, Candidate>();
  const byUser = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    for (const [key, value] of identity(candidate)) owners.set(`${key}:${value}`, candidate);
    const own = byUser.get(candidate.email);
    if (own) own.push(candidate);
    else byUser.set(candidate.email, [candidate]);
  }
  return unmatched.map(({ email, entry }) => ({
    code: "unmatched-entry",
    text: `${describeMatch(entry)} of ${email} matches no registration${hint(entry, owners, byUser.get(email) ?? [])}`,
    source: entry.source,
    registrations: [],
  }));
}

function hint(entry: Entry, owners: ReadonlyMap<string, Candidate>, own: readonly Candidate[]): string {
  if (entry.state === "deleted") return "; nothing is left to delete";
  for (const [key, value] of Object.entries(entry.match) as [string, string][]) {
    const owner = owners.get(`${key}:${value}`);
    if (owner && !own.includes(owner)) return `; that is a device of ${owner.email || "no user"}`;
    const known = own.flatMap((candidate) =>
      identity(candidate)
        .filter(([name]) => name === key)
        .map(([, text]) => text),
    );
    const near = known.length > 0 ? closest(value, known) : undefined;
    if (near !== undefined && near !== value && distance(value, near) <= Math.max(2, value.length / 4)) {
      return `; did you mean ${JSON.stringify(near)}?`;
    }
  }
  return "";
}

/** The values by which an entry could have found a registration. */
function identity({ registration, hardware }: Candidate): readonly (readonly [string, string])[] {
  return [
    ["registration", registration.id] as const,
    ["device", registration.device.id] as const,
    ["name", registration.device.name] as const,
    ...(hardware?.serial === undefined ? [] : [["serial", hardware.serial] as const]),
    ...(hardware?.hardwareId === undefined ? [] : [["hardwareId", hardware.hardwareId] as const]),
  ];
}
