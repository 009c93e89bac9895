/** What the entries of a person say about their devices, and about each registration. */

import { matchKeys, rankOfKey } from "../allowlist/match-values.js";
import type { SourcePosition } from "../allowlist/messages.js";
import type { AllowedUser, Entry } from "../allowlist/model.js";
import { groupBy } from "../text/words.js";
import {
  type CompiledMatch,
  compileMatch,
  MATCH_KEYS,
  meets,
  passAll,
  passes,
  rankOf,
} from "./match-keys.js";
import { type Candidate, type Device, haveTwoSerials, newestOf } from "./people.js";
import { isInForce } from "./scope.js";

/** What the entries say about one registration. */
export type Match =
  /**
   * `own`: the registration itself reports what the entry asks for; otherwise another one of its device does. `equals`:
   * other entries of the same rank that allow it too.
   */
  | {
      readonly kind: "allowed";
      readonly entry: Entry;
      readonly own: boolean;
      readonly equals: readonly Entry[];
    }
  | { readonly kind: "refused"; readonly entry: Entry }
  /** Two entries of the same rank ask for different states. */
  | { readonly kind: "contradiction"; readonly entries: readonly [Entry, Entry] }
  /** An entry that allows matches by something not known about the device, so the device may or may not be meant. */
  | { readonly kind: "unknown-hardware"; readonly entry: Entry }
  /** The strongest entry matches, but the device fails what it requires. */
  | { readonly kind: "condition"; readonly entry: Entry; readonly failed: string }
  /** `lapsed`: an entry that would match, but applies at another time. */
  | { readonly kind: "none"; readonly lapsed?: Entry };

/** What the entries say about one registration, and what they may still say. */
export interface Said {
  readonly match: Match;
  /** An entry that allows the device from a later day on. */
  readonly upcoming: Entry | undefined;
  /** An entry that refuses, and matches by something not known about the device. */
  readonly mayRefuse: Entry | undefined;
}

const NO_MATCH: Match = { kind: "none" };
const NOTHING: Said = { match: NO_MATCH, upcoming: undefined, mayRefuse: undefined };

/** An entry with the registrations of one device that report what it asks for. */
interface Found {
  readonly entry: Entry;
  readonly reporting: readonly Candidate[];
}

/** Up to this many entries are tried one after the other: an index would cost more than it saves. */
const FEW = 8;

interface Compiled {
  readonly entry: Entry;
  readonly match: CompiledMatch;
}

interface Known<K, V> {
  readonly key: K;
  readonly answer: V;
  readonly before: Known<K, V> | undefined;
}

/** Remembers answers. A few go into a list: most people have few devices, and a map would cost more than it saves. */
export class Memo<K extends object, V> {
  #last: Known<K, V> | undefined;
  #size = 0;
  #map: Map<K, V> | undefined;

