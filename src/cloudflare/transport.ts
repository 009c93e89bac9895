import { type Dispatcher, request } from "undici";
import type { Clock } from "./clock.js";
import type { Credentials } from "./credentials.js";
import { type Answer, openEnvelope } from "./envelope.js";
import { CloudflareError, type Method } from "./errors.js";
import { proxyPasswords, redactor } from "../redact.js";
import { Pace } from "./pace.js";
import { type Route, routeTo } from "./proxy.js";
import type { Query } from "./query.js";
import { dateOf, headerOf, readRateWindows, readRetryAfter } from "./rate-headers.js";
import { type Attempt, type RetryLimits, withRetries } from "./retry.js";
import { ServerClock } from "./server-clock.js";
import { attemptError } from "./unreachable.js";
import { VERSION } from "./version.js";

/** One call of the API. */
export interface Call {
  readonly method: Method;
  /** Path below the base URL; begins with a slash, and what is variable in it is encoded. */
  readonly path: string;
  readonly query?: Query;
  /** Sent as JSON. */
  readonly body?: object;
  /** Not sent again once the API may have carried it out: for what must not be done twice. */
  readonly once?: boolean;
}

/** One request that was made, without anything secret. */
export interface RequestNote {
  readonly method: Method;
  /** Path below the base URL, without the query. */
  readonly path: string;
  /** HTTP status; undefined where no answer came. */
  readonly status: number | undefined;
  /** 1 for a call's first request. */
  readonly attempt: number;
}

/** Settings of a {@link Transport}. */
export interface TransportSettings extends RetryLimits {
  /** Without a slash at its end; see `resolveBaseUrl`. */
  readonly baseUrl: string;
  readonly credentials: Credentials;
  /** Names the proxy, where one stands in between; see `routeTo`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Milliseconds for one attempt, its body included. */
  readonly attemptTimeoutMs: number;
  readonly clock: Clock;
  readonly onRequest?: ((note: RequestNote) => void) | undefined;
  /** Asked before each HTTP request, retries included: why it must not go out, or undefined. */
  readonly beforeRequest?:
    ((about: Pick<Call, "method" | "path">) => Promise<CloudflareError | undefined>) | undefined;
  /** Sends the requests instead of an agent of its own; not closed by `close`. */
  readonly dispatcher?: Dispatcher | undefined;
}

const LARGEST_BODY = 64 * 1024 * 1024;

/** What all calls go through: the connection, its pace and its retries. Lives until `close`. */
export class Transport {
  readonly #settings: TransportSettings;
  readonly #route: Route | undefined;
  readonly #redact: (text: string) => string;
  readonly #pace = new Pace();
  readonly #serverClock: ServerClock;
  #requests = 0;
  #closed = false;

  constructor(settings: TransportSettings) {
    this.#settings = settings;
    const passwords = redactor(proxyPasswords(settings.env ?? {}));
    this.#redact = (text) => passwords(settings.credentials.redact(text));
    this.#serverClock = new ServerClock(settings.clock);
    const { baseUrl, env = {}, attemptTimeoutMs } = settings;
    this.#route = settings.dispatcher
      ? undefined
      : routeTo(baseUrl, env, { connectTimeoutMs: attemptTimeoutMs, maxResponseSize: LARGEST_BODY });
  }

  /** HTTP requests sent so far, retries included. */
  get requests(): number {
    return this.#requests;
  }

  /** Milliseconds since 1970 by the server's clock, as its answers have told so far; undefined where they have not. */
  serverTime(): number | undefined {
    return this.#serverClock.now();
  }

  /** Makes a call and opens its envelope. Throws {@link CloudflareError}. */
  async send(call: Call): Promise<Answer> {
    const { method, path } = call;
    const attempt = async (number: number, leftMs: number) => {
      const outcome = await this.#attempt(call, number, leftMs);
      return call.once && !outcome.ok && outcome.error.doubtful ? { ...outcome, again: false } : outcome;
    };
    return withRetries(attempt, { method, path }, this.#settings, this.#pace, this.#settings.clock);
  }

  async #attempt(call: Call, attempt: number, leftMs: number): Promise<Attempt<Answer>> {
    const { clock, onRequest } = this.#settings;
    const { method, path } = call;
    const timeoutMs = Math.min(this.#settings.attemptTimeoutMs, Math.max(1, leftMs));
    let response: { status: number; headers: Dispatcher.ResponseData["headers"]; body: string };
    if (this.#closed) {
      throw new CloudflareError({
        code: "cloudflare/closed",
        what: "The client has been closed.",
        method,
        path,
      });
    }
    const refused = await this.#settings.beforeRequest?.({ method, path });
    if (refused) return { ok: false, error: refused, again: false };
    this.#requests += 1;
    try {
      response = await this.#exchange(call, timeoutMs);
    } catch (error) {
      onRequest?.({ method, path, status: undefined, attempt });
      return attemptError(error, {
        method,
        path,
        timeoutMs,
        redact: this.#redact,
        proxyVariable: this.#route?.proxyVariable,
      });
    }
    const { status, headers, body } = response;
    onRequest?.({ method, path, status, attempt });
    this.#pace.heard(readRateWindows(headers, clock.now()), clock.elapsed());
    const date = dateOf(headers);
    if (date !== undefined) this.#serverClock.heard(date);
    const location = headerOf(headers, "location");
    try {
      const raw = {
        method,
        path,
        status,
        body,
        ...(date !== undefined && { date }),
        ...(location && { location }),
      };
      return { ok: true, value: openEnvelope(raw, this.#redact) };
    } catch (error) {
      if (!(error instanceof CloudflareError)) throw error;
      const again = status === 408 || status === 429 || status >= 500;
      return { ok: false, error, again, retryAfterMs: readRetryAfter(headers, clock.now()) };
    }
  }

  async #exchange({ method, path, query = "", body: sent }: Call, timeoutMs: number) {
    const { baseUrl, credentials, dispatcher = this.#route?.dispatcher } = this.#settings;
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), timeoutMs);
    try {
      const response = await request(`${baseUrl}${path}${query && `?${query}`}`, {
        method,
        headers: {
          ...credentials.headers(),
          accept: "application/json",
          "user-agent": `pulumi-warp-registrations/${VERSION}`,
          ...(sent && { "content-type": "application/json" }),
        },
        ...(sent && { body: JSON.stringify(sent) }),
        signal: timeout.signal,
        ...(dispatcher && { dispatcher }),
      });
      const body = await response.body.text();
      return { status: response.statusCode, headers: response.headers, body };
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the connections once what is under way has ended. May be called again. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#route?.dispatcher.close();
  }
}
