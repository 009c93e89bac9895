/** Makes the document of a plan. */

import type { Entry } from "../allowlist/allowlist.js";
import { showDomains } from "../allowlist/email.js";
import { compare } from "../compare.js";
import type { Action, Decision } from "../reconcile/decision.js";
import { asTold } from "../reconcile/hardware.js";
import type { Plan } from "../reconcile/plan.js";
import { accessUsersIn } from "./access-users.js";
import type { ActResult, Approval, ReportDocument, ReportedDecision, ReportedEntry } from "./document.js";
import type { Evidence } from "./evidence.js";

/** What the document says beside the plan. */
export interface DocumentOptions {
  readonly generatedAt: Date;
  /** Undefined where no approval counts. */
  readonly approval?: Approval | undefined;
  /** Whether the run writes. */
  readonly run: boolean;
  /** Whose document it is; undefined where no Pulumi program makes it. */
  readonly owner?: ReportDocument["run"];
  /** By registration id. */
  readonly evidence?: ReadonlyMap<string, Evidence> | undefined;
}

/** Makes the document of a plan; with `run`, every act begins as skipped until its outcome is known. */
export function toDocument(plan: Plan, options: DocumentOptions): ReportDocument {
  const { freeze, reviewed } = plan;
  const summary: Record<Action, number> = { keep: 0, revoke: 0, unrevoke: 0, delete: 0, leave: 0 };
  for (const decision of plan.decisions) summary[decision.action]++;
  const pending = new Map(
    plan.pending.map(({ decision, why, text }) => [decision.registration.id, { why, text }]),
  );
  const show = showDomains(plan.domains);
  return {
    version: 1,
    account: plan.account,
    ...(options.owner && { run: options.owner }),
    generatedAt: options.generatedAt.toISOString(),
    asOf: plan.asOf.toISOString(),
    fingerprint: plan.fingerprint,
    approved: options.approval !== undefined,
    ...(options.approval && { approval: options.approval }),
    ...(freeze && {
      freeze: { until: freeze.until.toISOString(), reason: freeze.reason, source: freeze.source },
    }),
    ...(reviewed && {
      reviewed: { fingerprint: reviewed.fingerprint, asOf: reviewed.asOf.toISOString() },
    }),
    summary,
    pending: plan.pending.length,
    population: plan.population,
    decisions: [...plan.decisions].sort(byUserAndDevice).map((decision) => {
      const { id } = decision.registration;
      return inWords(toReported(decision, pending.get(id), options.evidence?.get(id)), show);
    }),
    ...accessUsersIn(plan, options.run, show),
    findings: plan.findings,
    notes: plan.notes,
    problems: plan.problems,
    guards: plan.guards.map(({ setting, ...verdict }) => ({
      ...verdict,
      setting: setting.value,
      source: setting.source,
      isDefault: !setting.explicit,
    })),
    skipped: plan.skipped.map((one) => ({ ...one, text: show(one.text) })),
    ...(plan.domains.size > 0 && {
      domains: Object.fromEntries([...plan.domains].sort(([a], [b]) => compare(a, b))),
    }),
    allowlist: plan.files,
    ...(options.run && { results: plan.acts.map(notYetDone) }),
  };
}

/** Its texts show domains as the files write them. */
function inWords(one: ReportedDecision, show: (text: string) => string): ReportedDecision {
  const { reason, pending } = one;
  return {
    ...one,
    reason: { ...reason, text: show(reason.text) },
    ...(pending && { pending: { ...pending, text: show(pending.text) } }),
  };
}

function byUserAndDevice(a: Decision, b: Decision): number {
  const name = (one: Decision) => one.registration.device.name;
  return (
    compare(a.user, b.user) || compare(name(a), name(b)) || compare(a.registration.id, b.registration.id)
  );
}

function notYetDone({ registration, action }: Plan["acts"][number]): ActResult {
  return { registration: registration.id, act: action, result: "skipped" };
}

function toReported(
  { registration, user, hardware, live, desired, action, reason, source, entry }: Decision,
  pending: ReportedDecision["pending"],
  evidence: Evidence | undefined,
): ReportedDecision {
  const name = registration.user?.name;
  const said = entry && toReportedEntry(entry);
  return {
    registration: {
      id: registration.id,
      device: {
        id: registration.device.id,
        name: registration.device.name,
        ...(hardware && { hardware: asTold(hardware) }),
      },
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
    ...(said && Object.keys(said).length > 0 && { entry: said }),
    ...(pending && { pending }),
    ...(evidence && { evidence }),
  };
}

function toReportedEntry({ note, reason, owner, ticket, expires }: Entry): ReportedEntry {
  return {
    ...(note !== undefined && { note }),
    ...(reason !== undefined && { reason }),
    ...(owner !== undefined && { owner }),
    ...(ticket !== undefined && { ticket }),
    ...(expires !== undefined && { expires: expires.text }),
  };
}
