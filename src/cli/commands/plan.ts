/** `warp-registrations plan`: shows what an update would do. */

import type { Command } from "commander";
import { existsSync } from "node:fs";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { readAllowlist } from "../../allowlist/files.js";
import { AllowlistError, formatMessages } from "../../allowlist/messages.js";
import type { Allowlist } from "../../allowlist/model.js";
import { withChange } from "../../reconcile/change.js";
import { makePlan, type Plan } from "../../reconcile/plan.js";
import type { ReportDocument } from "../../report/document.js";
import { listedBy } from "../../report/to-document.js";
import { type Evidence, evidenceWish } from "../../report/evidence.js";
import { type Format, formatNames, render } from "../../report/formats.js";
import { givenFingerprint, isHeld, whyHeld } from "../../report/guards.js";
import { EXPECT_VARIABLE } from "../../report/read-back.js";
import { hasActs } from "../../report/words.js";
import { narrowInventory } from "../../run/account.js";
import { actsOf, findSiblings } from "../../run/evidence.js";
import { documentOf, reconcile, readTestedAllowlist } from "../../run/reconcile.js";
import { jsonParts } from "../../text/escape.js";
import { hideSecrets } from "../../text/redact.js";
import { openSource } from "../account.js";
import {
  type CommandContext,
  EXIT,
  type ExitCode,
  newCommand,
  runs,
  type Surroundings,
  UserError,
} from "../command.js";
import { filesOfOwn, type OwnOptions, readOwn, readText, writeFiles } from "../files.js";
import { blame, readAllowlistAt } from "../git.js";
import {
  type AccountOptions,
  type AllowlistOptions,
  exitCodeOption,
  outputOptions,
  planOptions,
} from "../options.js";
import { checkEndings, checkPlaces, emit, type OutputOptions, pathsOf } from "../output.js";
import {
  applyBaseline,
  type Baseline,
  continueHistory,
  formatBaseline,
  formatHistory,
  parseBaseline,
  parseHistory,
  withAges,
  withKeys,
} from "./baseline.js";
import { variable } from "../../text/words.js";

const PLAN_EXAMPLE = `
$ export CLOUDFLARE_ACCOUNT_ID=… CLOUDFLARE_API_TOKEN=…
$ warp-registrations plan --output json=plan.json markdown=plan.md --base-ref origin/main
WARP registrations: to revoke 2, unrevoke 1
…

The token needs only Zero Trust Read. WARP_EXPECT_PLAN, WARP_APPROVE and WARP_EVIDENCE mean the same as for the Pulumi
program.
`;

export function planCommand(context: CommandContext): Command {
  const command = newCommand(
    "plan",
    "Compare an allowlist with the account, and show what an update would do.",
    PLAN_EXAMPLE,
  );
  const options = [
    ...planOptions(),
    ...outputOptions(formatNames),
    exitCodeOption("an act is due or there is a finding"),
  ];
  for (const option of options) command.addOption(option);
  return runs(command, context, plan);
}

async function plan(surroundings: Surroundings, options: PlanningOptions): Promise<ExitCode> {
  return writeReports(surroundings, options, await planRun(surroundings, options));
}

// `warp-registrations drift`: shows where account and allowlist differ, for scheduled runs.

interface DriftOptions extends PlanningOptions {
  readonly baseline?: string;
  readonly writeBaseline?: string;
  readonly history?: string;
}

const DRIFT_EXAMPLE = `
$ warp-registrations drift --exit-code --baseline baseline.yaml --history history.json --output markdown=drift.md
WARP registrations: to revoke 1
…
      - revoke   BOB-OLD (serial C02X), last seen 2026-05-11
                 no entry for its user allows it (since 2026-05-01, 12 days) (allowlist.yaml:12)

A baseline accepts findings, each by its key, with a reason and an optional last day (until). It never hides an act.
--write-baseline FILE writes one that accepts all current findings.
`;

export function driftCommand(context: CommandContext): Command {
  const command = newCommand(
    "drift",
    "Show where the account and the allowlist differ, and since when. Made for scheduled runs.",
    DRIFT_EXAMPLE,
  );
  for (const option of planOptions()) command.addOption(option);
  command
    .option("--baseline <file>", "accepted findings (YAML or JSON)")
    .option("--write-baseline <file>", "write a baseline that accepts all current findings")
    .option("--history <file>", "keep in this file when each act and finding first appeared");
  for (const option of outputOptions(formatNames)) command.addOption(option);
  command.addOption(exitCodeOption("an act is due, or there is a finding that is not accepted"));
  return runs(command, context, drift);
}

