/** Which entry speaks for a registration. */

import type { AllowedUser, Allowlist, Entry, SourcePosition } from "../allowlist/allowlist.js";
import type { Registration } from "../cloudflare/types.js";
import { meets } from "./conditions.js";
import { EntryIndex } from "./entry-index.js";
import { isBlind, matchesEntry, rankOf, tellsAll } from "./entry-match.js";
import type { Hardware } from "./hardware.js";
import { isInForce } from "./in-force.js";

/** What the entries of a user say about one registration. */
export type Match =
  | { readonly kind: "entry"; readonly entry: Entry }
  /** Two entries of the same rank ask for different states. */
  | { readonly kind: "contradiction"; readonly entries: readonly [Entry, Entry] }
  /** An entry goes by hardware that is not known of this registration, so that it may or may not be meant. */
  | { readonly kind: "unknown-hardware"; readonly entry: Entry }
  /** The strongest entry matches, and the device is not what the entry requires. */
  | { readonly kind: "refused"; readonly entry: Entry; readonly failed: string }
  /** `lapsed`: an entry that would match and speaks at another time. */
  | { readonly kind: "none"; readonly lapsed?: Entry };

const NO_MATCH: Match = { kind: "none" };
const NOTHING: readonly Entry[] = [];

/** An entry that matched nothing, and its user. */
export interface Unmatched {
  readonly email: string;
  readonly entry: Entry;
}

/** Up to so many entries are asked one after the other; an index costs more than it saves. */
const FEW = 8;

/** Asks the entries of the allowlist's users about registrations, and remembers which of them matched any. */
export class Matcher {
  readonly #matched = new Set<Entry>();
  readonly #indexes = new Map<AllowedUser, EntryIndex>();

  /** @param at The moment at which entries with `from` and `expires` have to speak. */
  constructor(
    readonly users: Allowlist["users"],
    readonly at: Date,
  ) {}

  /** What the entries of a registration's user say of it; every entry whose keys match counts as matched. */
  match(user: AllowedUser | undefined, registration: Registration, hardware: Hardware | undefined): Match {
    if (!user) return NO_MATCH;
    const index = user.entries.length <= FEW ? undefined : this.#indexOf(user);
    const found = this.#find(
      index?.candidates(registration, hardware) ?? user.entries,
      registration,
      hardware,
    );
    const [only] = found;
    // Nearly always one entry matches, whenever and whatever the device is: then nothing else has a say.
    if (only && found.length === 1 && isPlain(only) && (user.entries.length === 1 || tellsAll(hardware)))
      return { kind: "entry", entry: only };
    return this.#judge(found, index?.byHardware ?? user.entries, registration, hardware);
  }

  /** What follows where several entries match, or one that speaks at some times, of some devices, only. */
  #judge(
    found: readonly Entry[],
    byHardware: readonly Entry[],
    registration: Registration,
    hardware: Hardware | undefined,
  ): Match {
    const matching = found.filter((entry) => isInForce(entry, this.at));
    const best = strongest(matching);
    const equals = matching.filter((one) => best && isEqual(one, best));
    const rival = equals.find((entry) => entry.state !== best?.state);
    if (best && rival) return { kind: "contradiction", entries: [best, rival] };
    const judged = best && judgeConditions(equals, best, registration, hardware);
    if (best?.match.registration !== undefined && judged) return judged;
    const settled = judged?.kind === "entry" ? best?.state : undefined;
    const unsure = tellsAll(hardware)
      ? undefined
      : byHardware.find(
          (entry) =>
            entry.state !== settled && isInForce(entry, this.at) && isBlind(entry, registration, hardware),
        );
    if (unsure) return { kind: "unknown-hardware", entry: unsure };
    if (judged) return judged;
    const lapsed = strongest(found);
    return lapsed ? { kind: "none", lapsed } : NO_MATCH;
  }

  /** Entries that speak now and that no registration matched so far, in the order of users and lines. */
  unmatched(): readonly Unmatched[] {
    return [...this.users.values()].flatMap(({ email, entries }) =>
      entries
        .filter((entry) => !this.#matched.has(entry) && isInForce(entry, this.at))
        .map((entry) => ({ email, entry })),
    );
  }

  /** Nearly every registration has one entry at most. */
  #find(
    entries: readonly Entry[],
    registration: Registration,
    hardware: Hardware | undefined,
  ): readonly Entry[] {
    let found: Entry[] | undefined;
    for (const entry of entries) {
      if (!matchesEntry(entry.match, registration, hardware)) continue;
      this.#matched.add(entry);
      if (found) found.push(entry);
      else found = [entry];
    }
    return found ?? NOTHING;
  }

  #indexOf(user: AllowedUser): EntryIndex {
    const index = this.#indexes.get(user) ?? new EntryIndex(user.entries);
    this.#indexes.set(user, index);
    return index;
  }
}

/**
 * Among entries of one rank that ask for the same, one whose conditions are met is enough, and one whose conditions
 * cannot be told may be.
 */
function judgeConditions(
  equals: readonly Entry[],
  best: Entry,
  registration: Registration,
  hardware: Hardware | undefined,
): Match {
  let unknown: Match | undefined;
  let refused: Match | undefined;
  for (const entry of [best, ...equals]) {
    const verdict = meets(entry.requires, registration, hardware);
    if (verdict.met === true) return { kind: "entry", entry };
    if (verdict.met === "unknown") unknown ??= { kind: "unknown-hardware", entry };
    else refused ??= { kind: "refused", entry, failed: verdict.text };
  }
  return unknown ?? refused ?? { kind: "entry", entry: best };
}

/** Among equals the one that stands first in its file. */
function strongest(entries: readonly Entry[]): Entry | undefined {
  let best: Entry | undefined;
  for (const entry of entries) if (!best || isStronger(entry, best)) best = entry;
  return best;
}

function isPlain({ from, expires, requires }: Entry): boolean {
  return from === undefined && expires === undefined && requires === undefined;
}

function isEqual(a: Entry, b: Entry): boolean {
  return rankOf(a) === rankOf(b);
}

function isStronger(entry: Entry, than: Entry): boolean {
  const difference = rankOf(entry) - rankOf(than);
  return difference < 0 || (difference === 0 && standsBefore(entry.source, than.source));
}

function standsBefore(a: SourcePosition, b: SourcePosition): boolean {
  return a.line < b.line || (a.line === b.line && a.column < b.column);
}
