/** The one versioned JSON document that every report is made from. */

import type { Message, SourcePosition } from "../allowlist/messages.js";
import type { Entry } from "../allowlist/model.js";
import { showDomains } from "../allowlist/values.js";
import type { Act, Registration, RegistrationPolicy } from "../cloudflare/types.js";
import { type AccessUserAction, type AccessUserDecision, isAccessUserAct } from "../reconcile/access-user.js";
import {
  aboutRule,
  type Action,
  type Decision,
  type DesiredState,
  type LiveState,
  type PendingReason,
  type RevokedBy,
  type RuleCode,
  ruleMeanings,
} from "../reconcile/decision.js";
import type { Finding } from "../reconcile/findings/finding.js";
import type { GuardVerdict } from "../reconcile/guard.js";
import { asTold, type Hardware } from "../reconcile/hardware.js";
import type { Plan } from "../reconcile/plan.js";
import type { SkippedAct } from "../reconcile/schedule.js";
import { compare } from "../text/words.js";
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

/** How a line is told by which the change took away what allowed a registration. */
export const REMOVED = "removed by this change";

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
  } & ReportedConnection;
  readonly live: LiveState;
  readonly desired: DesiredState;
  readonly action: Action;
  readonly reason: { readonly code: RuleCode; readonly text: string };
  /** The line that says so; of what no entry allows the user's own, where the entry would be added. */
  readonly source: SourcePosition;
  /** Further lines: the policy's behind a user's, and where a change removed what allowed it ({@link REMOVED}). */
  readonly related?: readonly { readonly text: string; readonly source: SourcePosition }[];
  /** Only of what is to be let in again: who revoked it, as far as the run knows. */
  readonly revokedBy?: RevokedBy;
  /** What the entry that speaks for it says besides. */
  readonly entry?: ReportedEntry;
  /** Since when the line stands by which it is listed; only where git was asked. */
  readonly listed?: Listed;
  /** Only of an act that is due and that this run does not do: why. */
  readonly pending?: { readonly why: PendingReason; readonly text: string };
  /** What the account knows of its user; only where it was asked for. */
  readonly evidence?: Evidence;
}

/** How a registration connects, as far as the account tells. */
interface ReportedConnection {
  /** Its device profile, which the API calls a policy. */
  readonly profile?: {
    readonly id: string;
    readonly name?: string;
    readonly default?: boolean;
    readonly deleted?: boolean;
  };
  /** `curve25519` with WireGuard, `secp256r1` with MASQUE. */
  readonly keyType?: string;
  readonly tunnelType?: string;
  readonly virtualIpv4?: string;
  readonly virtualIpv6?: string;
}

