/** Whether one statement reaches at least as far as another. */

import type { Conditions, Entry, EntryMatch } from "../allowlist/allowlist.js";
import { matchesPattern } from "../allowlist/glob.js";
import { isAtLeast } from "./client-version.js";
import { endOf } from "./in-force.js";

/** Whether two matches give the same keys the same values. */
export function isSameMatch(a: object, b: object): boolean {
  const parts = (match: object) => JSON.stringify(Object.entries(match).sort());
  return parts(a) === parts(b);
}

/** Whether everything that `narrow` can match, `wide` matches as well: it asks for no more than that. */
export function coversMatch(wide: EntryMatch, narrow: EntryMatch): boolean {
  const { nameGlob, ...keys } = wide;
  const rest = Object.entries(keys).every(([key, value]) => narrow[key as keyof EntryMatch] === value);
  if (!rest || nameGlob === undefined) return rest;
  if (nameGlob === narrow.nameGlob || nameGlob === "*") return true;
  return narrow.name !== undefined && matchesPattern(nameGlob, narrow.name);
}

/** Whether `wide` speaks whenever `narrow` does, and requires no more of the device. */
export function coversWindow(wide: Entry, narrow: Entry): boolean {
  return differences(wide, narrow).length === 0;
}

/** In which ways `now` reaches further than `then`, in words: days and conditions. */
export function differences(then: Entry, now: Entry): readonly string[] {
  const ways: string[] = [];
  if (then.expires !== undefined && (now.expires === undefined || endOf(now.expires) > endOf(then.expires))) {
    const until =
      now.expires === undefined ? "it does not expire any more" : `it expires after ${now.expires.text}`;
    ways.push(`${until} (before: after ${then.expires.text})`);
  }
  if (then.from !== undefined && (now.from === undefined || now.from.start < then.from.start)) {
    ways.push(`it speaks from ${now.from?.text ?? "the beginning"} on (before: from ${then.from.text} on)`);
  }
  for (const name of ["platform", "model", "minClientVersion"] as const) {
    const wanted = then.requires?.[name];
    if (wanted === undefined || requiresAsMuch(name, wanted, now.requires)) continue;
    const given = now.requires?.[name];
    const what = given === undefined ? `${name} is not required any more` : `requires ${name} ${given}`;
    ways.push(`${what} (before: ${wanted})`);
  }
  return ways;
}

function requiresAsMuch(name: keyof Conditions, wanted: string, requires: Conditions | undefined): boolean {
  const given = requires?.[name];
  if (given === undefined) return false;
  if (name === "minClientVersion") return isAtLeast(wanted, given);
  // One glob that is not the other is taken to reach further. A platform has no glob.
  return given === wanted || (!/[*?]/u.test(given) && matchesPattern(wanted, given));
}
