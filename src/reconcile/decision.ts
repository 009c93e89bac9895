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

/** Every rule that can decide, with its meaning in one line; in the order in which they are asked. */
export const ruleMeanings = {
  protected: "The allowlist protects the registration, its device or its user.",
  self: "It belongs to whoever runs the tool (`guards.self`).",
  ignored: "Another tool manages it (`ignore`).",
  offboarded: "Its user has left: everything is deleted.",
  suspended: "Its user is suspended: everything is revoked.",
  contradiction: "Two entries of the same rank ask for different states.",
  "unknown-hardware": "Its hardware is not known, and an entry of its user goes by hardware.",
  entry: "An entry of its user speaks for it.",
  older: "An older, revoked registration of a device that an entry allows.",
  "listed-revoked": "An entry allows it, it is revoked, and `policy.listedRevoked` is `report`.",
  "max-devices": "Its user has more devices than `policy.maxDevices`, and this is one of the oldest.",
  superseded: "A newer registration of the same user on the same device is connected (`policy.superseded`).",
  stale: "It has not been seen for longer than `policy.stale.after`.",
  "revoked-age": "It has been revoked for longer than `policy.revoked.after`.",
  grace: "No entry allows it, and it is younger than `policy.grace`.",
  condition: "An entry matches it, and a condition of the entry (`requires`) fails.",
  expired: "The entry that matches it speaks at another time (`from`, `expires`).",
  unlisted: "No entry of its user speaks for it.",
  "unknown-user": "Its user is not in the allowlist.",
  "no-user": "It belongs to no person.",
} as const;

/** Which rule decided. */
export type Rule = keyof typeof ruleMeanings;

/** The decision for one live registration in scope. */
export interface Decision {
  readonly registration: Registration;
  /** The normalised e-mail; empty where the registration has none. */
  readonly user: string;
  /** Undefined where nothing in the allowlist needs hardware, so that none was listed. */
  readonly hardware: Hardware | undefined;
  readonly live: LiveState;
  readonly desired: DesiredState;
  readonly action: Action;
  readonly reason: { readonly code: Rule; readonly text: string };
  /** The entry or policy line that says so. */
  readonly source: SourcePosition;
  /** The entry that speaks for it, where one does. */
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

/** Whether a device goes on to connect after everything is done. */
export function staysConnected({ live, desired }: Decision): boolean {
  return desired === "active" || (desired === "as-is" && live === "active");
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
