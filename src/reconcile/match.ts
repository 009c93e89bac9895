/** Which entry speaks for a registration. */

import type { AllowedUser, Entry, EntryMatch } from "../allowlist/allowlist.js";
import type { Registration } from "../cloudflare/types.js";
import { matchesGlob } from "./glob.js";
import type { Hardware } from "./hardware.js";

/** What the entries of a user say about one registration. */
export type Match =
  | { readonly kind: "entry"; readonly entry: Entry }
  /** Two entries of the same rank ask for different states. */
  | { readonly kind: "contradiction"; readonly entries: readonly [Entry, Entry] }
  /** An entry goes by hardware that is not known of this registration, so that it may or may not be meant. */
  | { readonly kind: "unknown-hardware"; readonly entry: Entry }
  | { readonly kind: "none" };

/** The keys an entry may match by, strongest first; keys that share a rank are equally strong. */
const RANKS: readonly (readonly (keyof EntryMatch)[])[] = [
  ["registration"],
  ["serial", "hardwareId"],
  ["device"],
  ["name"],
  ["nameGlob"],
];

/** An entry is as strong as its strongest key: 0 for a registration id, 4 for a glob. */
export function rankOf(entry: Entry): number {
  return RANKS.findIndex((keys) => keys.some((key) => entry.match[key] !== undefined));
}

/** Up to so many entries are asked one after the other; an index costs more than it saves. */
const FEW = 8;

/** The entries of one user, ready to be asked about many registrations. */
export class UserEntries {
  readonly #matched = new Set<Entry>();
  readonly #byHardware: readonly Entry[];
  #index: EntryIndex | undefined;

  constructor(readonly user: AllowedUser) {
    this.#byHardware = user.entries.filter(goesByHardware);
  }

  /** The decisive entry for a registration of this user; marks every entry whose keys match as matched. */
  match(registration: Registration, hardware: Hardware | undefined): Match {
    const matching = this.#candidates(registration, hardware).filter((entry) =>
      matches(entry, registration, hardware),
    );
    for (const entry of matching) this.#matched.add(entry);
    const best = strongest(matching);
    const rival =
      best && matching.find((entry) => rankOf(entry) === rankOf(best) && entry.state !== best.state);
    if (best && rival) return { kind: "contradiction", entries: [best, rival] };
    if (best?.match.registration !== undefined) return { kind: "entry", entry: best };
    const unsure = this.#byHardware.find((entry) => entry.state !== best?.state && isBlind(entry, hardware));
    if (unsure) return { kind: "unknown-hardware", entry: unsure };
    return best ? { kind: "entry", entry: best } : { kind: "none" };
  }

  /** Entries that no registration matched so far, in the order of the file. */
  unmatched(): Entry[] {
    return this.user.entries.filter((entry) => !this.#matched.has(entry));
  }

  #candidates(registration: Registration, hardware: Hardware | undefined): readonly Entry[] {
    if (this.user.entries.length <= FEW) return this.user.entries;
    this.#index ??= new EntryIndex(this.user.entries);
    return this.#index.candidates(registration, hardware);
  }
}

/** Finds all but globs by their strongest key, so that thousands of entries cost no more than a few. */
class EntryIndex {
  readonly #byKey = new Map<string, Entry[]>();
  readonly #globs: Entry[] = [];

  constructor(entries: readonly Entry[]) {
    for (const entry of entries) {
      const key = RANKS.flat().find((name) => entry.match[name] !== undefined);
      if (key === undefined || key === "nameGlob") this.#globs.push(entry);
      else push(this.#byKey, `${key}:${entry.match[key] ?? ""}`, entry);
    }
  }

  candidates(registration: Registration, hardware: Hardware | undefined): readonly Entry[] {
    const keys = [
      `registration:${registration.id}`,
      `serial:${hardware?.serial ?? ""}`,
      `hardwareId:${hardware?.hardwareId ?? ""}`,
      `device:${registration.device.id}`,
      `name:${registration.device.name}`,
    ];
    return [...keys.flatMap((key) => this.#byKey.get(key) ?? []), ...this.#globs];
  }
}

/** Whether every key that the entry gives is the registration's. */
function matches({ match }: Entry, registration: Registration, hardware: Hardware | undefined): boolean {
  return (
    same(match.registration, registration.id) &&
    same(match.serial, hardware?.serial) &&
    same(match.hardwareId, hardware?.hardwareId) &&
    same(match.device, registration.device.id) &&
    same(match.name, registration.device.name) &&
    (match.nameGlob === undefined || matchesGlob(match.nameGlob, registration.device.name))
  );
}

function same(wanted: string | undefined, given: string | undefined): boolean {
  return wanted === undefined || wanted === given;
}

export function goesByHardware({ match }: Entry): boolean {
  return match.serial !== undefined || match.hardwareId !== undefined;
}

/** Whether the entry asks for hardware that this registration does not tell. */
function isBlind({ match }: Entry, hardware: Hardware | undefined): boolean {
  return (
    (match.serial !== undefined && hardware?.serial === undefined) ||
    (match.hardwareId !== undefined && hardware?.hardwareId === undefined)
  );
}

/** Among equals the one that stands first in its file. */
function strongest(entries: readonly Entry[]): Entry | undefined {
  return entries.reduce<Entry | undefined>((best, entry) => {
    if (!best) return entry;
    const difference = rankOf(entry) - rankOf(best);
    return difference < 0 || (difference === 0 && standsBefore(entry, best)) ? entry : best;
  }, undefined);
}

function standsBefore({ source: a }: Entry, { source: b }: Entry): boolean {
  return a.line < b.line || (a.line === b.line && a.column < b.column);
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
