import type { RateWindow } from "./rate-headers.js";

interface Heard extends RateWindow {
  readonly resetAt: number;
}

/** How many requests are "little" where the server does not tell the size of a full window. */
const LITTLE = 10;

/**
 * When the next request may go out, by what the server has said about its limits: at once while there is plenty, spread
 * over the rest of the window while a tenth or less is left, after the reset when nothing is left. One for all calls of
 * a client, since the limit is one. Times are those of a clock that nobody can set (`Clock.elapsed`), and `now` never
 * comes from here.
 */
export class Pace {
  #windows: readonly Heard[] = [];
  #lastSent = 0;
  #blockedUntil = 0;

  /** Milliseconds to wait before the next request; 0 when it may go out. */
  delay(now: number): number {
    const times = this.#windows.filter(({ resetAt }) => resetAt > now).map((window) => this.#next(window));
    return Math.max(0, this.#blockedUntil - now, ...times.map((time) => time - now));
  }

  #next({ remaining, resetAt, quota }: Heard): number {
    if (remaining < 1) return resetAt;
    if (remaining > (quota === undefined ? LITTLE : quota / 10)) return 0;
    return this.#lastSent + (resetAt - this.#lastSent) / (remaining + 1);
  }

  /** A request goes out. It counts before its answer does, so that requests side by side do not overshoot. */
  sent(now: number): void {
    this.#lastSent = now;
    this.#windows = this.#windows.map((window) => ({ ...window, remaining: window.remaining - 1 }));
  }

  /** An answer has come. Answers may overtake each other: within a window what is left only shrinks. */
  heard(windows: readonly RateWindow[], now: number): void {
    if (windows.length === 0) return;
    this.#windows = windows.map((window, i) => {
      const before = this.#windows[i];
      const same = before !== undefined && before.resetAt > now && before.quota === window.quota;
      const remaining = same ? Math.min(before.remaining, window.remaining) : window.remaining;
      return { ...window, remaining, resetAt: same ? before.resetAt : now + window.resetMs };
    });
  }

  /** The server has asked to be left alone. */
  block(until: number): void {
    this.#blockedUntil = Math.max(this.#blockedUntil, until);
  }
}
