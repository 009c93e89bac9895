import { ApiError } from "./envelope.js";
import type { Settings } from "./settings.js";

/** What to tell about the limit, and whether the request passes. */
export interface Verdict {
  readonly headers: Readonly<Record<string, string>>;
  readonly refusal?: ApiError;
}

/**
 * So many requests per window; whoever asks for more is refused everything for one window from then on, as Cloudflare
 * does. Counts by the machine's clock, since a clock that stands still would never let anyone in again.
 */
export class RateLimit {
  #used = 0;
  #ends = 0;
  #blocked = false;

  /** Counts a request. `now` is in whole milliseconds and never goes back. */
  count(settings: Settings, now: number): Verdict {
    const { rate_limit: limit, rate_limit_window: window } = settings;
    if (limit === 0) return { headers: {} };
    if (now >= this.#ends) {
      this.#used = 0;
      this.#blocked = false;
      this.#ends = now + window * 1000;
    }
    this.#used++;
    if (this.#used > limit && !this.#blocked) {
      this.#blocked = true;
      this.#ends = now + window * 1000;
    }
    const seconds = Math.ceil((this.#ends - now) / 1000);
    const headers = {
      Ratelimit: `"default";r=${Math.max(0, limit - this.#used)};t=${seconds}`,
      "Ratelimit-Policy": `"default";q=${limit};w=${window}`,
    };
    return this.#blocked ? { headers, refusal: tooMany(seconds) } : { headers };
  }

  /** Forgets what was counted. */
  reset(): void {
    this.#used = 0;
    this.#ends = 0;
    this.#blocked = false;
  }
}

/** 429 with the seconds to wait. */
export function tooMany(seconds: number): ApiError {
  return new ApiError(
    429,
    [{ code: 971, message: "Please wait and consider throttling your request speed" }],
    { "Retry-After": String(seconds) },
  );
}
