import { CloudflareError, type CloudflareErrorCode } from "./errors.js";

/** What became of sending a chunk, before anything is read back. */
export interface Sent {
  /** Ids in calls that the API took. */
  readonly accepted: readonly string[];
  /** Ids that the API refused one by one, and why. */
  readonly refused: ReadonlyMap<string, string>;
  /** Ids of which nobody knows whether the call reached the API, and why. */
  readonly doubtful: ReadonlyMap<string, string>;
  /** Ids that no call was made for, since the run was stopped before, and why. */
  readonly untried: ReadonlyMap<string, string>;
  /** Why no further call of this act makes sense. */
  readonly stop: string | undefined;
  /** Nothing of the chunk can have been done: its only call was turned away for a reason that is not its ids. */
  readonly untouched: boolean;
  /**
   * A call with several ids was refused: no document says whether the API did it for some of them before it said no,
   * so what the smaller calls are refused for afterwards may be just that.
   */
  readonly split: boolean;
}

/**
 * What an error says about a bulk call: `ids` that something is wrong with the ids, `doubt` that another call may go
 * better, `stop` that every further call would end alike, `ended` that the run makes no further call.
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
 * Sends a chunk of ids by `call`. A call that is refused for its ids is sent again in halves, down to single ids, so
 * that one bad id does not stop the others; after any other failure nothing more of the chunk is sent.
 */
export async function send(
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
  const left = [chunk];
  for (let ids = left.pop(); ids !== undefined; ids = left.pop()) {
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
        left.push(ids.slice(half), ids.slice(0, half));
        continue;
      }
      if (about === "ids") {
        for (const id of ids) refused.set(id, error.summary);
        continue;
      }
      if (about !== "doubt") stop = error.summary;
      const rest = about === "ended" ? untried : about === "stop" ? refused : doubtful;
      // A retry that is turned away says nothing about the attempt before it.
      const own = error.doubtful ? doubtful : rest;
      for (const id of ids) own.set(id, error.summary);
      for (const id of left.splice(0).flat()) rest.set(id, error.summary);
    }
  }
  const untouched = calls === 1 && stop !== undefined && doubtful.size === 0;
  return { accepted, refused, doubtful, untried, stop, untouched, split };
}
