/** The Pulumi program: lists the live account, plans, shows the plan, and registers what must be done. */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as pulumi from "@pulumi/pulumi";
import type { DoneCounts } from "../providers/reconciliation.js";
import { AccessUser, PlannedRevocation, Reconciliation } from "../providers/resources.js";
import { toAccessUsers, toReconciliation, toRevocations } from "../providers/rows.js";
import type { RequestNote } from "./cloudflare/index.js";
import type { EarlierRuns } from "./reconcile/decision.js";
import type { Plan } from "./reconcile/plan.js";
import type { ReportDocument } from "./report/document.js";
import { type Evidence, evidenceWish } from "./report/evidence.js";
import { removeReport, reportPath, writeReport } from "./report/file.js";
import { render } from "./report/formats.js";
import { renderDone } from "./report/text.js";
import { givenFingerprint, isHeld, whyHeld } from "./report/guards.js";
import { takeInventory, timeOf, withAccount } from "./run/account.js";
import { actsOf, findSiblings, fetchEvidence } from "./run/evidence.js";
import {
  announce,
  endLanguageHost,
  EngineLink,
  grouped,
  isEngineAddress,
  isRunning,
  newRun,
  Progress,
  type RunMark,
} from "./run/lease.js";
import { ownByRows, ownByVariable, REVOCATION_TYPE } from "./run/earlier-runs.js";
import { documentOf, reconcile, readTestedAllowlist } from "./run/reconcile.js";
import { escapeText } from "./text/escape.js";
import { secretsHider } from "./text/redact.js";
import { counted } from "./text/words.js";
import { orRunError, type ProgramOptions, readSettings, runError, type Settings } from "./run/settings.js";

export type { DoneCounts } from "../providers/reconciliation.js";
export type { ProgramOptions } from "./run/settings.js";

/** The type of `WarpRegistrations` in a state. */
const TYPE = "warp-registrations:index:WarpRegistrations";

/**
 * Reconciles the WARP registrations of one account with the allowlist. Call it from a Pulumi program, once for each stack:
 *
 *     module.exports = () => warpRegistrations();
 *
 * The same as {@link WarpRegistrations} with the name `warp`; it resolves once the engine knows every row.
 */
export async function warpRegistrations(options: ProgramOptions = {}): Promise<void> {
  await new WarpRegistrations("warp", options).known;
}

/**
 * Reconciles the WARP registrations of one account with the allowlist; one for each stack. Its children are `acts` and
 * a row for each registration that must be revoked and each Access user who must exist.
 *
 * In a preview it shows what is due; in an update its children do it. Errors of the user or of the account are one
 * clean message (`RunError`). A held plan (a guard tripped, entries that contradict each other) is shown in full in a
 * preview, which then fails; it fails an update before any row is registered.
 *
 * Of the options, `dependsOn` is waited for before the account is listed, and `protect` applies to the component and
 * `acts`: rows come and go with the account. `provider` and `providers` are refused, since the token comes from the
 * environment.
 */
export class WarpRegistrations extends pulumi.ComponentResource<Done> {
  /** Resolves once the engine knows every row; rejects with what ends the run. */
  readonly known: Promise<void>;

  constructor(name: string, args: ProgramOptions = {}, options: pulumi.ComponentResourceOptions = {}) {
    refuseProviders(options);
    refuseSecond();
    super(TYPE, name, new Hidden(args), options);
    this.known = this.getData().then(() => undefined);
    // A caller who awaits `known` gets the error there, once; otherwise it ends the program.
    this.getData().catch(() => undefined);
  }

  /**
   * The fingerprint of the plan of the last run with acts; undefined until there was one. It changes only with an act.
   */
  get fingerprint(): pulumi.Output<string | undefined> {
    return pulumi.output(this.getData().then(({ fingerprint }) => fingerprint));
  }

  /** How many registrations that run brought to each state; undefined until there was one. */
  get counts(): pulumi.Output<DoneCounts | undefined> {
    return pulumi.output(this.getData().then(({ counts }) => counts));
  }

