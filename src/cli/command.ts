import { Command } from "commander";
import { escapeText } from "../text/escape.js";

export interface CommandContext {
  readonly surroundings: Surroundings;
  /** Takes the exit code of the process. */
  readonly exitWith: (code: ExitCode) => void;
}

/** Makes one command of the executable. */
export type MakeCommand = (context: CommandContext) => Command;

/** A command with its description, and with an example at the end of its help. */
export function newCommand(name: string, description: string, example: string): Command {
  return new Command(name).description(description).addHelpText("after", `\nExample:\n${indent(example)}\n`);
}

/**
 * Sets what a command does: `run` gets the command's arguments, if any, and its options, and returns the exit code.
 * Ctrl-C can stop it at any time.
 */
// Commander does not type what it parses, so each command states the types here, once.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
export function runs<Args extends readonly unknown[]>(
  command: Command,
  { surroundings, exitWith }: CommandContext,
  run: (surroundings: Surroundings, ...args: Args) => Promise<ExitCode>,
): Command {
  return command.action(async (...given: unknown[]) => {
    // Commander adds the command itself as the last argument.
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

// What a command uses besides files and the network. A test can pass its own, and run a whole command in process.

/** Where text goes. */
export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  /** The width of the terminal. */
  readonly columns?: number | undefined;
}

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The working folder, which is the project's. No allowlist outside it is read. */
  readonly folder: string;
  /** The result of the command. */
  readonly stdout: Sink;
  /** Everything else: errors, notes, progress. */
  readonly stderr: Sink;
  readonly now: () => Date;
}

/** The surroundings of this process. */
export function ownSurroundings(): Surroundings {
  const { env, stdout, stderr } = process;
  return { env, folder: process.cwd(), stdout, stderr, now: () => new Date() };
}

/**
 * Ends the process at Ctrl-C or SIGTERM while `run` is in progress. Files are written synchronously, so the process
 * ends before or after that, never in the middle.
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

/**
 * The exit codes of a command. Pipelines rely on them, so they are stable. A test compares `docs/exit-codes.md` with
 * them.
 */
export const EXIT = {
  /** In sync, or valid. Without `--exit-code`, also if there are findings. */
  fine: 0,
  /** The command could not do its work. */
  error: 1,
  /** With `--exit-code`: an act is due, or something was found. */
  findings: 2,
  /** A guard tripped: nothing would be done without an approval. */
  guard: 3,
  /** Stopped by Ctrl-C. The code is the one that shells use. */
  interrupted: 130,
  /** Stopped by SIGTERM. */
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A mistake of the user. Only its message is shown, without a stack trace. */
export class UserError extends Error {
  override readonly name = "UserError";

  /**
   * Escapes both texts.
   *
   * @param what Where and what: `inventory.json:3:7: expected a comma`.
   * @param fix What to do about it.
   */
  constructor(what: string, fix?: string, options?: ErrorOptions) {
    const lines = [what, ...(fix === undefined ? [] : [`  fix: ${fix}`])];
    super(escapeText(lines.join("\n"), Infinity, { keepLineFeeds: true }), options);
  }
}
