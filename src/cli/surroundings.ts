/** What a command touches besides files and the network: given, so that a test can run a whole command in process. */

/** Where text goes. */
export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
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
