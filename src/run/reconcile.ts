/** From the allowlist's files to the plan and its document: what the Pulumi program and the executable share. */

import { checkAccount } from "../allowlist/checks.js";
import { readAllowlist, type ReadOptions } from "../allowlist/files.js";
import { AllowlistError, inOrder } from "../allowlist/messages.js";
import type { Allowlist } from "../allowlist/model.js";
import { CloudflareError, describeCost } from "../cloudflare/index.js";
import { isItemAct, type EarlierRuns } from "../reconcile/decision.js";
import type { Sibling } from "../reconcile/findings/account.js";
import { runAllowlistTests } from "../reconcile/findings/tests.js";
import {
  type Inventory,
  makePlan,
  needsOwnRevocations,
  type Plan,
  withWhoRevoked,
} from "../reconcile/plan.js";
import type { ReportDocument } from "../report/document.js";
import { type DocumentOptions, originOf, toDocument } from "../report/to-document.js";
import { SettingError } from "../report/evidence.js";
import { ReportError } from "../report/file.js";
import { approvalFor } from "../report/guards.js";
import { checkReviewedAge, readReviewedPlan, ReviewedPlanError } from "../report/read-back.js";
import { withoutSecretsIn } from "../text/redact.js";
import type { RunTime } from "./account.js";
import { HistoryError, ownByAll } from "./earlier-runs.js";

/** Errors of a user or of the account: their messages say all that is needed, without a stack. */
export const USER_ERRORS = [
  CloudflareError,
  HistoryError,
  ReportError,
  ReviewedPlanError,
  SettingError,
] as const;

/**
 * Reads the allowlist and runs its tests.
 *
 * @throws AllowlistError with everything that is wrong, or with every test that fails
 */
export async function readTestedAllowlist(options: ReadOptions, now: Date): Promise<Allowlist> {
  const allowlist = await readAllowlist(options);
  testAt(allowlist, now);
  return allowlist;
}

function testAt(allowlist: Allowlist, now: Date): void {
  const failed = runAllowlistTests(allowlist, now);
  if (failed.length > 0) throw new AllowlistError(inOrder(failed));
}

/** What a plan is made for. */
interface PlanContext {
  readonly account: string;
  /** May name the plan that was reviewed (`WARP_EXPECT_PLAN`). */
  readonly env: NodeJS.ProcessEnv;
  readonly now: Date;
  /** The time by the account's clock, known once it is listed; left out for a saved account or a given moment. */
  readonly time?: (() => RunTime) | undefined;
  /** Other stacks on this account. */
  readonly siblings?: readonly Sibling[];
  /** What this stack revoked; asked only if the plan or its report needs it. Undefined if there is no record. */
  readonly own?: (() => Promise<EarlierRuns | undefined>) | undefined;
  /** What files record of earlier runs. */
  readonly remembered?: EarlierRuns | undefined;
}

/**
 * Makes the plan, limited to what was reviewed if the environment names a reviewed plan. The account is listed only
 * after everything else has been checked.
 */
export async function reconcile(
  allowlist: Allowlist,
  list: () => Promise<Inventory>,
  { account, env, now: given, time: askTime, siblings = [], own: askOwn, remembered }: PlanContext,
): Promise<Plan> {
  checkAccount(allowlist, account);
  const maxAge = allowlist.limits.maxPlanAge.value;
  const reviewed = readReviewedPlan(env, account);
  const checkAge = (now: Date) => reviewed && checkReviewedAge(env, reviewed, maxAge, now);
  // The time of a live account is known only after the listing; everything else is checked before.
  if (!askTime) checkAge(given);
  const inventory = await list();
  const time = askTime?.();
  const now = time?.now ?? given;
  if (time) {
    checkAge(now);
    testAt(allowlist, now);
  }
  // Dates are judged as of the moment of the review, so that no act becomes due between the review and the run.
  const asOf = reviewed?.asOf ?? now;
  const make = (own: EarlierRuns | undefined) =>
    makePlan(allowlist, inventory, asOf, { now, reviewed, siblings, own });
  const plan = await withOwn(make, needsOwnRevocations(allowlist), { ask: askOwn, remembered });
  const { findings, notes } = time ?? { findings: [], notes: [] };
  return {
    ...plan,
    findings: [...findings, ...plan.findings],
    notes: [...notes, ...plan.notes, ...costNotes(plan)],
  };
}

/** The plan, with what earlier runs left. The state is asked only if it decides, or to say who revoked what is let in. */
async function withOwn(
  make: (own: EarlierRuns | undefined) => Plan,
  decides: boolean,
  { ask, remembered }: { readonly ask: PlanContext["own"]; readonly remembered: PlanContext["remembered"] },
): Promise<Plan> {
  const askAll = async () => ownByAll([await ask?.(), remembered]);
  const known = decides ? await askAll() : remembered;
  const plan = make(known);
  const letsIn = plan.decisions.some(({ action }) => action === "unrevoke");
  return withWhoRevoked(plan, letsIn && !decides ? await askAll() : known);
}

/** What a long run will cost. */
function costNotes({ acts, accessUsers }: Plan): readonly string[] {
  const users = accessUsers.filter(isItemAct);
  const said = describeCost({
    acts: countBy(acts.map(({ action }) => action)),
    users: countBy(users.map(({ action }) => action)),
  });
  return said === undefined
    ? []
    : [`the acts of this run take ${said}; Cloudflare counts every request of the token's user`];
}

function countBy<K extends string>(keys: readonly K[]): Partial<Record<K, number>> {
  const counts: Partial<Record<K, number>> = {};
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}

/** What the document needs besides the plan, and where approvals come from. */
interface DocumentContext extends Omit<DocumentOptions, "approval" | "origin"> {
  readonly env: NodeJS.ProcessEnv;
}

/** The plan's document; approved if the environment approves exactly this plan. */
export function documentOf(plan: Plan, { env, ...options }: DocumentContext): ReportDocument {
  const document = toDocument(plan, {
    ...options,
    approval: approvalFor(plan.fingerprint, env),
    origin: originOf(env),
  });
  return withoutSecretsIn(document, env);
}