  get(key: K): V | undefined {
    if (this.#map) return this.#map.get(key);
    // The last question is usually asked again.
    for (let one = this.#last; one; one = one.before) if (one.key === key) return one.answer;
    return undefined;
  }

  /** Adds an answer that is not known yet. */
  set(key: K, answer: V): void {
    this.#last = { key, answer, before: this.#last };
    this.#size += 1;
    if (this.#map) this.#map.set(key, answer);
    else if (this.#size > FEW) this.#map = mapOf(this.#last);
  }
}

function mapOf<K, V>(last: Known<K, V>): Map<K, V> {
  const map = new Map<K, V>();
  for (let one: Known<K, V> | undefined = last; one; one = one.before) map.set(one.key, one.answer);
  return map;
}

/** Compares the entries of one person with their devices. The result never depends on another person's devices. */
export class Entries {
  readonly #entries: readonly Compiled[];
  readonly #blind: readonly Compiled[];
  readonly #index: ReadonlyMap<string, readonly Compiled[]> | undefined;
  readonly #found = new Memo<Device, readonly Found[]>();
  readonly #said = new Memo<Candidate, Said>();
  readonly #ofDevice = new Memo<Device, Match>();

  /**
   * @param at The moment at which entries with `from` and `expires` must apply.
   * @param matched Collects the entries that match a registration, even if they apply at another time.
   */
  constructor(
    user: AllowedUser | undefined,
    readonly at: Date,
    readonly matched: Set<Entry>,
  ) {
    this.#entries = (user?.entries ?? NO_ENTRIES).map((entry) => ({
      entry,
      match: compileMatch(entry.match),
    }));
    this.#blind = this.#entries.filter(({ match }) => match.machine.some(({ key }) => key.mayBeUnknown));
    this.#index = this.#entries.length > FEW ? indexOf(this.#entries) : undefined;
  }

  /** What the entries say about a registration. */
  say(candidate: Candidate): Said {
    if (this.#entries.length === 0) return NOTHING;
    let said = this.#said.get(candidate);
    if (!said) this.#said.set(candidate, (said = this.#say(candidate)));
    return said;
  }

  /**
   * The newest of a registration and the others of its type that an entry matches; if the entry has only a glob, those
   * of its name. A name does not join devices, but still only the newest with a name may be let in.
   */
  newestOf(entry: Entry, candidate: Candidate): Candidate {
    return newestOf([candidate, ...this.matching(entry, candidate)]);
  }

  /** The person's registrations of this type that an entry matches; if it has only a glob, those of this name. */
  matching(entry: Entry, { registration, device }: Candidate): readonly Candidate[] {
    const byGlob = rankOf(entry) === rankOfKey("nameGlob");
    return device.person.devices.flatMap((other) =>
      other.type === device.type
        ? this.#find(other)
            .flatMap((found) => (found.entry === entry ? found.reporting : []))
            .filter((one) => !byGlob || one.registration.device.name === registration.device.name)
        : [],
    );
  }

  /** The registrations of its device that report what an entry asks for. */
  reporting(entry: Entry, { device }: Candidate): readonly Candidate[] {
    return reportingIn(this.#find(device), entry);
  }

  /**
   * Whether the entries would keep it out by what it reports itself, if it were the only registration of its device.
   */
  isOutAlone(candidate: Candidate): boolean {
    const own = this.#find(candidate.device).filter(
      ({ entry, reporting }) => isInForce(entry, this.at) && reporting.includes(candidate),
    );
    const match = matchNewest(candidate, own);
    return match?.kind === "refused" || match?.kind === "contradiction";
  }

  /** The entries that allow a registration now, regardless of what else decides about it. */
  allowing(candidate: Candidate): readonly Entry[] {
    return this.#find(candidate.device)
      .filter(
        ({ entry, reporting }) =>
          entry.state === "active" && isInForce(entry, this.at) && reporting.includes(candidate),
      )
      .map(({ entry }) => entry);
  }

  #say(candidate: Candidate): Said {
    const { device } = candidate;
    const found = this.#find(device);
    // The usual case: one plain entry matches a device with one registration.
    if (device.registrations.length === 1) {
      const [only] = found;
      if (!only && this.#blind.length === 0) return NOTHING;
      if (only && found.length === 1 && isPlain(only.entry))
        return {
          match: { kind: "allowed", entry: only.entry, own: true, equals: NO_ENTRIES },
          upcoming: undefined,
          mayRefuse: this.#blindly(device, refuses),
        };
    }
    const upcoming = found.find(
      ({ entry: { state, from } }) =>
        state === "active" && from !== undefined && this.at.getTime() < from.start,
    )?.entry;
    const match = this.#matchOf(candidate, found);
    const mayRefuse = match.kind === "allowed" ? this.#blindly(device, refuses) : undefined;
    return { match, upcoming, mayRefuse };
  }

  #matchOf(candidate: Candidate, found: readonly Found[]): Match {
    const byId = found.filter(
      ({ entry, reporting }) =>
        entry.match.registration !== undefined && isInForce(entry, this.at) && reporting.includes(candidate),
    );
    if (byId.length > 0) return matchOwn(byId, candidate);
    const ofDevice = this.#matchOfDevice(candidate.device, found);
    if (candidate === candidate.device.registrations[0]) return ofDevice;
    return matchOlder(candidate, ofDevice, this.#inForce(found));
  }

  /**
   * What the entries say about the device, and so about its newest registration unless an entry names that by its id.
   */
  #matchOfDevice(device: Device, found: readonly Found[]): Match {
    let match = this.#ofDevice.get(device);
    if (!match) this.#ofDevice.set(device, (match = this.#computeDeviceMatch(device, found)));
    return match;
  }

  #computeDeviceMatch(device: Device, found: readonly Found[]): Match {
    const match = matchNewest(device.registrations[0], this.#inForce(found));
    if (match && match.kind !== "condition") {
      // A glob names no device: what it refuses may be a machine that another entry allows.
      if (match.kind !== "refused" || rankOf(match.entry) < rankOfKey("nameGlob")) return match;
    }
    const mayAllow = this.#blindly(device, (state) => state === "active");
    if (mayAllow) return { kind: "unknown-hardware", entry: mayAllow };
    if (match) return match;
    const lapsed = strongest(
      found.map(({ entry }) => entry).filter(({ match }) => match.registration === undefined),
    );
    return lapsed ? { kind: "none", lapsed } : NO_MATCH;
  }

  #inForce(found: readonly Found[]): readonly Found[] {
    return found.filter(({ entry }) => entry.match.registration === undefined && isInForce(entry, this.at));
  }

