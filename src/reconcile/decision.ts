/** One decision for one registration: what it is, what it should be, and which line says so. */

import type { Message, SourcePosition } from "../allowlist/messages.js";
import type { Entry } from "../allowlist/model.js";
import type { Act, Registration } from "../cloudflare/types.js";
import type { Finding } from "./findings/finding.js";
import type { ComparedHardware } from "./hardware.js";
import type { Candidate } from "./people.js";

/** What a registration is. A registration without `revoked_at` is active. */
export type LiveState = "active" | "revoked";

/** What a registration should be. `as-is`: it is left alone. */
export type DesiredState = "active" | "revoked" | "deleted" | "as-is";

/** What follows from a decision: an act, `keep` (in good order), or `leave` (not ours to change). */
export type Action = "keep" | Act | "leave";

/** A rule that can decide. */
interface CodeRow {
  /** In one line, for reports and pages. */
  readonly meaning: string;
  /** What to change to get another decision, for `docs/error-codes.md`. */
  readonly fix: string;
  /**
   * `excepted`: left alone before anything else; `state`: the person's state; `listed`: an entry decides; `unlisted`:
   * no entry allows it.
   */
  readonly kind: "excepted" | "state" | "listed" | "unlisted" | "hygiene";
  /** What comes first if one run may not do everything: what was requested by name, then rules, then hygiene. */
  readonly weight: "named" | "rule" | "hygiene";
  /** Whether a registration that it leaves alone is a finding: never, only if active, always, or one for each person. */
  readonly findingIfLeft: "never" | "active" | "always" | "by-person";
}

/** Every rule that can decide, in the order of `docs/policy.md`. */
const RULE_CODES = {
  protected: {
    meaning: "The allowlist protects the registration, its device or its user.",
    fix: "Remove it from `protected`.",
    kind: "excepted",
    weight: "rule",
    findingIfLeft: "never",
  },
  self: {
    meaning: "It belongs to whoever runs the tool (`guards.self`).",
    fix: "Remove it from `guards.self`, and let someone else run that.",
    kind: "excepted",
    weight: "rule",
    findingIfLeft: "never",
  },
  ignored: {
    meaning: "Another tool manages it (`ignore`).",
    fix: "Remove the rule under `ignore`.",
    kind: "excepted",
    weight: "rule",
    findingIfLeft: "never",
  },
  offboarded: {
    meaning: "Its user has left: everything is deleted.",
    fix: "Change the user's `state`.",
    kind: "state",
    weight: "named",
    findingIfLeft: "never",
  },
  suspended: {
    meaning: "Its user is suspended: everything is revoked.",
    fix: "Change the user's `state`.",
    kind: "state",
    weight: "named",
    findingIfLeft: "never",
  },
  contradiction: {
    meaning: "Two entries of the same rank ask for different states.",
    fix: "Correct one of the two entries. Nothing is done until then.",
    kind: "listed",
    weight: "rule",
    findingIfLeft: "never",
  },
  entry: {
    meaning: "An entry for its user decides.",
    fix: "Change the entry: the message names its line.",
    kind: "listed",
    weight: "named",
    findingIfLeft: "never",
  },
  "unknown-hardware": {
    meaning: "Its hardware is not known, and an entry for its user matches by hardware.",
    fix: "Add an entry by `device` or `registration`.",
    kind: "listed",
    weight: "rule",
    findingIfLeft: "always",
  },
  "revoked-age": {
    meaning: "It has been revoked for longer than `policy.revoked.after`.",
    fix: "Change `policy.revoked`.",
    kind: "hygiene",
    weight: "hygiene",
    findingIfLeft: "never",
  },
  stale: {
    meaning: "Its device has not been seen for longer than `policy.stale.after`.",
    fix: "Change `policy.stale`.",
    kind: "hygiene",
    weight: "hygiene",
    findingIfLeft: "never",
  },
  "max-devices": {
    meaning: "Its user has more devices than `policy.maxDevices`, and this is one of the oldest.",
    fix: "Raise `policy.maxDevices`, for everyone or for one user or group.",
    kind: "hygiene",
    weight: "hygiene",
    findingIfLeft: "never",
  },
  superseded: {
    meaning: "A newer registration of the same device is connected (`policy.superseded`).",
    fix: "Change `policy.superseded`.",
    kind: "hygiene",
    weight: "hygiene",
    findingIfLeft: "never",
  },
  older: {
    meaning: "It is an older, revoked registration of a device that an entry allows.",
    fix: "Nothing: the newest registration is the one that is let in.",
    kind: "listed",
    weight: "rule",
    findingIfLeft: "never",
  },
  doubt: {
    meaning: "An entry allows it and it is revoked, but it may not be the machine that the entry means.",
    fix: "Add an entry by `registration`, once you know which machine it is.",
    kind: "listed",
    weight: "rule",
    findingIfLeft: "always",
  },
  "listed-revoked": {
    meaning:
      "An entry allows it, but it is revoked, and `policy.listedRevoked` keeps it revoked (`report`; or `ours`, where this stack is not known to have revoked it).",
    fix: "Set `policy.listedRevoked: unrevoke`.",
    kind: "listed",
    weight: "rule",
    findingIfLeft: "always",
  },
  grace: {
    meaning: "No entry allows it, and its device enrolled less than `policy.grace` ago.",
    fix: "Add an entry before it is over.",
    kind: "unlisted",
    weight: "rule",
    findingIfLeft: "active",
  },
  condition: {
    meaning: "An entry matches it, but it fails a condition of the entry (`requires`).",
    fix: "Change `requires`, or the device.",
    kind: "unlisted",
    weight: "rule",
    findingIfLeft: "active",
  },
  expired: {
    meaning: "The entry that matches it applies at another time (`from`, `expires`).",
    fix: "Set other days.",
    kind: "unlisted",
    weight: "rule",
    findingIfLeft: "active",
  },
  unlisted: {
    meaning: "No entry for its user allows it.",
    fix: "Add an entry: `accept`.",
    kind: "unlisted",
    weight: "rule",
    findingIfLeft: "active",
  },
  "unknown-user": {
    meaning: "Its user is not in the allowlist.",
    fix: "List the user.",
    kind: "unlisted",
    weight: "rule",
    findingIfLeft: "by-person",
  },
  "no-user": {
    meaning: "It belongs to no person.",
    fix: "Set `policy.noUser`.",
    kind: "unlisted",
    weight: "rule",
    findingIfLeft: "by-person",
  },
} as const satisfies Readonly<Record<string, CodeRow>>;

