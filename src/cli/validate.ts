/** `warp-registrations validate`: is the allowlist sound? Without network and credentials. */

import type { Command } from "commander";
import { inOrder } from "../allowlist/message-order.js";
import { AllowlistError } from "../allowlist/message.js";
import { readAllowlist } from "../allowlist/read.js";
import { pastEntries } from "../allowlist/warnings.js";
import { runAllowlistTests } from "../reconcile/allowlist-tests.js";
import { messageFormatNames, type MessageFormat } from "../report/formats.js";
import { checkEndings, checkPlaces, pathsOf } from "./check-targets.js";
import { newCommand, runs, type CommandContext } from "./command.js";
import { EXIT, type ExitCode } from "./exit-codes.js";
import {
  allowlistOption,
  exitCodeOption,
  nowOption,
  outputOptions,
  type AllowlistOptions,
} from "./options.js";
import { emit, type OutputOptions } from "./output.js";
import type { Surroundings } from "./surroundings.js";
import { counted } from "../counted.js";
import { renderVerdict, type Verdict } from "./validate-report.js";

interface ValidateOptions extends AllowlistOptions, OutputOptions<MessageFormat> {
  readonly now?: Date;
  readonly exitCode?: boolean;
}

const EXAMPLE = `
$ warp-registrations validate --allowlist 'allowlist/**/*.yaml' --output junit=validate.xml
the allowlist is valid: 3 files, 41 users, 64 entries, 5 tests passed
`;

export function validateCommand(context: CommandContext): Command {
  const command = newCommand(
    "validate",
    "Check an allowlist and run its tests, without network and credentials.",
    EXAMPLE,
  ).addOption(allowlistOption());
  for (const option of outputOptions(messageFormatNames)) command.addOption(option);
  command
    .addOption(nowOption("the tests that give no time run"))
    .addOption(exitCodeOption("there are warnings"));
  return runs(command, context, validate);
}

async function validate(surroundings: Surroundings, options: ValidateOptions): Promise<ExitCode> {
  checkEndings(options, messageFormatNames);
  const verdict = await judge(surroundings, options);
  const { errors, warnings, files } = verdict;
  checkPlaces(surroundings.folder, pathsOf(options), files);
  emit(surroundings, options, messageFormatNames, (format) => renderVerdict(format, verdict));
  if (errors.length > 0) return EXIT.error;
  return warnings.length > 0 && options.exitCode === true ? EXIT.findings : EXIT.fine;
}

/** A verdict, and the files that it is about, as far as they are known. */
interface Judged extends Verdict {
  readonly files: readonly (string | undefined)[];
}

async function judge({ folder, now }: Surroundings, options: ValidateOptions): Promise<Judged> {
  try {
    const allowlist = await readAllowlist({ root: folder, patterns: options.allowlist ?? [] });
    const { files, users, tests } = allowlist;
    const at = options.now ?? now();
    const errors = inOrder(runAllowlistTests(allowlist, at));
    const warnings = inOrder([...allowlist.warnings, ...pastEntries(allowlist, at)]);
    const entries = [...users.values()].reduce((sum, user) => sum + user.entries.length, 0);
    const parts = [
      counted(files.length, "file"),
      counted(users.size, "user"),
      counted(entries, "entry", "entries"),
      ...(tests.length === 0 ? [] : [`${counted(tests.length, "test")} passed`]),
    ];
    return {
      errors,
      warnings,
      summary: `the allowlist is valid: ${parts.join(", ")}`,
      files: files.map(({ file }) => file),
    };
  } catch (error) {
    if (error instanceof AllowlistError)
      return {
        errors: error.messages,
        warnings: [],
        files: error.messages.map(({ source }) => source?.file),
      };
    throw error;
  }
}
