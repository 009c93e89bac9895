/** The desired state as data: what the allowlist files say, validated, with the place of every statement. */

/** A place in an allowlist file; `line` and `column` count from 1, `file` is relative to the project's folder. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What an entry asks of the registrations that it matches. */
export type EntryState = "active" | "revoked" | "deleted";

/** What is done with a registration that no entry speaks for. */
export type UnlistedAction = "revoke" | "delete" | "report";

/** What is done with the newest registration of a listed device when it is found revoked. */
export type ListedRevokedAction = "unrevoke" | "report";

/** The keys by which an entry finds registrations; all that are given must match. */
export interface EntryMatch {
  readonly registration?: string;
  readonly serial?: string;
  readonly hardwareId?: string;
  readonly device?: string;
  readonly name?: string;
  readonly nameGlob?: string;
}

/** One device rule under a user. */
export interface Entry {
  readonly match: EntryMatch;
  readonly state: EntryState;
  readonly note?: string;
  readonly reason?: string;
  readonly source: SourcePosition;
}

/** A user of the allowlist. An empty `entries` means: this user may have no device. */
export interface AllowedUser {
  /** Normalised: trimmed, NFC, lower-cased without locale. */
  readonly email: string;
  readonly entries: readonly Entry[];
  /** The user's key in the file. */
  readonly source: SourcePosition;
}

/** A setting with the place that set it, or, for a default, the root file's `version` line. */
export interface Setting<T> {
  readonly value: T;
  /** False where the value is the documented default. */
  readonly explicit: boolean;
  readonly source: SourcePosition;
}

/**
 * Which registrations are looked at at all. A registration is in scope when its type is one of `registrationTypes`,
 * and its e-mail is one of `emails` or under one of `emailDomains` (where either is given), and its device profile
 * is one of `policyIds` (where given). Nothing outside is decided or counted.
 */
export interface Scope {
  readonly emailDomains: ReadonlySet<string>;
  readonly emails: ReadonlySet<string>;
  readonly policyIds: ReadonlySet<string>;
  readonly registrationTypes: ReadonlySet<string>;
}

export interface Policy {
  readonly unlisted: Setting<UnlistedAction>;
  readonly unknownUsers: Setting<UnlistedAction>;
  readonly noUser: Setting<UnlistedAction>;
  readonly listedRevoked: Setting<ListedRevokedAction>;
}

/** What is never touched: e-mails, device ids and registration ids, each with the line that says so. */
export interface Protected {
  readonly users: ReadonlyMap<string, SourcePosition>;
  readonly devices: ReadonlyMap<string, SourcePosition>;
  readonly registrations: ReadonlyMap<string, SourcePosition>;
}

/** The most acts of one kind in one run; the stricter of the two holds. */
export interface GuardLimit {
  /** Acts, an absolute count. */
  readonly max: Setting<number>;
  /** Acts in percent of the active registrations in scope, 0 to 100; counts from 10 registrations on. */
  readonly percent: Setting<number>;
}

export interface Guards {
  readonly revoke: GuardLimit;
  readonly delete: GuardLimit;
  readonly unrevoke: GuardLimit;
}

/** The whole desired state, as read from one root file and any number of user files. */
export interface Allowlist {
  readonly version: 1;
  readonly scope: Scope;
  readonly policy: Policy;
  readonly protected: Protected;
  readonly guards: Guards;
  /** By normalised e-mail. */
  readonly users: ReadonlyMap<string, AllowedUser>;
  /** Every file that was read, relative to the project's folder, sorted. */
  readonly files: readonly string[];
}
