/** `warp-registrations show`: renders a saved report in any other format. */

import { type Command, Option } from "commander";
import type { ReportDocument } from "../../report/document.js";
import { evidenceWish } from "../../report/evidence.js";
import { type Format, formatNames, render } from "../../report/formats.js";
import type { RenderOptions } from "../../report/words.js";
import {
  type CommandContext,
  EXIT,
  type ExitCode,
  newCommand,
  runs,
  type Surroundings,
  UserError,
} from "../command.js";
import { readReportFile } from "../files.js";
import { outputOptions } from "../options.js";
import { checkOutputs, emit, type OutputOptions } from "../output.js";

interface ShowOptions extends OutputOptions<Format> {
  readonly marker?: string;
}

const EXAMPLE = `
$ warp-registrations show run.json
WARP registrations: to revoke 2, unrevoke 1
…
$ warp-registrations show plan.json --output html=plan.html markdown=plan.md

Everything shown comes from the file: no account and no credentials are needed. WARP_EVIDENCE=output also shows the
report's evidence, if it has any.
`;

export function showCommand(context: CommandContext): Command {
  const command = newCommand(
    "show",
    "Show a saved report of a plan, a drift or a run, in any format.",
    EXAMPLE,
  ).argument("<report>", "a JSON report: of plan, of drift, or of a run (WARP_REPORT)");
  for (const option of outputOptions(formatNames)) command.addOption(option);
  command.addOption(new Option("--marker <text>", "in Markdown, marks the comment as this stack's"));
  return runs(command, context, show);
}

const GIVE =
  "give the JSON of a report: plan --output json=plan.json, drift --output json=drift.json, or WARP_REPORT=run.json pulumi up";

function show(surroundings: Surroundings, path: string, options: ShowOptions): Promise<ExitCode> {
  const { folder, env } = surroundings;
  checkOutputs(folder, options, formatNames, [path]);
  const document = readReportFile(folder, path, GIVE);
  const settings = {
    evidence: evidenceWish(env) === "output",
    marker: options.marker,
    planFile: document.results === undefined ? path : undefined,
  };
  emit(surroundings, options, formatNames, (format, shown) =>
    rendered(path, format, document, { ...settings, ...shown }),
  );
  return Promise.resolve(EXIT.fine);
}

/** Unknown fields of a report are not checked when it is read, and may be nested too deeply to write again. */
function rendered(path: string, format: Format, document: ReportDocument, settings: RenderOptions): string {
  try {
    return render(format, document, settings);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const why = "it is nested too deeply, or too large";
    throw new UserError(`${path}: cannot be shown as ${format}: ${why}`, GIVE, { cause: error });
  }
}
