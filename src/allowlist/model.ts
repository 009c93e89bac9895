/** The desired state as data: what the allowlist files say, validated, with the place of every statement. */

import type { POLICY } from "./keys/policy.js";
import type { GUARDS } from "./keys/root.js";
import type { Value, ValueOf } from "./keys/shape.js";
import type { EntryMatch } from "./match-values.js";
import type { Message, SourcePosition } from "./messages.js";
import { pairAt, type ParsedFile, type SourceText, type TreeNode, type TreePair } from "./source.js";
import type { Day, Duration, WrittenDomains } from "./values.js";

/** What an entry asks of the registrations that it matches. */
export type EntryState = "active" | "revoked" | "deleted";

/** What the device behind a match must be besides; a match that fails one of these is not allowed. */
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
  /** Why a match by name only is good enough here. */
  readonly trustName?: string;
  readonly source: SourcePosition;
}

/** The state of a user as a whole. It takes precedence over the user's entries. */
export interface UserState {
  /** `suspended`: every registration revoked; `offboarded`: every registration deleted. */
  readonly state: "suspended" | "offboarded";
  /** The first day, in UTC, on which it holds; without it, always. */
  readonly since?: Day | undefined;
  readonly reason?: string | undefined;
  /** The line that sets `state`. */
  readonly source: SourcePosition;
}

/** A user of the allowlist. An empty `entries` means: this user may have no device. */
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
 * Which registrations the allowlist covers. A registration is in scope when its type is one of `registrationTypes`,
 * and its e-mail is one of `emails` or under one of `emailDomains` (where either is given), and its device profile
 * is one of `policyIds` (where given). Nothing outside is decided or counted.
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
 * What is never touched, each with the line that says so: e-mails in their normal form, device ids, registration ids,
 * serial numbers by `serialKey` and hardware ids by `hardwareIdKey`.
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
  /** Acts in one run; the rest is pending. Without it, all. */
  readonly perRun?: Setting<number> | undefined;
  /** How old a plan may be that `WARP_EXPECT_PLAN` names. Default 24 hours. */
  readonly maxPlanAge: Setting<Duration>;
}

/** Plans are shown, and nothing is done. */
export interface Freeze {
  /** The moment from which acts are done again; a day counts to its end, in UTC. */
  readonly until: Date;
  readonly reason: string;
  readonly source: SourcePosition;
}

/** Registrations that another tool manages: all keys that are given must match. */
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

/** Given a registration like this, expect that decision. */
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
    /** Without it, long ago. */
    readonly created?: Date;
    /** Without it, the moment of the test. */
    readonly lastSeen?: Date;
    /** Without it, the registration is active. */
    readonly revoked?: Date;
  };
  readonly expect: {
    readonly action: "keep" | "revoke" | "unrevoke" | "delete" | "leave";
    /** The rule that decides, as {@link Rule} of the core names it. */
    readonly rule?: string;
  };
  /** The moment of the test; without it, that of the plan. */
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

/** The whole desired state, as read from one root file and any number of user files. */
export interface Allowlist {
  readonly version: 1;
  /** The ids, in lower case, of the accounts that it is for, each with its line; empty: any. See `checkAccount`. */
  readonly account: ReadonlyMap<string, SourcePosition>;
  readonly scope: Scope;
  /** The root file's policy. Use `policyOf` for what holds for one user. */
  readonly policy: Policy;
  /** By normalised e-mail, where a group or the user's own mapping says something else than the root file. */
  readonly policies: ReadonlyMap<string, Policy>;
  /** By file or pattern: the e-mails, and `*@<domain>`, that only such a file may name. */
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
  /** Domains by the form in which they are compared, to be shown as they are written: see `showDomains`. */
  readonly domains: WrittenDomains;
  /** What is valid but worth a look: weak matches, rules that shadow each other. */
  readonly warnings: readonly Message[];
  /** Every file that was read, relative to the project's folder, sorted, each with the SHA-256 of its text in hex. */
  readonly files: readonly {
    /** Relative to the project's folder. */
    readonly file: string;
    /** SHA-256 of its text, in hex. */
    readonly digest: string;
  }[];
}

