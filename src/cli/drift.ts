/** `warp-registrations drift`: where account and allowlist differ, for schedules. */

import type { Command } from "commander";
import type { Plan } from "../reconcile/plan.js";
import { formatNames } from "../report/formats.js";
import { writeFiles, type FileText } from "./atomic-file.js";
import { applyBaseline, formatBaseline, parseBaseline, type Baseline } from "./baseline.js";
import { newCommand, runs, type CommandContext } from "./command.js";
import type { ExitCode } from "./exit-codes.js";
import { hideSecrets } from "../redact.js";
import { withKeys } from "./finding-key.js";
import { continueHistory, formatHistory, parseHistory, withAges } from "./history.js";
import { readText } from "./json-file.js";
import {
  accountOptions,
  allowlistOption,
  exitCodeOption,
  nowOption,
  outputOptions,
  planOptions,
} from "./options.js";
import { planRun, reportPlan, type PlanningOptions } from "./planning.js";
import type { Surroundings } from "./surroundings.js";

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
                 no entry of its user allows it (since 2026-05-01, 12 days) (allowlist.yaml:12)

A baseline accepts findings, each by its key, with a reason and perhaps a last day (until). It never hides an act.
--write-baseline FILE writes one that accepts all that is found now.
`;

export function driftCommand(context: CommandContext): Command {
  const command = newCommand(
    "drift",
    "Tell where the account and the allowlist differ, and since when: for schedules.",
    DRIFT_EXAMPLE,
  );
  const options = [
    allowlistOption(),
    ...accountOptions(),
    nowOption("to decide (default: now, or when the inventory was taken)"),
    ...planOptions(),
  ];
  for (const option of options) command.addOption(option);
  command
    .option("--baseline <file>", "findings that are accepted (YAML or JSON)")
    .option("--write-baseline <file>", "write a baseline that accepts everything that is found now")
    .option("--history <file>", "keep in this file since when each act and each finding has stood");
  for (const option of outputOptions(formatNames)) command.addOption(option);
  command.addOption(exitCodeOption("an act is due, or something was found that is not accepted"));
  return runs(command, context, drift);
}

async function drift(surroundings: Surroundings, options: DriftOptions): Promise<ExitCode> {
  const baseline = readBaseline(surroundings, options.baseline);
  const { writeBaseline, history } = options;
  // A history is read and written by design; a baseline may be written anew over itself.
  const planned = await planRun(surroundings, options, {
    outputs: [history, ...(writeBaseline === options.baseline ? [] : [writeBaseline])],
    inputs: [options.baseline],
  });
  const plan = keepBooks(surroundings, options, planned.plan, baseline);
  return reportPlan(surroundings, options, { ...planned, plan });
}

function readBaseline({ folder }: Surroundings, path: string | undefined): Baseline | undefined {
  return path === undefined ? undefined : parseBaseline(path, readText(folder, path));
}

/** The plan as it is told: aged by the history, without what the baseline accepts. Writes both files. */
function keepBooks(
  surroundings: Surroundings,
  options: DriftOptions,
  found: Plan,
  baseline: Baseline | undefined,
): Plan {
  const { folder } = surroundings;
  const note = (text: string) => options.quiet === true || surroundings.stderr.write(`${text}\n`);
  const keyed = withKeys(found.findings);
  const judged = baseline ? applyBaseline(keyed, baseline, found.asOf) : { left: keyed, accepted: 0 };
  if (judged.accepted > 0) note(`findings that the baseline accepts: ${judged.accepted}`);
  const files: FileText[] = [];
  if (options.writeBaseline !== undefined) {
    const today = found.asOf.toISOString().slice(0, 10);
    files.push({ path: options.writeBaseline, text: formatBaseline(keyed, baseline, today) });
  }
  let plan: Plan = { ...found, findings: judged.left.map(({ finding }) => finding) };
  if (options.history !== undefined) {
    const path = options.history;
    const text = readText(folder, path, true);
    const before = text === undefined ? undefined : parseHistory(path, text, found.account);
    // What is accepted today may stop being so, and has stood all the while.
    const history = continueHistory(found, keyed, before);
    // In the first run everything would be new.
    if (before !== undefined) plan = withAges(plan, judged.left, before);
    const isLater = before === undefined || Date.parse(before.asOf) <= found.asOf.getTime();
    if (isLater) files.push({ path, text: formatHistory(history) });
    else note(`${path} is as of a later moment than this run, and stays as it is`);
  }
  const hide = hideSecrets(surroundings.env);
  writeFiles(
    folder,
    files.map(({ path, text }) => ({ path, text: hide(text) })),
  );
  return plan;
}
