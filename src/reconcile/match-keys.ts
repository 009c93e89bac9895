/**
 * What the match keys of an entry mean in the account: one row each. A key of `EntryMatch` without a row does not
 * compile, so that no key can be forgotten and match everything.
 */

import { matchesPattern } from "../allowlist/file-patterns.js";
import {
  comparedValue,
  type EntryMatch,
  matchKeys,
  type Rank,
  rankOfKey,
} from "../allowlist/match-values.js";
import type { Conditions } from "../allowlist/model.js";
import type { Registration } from "../cloudflare/types.js";
import { quoted } from "./findings/finding.js";
import type { Hardware } from "./hardware.js";
import type { Candidate } from "./people.js";

/** What a key is compared with: what is known about one registration. */
type ReportingRegistration = Pick<Candidate, "registration" | "hardware">;

export interface MatchKey {
  /**
   * What it is about: one `registration`; a `machine`, where any of its registrations may report the value; or the
   * `newest` registration of a device, where the user can change the value.
   */
  readonly of: "registration" | "machine" | "newest";
  /** Whether the account may lack it for a device. */
  readonly mayBeUnknown: boolean;
  /** What a registration reports for it, in the form in which it is compared. */
  readonly reportedBy: (one: ReportingRegistration) => string | undefined;
  /** Whether a reported value matches the entry's; equality unless given. */
  readonly matches?: (value: string, reported: string) => boolean;
}

export const MATCH_KEYS: Readonly<Record<keyof EntryMatch, MatchKey>> = {
  registration: {
    of: "registration",
    mayBeUnknown: false,
    reportedBy: ({ registration }) => registration.id,
  },
  serial: {
    of: "machine",
    mayBeUnknown: true,
    reportedBy: ({ hardware }) => hardware?.serialKey,
  },
  hardwareId: {
    of: "machine",
    mayBeUnknown: true,
    reportedBy: ({ hardware }) => hardware?.hardwareIdKey,
  },
  device: {
    of: "machine",
    mayBeUnknown: false,
    reportedBy: ({ registration }) => registration.device.id,
  },
  name: {
    of: "newest",
    mayBeUnknown: false,
    reportedBy: ({ registration }) => registration.device.name,
  },
  nameGlob: {
    of: "newest",
    mayBeUnknown: false,
    reportedBy: ({ registration }) => registration.device.name,
    matches: matchesPattern,
  },
};

/** One key of a match, ready for comparison. */
interface Test {
  readonly name: keyof EntryMatch;
  readonly key: MatchKey;
  /** The value in the form in which it is compared. */
  readonly wanted: string;
}

/** A match prepared once, to compare with thousands of registrations. */
export interface CompiledMatch {
  readonly registration: readonly Test[];
  readonly machine: readonly Test[];
  readonly newest: readonly Test[];
  /** The strongest key that is looked up by equality; undefined if there is only a glob. */
  readonly indexedBy: Test | undefined;
}

/** Skips keys that only an ignore rule has. */
export function compileMatch(match: EntryMatch): CompiledMatch {
  const compiled: Compiling = { registration: NONE, machine: NONE, newest: NONE, indexedBy: undefined };
  for (const name of matchKeys) {
    const value = match[name];
    if (value === undefined) continue;
    const key = MATCH_KEYS[name];
    const test = { name, key, wanted: comparedValue(name, value) };
    compiled[key.of] = [...compiled[key.of], test];
    if (key.matches === undefined) compiled.indexedBy ??= test;
  }
  return compiled;
}

type Compiling = { -readonly [Key in keyof CompiledMatch]: CompiledMatch[Key] };

const NONE: readonly never[] = [];

export function passes({ key, wanted }: Test, one: ReportingRegistration): boolean {
  const reported = key.reportedBy(one);
  if (reported === undefined) return false;
  return key.matches ? key.matches(wanted, reported) : reported === wanted;
}

export function passAll(tests: readonly Test[], one: ReportingRegistration): boolean {
  for (const test of tests) if (!passes(test, one)) return false;
  return true;
}

/** Whether an entry matches by something that the account may not know for a device. */
export function goesByHardware({ match }: { readonly match: EntryMatch }): boolean {
  return matchKeys.some((name) => MATCH_KEYS[name].mayBeUnknown && match[name] !== undefined);
}

/** An entry is as strong as its strongest key: 0 for a registration id, 4 for a glob. */
export function rankOf({ match }: { readonly match: EntryMatch }): Rank {
  const strongest = matchKeys.find((name) => match[name] !== undefined);
  return strongest === undefined ? 4 : rankOfKey(strongest);
}

// What an entry requires of the device besides matching it.

/** `unknown`: the account does not report what the condition asks for. */
type ConditionVerdict =
  { readonly met: true } | { readonly met: false; readonly text: string } | { readonly met: "unknown" };

const MET: ConditionVerdict = { met: true };

/** The first condition that fails decides; an unknown one decides only if none fails. */
export function meets(
  requires: Conditions | undefined,
  registration: Registration,
  hardware: Hardware | undefined,
): ConditionVerdict {
  if (requires === undefined) return MET;
  const { platform, model, minClientVersion, tunnelType, profile, minOsVersion } = requires;
  const { tunnel_type, policy } = registration;
  const version = [registration.device.client_version, hardware?.clientVersion].find(isVersion);
  const verdicts = [
    check("platform", platform, hardware?.deviceType, (wanted, given) => wanted === given.toLowerCase()),
    check("model", model, hardware?.model, matchesPattern),
    check("minClientVersion", minClientVersion, version, isAtLeast),
    check("tunnelType", tunnelType, textOf(tunnel_type), (wanted, given) => wanted === given.toLowerCase()),
    check("profile", profile, textOf(policy?.name) ?? textOf(policy?.id), (wanted, given) =>
      [given, policy?.id].includes(wanted),
    ),
    check("minOsVersion", minOsVersion, [hardware?.osVersion].find(isVersion), isAtLeast),
  ];
  return verdicts.find(({ met }) => met === false) ?? verdicts.find(({ met }) => met === "unknown") ?? MET;
}

function check(
  name: keyof Conditions,
  wanted: string | undefined,
  given: string | undefined,
  isMet: (wanted: string, given: string) => boolean,
): ConditionVerdict {
  if (wanted === undefined) return MET;
  if (given === undefined || given === "") return { met: "unknown" };
  return isMet(wanted, given)
    ? MET
    : { met: false, text: `requires ${name} ${quoted(wanted)}, but it is ${quoted(given)}` };
}

/** For fields that the listings do not check: only a string that is not blank counts as known. */
function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}

/** Text that does not begin with a digit is not a version, and not a reason to act. */
function isVersion(text: string | undefined): boolean {
  return typeof text === "string" && /^\d/u.test(text);
}

/** Compares the numbers, part by part: `2025.10.1` is later than `2025.9.30`. A missing part is 0. */
export function isAtLeast(wanted: string, given: string): boolean {
  const have = parts(given);
  const differences = parts(wanted).map((part, at) => (have[at] ?? 0) - part);
  return (differences.find((one) => one !== 0) ?? 0) >= 0;
}

function parts(version: string): number[] {
  return version.split(/[.-]/u).map((part) => Number.parseInt(part, 10) || 0);
}
