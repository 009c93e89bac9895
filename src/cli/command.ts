import { Command } from "commander";
import type { ExitCode } from "./exit-codes.js";
import { interruptible } from "./interrupt.js";
import type { Surroundings } from "./surroundings.js";

/** What a command is made with. */
export interface CommandContext {
  readonly surroundings: Surroundings;
  /** Takes the code with which the process ends. */
  readonly exitWith: (code: ExitCode) => void;
}

/** Makes one command of the executable. */
export type MakeCommand = (context: CommandContext) => Command;

/** A command with its description, and an example at the end of its help. */
export function newCommand(name: string, description: string, example: string): Command {
  return new Command(name).description(description).addHelpText("after", `\nExample:\n${indent(example)}\n`);
}

/**
 * What a command does: `run` gets the command's arguments, if it has any, and its options, and answers how it ends.
 * It can be stopped by Ctrl-C at any time.
 */
// Commander does not type what it parses: each command says it here, once.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
export function runs<Args extends readonly unknown[]>(
  command: Command,
  { surroundings, exitWith }: CommandContext,
  run: (surroundings: Surroundings, ...args: Args) => Promise<ExitCode>,
): Command {
  return command.action(async (...given: unknown[]) => {
    // Commander adds the command itself.
    const args = given.slice(0, -1) as unknown as Args;
    exitWith(await interruptible(surroundings, () => run(surroundings, ...args)));
  });
}

function indent(text: string): string {
  return text
    .trim()
    .split("\n")
    .map((line) => `  ${line}`.trimEnd())
    .join("\n");
}