// What the policy says: for everybody, for a group, for one user.

/** A setting with the place that set it, or, for a default, the root file's `version` line. */
export interface Setting<T> {
  readonly value: T;
  /** False where the value is the documented default. */
  readonly explicit: boolean;
  readonly source: SourcePosition;
  /** Whose policy sets it, if not the root file's: `group contractors`, `user bob@example.com`. */
  readonly of?: string | undefined;
}

/** What is done with a registration that no entry covers. */
export type UnlistedAction = Policy["unlisted"]["value"];

/** What is done with the newest registration of a listed device when it is found revoked; `ours`: by this stack. */
export type ListedRevokedAction = Policy["listedRevoked"]["value"];

export type { AgeRule } from "./keys/policy.js";

/** What the policy says of one user: the closest of user, group and root file. */
export function policyOf(
  { policy, policies }: { readonly policy: Policy; readonly policies: ReadonlyMap<string, Policy> },
  email: string,
): Policy {
  return policies.size === 0 ? policy : (policies.get(email) ?? policy);
}

/** The closest of user, group and root file sets each key as a whole. What it means is in `keys/policy.ts`. */
export type Policy = { readonly [Key in keyof typeof POLICY]: Setting<ValueOf<(typeof POLICY)[Key]>> };

/** What one place says of the policy: the root file, a group, or a user. */
export type PolicyLayer = { readonly [Key in keyof Policy]?: Policy[Key] };

/** The most acts of one kind in one run; the stricter of the two holds. */
export interface GuardLimit {
  /** Acts, an absolute count. */
  readonly max: Setting<number>;
  /** Acts in percent of the active registrations in scope, 0 to 100; of fewer than 10 at most half, unless it is higher. */
  readonly percent: Setting<number>;
}

/**
 * The limits of one plan: per act on registrations, and per name for anything else (no limit if its row has no default).
 * `self`: the people who run the tool, by normalised e-mail. What each means is in `keys/root.ts`.
 */
export type Guards = { readonly [Key in keyof typeof GUARDS]: GuardOf<(typeof GUARDS)[Key]> };

type GuardOf<R> = R extends { readonly shape: Value<number> }
  ? Setting<number> | (R extends { readonly byDefault: number } ? never : undefined)
  : R extends { readonly shape: { readonly rows: unknown } }
    ? GuardLimit
    : ReadonlyMap<string, SourcePosition>;

/** The guards that are one count. */
export type CountGuard = {
  [Key in keyof typeof GUARDS]: (typeof GUARDS)[Key] extends { readonly shape: Value<number> } ? Key : never;
}[keyof typeof GUARDS];

/** A documented default. */
export function defaultSetting<T>(root: ParsedFile, value: T): Setting<T> {
  const version = pairAt(root.tree, "version");
  return { value, explicit: false, source: root.source.position(version?.keyStart ?? 0) };
}

/** An entry with the node that it was read from. */
export interface PlacedEntry {
  readonly entry: Entry;
  readonly node: TreeNode;
}

/** A user with what it takes to write messages about the place. */
export interface PlacedUser {
  readonly user: AllowedUser;
  readonly entries: readonly PlacedEntry[];
  /** What the user's own mapping says of the policy; undefined where it says nothing. */
  readonly layer?: PolicyLayer | undefined;
  readonly pair: TreePair;
  readonly source: SourceText;
}

/** A rule of what is left alone, with the node that it was read from. */
export interface PlacedRule {
  readonly rule: IgnoreRule;
  readonly node: TreeNode;
}

/** The first and the last day on which an entry applies, by their first moments. */
interface Window {
  readonly first: number;
  readonly last: number;
}

export function windowOf({ from, expires }: Entry): Window {
  return { first: from?.start ?? -Infinity, last: expires?.start ?? Infinity };
}

/** Whether there is a day on which both apply. */
export function overlap(one: Window, other: Window): boolean {
  return one.first <= other.last && other.first <= one.last;
}

/** Whether the outer one applies on every day on which the inner one does. */
export function encloses(outer: Window, inner: Window): boolean {
  return outer.first <= inner.first && inner.last <= outer.last;
}
