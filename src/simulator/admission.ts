import type { IncomingHttpHeaders } from "node:http";
import { RefusedCall, forbidden, SimulatorError } from "./envelope.js";
import type { SimulatorSettings } from "./settings.js";

/** What a client must show. Without a token and a key nothing is asked. */
export interface KnownCredentials {
  /** For `Authorization: Bearer …`. */
  readonly token?: string | undefined;
  /** For `X-Auth-Email` with `X-Auth-Key`. */
  readonly email?: string | undefined;
  readonly key?: string | undefined;
}

/**
 * Lets a request pass that shows one of the credentials.
 *
 * @throws ApiError 400 for headers that are missing or malformed, 403 for credentials that are not right
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

/** What to tell about the limit, and whether the request passes. */
interface Admission {
  readonly headers: Readonly<Record<string, string>>;
  readonly refusal?: RefusedCall;
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

  /** Forgets what was counted. */
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

/** What a fault does to a request. */
export type FaultKind =
  /** Answers with `status` (default 500) in the envelope, `code` and `message` where given; 429 with `retry_after`. */
  | "status"
  /** Answers with an HTML page, as proxies do, and `status` (default 502). */
  | "html"
  /** Answers 200 with `success: false`. */
  | "unsuccessful"
  /** Answers with `body` as it is, and `status` (default 200). */
  | "body"
  /** Never answers. */
  | "hang"
  /** Closes the connection without an answer. */
  | "reset"
  /** Begins the true answer and closes the connection in its middle. */
  | "cut"
  /** Answers truly, `delay_ms` later (default 1000). */
  | "slow"
  /** Answers a listing truly, but with the cursor that was sent as the next one. */
  | "repeat-cursor";

/** A fault that waits for requests to strike. */
export interface Fault {
  readonly kind: FaultKind;
  /** Which requests: a method, and regular expressions that find something in the path and in the query as sent. */
  readonly match?: { readonly method?: string; readonly path?: string; readonly query?: string };
  /** How many requests it strikes; default 1. */
  readonly times?: number;
  /** How many matching requests it lets pass first; default 0. */
  readonly skip?: number;
  /** Whether the request takes effect all the same, and only its answer is lost; default false. */
  readonly applied?: boolean;
  readonly status?: number;
  readonly code?: number;
  readonly message?: string;
  /** Seconds, for `Retry-After`. */
  readonly retry_after?: number;
  readonly body?: unknown;
  readonly delay_ms?: number;
}

const KINDS: readonly string[] = [
  "status",
  "html",
  "unsuccessful",
  "body",
  "hang",
  "reset",
  "cut",
  "slow",
  "repeat-cursor",
] satisfies readonly FaultKind[];

const NUMBERS = { times: 1, skip: 0, status: 200, code: 0, retry_after: 0, delay_ms: 0 };

const FIELDS = [...Object.keys(NUMBERS), "kind", "match", "applied", "message", "body"];

interface Waiting {
  readonly fault: Fault;
  times: number;
  skip: number;
}

/** The faults that wait, in the order they came: of several that match the first strikes. */
export class Faults {
  #waiting: Waiting[] = [];

  /** Lets a fault wait. */
  add(fault: Fault): void {
    this.#waiting.push({ fault, times: fault.times ?? 1, skip: fault.skip ?? 0 });
  }

  /** The fault that strikes this request, if any; counts it down. */
  strike(method: string, path: string, query: string): Fault | undefined {
    const found = this.#waiting.find(({ fault }) => matches(fault, method, path, query));
    if (found === undefined) return undefined;
    if (found.skip > 0) {
      found.skip--;
      return undefined;
    }
    found.times--;
    if (found.times === 0) this.#waiting = this.#waiting.filter((waiting) => waiting !== found);
    return found.fault;
  }

  /** Takes all of them away. */
  clear(): void {
    this.#waiting = [];
  }
}

function matches({ match = {} }: Fault, method: string, path: string, query: string): boolean {
  if (match.method !== undefined && match.method.toUpperCase() !== method) return false;
  if (match.path !== undefined && !new RegExp(match.path).test(path)) return false;
  return match.query === undefined || new RegExp(match.query).test(query);
}

/**
 * A fault from JSON.
 *
 * @throws SimulatorError naming the field
 */
export function readFault(value: unknown): Fault {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new SimulatorError("fault: expected an object");
  }
  const fault = value as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(fault).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined) {
    throw new SimulatorError(`fault.${unknown}: no such field; the fields are ${FIELDS.join(", ")}`);
  }
  if (typeof fault.kind !== "string" || !KINDS.includes(fault.kind)) {
    throw new SimulatorError(`fault.kind: expected one of ${KINDS.join(", ")}`);
  }
  for (const [name, least] of Object.entries(NUMBERS)) {
    const number = fault[name];
    if (number !== undefined && !(Number.isSafeInteger(number) && (number as number) >= least)) {
      throw new SimulatorError(`fault.${name}: expected a whole number, at least ${least}`);
    }
  }
  if (typeof fault.status === "number" && fault.status > 599) {
    throw new SimulatorError("fault.status: expected an HTTP status from 200 to 599");
  }
  if (fault.message !== undefined && typeof fault.message !== "string") {
    throw new SimulatorError("fault.message: expected text");
  }
  if (fault.applied !== undefined && typeof fault.applied !== "boolean") {
    throw new SimulatorError("fault.applied: expected true or false");
  }
  checkMatch(fault.match);
  return fault as unknown as Fault;
}

function checkMatch(match: unknown): void {
  if (match === undefined) return;
  if (typeof match !== "object" || match === null)
    throw new SimulatorError("fault.match: expected an object");
  for (const [name, value] of Object.entries(match)) {
    if (!["method", "path", "query"].includes(name) || typeof value !== "string") {
      throw new SimulatorError(`fault.match.${name}: expected method, path or query, with text`);
    }
    if (name === "method") continue;
    try {
      new RegExp(value);
    } catch {
      throw new SimulatorError(`fault.match.${name}: not a regular expression: ${value}`);
    }
  }
}
