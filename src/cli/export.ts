/** `warp-registrations export`: an allowlist of what is live now. */

import { lstatSync, mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { Option, type Command } from "commander";
import { momentOf, openSource } from "./account-source.js";
import { writeFiles, type FileText } from "./atomic-file.js";
import { checkOutputs, pathsOf } from "./check-targets.js";
import { newCommand, runs, type CommandContext } from "./command.js";
import { EXIT, type ExitCode } from "./exit-codes.js";
import { leftOut, makeExport } from "./export-files.js";
import { SPLITS, type Split } from "./export-names.js";
import { accountOptions, outputOptions, type AccountOptions } from "./options.js";
import { emit, type OutputOptions } from "./output.js";
import { hideSecrets } from "../redact.js";
import type { Surroundings } from "./surroundings.js";
import { reasonOf, UserError } from "./user-error.js";
import { counted } from "../counted.js";

interface ExportOptions extends AccountOptions, OutputOptions<"yaml"> {
  readonly split?: Split;
  readonly directory?: string;
  readonly force?: boolean;
}

const FORMATS = ["yaml"] as const;

const EXAMPLE = `
$ warp-registrations export --output allowlist.yaml
$ warp-registrations export --split domain
wrote allowlist.yaml, allowlist/example.com.yaml: 41 users, 64 entries
not listed: 3 registrations of no person

Devices are listed by serial number where it names one machine, else by hardware id, by device id, or by registration
id; never by name. Planned against the same account the result asks for nothing. Files that are there stay, unless
--force is given.
`;

export function exportCommand(context: CommandContext): Command {
  const command = newCommand("export", "Write an allowlist of what is live now.", EXAMPLE);
  for (const option of [...accountOptions(), ...outputOptions(FORMATS)]) command.addOption(option);
  command
    .addOption(
      new Option("--split <by>", "allowlist.yaml, and a file per user or domain in allowlist/").choices(
        SPLITS,
      ),
    )
    .option("--directory <dir>", "with --split: where these go (default: this folder)")
    .option("--force", "replace files that are there");
  return runs(command, context, exportAccount);
}

async function exportAccount(surroundings: Surroundings, options: ExportOptions): Promise<ExitCode> {
  const { split, directory = "." } = options;
  if (split === undefined && options.directory !== undefined)
    throw new UserError(
      "--directory goes with --split",
      "give --split user or --split domain, or --output FILE",
    );
  if (split !== undefined && options.output !== undefined)
    throw new UserError("--output is one file, and --split makes several", "give --directory DIR instead");
  const single = pathsOf(options);
  checkOutputs(surroundings.folder, options, FORMATS, [options.inventory]);
  refuseExisting(surroundings, single, options.force);
  const source = openSource(surroundings, options);
  const whole = await source.listWhole();
  const made = makeExport(whole, {
    asOf: momentOf(surroundings, source, options),
    split,
    redacted: source.redacted ?? false,
  });
  if (split === undefined) {
    refuseExisting(surroundings, single, options.force);
    emit(surroundings, options, FORMATS, () => made.files[0]?.text ?? "");
  } else {
    const hide = hideSecrets(surroundings.env);
    const files = made.files.map(({ file, text }) => ({ path: join(directory, file), text: hide(text) }));
    refuseExisting(
      surroundings,
      files.map(({ path }) => path),
      options.force,
    );
    writeAll(surroundings, files);
  }
  if (options.quiet !== true) tell(surroundings, options, made);
  return EXIT.fine;
}

/** Before the account is asked, and again before anything is written. */
function refuseExisting({ folder }: Surroundings, paths: readonly string[], force = false): void {
  if (force) return;
  const there = paths.filter((path) => {
    const stat = lstatSync(resolve(folder, path), { throwIfNoEntry: false });
    // A pipe or a terminal (`/dev/stdout`) holds nothing that could be lost.
    return stat !== undefined && (stat.isFile() || stat.isSymbolicLink());
  });
  if (there.length === 0) return;
  const more = there.length > 5 ? ` and ${there.length - 5} more` : "";
  throw new UserError(
    `${there.slice(0, 5).join(", ")}${more}: there already`,
    "give another place, or --force to replace what is there",
  );
}

function writeAll({ folder }: Surroundings, files: readonly FileText[]): void {
  for (const path of new Set(files.map(({ path: file }) => dirname(file)))) {
    try {
      mkdirSync(resolve(folder, path), { recursive: true });
    } catch (error) {
      throw new UserError(`${path}: cannot be made: ${reasonOf(error)}`, undefined, { cause: error });
    }
  }
  writeFiles(folder, files);
}

function tell(
  { stderr }: Surroundings,
  { split, directory = ".", output }: ExportOptions,
  made: ReturnType<typeof makeExport>,
): void {
  const entries = made.users.reduce((sum, user) => sum + user.entries.length, 0);
  const files =
    split === undefined
      ? (output ?? []).map(({ path }) => path)
      : made.files.map(({ file }) => join(directory, file));
  const shown = files.length > 5 ? `${files.length} files` : files.join(", ");
  if (files.length > 0)
    stderr.write(
      `wrote ${shown}: ${counted(made.users.length, "user")}, ${counted(entries, "entry", "entries")}\n`,
    );
  const left = leftOut(made);
  if (left.length > 0) stderr.write(`not listed: ${left.join("; ")}\n`);
}
