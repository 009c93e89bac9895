import type { IncomingHttpHeaders } from "node:http";
import { RefusedCall, forbidden } from "./envelope.js";
import type { SimulatorSettings } from "./settings.js";

/** The credentials that a client must show. Without a token and a key, none are required. */
export interface KnownCredentials {
  /** For `Authorization: Bearer …`. */
  readonly token?: string | undefined;
  /** For `X-Auth-Email` with `X-Auth-Key`. */
  readonly email?: string | undefined;
  readonly key?: string | undefined;
}

/**
 * Lets a request pass if it shows one of the credentials.
 *
 * @throws RefusedCall 400 for missing or malformed headers, 403 for wrong credentials
 */
export function authenticate(credentials: KnownCredentials, headers: IncomingHttpHeaders): void {
  const { token, email, key } = credentials;
  if (token === undefined && key === undefined) return;
  const bearer = headers.authorization;
  const shown = headers["x-auth-key"];
  if (bearer !== undefined) {
    if (token !== undefined && bearer === `Bearer ${token}`) return;
    if (!/^Bearer [\w.~+/=-]+$/.test(bearer)) {
      throw invalidHeaders(6111, "Invalid format for Authorization header");
    }
    throw forbidden();
  }
  if (shown !== undefined) {
    if (key !== undefined && shown === key && headers["x-auth-email"] === email) return;
    if (!/^[0-9a-f]{37,45}$/.test(String(shown)))
      throw invalidHeaders(6103, "Invalid format for X-Auth-Key header");
    throw forbidden();
  }
  throw new RefusedCall(400, [
    { code: 9106, message: "Missing X-Auth-Key, X-Auth-Email or Authorization headers" },
  ]);
}

function invalidHeaders(code: number, message: string): RefusedCall {
  return new RefusedCall(400, [
    { code: 6003, message: "Invalid request headers", error_chain: [{ code, message }] },
  ]);
}

/** What to report about the limit, and the refusal, if there is one. */
interface Admission {
  readonly headers: Readonly<Record<string, string>>;
  readonly refusal?: RefusedCall;
}

/**
 * Allows a number of requests per window. A client that asks for more is refused every call for one window from then
 * on, as with Cloudflare. Counts by the machine's clock: a fixed clock would never let anyone in again.
 */
export class RateLimit {
  #used = 0;
  #ends = 0;
  #blocked = false;

  /** Counts a request. `now` is in whole milliseconds and never decreases. */
  count(settings: SimulatorSettings, now: number): Admission {
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

  reset(): void {
    this.#used = 0;
    this.#ends = 0;
    this.#blocked = false;
  }
}

/** 429 with the seconds to wait. */
export function tooMany(seconds: number): RefusedCall {
  return new RefusedCall(
    429,
    [{ code: 971, message: "Please wait and consider throttling your request speed" }],
    { "Retry-After": String(seconds) },
  );
}