/** What git knows of one line; `since` and `commit` together, or else why they are not known. Raw. */
export interface Listed {
  /** The day on which its author wrote it, in UTC. */
  readonly since?: string;
  readonly commit?: string;
  readonly author?: string;
  readonly unknown?: string;
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

/** Where a document was made. Addresses are what the environment has: check them before you make links of them. */
export interface Origin {
  /** The commit of the allowlist, in hex. */
  readonly commit?: string;
  /** The number of the pull request or merge request. */
  readonly pullRequest?: string;
  readonly pullRequestUrl?: string;
  /** The page of the run in CI. */
  readonly runUrl?: string;
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
  /** Where it was made, as the environment of CI says; left out where it says nothing. */
  readonly origin?: Origin;
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

// Makes the document of a plan.

/** What the document says beside the plan. */
export interface DocumentOptions {
  readonly generatedAt: Date;
  /** Undefined where no approval counts. */
  readonly approval?: Approval | undefined;
  /** Whether the run writes. */
  readonly run: boolean;
  /** Whose document it is; undefined where no Pulumi program makes it. */
  readonly owner?: ReportDocument["run"];
  /** Undefined where nobody says. */
  readonly origin?: Origin | undefined;
  /** By registration id. */
  readonly evidence?: ReadonlyMap<string, Evidence> | undefined;
  /** Of the line that {@link listedBy} names; undefined where nobody asked git. */
  readonly listed?: ((line: SourcePosition) => Listed) | undefined;
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
  const told = plan.domains.size === 0 ? (one: ReportedDecision) => one : inWords(show);
  return {
    version: 1,
    account: plan.account,
    ...(options.owner && { run: options.owner }),
    ...(options.origin && { origin: options.origin }),
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
      const line = listedBy(decision);
      const listed = line && options.listed?.(line);
      const reported = toReported(decision, pending.get(id), options.evidence?.get(id));
      return told(listed ? { ...reported, listed } : reported);
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

/** Texts show domains as the files write them. */
function inWords(show: (text: string) => string): (one: ReportedDecision) => ReportedDecision {
  return (one) => ({
    ...one,
    reason: { ...one.reason, text: show(one.reason.text) },
    ...(one.pending && { pending: { ...one.pending, text: show(one.pending.text) } }),
  });
}

function byUserAndDevice(a: Decision, b: Decision): number {
  const name = (one: Decision) => one.registration.device.name;
  return (
    compare(a.user, b.user) || compare(name(a), name(b)) || compare(a.registration.id, b.registration.id)
  );
}

/** The line by which a registration is listed: of its entry, or of what protects or ignores it. */
export function listedBy({ reason, source, entry }: Decision): SourcePosition | undefined {
  return aboutRule(reason.code).kind === "excepted" ? source : entry?.source;
}

function notYetDone({ registration, action }: Plan["acts"][number]): ActResult {
  return { registration: registration.id, act: action, result: "skipped" };
}

function toReported(
  decision: Decision,
  pending: ReportedDecision["pending"],
  evidence: Evidence | undefined,
): ReportedDecision {
  const { registration, user, hardware, live, desired, action, reason, source, entry, revokedBy } = decision;
  const related = relatedTo(decision);
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
      ...toConnection(registration),
    },
    live,
    desired,
    action,
    reason,
    source: decision.line ?? source,
    ...(related.length > 0 && { related }),
    ...(action === "unrevoke" && revokedBy && { revokedBy }),
    ...(said && Object.keys(said).length > 0 && { entry: said }),
    ...(pending && { pending }),
    ...(evidence && { evidence }),
  };
}

function relatedTo({ line, source, setting, removed }: Decision): NonNullable<ReportedDecision["related"]> {
  return [
    ...(removed ? [{ text: REMOVED, source: removed }] : []),
    ...(line ? [{ text: setting ?? "policy", source }] : []),
  ];
}

/** None of it is required by the API's document, and nothing is decided by it here: what is no text is left out. */
export function toConnection(registration: Registration): ReportedConnection {
  const { key_type, tunnel_type, virtual_ipv4, virtual_ipv6 } = registration;
  const policy: Partial<RegistrationPolicy> | null | undefined = registration.policy;
  return {
    ...(typeof policy?.id === "string" && {
      profile: {
        id: policy.id,
        ...(typeof policy.name === "string" && { name: policy.name }),
        ...(typeof policy.default === "boolean" && { default: policy.default }),
        ...(typeof policy.deleted === "boolean" && { deleted: policy.deleted }),
      },
    }),
    ...(isTold(key_type) && { keyType: key_type }),
    ...(isTold(tunnel_type) && { tunnelType: tunnel_type }),
    ...(isTold(virtual_ipv4) && { virtualIpv4: virtual_ipv4 }),
    ...(isTold(virtual_ipv6) && { virtualIpv6: virtual_ipv6 }),
  };
}

function isTold(value: unknown): value is string {
  return typeof value === "string" && value !== "";
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

// What a plan does not touch, by the rule that says so.

/** The registrations that one rule leaves alone. */
interface LeftAlone {
  readonly code: string;
  /** The code in words: `unknown user`. */
  readonly title: string;
  /** What the rule means, in one line; empty for a rule of a later version. */
  readonly meaning: string;
  readonly decisions: readonly ReportedDecision[];
}

/** One for each rule that left something alone, in the order in which the rules are asked. */
export function leftAlone({ decisions }: ReportDocument): readonly LeftAlone[] {
  const byRule = new Map<string, ReportedDecision[]>();
  for (const decision of decisions) {
    if (decision.action !== "leave") continue;
    const group = byRule.get(decision.reason.code);
    if (group) group.push(decision);
    else byRule.set(decision.reason.code, [decision]);
  }
  const meanings: Readonly<Record<string, string>> = ruleMeanings;
  const order = Object.keys(meanings);
  const rank = (code: string) => (order.includes(code) ? order.indexOf(code) : order.length);
  return [...byRule]
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([code, group]) => ({
      code,
      title: code.replaceAll("-", " "),
      meaning: Object.hasOwn(meanings, code) ? (meanings[code] ?? "") : "",
      decisions: group,
    }));
}

// The Access users of a plan, as the document tells them.

/** With `run`, every act begins as skipped until its outcome is known. */
function accessUsersIn(
  { accessUsers: decisions }: Plan,
  run: boolean,
  show: (text: string) => string,
): Pick<ReportDocument, "accessUsers" | "accessUserResults"> {
  if (decisions.length === 0) return {};
  const results = decisions.filter(isAccessUserAct).map(({ email, user, action }): AccessUserResult => ({
    email,
    ...(user && { id: user.id }),
    act: action,
    result: "skipped",
  }));
  return {
    accessUsers: decisions.map((one) => toReportedUser(one, show)),
    ...(run && results.length > 0 && { accessUserResults: results }),
  };
}

function toReportedUser(
  { user, ...decision }: AccessUserDecision,
  show: (text: string) => string,
): ReportedAccessUser {
  return { ...decision, text: show(decision.text), ...(user && { id: user.id }) };
}
