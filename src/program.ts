/** The Pulumi program: lists the live account, plans, shows the plan, and registers what must be done. */

import * as pulumi from "@pulumi/pulumi";
import { Reconciliation, Revocation } from "../providers/resources.js";
import { toReconciliation, toRevocations } from "../providers/rows.js";
import { withAccount } from "./account.js";
import { takeInventory } from "./inventory.js";
import type { Plan } from "./reconcile/plan.js";
import { givenFingerprint } from "./report/approval.js";
import type { ReportDocument } from "./report/document.js";
import { removeReport, reportPath, writeReport } from "./report/file.js";
import { isHeld, whyHeld } from "./report/guards.js";
import { renderText } from "./report/text.js";
import { orRunError, runError } from "./run-error.js";
import { documentOf, planFor, readTestedAllowlist } from "./run-plan.js";
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
  const { env } = process;
  const now = new Date();
  const allowlist = await readTestedAllowlist({ root: folder, patterns }, now);
  const siblings = await findSiblings({ folder, stack: pulumi.getStack(), account: accountId });
  const list = () =>
    withAccount({ accountId, baseUrl, perPage, env }, (client) => takeInventory(client, allowlist));
  return planFor(allowlist, list, { account: accountId, env, now, siblings });
}

/** Shows the plan, and writes it where a report is asked for, before anything can fail. */
async function report(plan: Plan): Promise<ReportDocument> {
  const run = !pulumi.runtime.isDryRun();
  const document = documentOf(plan, { env: process.env, generatedAt: new Date(), run });
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
