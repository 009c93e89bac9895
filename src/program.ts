/** The Pulumi program: lists the live account, plans, shows the plan, and registers what must be done. */

import * as pulumi from "@pulumi/pulumi";
import { Reconciliation, Revocation } from "../providers/resources.js";
import { toReconciliation, toRevocations } from "../providers/rows.js";
import { readAllowlist } from "./allowlist/read.js";
import { createClient, credentialsFromEnvironment } from "./cloudflare/index.js";
import { takeInventory } from "./inventory.js";
import { makePlan, type Plan } from "./reconcile/plan.js";
import { AllowlistError } from "./allowlist/message.js";
import { runAllowlistTests } from "./reconcile/allowlist-tests.js";
import { approvalFor, givenFingerprint } from "./report/approval.js";
import type { ReportDocument } from "./report/document.js";
import { removeReport, reportPath, writeReport } from "./report/file.js";
import { isHeld, whyHeld } from "./report/guards.js";
import { readReviewedPlan } from "./report/reviewed-plan.js";
import { renderText } from "./report/text.js";
import { toDocument } from "./report/to-document.js";
import { orRunError, runError } from "./run-error.js";
import { findSiblings } from "./siblings.js";
import { readSettings, type ProgramOptions, type Settings } from "./settings.js";

export type { ProgramOptions } from "./settings.js";

/**
 * Reconciles the WARP registrations of one account with the allowlist. Call it from a Pulumi program, once a stack:
 *
 *     module.exports = () => warpRegistrations();
 *
 * In a preview it shows what is due; in an update the resources that it registers do it. Errors of the user or of
 * the account are one clean message (`RunError`). A held plan (a guard tripped, entries that contradict each other)
 * is shown whole in a preview before that fails, and fails an update before any resource is registered.
 */
export async function warpRegistrations(options: ProgramOptions = {}): Promise<void> {
  const settings = readSettings(options);
  await orRunError(() => removeReport(process.env));
  const plan = await orRunError(() => planAccount(settings));
  const document = await report(plan);
  const held = isHeld(document);
  const preview = pulumi.runtime.isDryRun();
  if (preview || !held) await register(plan);
  if (held) throw runError(whyHeld(document, givenFingerprint(process.env)));
}

async function planAccount({ accountId, baseUrl, perPage, folder, patterns }: Settings): Promise<Plan> {
  const allowlist = await readAllowlist({ root: folder, patterns });
  const now = new Date();
  const failed = runAllowlistTests(allowlist, now);
  if (failed.length > 0) throw new AllowlistError(failed);
  const terms = { account: accountId, maxAge: allowlist.limits.maxPlanAge.value, now };
  const reviewed = await readReviewedPlan(process.env, terms);
  const siblings = await findSiblings({ folder, stack: pulumi.getStack(), account: accountId });
  const credentials = credentialsFromEnvironment(process.env);
  const client = createClient({ accountId, credentials, baseUrl, perPage });
  try {
    const inventory = await takeInventory(client, allowlist);
    // What the calendar makes due is asked as of the moment of the review, so that nothing new creeps in meanwhile.
    return makePlan(allowlist, inventory, reviewed?.asOf ?? now, { now, reviewed, siblings });
  } finally {
    await client.close();
  }
}

/** Shows the plan, and writes it where a report is asked for, before anything can fail. */
async function report(plan: Plan): Promise<ReportDocument> {
  const approval = approvalFor(plan.fingerprint, process.env);
  const run = !pulumi.runtime.isDryRun();
  const document = toDocument(plan, { generatedAt: new Date(), approval, run });
  const path = reportPath(process.env);
  if (path !== undefined) await orRunError(() => writeReport(path, document));
  await pulumi.log.info(renderText(document));
  return document;
}

/** Waits until the engine knows every row, so that a preview which then fails has still shown them. */
async function register(plan: Plan): Promise<void> {
  const resources = withoutStacks(() => {
    const reconciliation = new Reconciliation("acts", toReconciliation(plan));
    const rows = toRevocations(plan).map(
      ({ name, inputs }) => new Revocation(name, inputs, { dependsOn: reconciliation }),
    );
    return [reconciliation, ...rows];
  });
  await Promise.all(resources.map(({ urn }) => new Promise((known) => urn.apply(known))));
}

/** The SDK takes several stacks for each resource and maps them to sources; all of them lead to this file. */
function withoutStacks<T>(make: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
