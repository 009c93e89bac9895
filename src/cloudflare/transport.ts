import { Agent, type Dispatcher, EnvHttpProxyAgent, request } from "undici";
import { escapeText } from "../text/escape.js";
import { type Environment, proxyPasswords, redactor } from "../text/redact.js";
import type { Credentials } from "./credentials.js";
import { type OpenedAnswer, openEnvelope, type Query } from "./envelope.js";
import { CloudflareError, type Method } from "./errors.js";
import { type Clock, dateOf, headerOf, Pace, readRateWindows, readRetryAfter } from "./pace.js";
import { type Attempt, attemptError, type RetryLimits, withRetries } from "./retry.js";

/** One call of the API. */
export interface Call {
  readonly method: Method;
  /** Path below the base URL. It begins with a slash, and its variable parts are encoded. */
  readonly path: string;
  readonly query?: Query;
  /** Sent as JSON. */
  readonly body?: object;
  /** If true, the call is not repeated once the API may have carried it out: for what must not be done twice. */
  readonly once?: boolean;
}

/** One request that was made. It holds no secret. */
export interface RequestNote {
  readonly method: Method;
  /** Path below the base URL, without the query. */
  readonly path: string;
  /** HTTP status; undefined if no answer came. */
  readonly status: number | undefined;
  /** 1 for a call's first request. */
  readonly attempt: number;
}

export interface TransportSettings extends RetryLimits {
  /** Without a slash at its end; see `resolveBaseUrl`. */
  readonly baseUrl: string;
  readonly credentials: Credentials;
  /** Names the proxy, if there is one in between; see `routeTo`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Milliseconds for one attempt, its body included. */
  readonly attemptTimeoutMs: number;
  readonly clock: Clock;
  readonly onRequest?: ((note: RequestNote) => void) | undefined;
  /** Called before each HTTP request, retries included. Returns why the request must not go out, or undefined. */
  readonly beforeRequest?:
    ((about: Pick<Call, "method" | "path">) => Promise<CloudflareError | undefined>) | undefined;
  /** Sends the requests instead of the transport's own agent. `close` does not close it. */
  readonly dispatcher?: Dispatcher | undefined;
}

const LARGEST_BODY = 64 * 1024 * 1024;