/** Which rule decided. */
export type RuleCode = keyof typeof RULE_CODES;

/** The meaning of each rule, in the order of the rules. */
export const ruleMeanings = Object.fromEntries(
  Object.entries(RULE_CODES).map(([code, { meaning }]) => [code, meaning]),
) as Readonly<Record<RuleCode, string>>;

export function aboutRule(code: RuleCode): CodeRow {
  return RULE_CODES[code];
}

/** Who revoked a registration; `unknown` if there is no record of what this stack did. */
export type RevokedBy = "this-stack" | "outside" | "unknown";

/** What is remembered from earlier runs, apart from the account: what this stack revoked, and when devices enrolled. */
export interface EarlierRuns {
  /** Whether it covers everything that the stack revoked: then anything else was revoked outside. */
  readonly isWhole: boolean;
  /** By registration: the span, in milliseconds, in which the stack last revoked it. */
  readonly made: ReadonlyMap<string, { readonly from: number; readonly until: number }>;
  /**
   * By `identityOfTrace`: when a device that no entry allowed enrolled (RFC 3339). Its registration and its record may
   * be deleted by now. Undefined if no history is kept.
   */
  readonly enrolled?: ReadonlyMap<string, string> | undefined;
}

/** Who revoked a registration. If someone revokes it again after the stack did, it was not the stack. */
export function whoRevoked({ id, revoked_at: at }: Registration, own: EarlierRuns | undefined): RevokedBy {
  const time = Date.parse(at ?? "");
  const made = own?.made.get(id);
  if (made && made.from <= time && time <= made.until) return "this-stack";
  return own?.isWhole === true ? "outside" : "unknown";
}

