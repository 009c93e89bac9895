/** The desired state as data: what the allowlist files set, validated, with the place of every statement. */

import type { POLICY } from "./keys/policy.js";
import type { GUARDS } from "./keys/root.js";
import type { Value, ValueOf } from "./keys/shape.js";
import type { EntryMatch } from "./match-values.js";
import type { Message, SourcePosition } from "./messages.js";
import { pairAt, type ParsedFile, type SourceText, type TreeNode, type TreePair } from "./source.js";
import type { Day, Duration, WrittenDomains } from "./values.js";

/** What an entry asks of the registrations that it matches. */
export type EntryState = "active" | "revoked" | "deleted";

/** What a device must have besides the match. A match that fails one of these conditions is not allowed. */
export interface Conditions {
  /** The `device_type` of the physical device, exactly, in lower case: `windows`, `mac`, `ios`, … */
  readonly platform?: string;
  /** A glob for the whole model. */
  readonly model?: string;
  /** The oldest WARP client that may connect: numbers separated by dots. */
  readonly minClientVersion?: string;
  /** The `tunnel_type` of the registration, in lower case: `wireguard`, `masque`. */
  readonly tunnelType?: string;
  /** The id or the name of the device profile that the registration has, exactly. */
  readonly profile?: string;
  /** The oldest operating system that may connect: numbers separated by dots. */
  readonly minOsVersion?: string;
}

/** One device rule under a user. */
export interface Entry {
  readonly match: EntryMatch;
  readonly state: EntryState;
  readonly note?: string | undefined;
  readonly reason?: string | undefined;
  /** The first day, in UTC, on which the entry applies. */
  readonly from?: Day | undefined;
  /** The last day, in UTC, on which the entry applies. */
  readonly expires?: Day | undefined;
  /** Who is responsible for the device; free text, shown in reports. */
  readonly owner?: string | undefined;
  /** Where the device was requested; free text, shown in reports. */
  readonly ticket?: string | undefined;
  readonly requires?: Conditions | undefined;
  /** Why a match by name only is good enough for this entry. */
  readonly trustName?: string;
  readonly source: SourcePosition;
}

/** The state of a user as a whole. It takes precedence over the user's entries. */
export interface UserState {
  /** `suspended`: every registration revoked; `offboarded`: every registration deleted. */
  readonly state: "suspended" | "offboarded";
  /** The first day, in UTC, on which the state applies. Without it, the state always applies. */
  readonly since?: Day | undefined;
  readonly reason?: string | undefined;
  /** The line that sets `state`. */
  readonly source: SourcePosition;
}

/** A user of the allowlist. Empty `entries` mean that this user may have no device. */
export interface AllowedUser {
  /** Normalised: see `normaliseEmail`. */
  readonly email: string;
  /** The address as the file writes it, if that differs from `email`: `bob@bücher.example`. For display. */
  readonly written?: string | undefined;
  readonly entries: readonly Entry[];
  readonly state?: UserState | undefined;
  /** The user's key in the file. */
  readonly source: SourcePosition;
}

/**
 * Which registrations the allowlist covers. A registration is in scope if its type is one of `registrationTypes`, its
 * e-mail is one of `emails` or under one of `emailDomains` (if either is given), and its device profile is one of
 * `policyIds` (if given). Registrations outside the scope are neither decided nor counted.
 */
export interface Scope {
  /** The line of `scope`; undefined where the root file has none. */
  readonly source?: SourcePosition | undefined;
  readonly emailDomains: ReadonlySet<string>;
  readonly emails: ReadonlySet<string>;
  readonly policyIds: ReadonlySet<string>;
  readonly registrationTypes: ReadonlySet<string>;
}

/**
 * What is never touched, each with the line that protects it: e-mails in their normal form, device ids, registration
 * ids, serial numbers by `serialKey` and hardware ids by `hardwareIdKey`.
 */
export interface Protected {
  readonly users: ReadonlyMap<string, SourcePosition>;
  readonly devices: ReadonlyMap<string, SourcePosition>;
  readonly registrations: ReadonlyMap<string, SourcePosition>;
  readonly serials: ReadonlyMap<string, SourcePosition>;
  readonly hardwareIds: ReadonlyMap<string, SourcePosition>;
}

