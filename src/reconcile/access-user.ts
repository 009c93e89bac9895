/** One decision for one Access user whom the allowlist names: what is, what should be, and which line says so. */

import type { SourcePosition } from "../allowlist/messages.js";
import { normaliseEmail } from "../allowlist/values.js";
import type { AccessUser } from "../cloudflare/types.js";
import type { PendingReason } from "./decision.js";

/** `keep`: in good order; the rest changes the account. */
export type AccessUserAction = "create" | "rename" | "delete" | "keep";

export interface AccessUserDecision {
  /** Normalised. @title E-mail */
  readonly email: string;
  /** The name that the allowlist asks for; left out where it asks for none, so that the name stays. */
  readonly name?: string;
  // For one who is to be present every row counts, since a new one holds nothing either.
  /** For a user who is to be absent, a row without seat and active device counts as absent. */
  readonly live: "present" | "absent";
  /** What the user is to be. */
  readonly desired: "present" | "absent";
  /** What follows. */
  readonly action: AccessUserAction;
  /** The live row; undefined where there is none, or where it cannot be told which one. */
  readonly user: AccessUser | undefined;
  /** Ids of the registrations that may go with a user who is deleted; empty for every other action. */
  readonly registrations: readonly string[];
  /** Why, and what goes with it. */
  readonly text: string;
  /** The line that says so. */
  readonly source: SourcePosition;
  /** Only of an act that is due and that this run does not do. */
  readonly pending?: {
    /** `not-reviewed`: not in the plan that was reviewed; `frozen`: a freeze holds. */
    readonly why: Exclude<PendingReason, "limit">;
    /** The same for people. */
    readonly text: string;
  };
}

/** A decision that this run carries out. */
export type AccessUserAct = AccessUserDecision & {
  readonly action: Exclude<AccessUserAction, "keep">;
  readonly pending?: never;
};

export function isAccessUserAct(decision: AccessUserDecision): decision is AccessUserAct {
  return decision.action !== "keep" && decision.pending === undefined;
}

/** The live rows by normalised e-mail, those without one left out. */
export function byEmail(users: readonly AccessUser[]): ReadonlyMap<string, readonly AccessUser[]> {
  const found = new Map<string, AccessUser[]>();
  for (const user of users) {
    const email = normaliseEmail(user.email ?? "");
    const rows = found.get(email);
    if (rows) rows.push(user);
    else if (email !== "") found.set(email, [user]);
  }
  return found;
}

/**
 * Whether a row has neither seat nor active device. The documents contradict each other on whether a deleted user's row
 * goes, or stays like this.
 */
export function holdsNothing({ access_seat, gateway_seat, active_device_count }: AccessUser): boolean {
  return access_seat !== true && gateway_seat !== true && (active_device_count ?? 0) === 0;
}

/**
 * The row that is meant, of those with one e-mail: what a deleted user left behind gives way to a user who came back.
 * `ambiguous` where that leaves several.
 */
export function rowOf(rows: readonly AccessUser[]): AccessUser | "ambiguous" | undefined {
  const holding = rows.filter((row) => !holdsNothing(row));
  const [row, other] = holding.length > 0 ? holding : rows;
  return other === undefined ? row : "ambiguous";
}

/** Whether a row has the name already; blanks around it, and how its letters are composed, make no other name. */
export function hasName({ name }: AccessUser, wanted: string): boolean {
  return (name ?? "").trim().normalize("NFC") === wanted.trim().normalize("NFC");
}
