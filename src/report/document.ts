/** The one versioned JSON document that every report is made from. */

import { compare } from "../compare.js";
import type { SourcePosition } from "../allowlist/allowlist.js";
import type { Message } from "../allowlist/message.js";
import type { Action, Act, Decision, DesiredState, LiveState, Rule } from "../reconcile/decision.js";
import type { Finding } from "../reconcile/finding.js";
import type { Hardware } from "../reconcile/hardware.js";
import type { Plan } from "../reconcile/plan.js";

/** What became of one act. `skipped`: this run did not come to it; it is due again in the next. */
export interface ActResult {
  readonly registration: string;
  readonly act: Act;
  readonly result: "done" | "failed" | "skipped";
  /** Why it failed. */
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
      readonly lastSeen: string;
      readonly revoked?: string;
    };
  };
  readonly live: LiveState;
  readonly desired: DesiredState;
  readonly action: Action;
  readonly reason: { readonly code: Rule; readonly text: string };
  readonly source: SourcePosition;
}

export interface ReportedGuard {
  readonly guard: Act;
  readonly count: number;
  readonly limit: number;
  readonly by: "max" | "percent";
  /** The value of that setting: acts for `max`, percent of the active registrations in scope for `percent`. */
  readonly setting: number;
  readonly tripped: boolean;
  /** The line that sets it, or, for the default, the root file's `version` line. */
  readonly source: SourcePosition;
  readonly isDefault: boolean;
}

/** Texts are raw, as the account and the allowlist have them: whoever shows one escapes it for where it goes. */
export interface ReportDocument {
  readonly version: 1;
  readonly account: string;
  /** RFC 3339: when this document was made. */
  readonly generatedAt: string;
  /** RFC 3339: the moment as of which the plan was decided. */
  readonly asOf: string;
  readonly fingerprint: string;
  /** Whether an approval let this plan pass a guard that tripped. */
  readonly approved: boolean;
  /** Decisions by action. */
  readonly summary: Readonly<Record<Action, number>>;
  readonly population: Plan["population"];
  /** By user, then device name, then id. */
  readonly decisions: readonly ReportedDecision[];
  readonly findings: readonly Finding[];
  readonly problems: readonly Message[];
  readonly guards: readonly ReportedGuard[];
  /** Only of a run that writes: one for each act of the plan. */
  readonly results?: readonly ActResult[];
}

/** Makes the document of a plan; with `run`, every act begins as skipped until its outcome is known. */
export function toDocument(
  plan: Plan,
  options: { generatedAt: Date; approved: boolean; run: boolean },
): ReportDocument {
  const summary: Record<Action, number> = { keep: 0, revoke: 0, unrevoke: 0, delete: 0, leave: 0 };
  for (const decision of plan.decisions) summary[decision.action]++;
  return {
    version: 1,
    account: plan.account,
    generatedAt: options.generatedAt.toISOString(),
    asOf: plan.asOf.toISOString(),
    fingerprint: plan.fingerprint,
    approved: options.approved,
    summary,
    population: plan.population,
    decisions: [...plan.decisions].sort(byUserAndDevice).map(reported),
    findings: plan.findings,
    problems: plan.problems,
    guards: plan.guards.map(({ setting, ...verdict }) => ({
      ...verdict,
      setting: setting.value,
      source: setting.source,
      isDefault: !setting.explicit,
    })),
    ...(options.run && { results: plan.acts.map(skipped) }),
  };
}

function byUserAndDevice(a: Decision, b: Decision): number {
  const name = (one: Decision) => one.registration.device.name;
  return (
    compare(a.user, b.user) || compare(name(a), name(b)) || compare(a.registration.id, b.registration.id)
  );
}

function skipped({ registration, action }: Plan["acts"][number]): ActResult {
  return { registration: registration.id, act: action, result: "skipped" };
}

function reported({
  registration,
  user,
  hardware,
  live,
  desired,
  action,
  reason,
  source,
}: Decision): ReportedDecision {
  const name = registration.user?.name;
  return {
    registration: {
      id: registration.id,
      device: { id: registration.device.id, name: registration.device.name, ...(hardware && { hardware }) },
      user: { email: user, ...(name !== undefined && { name }) },
      times: {
        created: registration.created_at,
        updated: registration.updated_at,
        lastSeen: registration.last_seen_at,
        ...(registration.revoked_at != null && { revoked: registration.revoked_at }),
      },
    },
    live,
    desired,
    action,
    reason,
    source,
  };
}
