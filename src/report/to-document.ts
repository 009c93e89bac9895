/** Makes the document of a plan. */

import type { SourcePosition } from "../allowlist/messages.js";
import type { Entry } from "../allowlist/model.js";
import { showDomains } from "../allowlist/values.js";
import type { Registration, RegistrationPolicy } from "../cloudflare/types.js";
import { aboutRule, type Action, type Decision, isItemAct, type Item } from "../reconcile/decision.js";
import { toReportedHardware } from "../reconcile/hardware.js";
import { aboutItems, itemKinds } from "../reconcile/items.js";
import type { Plan } from "../reconcile/plan.js";
import { compare, variable } from "../text/words.js";
import {
  type ActResult,
  type Approval,
  type ItemResult,
  type ListedSince,
  type Origin,
  REMOVED,
  type ReportDocument,
  type ReportedDecision,
  type ReportedEntry,
  type ReportedRegistration,
} from "./document.js";
import type { Evidence } from "./evidence.js";

/** What the document has besides the plan. */
export interface DocumentOptions {
  readonly generatedAt: Date;
  /** Undefined if no approval counts. */
  readonly approval?: Approval | undefined;
  /** Whether the run writes. */
  readonly run: boolean;
  /** The run that it belongs to; undefined unless a Pulumi program makes it. */
  readonly owner?: ReportDocument["run"];
  /** Undefined if it is not known. */
  readonly origin?: Origin | undefined;
  /** By registration id. */
  readonly evidence?: ReadonlyMap<string, Evidence> | undefined;
  /** For the line that {@link listedBy} returns; undefined if git was not asked. */
  readonly listed?: ((line: SourcePosition) => ListedSince) | undefined;
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
  const inWrittenDomains = plan.domains.size === 0 ? (one: ReportedDecision) => one : inWords(show);
  return {
    version: 1,
    account: plan.account,
    run: options.owner,
    origin: options.origin,
    generatedAt: options.generatedAt.toISOString(),
    asOf: plan.asOf.toISOString(),
    fingerprint: plan.fingerprint,
    approved: options.approval !== undefined,
    approval: options.approval,
    freeze: freeze && { until: freeze.until.toISOString(), reason: freeze.reason, source: freeze.source },
    reviewed: reviewed && { fingerprint: reviewed.fingerprint, asOf: reviewed.asOf.toISOString() },
    summary,
    pending: plan.pending.length,
    population: plan.population,
    decisions: [...plan.decisions].sort(byUserAndDevice).map((decision) => {
      const { id } = decision.registration;
      const line = options.listed && listedBy(decision);
      const listed = line && options.listed(line);
      const evidence = options.evidence?.get(id);
      return inWrittenDomains(toReported(decision, { pending: pending.get(id), evidence, listed }));
    }),
    ...itemsIn(plan, options.run, show),
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
    domains:
      plan.domains.size === 0
        ? undefined
        : Object.fromEntries([...plan.domains].sort(([a], [b]) => compare(a, b))),
    allowlist: plan.files,
    results: options.run ? plan.acts.map(notYetDone) : undefined,
  };
}

/** Texts show domains as the files write them. */
function inWords(show: (text: string) => string): (one: ReportedDecision) => ReportedDecision {
  return (one) => ({
    ...one,
    reason: { ...one.reason, text: show(one.reason.text) },
    pending: one.pending && { ...one.pending, text: show(one.pending.text) },
  });
}

function byUserAndDevice(a: Decision, b: Decision): number {
  const name = (one: Decision) => one.registration.device.name;
  return (
    compare(a.user, b.user) || compare(name(a), name(b)) || compare(a.registration.id, b.registration.id)
  );
}

/** The line that lists a registration: its entry's, or that of what protects or ignores it. */
export function listedBy({ reason, source, entry }: Decision): SourcePosition | undefined {
  return aboutRule(reason.code).kind === "excepted" ? source : entry?.source;
}

function notYetDone({ registration, action }: Plan["acts"][number]): ActResult {
  return { registration: registration.id, act: action, result: "skipped" };
}

function toReported(
  decision: Decision,
  more: Pick<ReportedDecision, "pending" | "evidence" | "listed">,
): ReportedDecision {
  const { registration, user, hardware, live, desired, action, reason, source, entry, revokedBy } = decision;
  const related = relatedTo(decision);
  return {
    registration: {
      id: registration.id,
      device: {
        id: registration.device.id,
        name: registration.device.name,
        hardware: hardware && toReportedHardware(hardware),
      },
      user: { email: user, name: registration.user?.name },
      times: {
        created: registration.created_at,
        updated: registration.updated_at,
        lastSeen: registration.last_seen_at,
        revoked: registration.revoked_at ?? undefined,
      },
      ...toConnection(registration),
    },
    live,
    desired,
    action,
    reason,
    source: decision.line ?? source,
    related: related.length > 0 ? related : undefined,
    revokedBy: action === "unrevoke" ? revokedBy : undefined,
    entry: entry && toReportedEntry(entry),
    ...more,
  };
}

