/** `warp-registrations validate`: checks whether the allowlist is valid, without network and credentials. */

import type { Command } from "commander";
import { readAllowlist } from "../../allowlist/files.js";
import {
  AllowlistError,
  formatMessage,
  formatMessages,
  inOrder,
  type Message,
} from "../../allowlist/messages.js";
import { pastEntries } from "../../allowlist/warnings.js";
import { runAllowlistTests } from "../../reconcile/findings/tests.js";
import { type MessageFormat, messageFormatNames, renderMessages } from "../../report/formats.js";
import { renderGithubMessages } from "../../report/github.js";
import { counted } from "../../text/words.js";
import { type CommandContext, EXIT, type ExitCode, newCommand, runs, type Surroundings } from "../command.js";
import {
  allowlistOption,
  type AllowlistOptions,
  exitCodeOption,
  nowOption,
  outputOptions,
} from "../options.js";
import { checkEndings, checkPlaces, emit, type OutputOptions, pathsOf } from "../output.js";

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
    "Check an allowlist and run its tests, without network or credentials.",
    EXAMPLE,
  ).addOption(allowlistOption());
  for (const option of outputOptions(messageFormatNames)) command.addOption(option);
  command
    .addOption(nowOption("run the tests that set no time as of this time"))
    .addOption(exitCodeOption("there are warnings"));
  return runs(command, context, validate);
}

async function validate(surroundings: Surroundings, options: ValidateOptions): Promise<ExitCode> {
  checkEndings(options, messageFormatNames);
  const verdict = await validateFiles(surroundings, options);
  const { errors, warnings, files } = verdict;
  checkPlaces(surroundings.folder, pathsOf(options), files);
  emit(surroundings, options, messageFormatNames, (format) => renderVerdict(format, verdict));
  if (errors.length > 0) return EXIT.error;
  return warnings.length > 0 && options.exitCode === true ? EXIT.findings : EXIT.fine;
}

/** A verdict, with the files that it is about, as far as they are known. */
interface Validated extends Validation {
  readonly files: readonly (string | undefined)[];
}

async function validateFiles({ folder, now }: Surroundings, options: ValidateOptions): Promise<Validated> {
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

// The verdict on an allowlist, in each format.

/** What a validation found. */
interface Validation {
  readonly errors: readonly Message[];
  readonly warnings: readonly Message[];
  /** For a valid allowlist: what it contains, in one line. */
  readonly summary?: string;
}

/**
 * Warnings are in text, JSON (`severity`) and annotations. SARIF and JUnit get only errors, because each entry there is
 * a failure.
 */
function renderVerdict(format: MessageFormat, verdict: Validation): string {
  const { errors, warnings } = verdict;
  switch (format) {
    case "text":
      return toText(verdict);
    case "json":
      return renderMessages(format, [
        ...errors.map((message) => ({ severity: "error", ...message })),
        ...warnings.map((message) => ({ severity: "warning", ...message })),
      ]);
    case "github":
      return renderGithubMessages(errors) + renderGithubMessages(warnings, "warning");
    case "sarif":
    case "junit":
      return renderMessages(format, errors);
  }
}

function toText({ errors, warnings, summary }: Validation): string {
  const parts: string[] = [];
  if (warnings.length > 0)
    parts.push(
      ...warnings.map((one) => `warning: ${formatMessage(one)}`),
      counted(warnings.length, "warning"),
    );
  if (errors.length > 0) parts.push(formatMessages(errors));
  else if (summary !== undefined) parts.push(summary);
  return parts.join("\n\n");
}
