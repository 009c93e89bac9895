/** Whether a download goes on: what it has written so far, to its output and to its folders. */

import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Between two looks, in ms. */
const STEP = 250;

export type Pause = (milliseconds: number, signal: AbortSignal) => Promise<void>;

export interface Patience {
  /** How long, in ms, nothing may change: so many looks, each a quarter of a second after the one before it. */
  readonly patience: number;
  readonly signal: AbortSignal;
  /** Waits for the next look, no longer than until the signal; for so many ms where it is not given. */
  readonly pause?: Pause | undefined;
}

/** Looks until `measure` has not changed for as long as there is patience; never resolves while it changes. */
export async function stalled(
  measure: () => Promise<number>,
  { patience, signal, pause = byTheClock }: Patience,
): Promise<"stalled" | "stopped"> {
  let last = await measure();
  let quiet = 0;
  while (!signal.aborted) {
    await pause(STEP, signal);
    const now = await measure();
    quiet = now === last ? quiet + STEP : 0;
    last = now;
    if (quiet >= patience) return "stalled";
  }
  return "stopped";
}

async function byTheClock(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}

/** The bytes of all files in a folder, however deep; 0 where it is not there. */
export async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const found = await stat(join(entry.parentPath, entry.name)).catch(() => undefined);
        return found?.size ?? 0;
      }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
