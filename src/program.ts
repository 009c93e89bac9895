/** The Pulumi program: lists the live account, plans, shows the plan, and registers what must be done. */
import * as pulumi from "@pulumi/pulumi";
import { toAccessUsers } from "../providers/access-user-rows.js";
import { AccessUser, Reconciliation, Revocation } from "../providers/resources.js";
import { toReconciliation, toRevocations } from "../providers/rows.js";
import type { Plan } from "./reconcile/plan.js";
import type { ReportDocument } from "./report/document.js";
import { type Evidence, evidenceWish } from "./report/evidence.js";
import { removeReport, reportPath, writeReport } from "./report/file.js";
import { render } from "./report/formats.js";
import { givenFingerprint, isHeld, whyHeld } from "./report/guards.js";
import { takeInventory, timeOf, withAccount } from "./run/account.js";
import { actsOf, findSiblings, gatherEvidence } from "./run/evidence.js";
import {
  announce,
  endLanguageHost,
  EngineLink,
  isEngineAddress,
  isRunning,
  newRun,
  type RunMark,
} from "./run/lease.js";
import { documentOf, planFor, readTestedAllowlist } from "./run/reconcile.js";
import { orRunError, type ProgramOptions, readSettings, runError, type Settings } from "./run/settings.js";

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
  const run = beginRun(settings);
  await orRunError(() => removeReport(process.env, run));
  const planned = await orRunError(() => planAccount(settings));
  const { plan } = planned;
  const document = await report(planned, run);
  const held = isHeld(document);
  const preview = pulumi.runtime.isDryRun();
  if (preview || !held) await register(plan);
  if (held) throw runError(whyHeld(document, givenFingerprint(process.env)));
}

/** Tells the provider's process of this run, and ends what an engine that was killed would leave behind. */
function beginRun({ accountId }: Settings): RunMark {
  const engine = process.env.PULUMI_NODEJS_ENGINE ?? "";
  const stack = `${pulumi.getProject()}/${pulumi.getStack()}`;
  const { PULUMI_BACKEND_URL, PULUMI_HOME } = process.env;
  const backend = PULUMI_BACKEND_URL ?? PULUMI_HOME ?? "";
  const writes = !pulumi.runtime.isDryRun();
  const run = newRun({ stack, account: accountId, backend, engine, writes });
  if (!isEngineAddress(engine)) return run;
  announce(run);
  const orphaned = () => {
    if (run.pulumi !== undefined && !isRunning(run.pulumi)) endLanguageHost(run.host, engine);
  };
  process.once("exit", orphaned);
  new EngineLink(engine, () => process.exit(1));
  return run;
}

/** A plan, and what was asked about the users whom it acts on. */
interface Planned {
  readonly plan: Plan;
  readonly evidence: ReadonlyMap<string, Evidence> | undefined;
  readonly generatedAt: Date;
}

async function planAccount(settings: Settings): Promise<Planned> {
  const { accountId, baseUrl, perPage, folder, patterns, lookUp } = settings;
  const { env } = process;
  const now = new Date();
  const allowlist = await readTestedAllowlist({ root: folder, patterns }, now);
  const siblings = await findSiblings({ folder, stack: pulumi.getStack(), account: accountId });
  return withAccount({ accountId, baseUrl, perPage, env }, async (client) => {
    const list = () => takeInventory(client, allowlist, lookUp);
    const time = () => timeOf(client, () => new Date());
    const plan = await planFor(allowlist, list, { account: accountId, env, now, time, siblings });
    const wanted = evidenceWish(env) !== "no";
    const evidence = wanted ? await gatherEvidence(client, actsOf(plan)) : undefined;
    return { plan, evidence, generatedAt: time().now };
  });
}

/** Shows the plan, and writes it where a report is asked for, before anything can fail. */
async function report(
  { plan, evidence, generatedAt }: Planned,
  { id, stack }: RunMark,
): Promise<ReportDocument> {
  const { env } = process;
  const run = !pulumi.runtime.isDryRun();
  const owner = { id, stack };
  const document = documentOf(plan, { env, generatedAt, run, evidence, owner });
  const path = reportPath(env);
  if (path !== undefined) await orRunError(() => writeReport(path, document));
  // What holds the plan is the error with which the run ends.
  const options = { evidence: evidenceWish(env) === "output", holdsSaid: true };
  await pulumi.log.info(render("text", document, options).trimEnd());
  return document;
}

/** Waits until the engine knows every row, so that a preview which then fails has still shown them. */
async function register(plan: Plan): Promise<void> {
  const resources = withoutStacks(() => {
    const reconciliation = new Reconciliation("acts", toReconciliation(plan));
    const rows = toRevocations(plan).map(
      ({ name, inputs }) => new Revocation(name, inputs, { dependsOn: reconciliation }),
    );
    const users = toAccessUsers(plan).map(
      ({ name, inputs }) => new AccessUser(name, inputs, { dependsOn: reconciliation }),
    );
    return [reconciliation, ...rows, ...users];
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
