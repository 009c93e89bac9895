import type { Clock } from "./clock.js";

/** So many of the newest answers tell the time; one of them that is wrong does not. */
const MOST_HEARD = 15;

/**
 * The account's own clock, by the `Date` headers of its answers, carried on from one answer to the next by a clock that
 * nobody can set. What the API writes into records (`revoked_at`, `last_seen_at`) is told by this clock, so ages are
 * judged by it too, whatever the machine believes.
 *
 * Source: RFC 9110, section 6.6.1; the header counts in whole seconds.
 */
export class ServerClock {
  readonly #elapsed: Clock["elapsed"];
  /** Server time less elapsed time, in milliseconds, newest last. */
  #offsets: readonly number[] = [];

  constructor(clock: Pick<Clock, "elapsed">) {
    this.#elapsed = clock.elapsed;
  }

  /** An answer has come that was dated so, in milliseconds since 1970. */
  heard(date: number): void {
    this.#offsets = [...this.#offsets, date - this.#elapsed()].slice(-MOST_HEARD);
  }

  /** Milliseconds since 1970 by the server's clock; undefined as long as no answer has told. */
  now(): number | undefined {
    const sorted = [...this.#offsets].sort((a, b) => a - b);
    // The middle one: a cache's old answer, or one node whose clock is wrong, does not move it.
    const middle = sorted[Math.floor(sorted.length / 2)];
    return middle === undefined ? undefined : Math.round(middle + this.#elapsed());
  }
}