async function drift(surroundings: Surroundings, options: DriftOptions): Promise<ExitCode> {
  const baseline = readBaseline(surroundings, options.baseline);
  const { writeBaseline, history } = options;
  // A history is read and written on purpose. A baseline may be overwritten with itself.
  const planned = await planRun(surroundings, options, {
    outputs: [history, ...(writeBaseline === options.baseline ? [] : [writeBaseline])],
    inputs: [options.baseline],
    history,
  });
  const plan = applyBaselineAndHistory(surroundings, options, planned.plan, baseline);
  return writeReports(surroundings, options, { ...planned, plan });
}

function readBaseline({ folder }: Surroundings, path: string | undefined): Baseline | undefined {
  return path === undefined ? undefined : parseBaseline(path, readText(folder, path));
}

/** The plan to report: with ages from the history, and without what the baseline accepts. Writes both files. */
function applyBaselineAndHistory(
  surroundings: Surroundings,
  options: DriftOptions,
  found: Plan,
  baseline: Baseline | undefined,
): Plan {
  const { folder } = surroundings;
  const note = (text: string) => options.quiet === true || surroundings.stderr.write(`${text}\n`);
  const keyed = withKeys(found.findings);
  const unaccepted = baseline ? applyBaseline(keyed, baseline, found.asOf) : { findings: keyed, accepted: 0 };
  if (unaccepted.accepted > 0) note(`findings that the baseline accepts: ${unaccepted.accepted}`);
  const files: { readonly path: string; readonly text: string }[] = [];
  if (options.writeBaseline !== undefined) {
    const today = found.asOf.toISOString().slice(0, 10);
    files.push({ path: options.writeBaseline, text: formatBaseline(keyed, baseline, today) });
  }
  let plan: Plan = { ...found, findings: unaccepted.findings.map(({ finding }) => finding) };
  if (options.history !== undefined) {
    const path = options.history;
    const text = readText(folder, path, true);
    const before = text === undefined ? undefined : parseHistory(path, text, found.account);
    // The history also has accepted findings: one may stop being accepted, and has existed all the time.
    const history = continueHistory(found, keyed, before);
    // In the first run, everything would be new.
    if (before !== undefined) plan = withAges(plan, unaccepted.findings, before);
    const isLater = before === undefined || Date.parse(before.asOf) <= found.asOf.getTime();
    if (isLater) files.push({ path, text: formatHistory(history) });
    else note(`${path} is from a later time than this run, and stays unchanged`);
  }
  const hide = hideSecrets(surroundings.env);
  writeFiles(
    folder,
    files.map(({ path, text }) => ({ path, text: hide(text) })),
  );
  return plan;
}

// What `plan` and `drift` share: from the options to the plan, and from the plan to its reports.

interface PlanningOptions extends AllowlistOptions, AccountOptions, OwnOptions, OutputOptions<Format> {
  readonly base?: readonly string[];
  readonly baseRef?: string;
  readonly now?: Date;
  readonly stack?: string;
  readonly blame?: boolean;
  readonly marker?: string;
  readonly exitCode?: boolean;
}

/** A plan, with evidence about the users whom it acts on. */
interface DatedPlan {
  readonly plan: Plan;
  readonly evidence: ReadonlyMap<string, Evidence> | undefined;
  /** When the report is made, by the account's clock if that is known. */
  readonly generatedAt: Date;
}

/** What a command writes and reads besides what every plan does. */
interface RunFiles {
  readonly outputs?: readonly (string | undefined)[];
  readonly inputs?: readonly (string | undefined)[];
  /** The history. If it exists, it shows what happened to the acts of earlier runs. */
  readonly history?: string | undefined;
}

