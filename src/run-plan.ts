/** From the allowlist's files to the plan and its document: what the Pulumi program and the executable do alike. */

import { checkAccount } from "./allowlist/account.js";
import type { Allowlist } from "./allowlist/allowlist.js";
import { AllowlistError } from "./allowlist/message.js";
import { readAllowlist, type ReadOptions } from "./allowlist/read.js";
import { runAllowlistTests } from "./reconcile/allowlist-tests.js";
import type { Sibling } from "./reconcile/findings/account.js";
import { makePlan, type Inventory, type Plan } from "./reconcile/plan.js";
import { withoutSecretsIn } from "./redact.js";
import { approvalFor } from "./report/approval.js";
import type { ReportDocument } from "./report/document.js";
import { readReviewedPlan } from "./report/reviewed-plan.js";
import { toDocument, type DocumentOptions } from "./report/to-document.js";

/**
 * Reads the allowlist and runs its tests.
 *
 * @throws AllowlistError with everything that is wrong, or with every test that fails
 */
export async function readTestedAllowlist(options: ReadOptions, now: Date): Promise<Allowlist> {
  const allowlist = await readAllowlist(options);
  const failed = runAllowlistTests(allowlist, now);
  if (failed.length > 0) throw new AllowlistError(failed);
  return allowlist;
}

/** What a plan is made for. */
export interface PlanTerms {
  readonly account: string;
  /** May name the plan that was reviewed (`WARP_EXPECT_PLAN`). */
  readonly env: NodeJS.ProcessEnv;
  readonly now: Date;
  /** Other stacks on this account. */
  readonly siblings?: readonly Sibling[];
}

/**
 * Plans, within what was reviewed where the environment names that. Lists the account only once all else is known to
 * be good.
 */
export async function planFor(
  allowlist: Allowlist,
  list: () => Promise<Inventory>,
  { account, env, now, siblings = [] }: PlanTerms,
): Promise<Plan> {
  checkAccount(allowlist, account);
  const maxAge = allowlist.limits.maxPlanAge.value;
  const reviewed = await readReviewedPlan(env, { account, maxAge, now });
  // What the calendar makes due is asked as of the moment of the review, so that nothing new creeps in meanwhile.
  return makePlan(allowlist, await list(), reviewed?.asOf ?? now, { now, reviewed, siblings });
}

/** What the document says beside the plan, and where approvals come from. */
export interface DocumentTerms extends Omit<DocumentOptions, "approval"> {
  readonly env: NodeJS.ProcessEnv;
}

/** The plan's document, approved where the environment approves just this plan. */
export function documentOf(plan: Plan, { env, ...options }: DocumentTerms): ReportDocument {
  const document = toDocument(plan, { ...options, approval: approvalFor(plan.fingerprint, env) });
  return withoutSecretsIn(document, env);
}
