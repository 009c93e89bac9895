import { atLeastOne, type CloudflareClient } from "./client.js";
import { idFault } from "./envelope.js";
import { CloudflareError, type CloudflareErrorCode } from "./errors.js";
import type { Clock } from "./pace.js";
import type { Registrations } from "./registrations.js";
import type { Act, Registration } from "./types.js";

/**
 * The outcome of an act on one registration. `reason` is one line, ready to print.
 *
 * `failed`: the API refused it, or its list shows that nothing was done. `unknown`: a call began, and nobody could see
 * its result. `skipped`: no call was made.
 */
export type Outcome =
  | { readonly result: "done" }
  | { readonly result: "failed" | "unknown" | "skipped"; readonly reason: string };

const DONE: Outcome = { result: "done" };
const GONE = "The registration is no longer in the account.";
const STOPPED_EARLY = "The run was stopped before the account's list showed the result.";
export const failed = (reason: string): Outcome => ({ result: "failed", reason });
export const skipped = (reason: string): Outcome => ({ result: "skipped", reason });

function standingOf(act: Act, row: Registration | undefined): "wanted" | "not yet" | "gone" {
  const gone = row?.deleted_at != null || row === undefined;
  if (act === "delete") return gone ? "wanted" : "not yet";
  if (gone) return "gone";
  return (row.revoked_at != null) === (act === "revoke") ? "wanted" : "not yet";
}

/** One act in progress: which ids have an outcome, and which must be read again. */
export class BulkRun {
  readonly outcomes = new Map<string, Outcome>();
  /** Ids without an outcome yet, with what the last reading showed. */
  readonly pending = new Map<string, string>();
  /** Why sending an id failed. The act may have taken effect all the same. */
  readonly faults = new Map<string, string>();
  /** The pending ids whose last reading failed. */
  readonly #unread = new Set<string>();

  constructor(
    readonly registrations: Registrations,
    readonly act: Act,
    /** Starts something, and waits for it as long as the run does. */
    private readonly waitFor: <T>(begin: () => Promise<T>) => Promise<T>,
  ) {}

  setOutcome(id: string, outcome: Outcome): void {
    this.pending.delete(id);
    this.outcomes.set(id, outcome);
  }

  /**
   * Reads ids back in one listing. Ids whose state is known get their outcome. So do the `final` ones: nothing was done
   * with them that a later list could show. Returns false if the listing could not be read.
   */
  async readBack(ids: readonly string[], final: ReadonlyMap<string, string>): Promise<boolean> {
    const rows = await this.#rowsOf(ids);
    if (rows instanceof CloudflareError) {
      for (const id of ids) {
        const reason = final.get(id);
        if (reason === undefined) {
          this.#unread.add(id);
          this.pending.set(id, `The result could not be read back: ${rows.summary}`);
        } else this.setOutcome(id, failed(reason));
      }
      return false;
    }
    for (const id of ids) {
      this.#unread.delete(id);
      const standing = standingOf(this.act, rows.get(id));
      const reason = final.get(id);
      if (standing === "wanted") this.setOutcome(id, DONE);
      else if (reason !== undefined) this.setOutcome(id, failed(reason));
      else if (standing === "gone") this.setOutcome(id, failed(this.faults.get(id) ?? GONE));
      else this.pending.set(id, `The ${this.act} did not take effect.`);
    }
    return true;
  }

  /** Gives every pending id an outcome from what is known. `early`: a list may still lag behind. */
  giveUp(early: boolean): void {
    for (const [id, seen] of this.pending) {
      const fault = this.faults.get(id);
      if (this.#unread.has(id)) {
        const sent = fault ?? "The API accepted the call.";
        this.setOutcome(id, { result: "unknown", reason: `${sent} ${seen}` });
      } else if (early) {
        this.setOutcome(id, { result: "unknown", reason: [fault, STOPPED_EARLY].filter(Boolean).join(" ") });
      } else this.setOutcome(id, failed(fault ?? seen));
    }
  }

