/** The one versioned JSON document that every report is made from. */

import type { SourcePosition } from "../allowlist/allowlist.js";
import type { Message } from "../allowlist/message.js";
import type { AccessUserAction, AccessUserDecision } from "../reconcile/access-user.js";
import type { Action, Act, DesiredState, LiveState, Rule } from "../reconcile/decision.js";
import type { Finding } from "../reconcile/finding.js";
import type { Hardware } from "../reconcile/hardware.js";
import type { GuardVerdict } from "../reconcile/guard.js";
import type { Plan } from "../reconcile/plan.js";
import type { SkippedAct } from "../reconcile/reviewed.js";
import type { PendingReason } from "../reconcile/schedule.js";
import type { Evidence } from "./evidence.js";

/**
 * What became of one act. `unknown`: a call was begun, and nobody could see what came of it. `skipped`: no call was made;
 * it is due again in the next run.
 */
export interface ActResult {
  readonly registration: string;
  readonly act: Act;
  readonly result: "done" | "failed" | "unknown" | "skipped";
  /** Why it is not done. */
  readonly reason?: string;
}

/** The decision for one user of `accessUsers`. */
export interface ReportedAccessUser extends Pick<
  AccessUserDecision,
  "email" | "name" | "live" | "desired" | "action" | "registrations" | "text" | "source" | "pending"
> {
  /** Of the live row; left out where there is none. */
  readonly id?: string;
}

/** What became of one act on an Access user, as {@link ActResult} tells it of a registration. */
export interface AccessUserResult {
  readonly email: string;
  /** Of the row that is renamed or deleted. */
  readonly id?: string;
  readonly act: Exclude<AccessUserAction, "keep">;
  readonly result: ActResult["result"];
  readonly reason?: string;
}

export interface ReportedDecision {
  readonly registration: {
    readonly id: string;
    readonly device: { readonly id: string; readonly name: string; readonly hardware?: Hardware };
    readonly user: { readonly email: string; readonly name?: string };
    /** RFC 3339, as the API sent them. */
    readonly times: {
      readonly created: string;
      readonly updated: string;
      /** Null: it was never seen. */
      readonly lastSeen: string | null;
      readonly revoked?: string;
    };
  };
  readonly live: LiveState;
  readonly desired: DesiredState;
  readonly action: Action;
  readonly reason: { readonly code: Rule; readonly text: string };
  readonly source: SourcePosition;
  /** What the entry that speaks for it says besides. */
  readonly entry?: ReportedEntry;
  /** Only of an act that is due and that this run does not do: why. */
  readonly pending?: { readonly why: PendingReason; readonly text: string };
  /** What the account knows of its user; only where it was asked for. */
  readonly evidence?: Evidence;
}

/** Free text of an entry, and its last day (`2026-06-30`). */
export interface ReportedEntry {
  readonly note?: string;
  readonly reason?: string;
  readonly owner?: string;
  readonly ticket?: string;
  readonly expires?: string;
}

/** Who let a plan pass a guard that tripped, as far as the environment says. */
export interface Approval {
  readonly by?: string;
  readonly reason?: string;
}

export interface ReportedGuard {
  readonly guard: GuardVerdict["guard"];
  readonly count: number;
  readonly limit: number;
  readonly by: "max" | "percent";
  /** The value of that setting: acts for `max`, percent of the active registrations in scope for `percent`. */
  readonly setting: number;
  readonly tripped: boolean;
  /** The line that sets it, or, for the default, the root file's `version` line. */
  readonly source: SourcePosition;
  readonly isDefault: boolean;
  /** For `perUser`: the e-mails of all who have more acts than the limit. */
  readonly users?: readonly string[];
}

/** Texts are raw, as the account and the allowlist have them: whoever shows one escapes it for where it goes. */
export interface ReportDocument {
  readonly version: 1;
  readonly account: string;
  /** Only where the Pulumi program wrote it: its own id, and project and stack (`warp-registrations/production`). */
  readonly run?: { readonly id: string; readonly stack: string };
  /** RFC 3339: when this document was made. */
  readonly generatedAt: string;
  /** RFC 3339: the moment as of which the plan was decided. */
  readonly asOf: string;
  readonly fingerprint: string;
  /** Whether an approval let this plan pass a guard that tripped. */
  readonly approved: boolean;
  /** Only where it is approved. */
  readonly approval?: Approval;
  /** Nothing is done before `until` (RFC 3339). */
  readonly freeze?: { readonly until: string; readonly reason: string; readonly source: SourcePosition };
  /** The plan that was reviewed, where this run is bound to one. */
  readonly reviewed?: { readonly fingerprint: string; readonly asOf: string };
  /** Decisions by action; those that are pending count as what they are to become. */
  readonly summary: Readonly<Record<Action, number>>;
  /** Acts that are due and that this run does not do. */
  readonly pending: number;
  readonly population: Plan["population"];
  /** By user, then device name, then id. */
  readonly decisions: readonly ReportedDecision[];
  /** By e-mail; only where the allowlist names Access users. */
  readonly accessUsers?: readonly ReportedAccessUser[];
  readonly findings: readonly Finding[];
  /** What could not be looked at, in words. */
  readonly notes: readonly string[];
  readonly problems: readonly Message[];
  readonly guards: readonly ReportedGuard[];
  /** Acts of the reviewed plan that are not due any more. */
  readonly skipped: readonly SkippedAct[];
  /**
   * How the allowlist writes domains that DNS has in another form, by that form; left out where it writes none so. Texts
   * show them as written; fields have the form in which addresses are compared.
   */
  readonly domains?: Readonly<Record<string, string>>;
  /** The files of the allowlist, each with the SHA-256 of its text in hex. */
  readonly allowlist: Plan["files"];
  /** Only of a run that writes: one for each act of the plan that it does. */
  readonly results?: readonly ActResult[];
  /** The same for Access users; left out where none is acted on. */
  readonly accessUserResults?: readonly AccessUserResult[];
}