  /** Begins in the constructor of the base class, so nothing of this class exists before the first wait. */
  protected override async initialize(args: Hidden): Promise<Done> {
    const { settings, run } = await begin(args);
    // Wait until what it depends on is made.
    await valueOf(this.urn);
    const { due, size } = await prepare(settings, run);
    if (size > LARGE) collectGarbage();
    if (due.held !== undefined && !pulumi.runtime.isDryRun()) throw runError(due.held);
    refuseFailed();
    const { acts, isMade } = await register(due, this);
    const { fingerprint, counts } = acts;
    if (due.held !== undefined) throw runError(due.held);
    // A failure is reported by its row, and ends the program before this; with `--continue-on-error` it does not.
    if (due.done !== "" && isMade) await pulumi.log.info(due.done);
    this.registerOutputs({ fingerprint, counts });
    return { fingerprint, counts };
  }
}

/** The outputs of `acts`. */
type Done = Pick<Reconciliation, "fingerprint" | "counts">;

/** Arguments that are not inputs of the component: a folder in a state would be a different one on each machine. */
class Hidden {
  readonly #args: ProgramOptions;

  constructor(args: ProgramOptions) {
    this.#args = args;
  }

  get args(): ProgramOptions {
    return this.#args;
  }
}

/** The settings and the mark of this run, before anything else. */
async function begin({ args }: Hidden): Promise<{ readonly settings: Settings; readonly run: RunMark }> {
  // Out of the constructor, so that an error rejects a promise.
  await Promise.resolve();
  const settings = readSettings(args);
  const run = beginRun(settings);
  await orRunError(() => removeReport(process.env, run));
  return { settings, run };
}

// Stacks are distinguished by resource, since one process may run programs of several stacks, one after the other.

/** Stacks that already have their `WarpRegistrations`. */
const taken = new WeakSet<pulumi.Resource>();

/** Stacks whose program has failed. */
const failed = new WeakSet<pulumi.Resource>();

function refuseSecond(): void {
  const stack = pulumi.runtime.getStackResource();
  if (stack === undefined) return;
  if (taken.has(stack)) {
    failed.add(stack);
    throw runError(
      "there are two WarpRegistrations in this stack, but a stack belongs to one account\n" +
        "Give each account its own stack: pulumi stack init",
    );
  }
  taken.add(stack);
}

/**
 * Pulumi goes on with what a program had begun when it failed. Such a program may be about anything, so nothing is done
 * for it.
 */
function refuseFailed(): void {
  const stack = pulumi.runtime.getStackResource();
  if (stack === undefined || !failed.has(stack) || pulumi.runtime.isDryRun()) return;
  throw runError(
    "WARP registrations: nothing was done, since the program has failed\nCorrect its error, and run again",
  );
}

/** In Pulumi's own process, which lets both events pass and ends with an error after either. */
function watchForFailure(): void {
  const stack = pulumi.runtime.getStackResource();
  if (stack === undefined) return;
  const fail = () => void failed.add(stack);
  process.once("uncaughtExceptionMonitor", fail);
  process.once("unhandledRejection", fail);
}

function refuseProviders({ provider, providers }: pulumi.ComponentResourceOptions): void {
  const named = provider !== undefined ? "provider" : providers !== undefined ? "providers" : undefined;
  if (named === undefined) return;
  throw runError(
    `WarpRegistrations takes no \`${named}\`: it reads CLOUDFLARE_API_TOKEN from the environment, and the account from ` +
      `its arguments or the config warp-registrations:accountId\nRemove the option`,
  );
}

/** Announces this run to the provider's process, and ends what a killed engine would leave behind. */
function beginRun({ accountId }: Settings): RunMark {
  const { engine, isOwnProcess } = engineOf();
  const stack = `${pulumi.getProject()}/${pulumi.getStack()}`;
  const { PULUMI_BACKEND_URL, PULUMI_HOME } = process.env;
  const backend = PULUMI_BACKEND_URL ?? PULUMI_HOME ?? "";
  const writes = !pulumi.runtime.isDryRun();
  const run = newRun({ stack, account: accountId, backend, engine, writes });
  if (!isEngineAddress(engine)) return run;
  if (!isOwnProcess) {
    // The parent of this process is not a language host, and the parent of that is not Pulumi.
    const inline = { ...run, host: undefined, pulumi: undefined };
    announce(inline);
    return inline;
  }
  announce(run);
  watchForFailure();
  const orphaned = () => {
    if (run.pulumi !== undefined && !isRunning(run.pulumi)) endLanguageHost(run.host, engine);
  };
  process.once("exit", orphaned);
  new EngineLink(engine, () => process.exit(1));
  return run;
}