  /** An entry that would match if the values that the device does not report were those that it asks for. */
  #blindly(device: Device, isMeant: (state: Entry["state"]) => boolean): Entry | undefined {
    return this.#blind.find(
      ({ entry, match }) =>
        entry.match.registration === undefined &&
        isMeant(entry.state) &&
        isInForce(entry, this.at) &&
        isBlind(match, device),
    )?.entry;
  }

  #find(device: Device): readonly Found[] {
    let found = this.#found.get(device);
    if (!found) {
      found = this.#ask(device);
      for (const { entry } of found) this.matched.add(entry);
      this.#found.set(device, found);
    }
    return found;
  }

  #ask({ registrations }: Device): readonly Found[] {
    const found: Found[] = [];
    for (const { entry, match } of this.#index
      ? possibleEntries(this.#index, registrations)
      : this.#entries) {
      const reporting = reportingOf(match, registrations);
      if (reporting.length > 0) found.push({ entry, reporting });
    }
    return found;
  }
}

/** Whether an entry allows everything that it matches, at any time and without conditions. */
function isPlain({ state, from, expires, requires }: Entry): boolean {
  return state === "active" && from === undefined && expires === undefined && requires === undefined;
}

function refuses(state: Entry["state"]): boolean {
  return state !== "active";
}

const NO_ENTRIES: readonly never[] = [];

const NOBODY: readonly Candidate[] = [];

/**
 * Without a registration id, a name is compared with the newest registration only, and a name alone matches only that
 * one.
 */
function reportingOf(match: CompiledMatch, registrations: Device["registrations"]): readonly Candidate[] {
  const [newest] = registrations;
  if (match.registration.length > 0)
    return registrations.filter(
      (one) => passAll(match.registration, one) && passAll(match.machine, one) && passAll(match.newest, one),
    );
  if (!passAll(match.newest, newest)) return NOBODY;
  if (match.machine.length === 0 || registrations.length === 1)
    return passAll(match.machine, newest) ? [newest] : NOBODY;
  return registrations.filter((one) => passAll(match.machine, one));
}

function reportingIn(found: readonly Found[], entry: Entry): readonly Candidate[] {
  return found.filter((one) => one.entry === entry).flatMap(({ reporting }) => reporting);
}

/**
 * Whether the device reports everything that an entry asks for, except values that none of its registrations reports.
 */
function isBlind({ machine, newest }: CompiledMatch, { registrations }: Device): boolean {
  const unknown = machine.filter(
    ({ key }) => key.mayBeUnknown && registrations.every((one) => key.reportedBy(one) === undefined),
  );
  if (unknown.length === 0 || !passAll(newest, registrations[0])) return false;
  return registrations.some((one) => machine.every((test) => unknown.includes(test) || passes(test, one)));
}

/** By key and value; entries with only a glob are under the empty string. */
function indexOf(entries: readonly Compiled[]): ReadonlyMap<string, readonly Compiled[]> {
  return groupBy(entries, ({ match: { indexedBy: test } }) => (test ? `${test.name}:${test.wanted}` : ""));
}

function possibleEntries(
  index: ReadonlyMap<string, readonly Compiled[]>,
  registrations: readonly Candidate[],
): ReadonlySet<Compiled> {
  const found = new Set(index.get(""));
  for (const one of registrations) {
    for (const name of matchKeys) {
      const value = MATCH_KEYS[name].reportedBy(one);
      if (value === undefined) continue;
      for (const entry of index.get(`${name}:${value}`) ?? []) found.add(entry);
    }
  }
  return found;
}