  async #rowsOf(ids: readonly string[]): Promise<ReadonlyMap<string, Registration> | CloudflareError> {
    try {
      const rows = await this.waitFor(() =>
        this.registrations.listAll({ id: ids, status: "all", per_page: ids.length }),
      );
      return new Map(rows.map((row) => [row.id, row]));
    } catch (error) {
      if (error instanceof CloudflareError) return error;
      throw error;
    }
  }
}

export interface PerformOptions {
  /** Ids in one call, at most as many as the client allows. */
  readonly chunkSize?: number | undefined;
  /** Milliseconds before each further reading of ids that have not taken effect: a list may lag behind a write. */
  readonly rereadWaitsMs?: readonly number[] | undefined;
  /** Once it is aborted, no call that writes begins, and waiting ends. Its reason is a sentence. */
  readonly stop?: AbortSignal | undefined;
  /** Once it is aborted, the run no longer waits for a call in progress. */
  readonly abandon?: AbortSignal | undefined;
  /**
   * Called before each call that writes, with its ids: the place to record what is about to be done. If it throws a
   * `CloudflareError` (`cloudflare/stopped`), the act ends and the call is not made.
   */
  readonly beforeCall?: ((ids: readonly string[]) => Promise<void>) | undefined;
  /** Called once a chunk is read back, with its known outcomes. Ids that must be read again are not among them. */
  readonly afterChunk?: ((outcomes: ReadonlyMap<string, Outcome>) => Promise<void>) | undefined;
}

/** How a stopped run ends: with the error of a call that was not made, or is not waited for. */
class Ending {
  readonly stop: AbortSignal;
  readonly #abandon: AbortSignal;

  constructor({ stop, abandon }: PerformOptions) {
    const never = new AbortController().signal;
    this.stop = stop ?? never;
    this.#abandon = abandon ?? never;
  }

  isStopped(): boolean {
    return this.stop.aborted;
  }

  /** Throws if no call may begin any more. */
  check(): void {
    if (this.stop.aborted) throw stopped(this.stop, false);
  }

