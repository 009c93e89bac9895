/** The whole executable, without the process that it runs in. */

import { Command, CommanderError } from "commander";
import { AllowlistError, formatMessages } from "../allowlist/messages.js";
import { VERSION } from "../cloudflare/transport.js";
import { USER_ERRORS } from "../run/reconcile.js";
import { SimulatorError } from "../simulator/index.js";
import { escapeText } from "../text/escape.js";
import { hideSecrets } from "../text/redact.js";
import {
  type CommandContext,
  EXIT,
  type ExitCode,
  type MakeCommand,
  type Sink,
  type Surroundings,
  UserError,
} from "./command.js";
import { acceptCommand } from "./commands/accept.js";
import { completionCommand } from "./commands/completion.js";
import { explainCommand } from "./commands/explain.js";
import { exportCommand } from "./commands/export.js";
import { inventoryCommand } from "./commands/inventory.js";
import { driftCommand, planCommand } from "./commands/plan.js";
import { showCommand } from "./commands/show.js";
import { simulateCommand } from "./commands/simulate.js";
import { validateCommand } from "./commands/validate.js";
import { whoCommand } from "./commands/who.js";

/** All commands, in the order of the help. */
const COMMANDS: readonly MakeCommand[] = [
  validateCommand,
  planCommand,
  driftCommand,
  showCommand,
  inventoryCommand,
  whoCommand,
  explainCommand,
  exportCommand,
  acceptCommand,
  () => simulateCommand(),
  completionCommand,
];

/** Runs one command and returns its exit code. Never throws, and ends the process only on a signal. */
export async function runCommandLine(args: readonly string[], given: Surroundings): Promise<ExitCode> {
  const surroundings = withoutSecrets(given);
  let code: ExitCode = EXIT.fine;
  const program = makeProgram({ surroundings, exitWith: (given) => (code = given) });
  try {
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (thrown) {
    // Commander has printed its message. Help and version are not errors.
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.fine : EXIT.error;
    surroundings.stderr.write(`${errorText(thrown)}\n`);
    return EXIT.error;
  }
}

/** All commands, with their options and help. */
export function makeProgram(context: CommandContext): Command {
  const program = new Command("warp-registrations")
    .description(
      "Compare an allowlist with the Cloudflare WARP device registrations of an account. Never writes to the account.",
    )
    .version(VERSION);
  for (const make of COMMANDS) program.addCommand(make(context));
  redirectOutput(program, context.surroundings);
  return program;
}

/** Sends Commander's own output to our streams, and makes it throw instead of ending the process. */
function redirectOutput(command: Command, surroundings: Surroundings): void {
  const { stdout, stderr } = surroundings;
  command.exitOverride().configureOutput({
    writeOut: (text) => void stdout.write(text),
    writeErr: (text) => void stderr.write(escapeText(text, Infinity, { keepLineFeeds: true })),
    getOutHelpWidth: () => 100,
    getErrHelpWidth: () => 100,
  });
  for (const inner of command.commands) redirectOutput(inner, surroundings);
}

// What is printed for anything that was thrown.

const KNOWN = [...USER_ERRORS, UserError, SimulatorError];

/** The message to print, escaped. Only a bug gets a stack trace. */
function errorText(thrown: unknown): string {
  return escapeText(words(thrown), Infinity, { keepLineFeeds: true, keepTabs: true });
}

function words(thrown: unknown): string {
  if (thrown instanceof AllowlistError) return formatMessages(thrown.messages);
  if (KNOWN.some((kind) => thrown instanceof kind)) return `error: ${(thrown as Error).message}`;
  const trace = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return `error: this is a bug in warp-registrations; please report it with these lines\n${trace}`;
}

// The last line of defence: nothing in this project prints a credential, but if anything ever did, this would hide
// it.

/** The same surroundings with streams that never show a credential. */
function withoutSecrets(surroundings: Surroundings): Surroundings {
  const hide = hideSecrets(surroundings.env);
  const guarded = (sink: Sink): Sink => ({
    isTTY: sink.isTTY,
    columns: sink.columns,
    write: (text) => sink.write(hide(text)),
  });
  return { ...surroundings, stdout: guarded(surroundings.stdout), stderr: guarded(surroundings.stderr) };
}
