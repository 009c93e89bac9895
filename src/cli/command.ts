import { Command } from "commander";
import { escapeText } from "../text/escape.js";

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

// What a command touches besides files and the network: given, so that a test can run a whole command in process.

/** Where text goes. */
export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  /** How wide the terminal is. */
  readonly columns?: number | undefined;
}

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The working folder: the project's, outside which no allowlist is read. */
  readonly folder: string;
  /** What the command was asked for. */
  readonly stdout: Sink;
  /** Everything else: errors, notes, progress. */
  readonly stderr: Sink;
  readonly now: () => Date;
}

/** Those of this process. */
export function ownSurroundings(): Surroundings {
  const { env, stdout, stderr } = process;
  return { env, folder: process.cwd(), stdout, stderr, now: () => new Date() };
}

/**
 * Ends the process at Ctrl-C or SIGTERM while something runs. Files are written without a pause, so that the process
 * ends before or after that, never within.
 */
async function interruptible<T>({ stderr }: Surroundings, run: () => Promise<T>): Promise<T> {
  const stop = (code: number) => () => {
    if (stderr.isTTY === true) stderr.write("\r\u001b[K");
    stderr.write("stopped; nothing was written\n");
    process.exit(code);
  };
  const handlers = [
    ["SIGINT", stop(EXIT.interrupted)],
    ["SIGTERM", stop(EXIT.terminated)],
  ] as const;
  for (const [signal, handler] of handlers) process.on(signal, handler);
  try {
    return await run();
  } finally {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  }
}

/** How a command ends; stable, for pipelines. `docs/exit-codes.md` is held against these by a test. */
export const EXIT = {
  /** In sync, or valid; also every finding without `--exit-code`. */
  fine: 0,
  /** The command could not do what it was asked for. */
  error: 1,
  /** With `--exit-code`: an act is due, or something was found. */
  findings: 2,
  /** A guard tripped: nothing would be done until it is approved. */
  guard: 3,
  /** Stopped by Ctrl-C, as shells say it. */
  interrupted: 130,
  /** Stopped by SIGTERM. */
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A mistake of whoever runs the command: shown as its message alone, without a stack. */
export class UserError extends Error {
  override readonly name = "UserError";

  /**
   * Both texts are escaped here.
   *
   * @param what Where and what: `inventory.json:3:7: expected a comma`.
   * @param fix What to do about it.
   */
  constructor(what: string, fix?: string, options?: ErrorOptions) {
    const lines = [what, ...(fix === undefined ? [] : [`  fix: ${fix}`])];
    super(escapeText(lines.join("\n"), Infinity, { keepLineFeeds: true }), options);
  }
}