/** The decision for one live registration in scope. */
export interface Decision {
  readonly registration: Registration;
  /** The normalised e-mail; empty if the registration has none. */
  readonly user: string;
  /** Undefined if nothing in the allowlist needs hardware, so that none was listed. */
  readonly hardware: ComparedHardware | undefined;
  readonly live: LiveState;
  readonly desired: DesiredState;
  readonly action: Action;
  readonly reason: { readonly code: RuleCode; readonly text: string };
  /** The line of the entry or the policy that decides. */
  readonly source: SourcePosition;
  /** If no entry allows it: its user's line, where the entry would be added, and the policy's key at `source`. */
  readonly line?: SourcePosition | undefined;
  readonly setting?: string | undefined;
  /** If a change takes it off the list: the line that allowed it before the change. */
  readonly removed?: SourcePosition | undefined;
  /** Only for a revoked registration that is let back in. */
  readonly revokedBy?: RevokedBy | undefined;
  /** The entry that matches it, if any. */
  readonly entry: Entry | undefined;
  /** The registration with its device and its person. */
  readonly candidate: Candidate;
  /**
   * Ids of registrations that this run must let in before this act. Without them the act would leave a device or a
   * person without a connected registration.
   */
  readonly relies?: readonly string[] | undefined;
  /**
   * For a deletion: ids of older, revoked registrations that must be deleted first. If one of them stayed, it would
   * become the newest and the next plan would let it in; then this one is revoked instead, and stays.
   */
  readonly together?: readonly string[] | undefined;
}

/** A decision that changes the account. */
export type ActDecision = Decision & { readonly action: Act };

export function isAct(decision: Decision): decision is ActDecision {
  return decision.action !== "keep" && decision.action !== "leave";
}

export function liveState(registration: Registration): LiveState {
  return registration.revoked_at == null ? "active" : "revoked";
}

/** Whether a registration must not connect. */
export function removes(desired: DesiredState): boolean {
  return desired === "revoked" || desired === "deleted";
}

/** Whether a device is connected after everything is done. */
export function staysConnected({ live, desired }: Pick<Decision, "live" | "desired">): boolean {
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

/** `not-reviewed`: not in the plan that was reviewed; `frozen`: a freeze holds; `limit`: `limits.perRun` is reached. */
export type PendingReason = "not-reviewed" | "frozen" | "limit";

// Other items that a plan decides about: what the kinds in `items.ts` share.

/** The decision for one item, in plans and in reports. A kind may have more fields. */
export interface Item {
  /** What identifies it among its kind: an Access user's normalised address; for other kinds, `key`. */
  readonly email?: string | undefined;
  readonly key?: string | undefined;
  /** The live item's id; in a plan, an Access user's id is in `user`. */
  readonly id?: string | undefined;
  readonly user?: { readonly id: string } | undefined;
  /** The name that it should have. */
  readonly name?: string | undefined;
  /** `keep`: in good order; the others change the account. */
  readonly action: string;
  /** Ids of the registrations that may be lost with it. */
  readonly registrations: readonly string[];
  /** Why, and what goes with it. */
  readonly text: string;
  /** The line that decides. */
  readonly source: SourcePosition;
  /** Only for an act that is due but that this run does not do. */
  readonly pending?:
    | {
        /** `not-reviewed`: not in the plan that was reviewed; `frozen`: a freeze holds. */
        readonly why: Exclude<PendingReason, "limit">;
        /** The reason in words. */
        readonly text: string;
      }
    | undefined;
}

export function keyOf({ email, key = "" }: Pick<Item, "email" | "key">): string {
  return email ?? key;
}

/** Whether an act is due, whether or not this run does it. */
export function isItemDue({ action }: Item): boolean {
  return action !== "keep";
}

/** Whether this run does it. */
export function isItemAct(item: Item): boolean {
  return isItemDue(item) && item.pending === undefined;
}

/** What guards judge and an approval covers: every act that is due and reviewed, whether or not this run does it. */
export function isAgreed(item: Item): boolean {
  return isItemDue(item) && item.pending?.why !== "not-reviewed";
}

/** What a reviewed plan says about an item. */
export interface ReviewedItem extends Pick<Item, "action" | "id" | "name"> {
  /** Whether that plan put the act off. */
  readonly pending: boolean;
}

/** The decisions, and the problems that forbid them: with one problem nothing may be done. */
export interface DecidedItems<D extends Item = Item> {
  /** One for each item that the allowlist names, in a fixed order. */
  readonly decisions: readonly D[];
  readonly problems: readonly Message[];
  readonly findings: readonly Finding[];
}