/** What entries of one rank say that match by what the registration itself reports. */
function matchOwn(found: readonly Found[], candidate: Candidate): Match {
  const entries = found.map(({ entry }) => entry);
  const best = strongest(entries);
  if (!best) return NO_MATCH;
  const rival = entries.find(({ state }) => state !== best.state);
  if (rival) return { kind: "contradiction", entries: [best, rival] };
  return best.state === "active"
    ? matchConditions(entries, candidate, true)
    : { kind: "refused", entry: best };
}

/**
 * The strongest rank decides. What the newest registration itself reports comes before what only an older one of its
 * device reports. But an entry that allows by the former does not override one that refuses by the latter.
 */
function matchNewest(newest: Candidate, found: readonly Found[]): Match | undefined {
  const rank = Math.min(...found.map(({ entry }) => rankOf(entry)));
  const top = found.filter(({ entry }) => rankOf(entry) === rank);
  if (top.length === 0) return undefined;
  const own = top.filter(({ reporting }) => reporting.includes(newest));
  const refusing = top.filter(({ entry }) => entry.state !== "active");
  if (own.length > 0) {
    const match = matchOwn(own, newest);
    if (match.kind === "refused" || match.kind === "contradiction" || rank === rankOfKey("device"))
      return match;
    const rival = refusing.find(({ reporting }) => !reporting.every((one) => haveTwoSerials(one, newest)));
    const [mine] = own;
    return rival && mine ? { kind: "contradiction", entries: [mine.entry, rival.entry] } : match;
  }
  const refused = strongest(refusing.map(({ entry }) => entry));
  if (refused) return { kind: "refused", entry: refused };
  const itself = matchNewest(
    newest,
    found.filter(({ reporting }) => reporting.includes(newest)),
  );
  if (itself?.kind === "refused" || itself?.kind === "contradiction") return itself;
  return matchConditions(
    top.map(({ entry }) => entry),
    newest,
    false,
  );
}

/**
 * An entry that refuses a device refuses all of its registrations. One that allows it leaves an older registration to
 * an entry that refuses that one. If a third registration joins two machines with different serials, an entry that
 * allows one of them by its serial still applies.
 */
function matchOlder(older: Candidate, ofDevice: Match, found: readonly Found[]): Match {
  const own = found.filter(({ reporting }) => reporting.includes(older));
  if (ofDevice.kind === "refused") {
    const isOther = reportingIn(found, ofDevice.entry).every((one) => haveTwoSerials(one, older));
    const allowed =
      isOther && own.find(({ entry }) => entry.state === "active" && entry.match.serial !== undefined);
    return allowed ? matchConditions([allowed.entry], older, true) : ofDevice;
  }
  if (ofDevice.kind === "contradiction") return ofDevice;
  const refused = strongest(own.map(({ entry }) => entry).filter(({ state }) => state !== "active"));
  return refused ? { kind: "refused", entry: refused } : ofDevice;
}

/**
 * Of entries of one rank that ask for the same state, one with conditions that are met is enough, and one with unknown
 * conditions may be.
 */
function matchConditions(
  entries: readonly Entry[],
  { registration, hardware }: Candidate,
  own: boolean,
): Match {
  let unknown: Match | undefined;
  let failed: Match | undefined;
  const met: Entry[] = [];
  for (const entry of [...entries].sort((a, b) => (isStronger(a, b) ? -1 : 1))) {
    const verdict = meets(entry.requires, registration, hardware);
    if (verdict.met === true) met.push(entry);
    else if (verdict.met === "unknown") unknown ??= { kind: "unknown-hardware", entry };
    else failed ??= { kind: "condition", entry, failed: verdict.text };
  }
  const [entry, ...equals] = met;
  return (entry && { kind: "allowed", entry, own, equals }) ?? unknown ?? failed ?? NO_MATCH;
}

/** The strongest entry; among equals, the first in its file. */
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

/** Entries that apply now but match no registration of their user, in the order of users and lines. */
export function unmatchedEntries(
  users: ReadonlyMap<string, AllowedUser>,
  matched: ReadonlySet<Entry>,
  at: Date,
): readonly { readonly user: AllowedUser; readonly entry: Entry }[] {
  return [...users.values()].flatMap((user) =>
    user.entries
      .filter((entry) => !matched.has(entry) && isInForce(entry, at))
      .map((entry) => ({ user, entry })),
  );
}
