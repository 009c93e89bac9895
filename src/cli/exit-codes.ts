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