function relatedTo({ line, source, setting, removed }: Decision): NonNullable<ReportedDecision["related"]> {
  return [
    ...(removed ? [{ text: REMOVED, source: removed }] : []),
    ...(line ? [{ text: setting ?? "policy", source }] : []),
  ];
}

/** The API's document requires none of this, and nothing here depends on it: what is not a string is left out. */
export function toConnection({
  key_type,
  tunnel_type,
  virtual_ipv4,
  virtual_ipv6,
  policy,
}: Registration): Connection {
  const connection: { -readonly [Key in keyof Connection]: Connection[Key] } = {};
  const profile = policy && toProfile(policy);
  if (profile) connection.profile = profile;
  if (isText(key_type)) connection.keyType = key_type;
  if (isText(tunnel_type)) connection.tunnelType = tunnel_type;
  if (isText(virtual_ipv4)) connection.virtualIpv4 = virtual_ipv4;
  if (isText(virtual_ipv6)) connection.virtualIpv6 = virtual_ipv6;
  return connection;
}

type Connection = Pick<
  ReportedRegistration,
  "profile" | "keyType" | "tunnelType" | "virtualIpv4" | "virtualIpv6"
>;

/** A listing has each profile once, for all the registrations that get it, and so has a document. */
const profiles = new WeakMap<RegistrationPolicy, NonNullable<Connection["profile"]>>();

function toProfile(policy: RegistrationPolicy): Connection["profile"] {
  const { id, name, default: isDefault, deleted }: Partial<RegistrationPolicy> = policy;
  if (typeof id !== "string") return undefined;
  const known = profiles.get(policy);
  if (known) return known;
  const profile = {
    id,
    ...(typeof name === "string" && { name }),
    ...(typeof isDefault === "boolean" && { default: isDefault }),
    ...(typeof deleted === "boolean" && { deleted }),
  };
  profiles.set(policy, profile);
  return profile;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/** Undefined for an entry that has none of these texts. */
function toReportedEntry({ note, reason, owner, ticket, expires }: Entry): ReportedEntry | undefined {
  const texts = [note, reason, owner, ticket, expires];
  if (texts.every((text) => text === undefined)) return undefined;
  return { note, reason, owner, ticket, expires: expires?.text };
}

// The other items of a plan, as the document shows them.

/** With `run`, every act begins as skipped until its outcome is known. A kind without items has no field. */
function itemsIn(plan: Plan, run: boolean, show: (text: string) => string): Partial<ReportDocument> {
  const fields = itemKinds.flatMap((kind): (readonly [string, readonly object[]])[] => {
    const items = plan[kind].map(({ user, ...item }): Item => ({
      ...item,
      text: show(item.text),
      id: item.id ?? user?.id,
    }));
    return [
      [kind, items],
      [aboutItems(kind).results, run ? items.filter(isItemAct).map(notYetMade) : []],
    ];
  });
  return Object.fromEntries(fields.filter(([, rows]) => rows.length > 0));
}

function notYetMade({ email, key, id, action: act }: Item): ItemResult {
  return { email, key, id, act, result: "skipped" };
}

// Where a document comes from.

/**
 * Where this run is, as the environment says: `WARP_COMMIT`, `WARP_PULL_REQUEST` (a number or an address) and
 * `WARP_RUN_URL`, or what GitHub Actions and GitLab CI set. Undefined if none is set.
 */
export function originOf(env: NodeJS.ProcessEnv): Origin | undefined {
  const given = (name: string) => variable(env, name);
  /** The parts as one text; undefined if one is not set. */
  const joined = (...parts: readonly (string | undefined)[]) =>
    parts.includes(undefined) ? undefined : parts.join("");
  const repository = joined(given("GITHUB_SERVER_URL"), "/", given("GITHUB_REPOSITORY"));
  const project = given("CI_MERGE_REQUEST_PROJECT_URL") ?? given("CI_PROJECT_URL");
  const request = given("WARP_PULL_REQUEST");
  const pullRequest =
    /(\d+)\/?$/u.exec(request ?? "")?.[1] ??
    /^refs\/pull\/(\d+)\//u.exec(given("GITHUB_REF") ?? "")?.[1] ??
    given("CI_MERGE_REQUEST_IID");
  const known = Object.entries({
    commit: given("WARP_COMMIT") ?? given("GITHUB_SHA") ?? given("CI_COMMIT_SHA"),
    pullRequest,
    pullRequestUrl:
      request?.includes("/") === true
        ? request
        : (joined(repository, "/pull/", pullRequest) ?? joined(project, "/-/merge_requests/", pullRequest)),
    runUrl:
      given("WARP_RUN_URL") ??
      joined(repository, "/actions/runs/", given("GITHUB_RUN_ID")) ??
      given("CI_JOB_URL"),
  } satisfies { [Key in keyof Origin]-?: string | undefined }).filter(([, value]) => value !== undefined);
  return known.length === 0 ? undefined : Object.fromEntries(known);
}