/** Reads everything and plans. Sends no request to the account before all files are known to be valid. */
async function planRun(
  surroundings: Surroundings,
  options: PlanningOptions,
  more: RunFiles = {},
): Promise<DatedPlan> {
  const { env, folder } = surroundings;
  checkEndings(options, formatNames);
  const outputs = [...pathsOf(options), ...(more.outputs ?? [])];
  const inputs = [
    options.inventory,
    variable(env, EXPECT_VARIABLE),
    ...(options.base ?? []),
    ...filesOfOwn(surroundings, options, more.history),
    ...(more.inputs ?? []),
  ];
  checkPlaces(folder, outputs, inputs);
  const wish = evidenceWish(env);
  const source = openSource(surroundings, options);
  const { account } = source;
  const now = options.now ?? source.takenAt ?? surroundings.now();
  const head = await readTestedAllowlist({ root: folder, patterns: options.allowlist ?? [] }, now);
  checkPlaces(
    folder,
    outputs,
    head.files.map(({ file }) => file),
  );
  const base = await readBase(surroundings, options);
  const siblings =
    options.stack === undefined ? [] : await findSiblings({ folder, stack: options.stack, account });
  const time = () => source.time() ?? { now, findings: [], notes: [] };
  const isLive = options.now === undefined && source.takenAt === undefined;
  const remembered = readOwn(surroundings, account, options, more.history);
  const context = {
    account,
    env,
    now,
    siblings,
    remembered,
    time: isLive ? time : undefined,
  };
  let plan: Plan;
  if (base === undefined) {
    plan = await reconcile(head, () => source.list(head), context);
  } else {
    const listed = once(() => source.listFull({ accessUsers: head }));
    plan = await reconcile(head, async () => narrowInventory(await listed(), head), context);
    // Both allowlists are planned against the same account at the same moment.
    const before = makePlan(base, narrowInventory(await listed(), base), plan.asOf, { own: remembered });
    plan = withChange({ base, head }, { before, after: plan });
  }
  const evidence = wish === "no" ? undefined : await source.evidence(actsOf(plan));
  return { plan, evidence, generatedAt: source.time()?.now ?? surroundings.now() };
}

/** Writes and prints the reports, and returns the exit code. */
async function writeReports(
  surroundings: Surroundings,
  options: PlanningOptions,
  { plan, evidence, generatedAt }: DatedPlan,
): Promise<ExitCode> {
  const { env } = surroundings;
  const lines = options.blame === true ? plan.decisions.flatMap((one) => listedBy(one) ?? []) : undefined;
  const listed = lines && (await blame(surroundings, "--blame", lines));
  const document = documentOf(plan, { env, generatedAt, run: false, evidence, listed });
  const planFile = options.output?.find(({ format }) => (format ?? options.format) === "json")?.path;
  const settings = { evidence: evidenceWish(env) === "output", marker: options.marker, planFile };
  emit(surroundings, options, formatNames, (format, shown) =>
    format === "json" ? jsonParts(document) : render(format, document, { ...settings, ...shown }),
  );
  return exitCodeOf(surroundings, document, options.exitCode === true);
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

// `--base` and `--base-ref`: the allowlist before a change, and what the change itself does.

function readBase(
  surroundings: Surroundings,
  { base, baseRef, allowlist = [] }: PlanningOptions,
): Promise<Allowlist | undefined> {
  if (baseRef !== undefined) return readAllowlistAt(surroundings, baseRef, allowlist);
  return base === undefined ? Promise.resolve(undefined) : readBaseFiles(surroundings.folder, base);
}

/** Reads the allowlist before the change. It may be outside the project: a checkout of the base branch next to it. */
async function readBaseFiles(folder: string, patterns: readonly string[]): Promise<Allowlist> {
  const root = patterns.some((pattern) => leadsOut(folder, pattern))
    ? commonFolder(folder, patterns)
    : folder;
  const inside = patterns.map((pattern) =>
    root === folder ? pattern : relative(root, resolve(folder, pattern)).split(sep).join("/"),
  );
  try {
    return await readAllowlist({ root, patterns: inside });
  } catch (error) {
    if (!(error instanceof AllowlistError)) throw error;
    throw new UserError(
      `--base: the allowlist before the change cannot be used\n${formatMessages(error.messages)}`,
    );
  }
}

function leadsOut(folder: string, pattern: string): boolean {
  const path = relative(folder, resolve(folder, pattern));
  return path === ".." || path.startsWith(`..${sep}`) || isAbsolute(path);
}

/** The deepest existing folder that contains everything the patterns can match. */
function commonFolder(folder: string, patterns: readonly string[]): string {
  const split = patterns.map((pattern) => resolve(folder, pattern).split(sep).slice(0, -1));
  const [first = []] = split;
  let root: string = sep;
  for (const [at, name] of first.entries()) {
    const next = join(root, name);
    if (!split.every((names) => names[at] === name) || !existsSync(next)) break;
    root = next;
  }
  return root;
}

// The exit code of a plan.

/** Reports on standard error why nothing could be done, as the Pulumi program does. */
function exitCodeOf({ env, stderr }: Surroundings, document: ReportDocument, exitCode: boolean): ExitCode {
  if (isHeld(document)) {
    stderr.write(`error: ${whyHeld(document, givenFingerprint(env))}\n`);
    return document.problems.length > 0 ? EXIT.error : EXIT.guard;
  }
  return exitCode && (hasActs(document) || document.findings.length > 0) ? EXIT.findings : EXIT.fine;
}