/** All calls go through this: the connection, its pace and its retries. Lives until `close`. */
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

  /** Milliseconds since 1970 by the server's clock, from its answers so far; undefined if no answer had a date. */
  serverTime(): number | undefined {
    return this.#serverClock.now();
  }

  /** Makes a call and opens its envelope. Throws {@link CloudflareError}. */
  async send(call: Call): Promise<OpenedAnswer> {
    const { method, path } = call;
    const attempt = async (number: number, leftMs: number) => {
      const outcome = await this.#attempt(call, number, leftMs);
      return call.once && !outcome.ok && outcome.error.doubtful ? { ...outcome, again: false } : outcome;
    };
    return withRetries(attempt, { method, path }, this.#settings, this.#pace, this.#settings.clock);
  }

  async #attempt(call: Call, attempt: number, leftMs: number): Promise<Attempt<OpenedAnswer>> {
    const { clock, onRequest } = this.#settings;
    const { method, path } = call;
    const timeoutMs = Math.min(this.#settings.attemptTimeoutMs, Math.max(1, leftMs));
    let response: { status: number; headers: Dispatcher.ResponseData["headers"]; body: string };
    if (this.#closed) {
      throw new CloudflareError({
        code: "cloudflare/closed",
        what: "The client is closed.",
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
      return {
        ok: true,
        value: openEnvelope({ method, path, status, body, date, location }, this.#redact),
      };
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

  /** Closes the connections once the calls in progress have ended. May be called again. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#route?.dispatcher.close();
  }
}

/** The way to the API. */
interface Route {
  readonly dispatcher: Dispatcher;
  /** The variable that names the proxy, if there may be one in between. */
  readonly proxyVariable: string | undefined;
}

/** The first of these variables that is set, lower case first, as in curl and undici. */
function firstOf(env: Environment, names: readonly string[]): { name: string; value: string } | undefined {
  const name = names.find((each) => (env[each]?.trim() ?? "") !== "");
  return name === undefined ? undefined : { name, value: env[name]?.trim() ?? "" };
}

/**
 * The address of a proxy; without a scheme, it is http. The error does not show a text that is not an address: it may
 * hold a password.
 */
function proxyOf(env: Environment, names: readonly string[]): { name: string; address: string } | undefined {
  const given = firstOf(env, names);
  if (given === undefined) return undefined;
  const address = given.value.includes("://") ? given.value : `http://${given.value}`;
  const { protocol } = URL.canParse(address) ? new URL(address) : { protocol: "" };
  if (protocol === "http:" || protocol === "https:") return { name: given.name, address };
  throw new CloudflareError({
    code: "cloudflare/bad-setting",
    what: `${given.name} is not the address of a proxy.`,
    advice: "Give an http or https address, such as http://proxy.example:3128, or unset it.",
  });
}

/**
 * Finds the way to the API: through the proxy from `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` (or lower case), as curl
 * does. A loopback address is on this machine, so it never uses a proxy. Throws `cloudflare/bad-setting`.
 */
function routeTo(
  baseUrl: string,
  env: Environment,
  options: { readonly connectTimeoutMs: number; readonly maxResponseSize: number },
): Route {
  const { hostname, protocol } = new URL(baseUrl);
  const { maxResponseSize } = options;
  const connect = { timeout: options.connectTimeoutMs };
  const http = proxyOf(env, ["http_proxy", "HTTP_PROXY"]);
  const https = proxyOf(env, ["https_proxy", "HTTPS_PROXY"]);
  const proxy = protocol === "https:" ? (https ?? http) : http;
  if (isLoopback(hostname) || proxy === undefined)
    return { dispatcher: new Agent({ connect, maxResponseSize }), proxyVariable: undefined };
  const dispatcher = new EnvHttpProxyAgent({
    connect,
    maxResponseSize,
    // Empty instead of missing: the agent would read the process's own environment.
    httpProxy: http?.address ?? "",
    httpsProxy: https?.address ?? "",
    noProxy: firstOf(env, ["no_proxy", "NO_PROXY"])?.value ?? "",
  });
  return { dispatcher, proxyVariable: proxy.name };
}

export const DEFAULT_BASE_URL = "https://api.cloudflare.com/client/v4";

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Whether a URL's host is this machine. */
export function isLoopback(hostname: string): boolean {
  return LOOPBACK.test(hostname);
}

function refuse(what: string): never {
  throw new CloudflareError({
    code: "cloudflare/bad-setting",
    what,
    advice: `Leave it unset for ${DEFAULT_BASE_URL}, or set CLOUDFLARE_BASE_URL to an https:// address with at most a path.`,
  });
}

/**
 * The address below which all calls are made, without a slash at its end: the option, else `CLOUDFLARE_BASE_URL`, else
 * Cloudflare's own. A path in it is kept. Throws `cloudflare/bad-setting` if the address would send the credentials
 * unencrypted over a network, or has credentials, a query or a fragment.
 */
export function resolveBaseUrl(
  option: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const set = option ?? env.CLOUDFLARE_BASE_URL?.trim() ?? "";
  const text = set === "" ? DEFAULT_BASE_URL : set;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:")
    refuse("The base URL is not an http or https address.");
  // The errors do not show these parts: they may hold a password.
  if (url.username !== "" || url.password !== "") refuse("The base URL contains credentials.");
  if (/[?#]/.test(text)) refuse("The base URL has a query or a fragment.");
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    refuse(`The base URL would send the credentials to ${escapeText(url.hostname, 100)} unencrypted.`);
  }
  return url.href.replace(/\/+$/, "");
}

/** The time comes from at most this many of the newest answers, so that a single wrong one does not change it. */
const MOST_HEARD = 15;

/**
 * The account's own clock, from the `Date` headers of its answers. Between answers it goes on by a clock that nobody
 * can set. Times in the API's records (`revoked_at`, `last_seen_at`) are by this clock, so ages are measured by it too,
 * and not by this machine's clock.
 *
 * Source: RFC 9110, section 6.6.1; the header has whole seconds.
 */
export class ServerClock {
  readonly #elapsed: Clock["elapsed"];
  /** Server time minus elapsed time, in milliseconds, newest last. */
  #offsets: readonly number[] = [];

  constructor(clock: Pick<Clock, "elapsed">) {
    this.#elapsed = clock.elapsed;
  }

  /** Call this for each answer with a date, in milliseconds since 1970. */
  heard(date: number): void {
    this.#offsets = [...this.#offsets, date - this.#elapsed()].slice(-MOST_HEARD);
  }

  /** Milliseconds since 1970 by the server's clock; undefined until an answer had a date. */
  now(): number | undefined {
    const sorted = [...this.#offsets].sort((a, b) => a - b);
    // The median: an old answer from a cache, or one node with a wrong clock, does not move it.
    const middle = sorted[Math.floor(sorted.length / 2)];
    return middle === undefined ? undefined : Math.round(middle + this.#elapsed());
  }
}

/** The version in package.json; a test holds the two equal. A program bundled into one file has no package.json. */
export const VERSION = "0.1.0";
