/** What `plan` and `drift` do alike: from the options to the plan, and from the plan to its reports. */

import { readBase, withChange } from "./base.js";
import { actsOf } from "../evidence.js";
import { narrowInventory } from "../inventory.js";
import { findSiblings } from "../siblings.js";
import type { Plan } from "../reconcile/plan.js";
import type { Evidence } from "../report/evidence.js";
import { evidenceWish } from "../report/evidence-wish.js";
import { EXPECT_VARIABLE } from "../report/reviewed-plan.js";
import { formatNames, render, type Format } from "../report/formats.js";
import { documentOf, planFor, readTestedAllowlist } from "../run-plan.js";
import { openSource } from "./account-source.js";
import { checkEndings, checkPlaces, pathsOf } from "./check-targets.js";
import { judge } from "./judge.js";
import type { ExitCode } from "./exit-codes.js";
import type { AccountOptions, AllowlistOptions } from "./options.js";
import { emit, type OutputOptions } from "./output.js";
import { paint } from "./paint.js";
import type { Surroundings } from "./surroundings.js";

export interface PlanningOptions extends AllowlistOptions, AccountOptions, OutputOptions<Format> {
  readonly base?: readonly string[];
  readonly now?: Date;
  readonly stack?: string;
  readonly marker?: string;
  readonly exitCode?: boolean;
}

/** A plan, and what was asked about the users whom it acts on. */
export interface Planned {
  readonly plan: Plan;
  readonly evidence: ReadonlyMap<string, Evidence> | undefined;
  /** When the report is made, by the account's clock where that is known. */
  readonly generatedAt: Date;
}

/** What a command writes and reads besides what all that plan do. */
export interface RunFiles {
  readonly outputs?: readonly (string | undefined)[];
  readonly inputs?: readonly (string | undefined)[];
}

/** Reads everything and plans. Nothing is asked of the account before all files are known to be good. */
export async function planRun(
  surroundings: Surroundings,
  options: PlanningOptions,
  more: RunFiles = {},
): Promise<Planned> {
  const { env, folder } = surroundings;
  checkEndings(options, formatNames);
  const outputs = [...pathsOf(options), ...(more.outputs ?? [])];
  const inputs = [
    options.inventory,
    env[EXPECT_VARIABLE]?.trim(),
    ...(options.base ?? []),
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
  const base = options.base && (await readBase(folder, options.base));
  const siblings =
    options.stack === undefined ? [] : await findSiblings({ folder, stack: options.stack, account });
  const time = () => source.time() ?? { now, findings: [], notes: [] };
  const isLive = options.now === undefined && source.takenAt === undefined;
  const terms = { account, env, now, siblings, ...(isLive && { time }) };
  let plan: Plan;
  if (base === undefined) {
    plan = await planFor(head, () => source.list(head), terms);
  } else {
    const listed = once(() => source.listWhole({ accessUsers: head }));
    plan = await planFor(head, async () => narrowInventory(await listed(), head), terms);
    plan = withChange(plan, { base, head, whole: await listed() });
  }
  const evidence = wish === "no" ? undefined : await source.evidence(actsOf(plan));
  return { plan, evidence, generatedAt: source.time()?.now ?? surroundings.now() };
}

/** Writes and prints the reports, and answers how the command ends. */
export function reportPlan(
  surroundings: Surroundings,
  options: PlanningOptions,
  { plan, evidence, generatedAt }: Planned,
): ExitCode {
  const { env } = surroundings;
  const document = documentOf(plan, { env, generatedAt, run: false, ...(evidence && { evidence }) });
  const planFile = options.output?.find(({ format }) => (format ?? options.format) === "json")?.path;
  const settings = { evidence: evidenceWish(env) === "output", marker: options.marker, planFile };
  emit(surroundings, options, formatNames, (format, colour) => {
    const text = render(format, document, settings);
    return colour && format === "text" ? paint(text) : text;
  });
  return judge(surroundings, document, options.exitCode === true);
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
