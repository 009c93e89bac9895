import { failed, type Outcome, Run } from "./bulk-run.js";
import type { Act } from "./types.js";
import { type Sent, send } from "./bulk-send.js";
import type { CloudflareClient } from "./client.js";
import type { Clock } from "./clock.js";
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
/**
 * Chunks in a row of which nothing was taken and nothing shows as done, after which the rest is not tried: an outage,
 * or an API that refuses whatever the ids are. A list may lag behind a write, and a call that was refused may have
 * been done in part, so before giving up what does not show yet is waited for as long as at the end.
 */
const MOST_BARREN = 2;
const NONE: ReadonlyMap<string, string> = new Map();

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

/** Whether the list may be behind what a refused call did in part: not once it shows what was accepted after that. */
function mayLag(run: Run, { accepted }: Sent): boolean {
  return accepted.length === 0 || accepted.some((id) => run.pending.has(id));
}

/** Sends every chunk once and reads it back once; `waitForPending` settles what does not show yet. */
async function sendAll(
  run: Run,
  chunks: readonly (readonly string[])[],
  waitForPending: () => Promise<void>,
): Promise<void> {
  const call = callOf(run.registrations, run.act);
  let barren: readonly (readonly string[])[] = [];
  let stop: string | undefined;
  for (const chunk of chunks) {
    if (stop !== undefined) {
      for (const id of chunk) run.settle(id, failed(`Not tried: ${stop}`));
      continue;
    }
    const sent = await send(call, chunk);
    const faults = [...sent.refused, ...sent.doubtful];
    for (const [id, reason] of faults) run.faults.set(id, reason);
    if (sent.untouched) {
      // Reading would most likely be refused as well.
      for (const [id, reason] of sent.refused) run.settle(id, failed(reason));
    } else {
      await run.readBack(chunk, sent.split ? NONE : sent.refused);
      if (!mayLag(run, sent)) {
        for (const [id, reason] of sent.refused) if (run.pending.has(id)) run.settle(id, failed(reason));
      }
    }
    stop = sent.stop;
    barren = isBarren(sent, chunk.length) ? [...barren, chunk] : [];
    if (stop === undefined && barren.length >= MOST_BARREN) {
      await waitForPending();
      const shown = barren.flat().some((id) => run.outcomes.get(id)?.result === "done");
      if (shown) barren = [];
      else stop = faults[0]?.[1];
    }
  }
}

/** Reads what has not shown yet again and again; what never does has failed. */
async function settlePending(
  run: Run,
  size: number,
  waitsMs: readonly number[],
  clock: Clock,
): Promise<void> {
  for (const wait of waitsMs) {
    if (run.pending.size === 0) return;
    await clock.sleep(wait);
    for (const chunk of chunksOf([...run.pending.keys()], size)) {
      if (!(await run.readBack(chunk, NONE))) break;
    }
  }
  for (const [id, seen] of run.pending) run.settle(id, failed(run.faults.get(id) ?? seen));
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
  const waits = options.rereadWaitsMs ?? REREAD_WAITS_MS;
  const waitForPending = () => settlePending(run, size, waits, clock);
  await sendAll(run, chunksOf(usable, size), waitForPending);
  await waitForPending();
  return run.outcomes;
}