  /** Starts something and waits for it. Fails once waiting is abandoned. */
  async waitFor<T>(begin: () => Promise<T>): Promise<T> {
    if (this.#abandon.aborted) throw stopped(this.#abandon, false);
    return unless(this.#abandon, begin(), () => stopped(this.#abandon, true));
  }

  /** Sleeps until the time is over or the run is stopped. */
  async sleep(clock: Clock, milliseconds: number): Promise<void> {
    await unless(this.stop, clock.sleep(milliseconds), () => stopped(this.stop, false)).catch(
      (error: unknown) => {
        if (!this.stop.aborted) throw error;
      },
    );
  }
}

async function unless<T>(signal: AbortSignal, promise: Promise<T>, error: () => CloudflareError): Promise<T> {
  let listener = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    listener = () => reject(error());
    if (signal.aborted) listener();
    else signal.addEventListener("abort", listener, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", listener);
    promise.catch(() => undefined);
  }
}

function stopped({ reason }: AbortSignal, doubtful: boolean): CloudflareError {
  const what = typeof reason === "string" ? reason : "The run was stopped.";
  return new CloudflareError({ code: "cloudflare/stopped", what, doubtful });
}

const REREAD_WAITS_MS = [1_000, 2_000, 4_000, 8_000];

/** A chunk of at least this size in which every id is refused is a sign about the act, not about the ids. */
const CONCLUSIVE_CHUNK = 10;

/**
 * After this many chunks in a row of which the API accepted nothing and nothing shows as done, the rest is not tried:
 * there is an outage, or the API refuses any id. A list may lag behind a write, and a refused call may have been done
 * in part. So before giving up, the run waits for what does not show yet, as long as it does at the end.
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
  return accepted.length === 0 && (doubtful.size > 0 || size >= CONCLUSIVE_CHUNK);
}

/**
 * Whether the list may lag behind what a refused call did in part. It does not once it shows what was accepted after
 * that.
 */
function mayLag(run: BulkRun, { accepted }: Sent): boolean {
  return accepted.length === 0 || accepted.some((id) => run.pending.has(id));
}

/** Sends every chunk once and reads it back once. `waitForPending` waits for what does not show yet. */
async function sendAll(
  run: BulkRun,
  chunks: readonly (readonly string[])[],
  waitForPending: () => Promise<void>,
  ending: Ending,
  { beforeCall, afterChunk }: PerformOptions,
): Promise<void> {
  const act = callOf(run.registrations, run.act);
  const call = async (ids: readonly string[]) => {
    ending.check();
    await beforeCall?.(ids);
    ending.check();
    await ending.waitFor(() => act(ids));
  };
  let barren: readonly (readonly string[])[] = [];
  let stop: string | undefined;
  for (const chunk of chunks) {
    if (stop !== undefined) {
      for (const id of chunk) run.setOutcome(id, skipped(stop));
      continue;
    }
    const sent = await send(call, chunk);
    const faults = [...sent.refused, ...sent.doubtful];
    for (const [id, reason] of faults) run.faults.set(id, reason);
    for (const [id, reason] of sent.untried) run.setOutcome(id, skipped(reason));
    const tried = chunk.filter((id) => !sent.untried.has(id));
    if (sent.untouched) {
      // A reading would most likely be refused as well.
      for (const [id, reason] of sent.refused) run.setOutcome(id, failed(reason));
    } else if (tried.length > 0) {
      await run.readBack(tried, sent.split ? NONE : sent.refused);
      if (!mayLag(run, sent)) {
        for (const [id, reason] of sent.refused) if (run.pending.has(id)) run.setOutcome(id, failed(reason));
      }
    }
    await afterChunk?.(known(run, chunk));
    const ended = sent.untried.size > 0 || ending.isStopped();
    stop = sent.stop === undefined || ended ? sent.stop : `Not attempted: ${sent.stop}`;
    barren = isBarren(sent, chunk.length) ? [...barren, chunk] : [];
    if (stop === undefined && barren.length >= MOST_BARREN) {
      await waitForPending();
      const shown = barren.flat().some((id) => run.outcomes.get(id)?.result === "done");
      const cause = faults[0]?.[1];
      if (shown) barren = [];
      else if (cause !== undefined) stop = `Not attempted: ${cause}`;
    }
  }
}

function known({ outcomes }: BulkRun, ids: readonly string[]): ReadonlyMap<string, Outcome> {
  return new Map(
    ids.flatMap((id) => {
      const outcome = outcomes.get(id);
      return outcome ? [[id, outcome] as const] : [];
    }),
  );
}

/** Reads again what has not shown yet. What never shows has failed. */
async function rereadPending(
  run: BulkRun,
  size: number,
  waitsMs: readonly number[],
  clock: Clock,
  ending: Ending,
): Promise<void> {
  for (const wait of waitsMs) {
    if (run.pending.size === 0) return;
    if (ending.isStopped()) break;
    await ending.sleep(clock, wait);
    if (ending.isStopped()) break;
    for (const chunk of chunksOf([...run.pending.keys()], size)) {
      if (!(await run.readBack(chunk, NONE))) break;
    }
  }
  run.giveUp(ending.isStopped());
}

/**
 * Does one act on any number of registrations, in chunks. It reads each chunk back, because the API reports no outcome
 * per id: n ids take ⌈n/100⌉ calls and ⌈n/100⌉ readings if all goes well. Every id gets exactly one outcome, in no
 * particular order. Nothing that the API does makes this throw.
 *
 * If a registration is gone, a revoke or unrevoke fails with that reason, and a delete is done.
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
  const ending = new Ending(options);
  const run = new BulkRun(registrations, act, (begin) => ending.waitFor(begin));
  const usable = [...new Set(ids)].filter((id) => {
    const fault = idFault(id);
    if (fault !== undefined) run.setOutcome(id, failed(`Not attempted: ${fault}.`));
    return fault === undefined;
  });
  const waits = options.rereadWaitsMs ?? REREAD_WAITS_MS;
  const waitForPending = () => rereadPending(run, size, waits, clock, ending);
  await sendAll(run, chunksOf(usable, size), waitForPending, ending, options);
  await waitForPending();
  return run.outcomes;
}

/** The result of sending a chunk, before anything is read back. */
interface Sent {
  /** Ids in calls that the API accepted. */
  readonly accepted: readonly string[];
  /** Ids that the API refused, with the reason. */
  readonly refused: ReadonlyMap<string, string>;
  /** Ids of calls that may or may not have reached the API, with the reason. */
  readonly doubtful: ReadonlyMap<string, string>;
  /** Ids that no call was made for because the run was stopped, with the reason. */
  readonly untried: ReadonlyMap<string, string>;
  /** Why further calls of this act make no sense. */
  readonly stop: string | undefined;
  /** Nothing of the chunk can have been done: its only call was refused for a reason other than its ids. */
  readonly untouched: boolean;
  /**
   * Whether a call with several ids was refused. No document says whether the API had already done it for some of them.
   * That may be the very reason why it refuses smaller calls afterwards.
   */
  readonly split: boolean;
}

/**
 * What an error means for a bulk call. `ids`: something is wrong with the ids. `doubt`: another call may succeed.
 * `stop`: every further call would end the same way. `ended`: the run makes no further call.
 */
function aboutWhat(code: CloudflareErrorCode): "ids" | "doubt" | "stop" | "ended" {
  switch (code) {
    case "cloudflare/refused":
    case "cloudflare/not-found":
      return "ids";
    case "cloudflare/unavailable":
    case "cloudflare/unreachable":
    case "cloudflare/timeout":
    case "cloudflare/deadline":
    case "cloudflare/not-json":
      return "doubt";
    case "cloudflare/bad-token":
    case "cloudflare/missing-permission":
    case "cloudflare/unknown-account":
    case "cloudflare/endpoint-gone":
    case "cloudflare/rate-limited":
    case "cloudflare/redirected":
    case "cloudflare/incomplete-listing":
    case "cloudflare/bad-record":
    case "cloudflare/bad-setting":
    case "cloudflare/closed":
      return "stop";
    case "cloudflare/stopped":
      return "ended";
  }
}

/**
 * Sends a chunk of ids with `call`. If a call is refused because of its ids, it is sent again in halves, down to single
 * ids, so that one bad id does not block the others. After any other failure, nothing more of the chunk is sent.
 */
async function send(
  call: (ids: readonly string[]) => Promise<void>,
  chunk: readonly string[],
): Promise<Sent> {
  const accepted: string[] = [];
  const refused = new Map<string, string>();
  const doubtful = new Map<string, string>();
  const untried = new Map<string, string>();
  let stop: string | undefined;
  let calls = 0;
  let split = false;
  const unsplit = [chunk];
  for (let ids = unsplit.pop(); ids !== undefined; ids = unsplit.pop()) {
    calls += 1;
    try {
      await call(ids);
      accepted.push(...ids);
    } catch (error) {
      if (!(error instanceof CloudflareError)) throw error;
      const about = aboutWhat(error.code);
      if (about === "ids" && ids.length > 1) {
        split = true;
        const half = Math.ceil(ids.length / 2);
        unsplit.push(ids.slice(half), ids.slice(0, half));
        continue;
      }
      if (about === "ids") {
        for (const id of ids) refused.set(id, error.summary);
        continue;
      }
      if (about !== "doubt") stop = error.summary;
      const rest = about === "ended" ? untried : about === "stop" ? refused : doubtful;
      // A refused retry does not show what the attempt before it did.
      const own = error.doubtful ? doubtful : rest;
      for (const id of ids) own.set(id, error.summary);
      for (const id of unsplit.splice(0).flat()) rest.set(id, error.summary);
    }
  }
  const untouched = calls === 1 && stop !== undefined && doubtful.size === 0;
  return { accepted, refused, doubtful, untried, stop, untouched, split };
}
