/** Whether a download goes on: what it has written so far, to its output and to its folders. */

import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Waits until `measure` has not changed for `patience` ms; never resolves while it changes. */
export async function stalled(
  measure: () => Promise<number>,
  { patience, signal }: { readonly patience: number; readonly signal: AbortSignal },
): Promise<"stalled" | "stopped"> {
  let last = await measure();
  let since = Date.now();
  while (!signal.aborted) {
    await sleep(Math.min(250, patience / 4), undefined, { signal }).catch(() => undefined);
    const now = await measure();
    if (now !== last) [last, since] = [now, Date.now()];
    else if (Date.now() - since >= patience) return "stalled";
  }
  return "stopped";
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