/** How much of a plan one run does. */
export interface Limits {
  /** The most acts in one run; the rest stay pending. Without it, there is no limit. */
  readonly perRun?: Setting<number> | undefined;
  /** How old a plan that `WARP_EXPECT_PLAN` names may be. Default 24 hours. */
  readonly maxPlanAge: Setting<Duration>;
}

/** A freeze: runs show their plans and do nothing. */
export interface Freeze {
  /** The moment from which runs act again. A day counts to its end, in UTC. */
  readonly until: Date;
  readonly reason: string;
  readonly source: SourcePosition;
}

/** Registrations that another tool manages. All keys of the match must match. */
export interface IgnoreRule {
  readonly match: EntryMatch & {
    readonly user?: string;
    readonly emailDomain?: string;
    /** The id of a device profile. */
    readonly policyId?: string;
  };
  readonly reason: string;
  readonly trustName?: string | undefined;
  readonly source: SourcePosition;
}

/** A test: what the decision about a given registration must be. */
export interface AllowlistTest {
  readonly name: string;
  readonly given: {
    /** Normalised; empty for a registration without a user. */
    readonly user: string;
    readonly registration?: string;
    readonly device?: string;
    readonly name?: string;
    readonly serial?: string;
    readonly hardwareId?: string;
    readonly platform?: string;
    readonly model?: string;
    readonly clientVersion?: string;
    readonly osVersion?: string;
    readonly tunnelType?: string;
    /** The name of its device profile. */
    readonly profile?: string;
    readonly policyId?: string;
    readonly registrationType?: string;
    /** Without it, created long ago. */
    readonly created?: Date;
    /** Without it, seen at the moment of the test. */
    readonly lastSeen?: Date;
    /** Without it, the registration is active. */
    readonly revoked?: Date;
  };
  readonly expect: {
    readonly action: "keep" | "revoke" | "unrevoke" | "delete" | "leave";
    /** The name of the rule that decides, a {@link Rule} of the core. */
    readonly rule?: string;
  };
  /** The moment of the test. Without it, the moment of the plan. */
  readonly at?: Date | undefined;
  readonly source: SourcePosition;
}

/** An Access user that should exist, or should be absent. */
export interface WantedAccessUser {
  /** Normalised. */
  readonly email: string;
  readonly name?: string | undefined;
  readonly state: "present" | "absent";
  readonly source: SourcePosition;
}

/** What a line of `owns` gives to its files. */
export interface Owned {
  readonly addresses: ReadonlySet<string>;
  readonly source: SourcePosition;
}

/** The whole desired state, read from one root file and any number of user files. */
export interface Allowlist {
  readonly version: 1;
  /**
   * The ids, in lower case, of the accounts that it is for, each with its line. Empty: any account. See `checkAccount`.
   */
  readonly account: ReadonlyMap<string, SourcePosition>;
  readonly scope: Scope;
  /** The root file's policy. Use `policyOf` for the policy of one user. */
  readonly policy: Policy;
  /** By normalised e-mail: the policies that a group or the user's own mapping makes different from the root file's. */
  readonly policies: ReadonlyMap<string, Policy>;
  /** By file or pattern: the e-mails, and `*@<domain>`, that only a matching file may name. */
  readonly owns: ReadonlyMap<string, Owned>;
  readonly protected: Protected;
  readonly ignore: readonly IgnoreRule[];
  readonly guards: Guards;
  readonly limits: Limits;
  readonly freeze?: Freeze | undefined;
  /** By normalised e-mail. */
  readonly users: ReadonlyMap<string, AllowedUser>;
  readonly tests: readonly AllowlistTest[];
  readonly accessUsers: readonly WantedAccessUser[];
  /** Domains by the form in which they are compared, to show them as the files write them: see `showDomains`. */
  readonly domains: WrittenDomains;
  /** What is valid but needs a look: weak matches, rules that shadow each other. */
  readonly warnings: readonly Message[];
  /** Every file that was read, sorted by name. */
  readonly files: readonly {
    /** Relative to the project's folder. */
    readonly file: string;
    /** SHA-256 of its text, in hex. */
    readonly digest: string;
  }[];
}