/**
 * The address of this run's engine, and whether this process is Pulumi's own. An inline program of the Automation API
 * runs in the process of its user, which goes on after the run; there only the SDK knows the engine.
 */
function engineOf(): { readonly engine: string; readonly isOwnProcess: boolean } {
  const { PULUMI_NODEJS_ENGINE: own } = process.env;
  if (own !== undefined && own !== "") return { engine: own, isOwnProcess: true };
  const client = pulumi.runtime.getEngine() as { getChannel?: () => { getTarget(): string } } | undefined;
  return { engine: client?.getChannel?.().getTarget().replace(/^dns:/u, "") ?? "", isOwnProcess: false };
}

/** What is registered from a plan, and what is shown after that. */
interface Due {
  readonly reconciliation: ReturnType<typeof toReconciliation>;
  readonly rows: RevocationRows;
  readonly users: ReturnType<typeof toAccessUsers>;
  /** Why nothing may be done; undefined if it may. */
  readonly held: string | undefined;
  /** What an update shows once every row is made; empty if there is nothing to show. */
  readonly done: string;
}

type RevocationRows = ReturnType<typeof toRevocations>;

/**
 * Plans, shows the plan, and keeps only what is due: the SDK needs much memory for rows, and until they are made a
 * large account would take up memory too.
 */
async function prepare(
  settings: Settings,
  run: RunMark,
): Promise<{ readonly due: Due; readonly size: number }> {
  const planned = await orRunError(() => planAccount(settings));
  const { plan } = planned;
  const document = await showPlan(planned, run);
  const due = {
    reconciliation: toReconciliation(plan),
    rows: toRevocations(plan),
    users: toAccessUsers(plan),
    held: isHeld(document) ? whyHeld(document, givenFingerprint(process.env)) : undefined,
    done: pulumi.runtime.isDryRun() ? "" : renderDone(document),
  };
  return { due, size: plan.decisions.length };
}

/** This many registrations take about 100 MB while they are planned. */
const LARGE = 30_000;

/**
 * Frees what planning needed. V8 would collect it only when the heap has doubled, which the rows that follow would make
 * it do; there is no other way to ask for it. On an engine without this, only memory is lost.
 */
function collectGarbage(): void {
  try {
    setFlagsFromString("--expose-gc");
    (runInNewContext("gc") as () => void)();
  } catch {
    // This engine cannot be asked.
  }
}

/** A plan, and what was found out about the users whom it acts on. */
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
  const remembered = ownByVariable(accountId, env);
  const siblings = await findSiblings({ folder, stack: pulumi.getStack(), account: accountId });
  const progress = new Progress((line) => void pulumi.log.info(line, undefined, undefined, true));
  let answers = 0;
  const onRequest = ({ status }: RequestNote) => {
    if (status !== undefined) answers += 1;
    progress.at(`WARP registrations: listing the account, ${grouped(answers)} answers so far`);
  };
  return withAccount({ accountId, baseUrl, perPage, env, onRequest }, async (client) => {
    const list = () => takeInventory(client, allowlist, lookUp);
    const time = () => timeOf(client, () => new Date());
    const own = () => readOwnRevocations(accountId);
    const context = { account: accountId, env, now, time, siblings, own, remembered };
    const plan = await reconcile(allowlist, list, context);
    const wanted = evidenceWish(env) !== "no";
    const evidence = wanted ? await fetchEvidence(client, actsOf(plan)) : undefined;
    return { plan, evidence, generatedAt: time().now };
  });
}

/** What this stack revoked, from the rows of its own state, which the engine reads; undefined if it cannot. */
async function readOwnRevocations(account: string): Promise<EarlierRuns | undefined> {
  const stackName = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  try {
    const { outputs } = (await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", {
      stackName,
    })) as { readonly outputs: Readonly<Record<string, StateRow>> };
    const rows = Object.values(outputs).filter(({ type }) => type === REVOCATION_TYPE);
    return ownByRows(
      account,
      rows.map((row) => row.outputs),
    );
  } catch (error) {
    const why = escapeText(error instanceof Error ? error.message : String(error), 300);
    await pulumi.log.warn(`The state could not be read, so it is unknown what this stack revoked: ${why}`);
    return undefined;
  }
}

