/** The whole executable, apart from the process that it runs in. */

import { Command, CommanderError } from "commander";
import { VERSION } from "../cloudflare/version.js";
import { acceptCommand } from "./accept.js";
import { escapeText } from "../escape.js";
import type { CommandContext, MakeCommand } from "./command.js";
import { driftCommand } from "./drift.js";
import { errorText } from "./error-text.js";
import { EXIT, type ExitCode } from "./exit-codes.js";
import { explainCommand } from "./explain.js";
import { exportCommand } from "./export.js";
import { inventoryCommand } from "./inventory.js";
import { planCommand } from "./plan.js";
import { withoutSecrets } from "./secrets.js";
import { simulateCommand } from "./simulate.js";
import type { Surroundings } from "./surroundings.js";
import { validateCommand } from "./validate.js";

/** Every command, in the order of the help. */
const COMMANDS: readonly MakeCommand[] = [
  validateCommand,
  planCommand,
  driftCommand,
  inventoryCommand,
  explainCommand,
  exportCommand,
  acceptCommand,
  () => simulateCommand(),
];

/** Runs one command and answers how it ended. Never throws, and never ends the process unless it is told to stop. */
export async function runCommandLine(args: readonly string[], given: Surroundings): Promise<ExitCode> {
  const surroundings = withoutSecrets(given);
  let code: ExitCode = EXIT.fine;
  const program = makeProgram({ surroundings, exitWith: (given) => (code = given) });
  try {
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (thrown) {
    // Commander has said what it had to say; help and version are no errors.
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.fine : EXIT.error;
    surroundings.stderr.write(`${errorText(thrown)}\n`);
    return EXIT.error;
  }
}

/** All commands, with their options and help. */
export function makeProgram(context: CommandContext): Command {
  const program = new Command("warp-registrations")
    .description(
      "Cloudflare WARP device registrations: what an allowlist says and what the account has. Never writes to the account.",
    )
    .version(VERSION);
  for (const make of COMMANDS) program.addCommand(make(context));
  settle(program, context.surroundings);
  return program;
}

/** Commander's own words go where ours go, and it throws where it would end the process. */
function settle(command: Command, surroundings: Surroundings): void {
  const { stdout, stderr } = surroundings;
  command.exitOverride().configureOutput({
    writeOut: (text) => void stdout.write(text),
    writeErr: (text) => void stderr.write(escapeText(text, Infinity, { keepLineFeeds: true })),
    getOutHelpWidth: () => 100,
    getErrHelpWidth: () => 100,
  });
  for (const inner of command.commands) settle(inner, surroundings);
}