// What the policy sets for everybody, for a group, for one user.

/** A setting with the place that set it. For a default, that is the root file's `version` line. */
export interface Setting<T> {
  readonly value: T;
  /** False for the documented default. */
  readonly explicit: boolean;
  readonly source: SourcePosition;
  /** The policy that sets it, if not the root file's: `group contractors`, `user bob@example.com`. */
  readonly of?: string | undefined;
}

/** What to do with a registration that no entry covers. */
export type UnlistedAction = Policy["unlisted"]["value"];

/** What to do with the newest registration of a listed device if it is revoked; `ours`: revoked by this stack. */
export type ListedRevokedAction = Policy["listedRevoked"]["value"];

export type { AgeRule } from "./keys/policy.js";

/** The policy of one user: for each key, the closest of user, group and root file. */
export function policyOf(
  { policy, policies }: { readonly policy: Policy; readonly policies: ReadonlyMap<string, Policy> },
  email: string,
): Policy {
  return policies.size === 0 ? policy : (policies.get(email) ?? policy);
}

/**
 * The settings of a policy. The closest of user, group and root file sets each key as a whole. `keys/policy.ts` defines
 * what they mean.
 */
export type Policy = { readonly [Key in keyof typeof POLICY]: Setting<ValueOf<(typeof POLICY)[Key]>> };

/** What one place sets of the policy: the root file, a group, or a user. */
export type PolicyLayer = { readonly [Key in keyof Policy]?: Policy[Key] };

/** The most acts of one kind in one run. The stricter of the two limits applies. */
export interface GuardLimit {
  /** Acts, an absolute count. */
  readonly max: Setting<number>;
  /**
   * Percent of the active registrations in scope, 0 to 100. With fewer than 10 of them, half, unless the percentage is
   * higher.
   */
  readonly percent: Setting<number>;
}

/**
 * The limits of one plan: one for each act on registrations, and one by name for anything else (no limit if its row has
 * no default). `self`: the people who run the tool, by normalised e-mail. `keys/root.ts` defines what each means.
 */
export type Guards = { readonly [Key in keyof typeof GUARDS]: GuardOf<(typeof GUARDS)[Key]> };

type GuardOf<R> = R extends { readonly shape: Value<number> }
  ? Setting<number> | (R extends { readonly byDefault: number } ? never : undefined)
  : R extends { readonly shape: { readonly rows: unknown } }
    ? GuardLimit
    : ReadonlyMap<string, SourcePosition>;

/** The guards that are a single count. */
export type CountGuard = {
  [Key in keyof typeof GUARDS]: (typeof GUARDS)[Key] extends { readonly shape: Value<number> } ? Key : never;
}[keyof typeof GUARDS];

/** A setting that has its documented default. */
export function defaultSetting<T>(root: ParsedFile, value: T): Setting<T> {
  const version = pairAt(root.tree, "version");
  return { value, explicit: false, source: root.source.position(version?.keyStart ?? 0) };
}

/** An entry with the node that it was read from. */
export interface PlacedEntry {
  readonly entry: Entry;
  readonly node: TreeNode;
}

/** A user, with what messages about its place need. */
export interface PlacedUser {
  readonly user: AllowedUser;
  readonly entries: readonly PlacedEntry[];
  /** What the user's own mapping sets of the policy; undefined if it sets nothing. */
  readonly layer?: PolicyLayer | undefined;
  readonly pair: TreePair;
  readonly source: SourceText;
}

/** A rule of `ignore`, with the node that it was read from. */
export interface PlacedRule {
  readonly rule: IgnoreRule;
  readonly node: TreeNode;
}

/** The first moments of the first and the last day on which an entry applies. */
interface Window {
  readonly first: number;
  readonly last: number;
}

export function windowOf({ from, expires }: Entry): Window {
  return { first: from?.start ?? -Infinity, last: expires?.start ?? Infinity };
}

/** Whether both apply on at least one day. */
export function overlap(one: Window, other: Window): boolean {
  return one.first <= other.last && other.first <= one.last;
}

/** Whether the outer one applies on every day of the inner one. */
export function encloses(outer: Window, inner: Window): boolean {
  return outer.first <= inner.first && inner.last <= outer.last;
}
