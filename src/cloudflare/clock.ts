import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";

/** Time and chance, so that a test can hold both. */
export interface Clock {
  /** Milliseconds since 1970, as this machine believes: it may be wrong, and be set while a run lasts. */
  readonly now: () => number;
  /** Milliseconds since some moment, which nobody can set: for waits, deadlines and the age of what was heard. */
  readonly elapsed: () => number;
  /** Resolves after that many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** At least 0, less than 1. */
  readonly random: () => number;
}

/** The machine's own. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep: async (milliseconds) => {
    await delay(milliseconds);
  },
  random: () => Math.random(),
};
