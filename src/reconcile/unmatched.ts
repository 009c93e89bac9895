/** Entries that match no registration, each with what may have been meant. */

import type { Entry, EntryMatch } from "../allowlist/allowlist.js";
import { nearest } from "../allowlist/nearest.js";
import type { Candidate } from "./candidate.js";
import type { Finding } from "./finding.js";
import type { Unmatched } from "./match.js";
import { describeMatch } from "./verdict.js";
import { quoted } from "./naming.js";

type Key = keyof EntryMatch;

/** Reports what matched nothing. */
export function reportUnmatched(
  unmatched: readonly Unmatched[],
  candidates: readonly Candidate[],
): Finding[] {
  if (unmatched.length === 0) return [];
  const known = lookUp(unmatched, candidates);
  return unmatched.map(({ email, entry }) => ({
    code: "unmatched-entry",
    text: `${describeMatch(entry)} of ${email} matches no registration${hint(entry, known.owners, known.own.get(email) ?? [])}`,
    source: entry.source,
    registrations: [],
  }));
}

/** Who has what the entries ask for, and what their users have. */
function lookUp(unmatched: readonly Unmatched[], candidates: readonly Candidate[]) {
  const owners = new Map<Key, Map<string, Candidate | undefined>>();
  const own = new Map<string, Candidate[]>();
  for (const { email, entry } of unmatched) {
    own.set(email, []);
    for (const [key, value] of Object.entries(entry.match) as [Key, string][]) {
      const wanted = owners.get(key) ?? new Map<string, Candidate | undefined>();
      owners.set(key, wanted.set(value, undefined));
    }
  }
  for (const candidate of candidates) {
    own.get(candidate.email)?.push(candidate);
    for (const [key, wanted] of owners) {
      const value = valueOf(candidate, key);
      if (value !== undefined && wanted.has(value)) wanted.set(value, candidate);
    }
  }
  return { owners, own };
}

function hint(
  entry: Entry,
  owners: ReadonlyMap<Key, ReadonlyMap<string, Candidate | undefined>>,
  own: readonly Candidate[],
): string {
  if (entry.state === "deleted") return "; nothing is left to delete";
  for (const [key, value] of Object.entries(entry.match) as [Key, string][]) {
    const owner = owners.get(key)?.get(value);
    if (owner && !own.includes(owner)) return `; that is a device of ${owner.email || "no user"}`;
    const values = own.map((candidate) => valueOf(candidate, key)).filter((text) => text !== undefined);
    const near = nearest(value, values);
    if (near !== undefined && near !== value) return `; did you mean ${quoted(near)}?${lookalikes(value)}`;
  }
  return "";
}

/** Letters of another alphabet look the same in both: they are told by number. */
function lookalikes(value: string): string {
  const odd = [...new Set(value.match(/[^\x20-\x7e]/gu) ?? [])].slice(0, 5);
  const codes = odd.map((letter) => `\\u{${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`);
  return codes.length === 0 ? "" : ` (the entry has ${codes.join(", ")}, which may look like another letter)`;
}

/** What an entry with this key would have had to say to find a registration. */
function valueOf({ registration, hardware }: Candidate, key: Key): string | undefined {
  switch (key) {
    case "registration":
      return registration.id;
    case "serial":
      return hardware?.serial;
    case "hardwareId":
      return hardware?.hardwareId;
    case "device":
      return registration.device.id;
    case "name":
      return registration.device.name;
    case "nameGlob":
      return undefined;
  }
}