/** A resource of the state, as far as it is used here. */
interface StateRow {
  readonly type: string;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** Shows the plan, and writes the report if one is requested, before anything can fail. */
async function showPlan(
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

/** A first preview has many more rows than acts: logs how many are new, and only record what is already revoked. */
async function logNewRows(rows: RevocationRows, made: readonly PlannedRevocation[]): Promise<void> {
  const recorded = made.filter((_, at) => rows[at]?.inputs.drift === undefined);
  let old = 0;
  // Before an update the id of what is not in the state is unknown, and then `apply` calls nothing.
  for (const row of recorded) row.id.apply(() => old++);
  await new Promise((done) => setImmediate(done));
  const count = recorded.length - old;
  if (count === 0) return;
  const makes =
    count === 1 ? "records what is revoked already, and makes" : "record what is revoked already, and make";
  await pulumi.log.info(
    `Rows: of ${counted(rows.length, "row")} \`Revocation\` below, ${count} only ${makes} no call.`,
  );
}

/** Registers the rows, and waits until the engine knows each, so that a preview which then fails has still shown them. */
async function register(
  { reconciliation: acts, rows, users: wanted }: Due,
  parent: pulumi.Resource,
): Promise<{ readonly acts: Reconciliation; readonly isMade: boolean }> {
  const registered = await shallow(() => {
    const options = { parent, aliases: BEFORE_THE_COMPONENT };
    // Inputs go into the state, and someone may have named a device after a piece of the token.
    const hidden = secretsHider(process.env);
    const reconciliation = new Reconciliation("acts", hidden(acts), options);
    // A row leaves the state with the registration or user that it is about; a protected row could not.
    const own = { ...options, dependsOn: reconciliation, protect: false };
    const revocations = rows.map(({ name, inputs }) => new PlannedRevocation(name, hidden(inputs), own));
    const users = wanted.map(({ name, inputs }) => new AccessUser(name, hidden(inputs), own));
    return { reconciliation, revocations, users };
  });
  const { reconciliation, revocations, users } = registered;
  await Promise.all([reconciliation, ...revocations, ...users].map(({ urn }) => valueOf(urn)));
  if (pulumi.runtime.isDryRun()) {
    await logNewRows(rows, revocations);
    return { acts: reconciliation, isMade: false };
  }
  return { acts: reconciliation, isMade: await isMade(reconciliation, users, acts) };
}

/**
 * Whether a run did all that it set out to do: with `--continue-on-error` the program goes on after a row has failed.
 * Such a row has no id, or the one from the run before.
 */
async function isMade(
  reconciliation: Reconciliation,
  users: readonly AccessUser[],
  { due = {} }: Due["reconciliation"],
): Promise<boolean> {
  const ids = await Promise.all([reconciliation, ...users].map(({ id }) => valueOf(id)));
  if (ids.some((id) => id === undefined || id === "")) return false;
  const acts = Object.values(due).flatMap(Object.keys).length;
  const counts = await valueOf(reconciliation.counts);
  const done = counts ? counts.active + counts.revoked + counts.deleted + counts.usersDeleted : 0;
  return acts === 0 || done === acts;
}

/** Where rows were before there was a component: directly in the stack. */
const BEFORE_THE_COMPONENT: pulumi.Alias[] = [{ parent: pulumi.rootStackResource }];

/** Resolves once the engine has answered; to undefined if it does not know the value. */
function valueOf<T>(output: pulumi.Output<T>): Promise<T | undefined> {
  return new Promise((known) => (output as pulumi.Output<unknown>).apply((value) => known(value as T)));
}

/**
 * Runs outside the current call stack: the SDK takes the whole stack for each resource, maps it to sources, and the
 * state keeps it. It takes another one for each promise that it waits for; nobody sees those, and they would be half
 * the cost of a row.
 */
function shallow<T>(make: () => T): Promise<T> {
  return new Promise((done, failed) => {
    setImmediate(() => {
      const { stackTraceLimit } = Error;
      // To find out where a resource was made, the SDK sets a limit of its own.
      Error.stackTraceLimit = 0;
      try {
        done(make());
      } catch (error) {
        failed(error instanceof Error ? error : new Error(String(error)));
      } finally {
        Error.stackTraceLimit = stackTraceLimit;
      }
    });
  });
}
