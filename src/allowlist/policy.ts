/** What the policy says: for everybody, for a group, for one user. */

import type { Policy } from "./read-policy.js";

export type { Policy } from "./read-policy.js";

/** A place in an allowlist file; `line` and `column` count from 1, `file` is relative to the project's folder. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A setting with the place that set it, or, for a default, the root file's `version` line. */
export interface Setting<T> {
  readonly value: T;
  /** False where the value is the documented default. */
  readonly explicit: boolean;
  readonly source: SourcePosition;
  /** Whose policy says so, where not the root file's for everybody: `group contractors`, `user bob@example.com`. */
  readonly of?: string;
}

/** A length of time as it was written (`72h`, `90d`) and in milliseconds. */
export interface Duration {
  readonly text: string;
  readonly ms: number;
}

/** A whole day in UTC, as it was written (`2026-06-30`) and its first moment, in milliseconds since 1970. */
export interface Day {
  readonly text: string;
  readonly start: number;
}

/** What is done with a registration that no entry speaks for. */
export type UnlistedAction = "revoke" | "delete" | "report";

/** What is done with the newest registration of a listed device when it is found revoked. */
export type ListedRevokedAction = "unrevoke" | "report";

/** What is done with a registration whose hardware is not known, where its user's entries go by hardware. */
export type UnknownHardwareAction = "report" | "revoke";

/** Whether rules by age look at what belongs to no person. */
export type MachinesAction = "skip" | "judge";

/** What has not been seen, or has been revoked, for so long. */
export interface AgeRule<Action extends UnlistedAction = UnlistedAction> {
  readonly after: Duration;
  readonly action: Action;
  /** Whether registrations that an entry speaks for count too. */
  readonly includeListed: boolean;
}

/** What the policy says of one user: the closest of user, group and root file. */
export function policyOf(
  { policy, policies }: { readonly policy: Policy; readonly policies: ReadonlyMap<string, Policy> },
  email: string,
): Policy {
  return policies.size === 0 ? policy : (policies.get(email) ?? policy);
}
