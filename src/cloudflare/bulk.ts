import { failed, type Outcome, Run } from "./bulk-run.js";
import type { Act } from "./types.js";
import { type Sent, send } from "./bulk-send.js";
import type { CloudflareClient } from "./client.js";
import { idFault } from "./query.js";
import type { Registrations } from "./registrations.js";
import { atLeastOne } from "./settings.js";

/** Settings of {@link perform}. */
export interface PerformOptions {
  /** Ids in one call; no more than the client's own. */
  readonly chunkSize?: number | undefined;
  /** Milliseconds before each further reading of what has not taken effect yet: a list may lag behind a write. */
  readonly rereadWaitsMs?: readonly number[] | undefined;
}

const REREAD_WAITS_MS = [1_000, 2_000, 4_000, 8_000];
/** From this size on, a chunk in which every id is refused says something about the act rather than the ids. */
const TELLING_CHUNK = 10;
/** Chunks in a row of which nothing was taken, after which the rest is not tried. */
const MOST_BARREN = 2;

function callOf(registrations: Registrations, act: Act): (ids: readonly string[]) => Promise<void> {
  switch (act) {
    case "revoke":
      return registrations.revoke;
    case "unrevoke":
      return registrations.unrevoke;
    case "delete":
      return registrations.bulkDelete;
  }
}

function chunksOf(ids: readonly string[], size: number): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(ids.length / size) }, (_, index) =>
    ids.slice(index * size, (index + 1) * size),
  );
}

function isBarren({ accepted, doubtful }: Sent, size: number): boolean {
  return accepted.length === 0 && (doubtful.size > 0 || size >= TELLING_CHUNK);
}

/** Sends every chunk once and reads it back once. */
async function sendAll(run: Run, chunks: readonly (readonly string[])[]): Promise<void> {
  const call = callOf(run.registrations, run.act);
  let barren = 0;
  let stop: string | undefined;
  for (const chunk of chunks) {
    if (stop !== undefined) {
      for (const id of chunk) run.settle(id, failed(`Not tried: ${stop}`));
      continue;
    }
    const sent = await send(call, chunk);
    const faults = [...sent.refused, ...sent.doubtful];
    for (const [id, reason] of faults) run.faults.set(id, reason);
    if (sent.stop !== undefined && sent.refused.size === chunk.length) {
      // Reading would most likely be refused as well, and nothing can have changed.
      for (const [id, reason] of sent.refused) run.settle(id, failed(reason));
    } else {
      await run.readBack(chunk, sent.refused);
    }
    barren = isBarren(sent, chunk.length) ? barren + 1 : 0;
    stop = sent.stop ?? (barren >= MOST_BARREN ? faults[0]?.[1] : undefined);
  }
}

/**
 * Does one act on any number of registrations, in chunks, and reads each chunk back, since the API reports no outcome
 * per id: n ids take ⌈n/100⌉ calls and ⌈n/100⌉ readings when all goes well. Every id gets exactly one outcome, in no
 * particular order; what the API does never makes this throw.
 *
 * Revoke and unrevoke fail by name for a registration that is gone; delete is done then.
 */
export async function perform(
  client: Pick<CloudflareClient, "registrations" | "clock">,
  act: Act,
  ids: readonly string[],
  options: PerformOptions = {},
): Promise<ReadonlyMap<string, Outcome>> {
  const { registrations, clock } = client;
  const chunkSize = atLeastOne("chunkSize", options.chunkSize ?? registrations.chunkSize, "count");
  const size = Math.min(chunkSize, registrations.chunkSize);
  const run = new Run(registrations, act);
  const usable = [...new Set(ids)].filter((id) => {
    const fault = idFault(id);
    if (fault !== undefined) run.settle(id, failed(`Not tried: ${fault}.`));
    return fault === undefined;
  });
  await sendAll(run, chunksOf(usable, size));
  for (const wait of options.rereadWaitsMs ?? REREAD_WAITS_MS) {
    if (run.pending.size === 0) break;
    await clock.sleep(wait);
    for (const chunk of chunksOf([...run.pending.keys()], size)) {
      if (!(await run.readBack(chunk, new Map()))) break;
    }
  }
  for (const [id, seen] of run.pending) run.settle(id, failed(run.faults.get(id) ?? seen));
  return run.outcomes;
}
