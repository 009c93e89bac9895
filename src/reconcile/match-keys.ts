/**
 * The keys by which an entry finds registrations: one row each. A key of `EntryMatch` without a row does not compile,
 * so that no key can be forgotten and match everything.
 */

import type { EntryMatch } from "../allowlist/allowlist.js";
import { matchesPattern } from "../allowlist/glob.js";
import { hardwareIdKey, serialKey } from "../allowlist/serial.js";
import type { Candidate } from "./people.js";

/** What a key can be asked about: what is known of one registration. */
export type Told = Pick<Candidate, "registration" | "hardware">;

export interface MatchKey {
  /** The strongest key of an entry is its rank; of two entries the one with the lower rank decides. */
  readonly rank: 0 | 1 | 2 | 3 | 4;
  /**
   * Of whom it speaks: one `registration`; a `machine`, which any of its registrations may tell; or what the `newest`
   * registration of a device says, and its user can change.
   */
  readonly of: "registration" | "machine" | "newest";
  /** Whether the account may not tell it of a device. */
  readonly mayBeUnknown: boolean;
  /** What a registration tells of it, in the form in which it is compared. */
  readonly told: (one: Told) => string | undefined;
  /** The form in which the entry's value is compared. */
  readonly form: (value: string) => string;
  /** Whether what is told is the entry's; equality unless given. */
  readonly matches?: (value: string, told: string) => boolean;
}

const same = (value: string): string => value;

export const MATCH_KEYS: Readonly<Record<keyof EntryMatch, MatchKey>> = {
  registration: {
    rank: 0,
    of: "registration",
    mayBeUnknown: false,
    told: ({ registration }) => registration.id,
    form: same,
  },
  serial: {
    rank: 1,
    of: "machine",
    mayBeUnknown: true,
    told: ({ hardware }) => hardware?.serialKey,
    form: serialKey,
  },
  hardwareId: {
    rank: 1,
    of: "machine",
    mayBeUnknown: true,
    told: ({ hardware }) => hardware?.hardwareIdKey,
    form: hardwareIdKey,
  },
  device: {
    rank: 2,
    of: "machine",
    mayBeUnknown: false,
    told: ({ registration }) => registration.device.id,
    form: same,
  },
  name: {
    rank: 3,
    of: "newest",
    mayBeUnknown: false,
    told: ({ registration }) => registration.device.name,
    form: same,
  },
  nameGlob: {
    rank: 4,
    of: "newest",
    mayBeUnknown: false,
    told: ({ registration }) => registration.device.name,
    form: same,
    matches: matchesPattern,
  },
};

/** The names of the keys, the strongest first. */
export const KEY_NAMES = Object.keys(MATCH_KEYS) as readonly (keyof EntryMatch)[];

/** One key of a match, ready to be asked. */
export interface Test {
  readonly name: keyof EntryMatch;
  readonly key: MatchKey;
  readonly value: string;
  /** The value in the form in which it is compared. */
  readonly wanted: string;
}

/** A match made ready once, so that thousands of registrations can be asked by it. */
export interface CompiledMatch {
  readonly rank: MatchKey["rank"];
  readonly registration: readonly Test[];
  readonly machine: readonly Test[];
  readonly newest: readonly Test[];
  /** The strongest key that is looked up by equality; undefined for a glob alone. */
  readonly lookUp: Test | undefined;
}

/** Other keys than those of an entry (an ignore rule has some) are not looked at: whoever has them asks them. */
export function compileMatch(match: EntryMatch): CompiledMatch {
  const tests: Record<MatchKey["of"], readonly Test[]> = { registration: NONE, machine: NONE, newest: NONE };
  let rank: MatchKey["rank"] | undefined;
  let lookUp: Test | undefined;
  for (const name of KEY_NAMES) {
    const value = match[name];
    if (value === undefined) continue;
    const key = MATCH_KEYS[name];
    const test = { name, key, value, wanted: key.form(value) };
    tests[key.of] = tests[key.of].length === 0 ? [test] : [...tests[key.of], test];
    rank ??= key.rank;
    if (key.matches === undefined) lookUp ??= test;
  }
  return { rank: rank ?? 4, ...tests, lookUp };
}

const NONE: readonly never[] = [];

export function passes({ key, wanted }: Test, one: Told): boolean {
  const told = key.told(one);
  if (told === undefined) return false;
  return key.matches ? key.matches(wanted, told) : told === wanted;
}

export function passAll(tests: readonly Test[], one: Told): boolean {
  for (const test of tests) if (!passes(test, one)) return false;
  return true;
}

/** Whether an entry goes by what the account may not tell of a device. */
export function goesByHardware({ match }: { readonly match: EntryMatch }): boolean {
  return KEY_NAMES.some((name) => MATCH_KEYS[name].mayBeUnknown && match[name] !== undefined);
}

/** An entry is as strong as its strongest key: 0 for a registration id, 4 for a glob. */
export function rankOf({ match }: { readonly match: EntryMatch }): MatchKey["rank"] {
  const strongest = KEY_NAMES.find((name) => match[name] !== undefined);
  return strongest === undefined ? 4 : MATCH_KEYS[strongest].rank;
}
