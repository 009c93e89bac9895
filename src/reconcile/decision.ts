/** One decision for one registration: what it is, what it should be, and which line says so. */

import type { Entry, SourcePosition } from "../allowlist/allowlist.js";
import type { Act, Registration } from "../cloudflare/types.js";
import type { Hardware } from "./hardware.js";

/** What a registration is. A registration without `revoked_at` is active. */
export type LiveState = "active" | "revoked";

/** What a registration should be; `as-is` where nobody says, so that it is left alone. */
export type DesiredState = "active" | "revoked" | "deleted" | "as-is";

export type { Act };

/** What follows from a decision: an act, `keep` (in good order), or `leave` (not ours to change). */
export type Action = Act | "keep" | "leave";

/** Which rule decided. */
export type Rule =
  | "protected"
  | "contradiction"
  | "unknown-hardware"
  | "entry"
  | "older"
  | "listed-revoked"
  | "no-user"
  | "unlisted"
  | "unknown-user";

/** The decision for one live registration in scope. */
export interface Decision {
  readonly registration: Registration;
  /** The normalised e-mail; empty where the registration has none. */
  readonly user: string;
  /** Undefined where no entry of the allowlist goes by hardware, so that none was listed. */
  readonly hardware: Hardware | undefined;
  readonly live: LiveState;
  readonly desired: DesiredState;
  readonly action: Action;
  readonly reason: { readonly code: Rule; readonly text: string };
  /** The entry or policy line that says so. */
  readonly source: SourcePosition;
  /** The entry that decided, where one did. */
  readonly entry: Entry | undefined;
}

/** A decision that changes the account. */
export type ActDecision = Decision & { readonly action: Act };

export function isAct(decision: Decision): decision is ActDecision {
  return decision.action !== "keep" && decision.action !== "leave";
}

export function liveState(registration: Registration): LiveState {
  return registration.revoked_at == null ? "active" : "revoked";
}

/** The action that brings a registration from what it is to what it should be. */
export function actionFor(live: LiveState, desired: DesiredState): Action {
  switch (desired) {
    case "as-is":
      return "leave";
    case "deleted":
      return "delete";
    case "revoked":
      return live === "revoked" ? "keep" : "revoke";
    case "active":
      return live === "active" ? "keep" : "unrevoke";
  }
}
