/** Which entry speaks for a registration. */

import type { AllowedUser, Allowlist, Entry, SourcePosition } from "../allowlist/allowlist.js";
import type { Registration } from "../cloudflare/types.js";
import { meets } from "./conditions.js";
import { EntryIndex } from "./entry-index.js";
import { isBlind, matchesEntry, rankOf } from "./entry-match.js";
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
    const { candidates, byHardware } = this.#narrow(user, registration, hardware);
    const found = candidates.filter((entry) => matchesEntry(entry.match, registration, hardware));
    const matching = found.filter((entry) => isInForce(entry, this.at));
    for (const entry of found) this.#matched.add(entry);
    const best = strongest(matching);
    const equals = best ? matching.filter((entry) => rankOf(entry) === rankOf(best)) : [];
    const rival = equals.find((entry) => entry.state !== best?.state);
    if (best && rival) return { kind: "contradiction", entries: [best, rival] };
    const judged = best && judgeConditions(equals, best, registration, hardware);
    if (best?.match.registration !== undefined && judged) return judged;
    const settled = judged?.kind === "entry" ? best?.state : undefined;
    const unsure = byHardware.find(
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

  /** The entries that may match, and those that go by hardware. */
  #narrow(user: AllowedUser, registration: Registration, hardware: Hardware | undefined) {
    if (user.entries.length <= FEW) return { candidates: user.entries, byHardware: user.entries };
    const index = this.#indexes.get(user) ?? new EntryIndex(user.entries);
    this.#indexes.set(user, index);
    return { candidates: index.candidates(registration, hardware), byHardware: index.byHardware };
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

function isStronger(entry: Entry, than: Entry): boolean {
  const difference = rankOf(entry) - rankOf(than);
  return difference < 0 || (difference === 0 && standsBefore(entry.source, than.source));
}

function standsBefore(a: SourcePosition, b: SourcePosition): boolean {
  return a.line < b.line || (a.line === b.line && a.column < b.column);
}
