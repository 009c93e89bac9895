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

  /** Ends the connections once what is under way has ended. May be called again. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#route?.dispatcher.close();
  }
}

/** How the API is reached. */
interface Route {
  readonly dispatcher: Dispatcher;
  /** The variable that names the proxy in between, where one may be. */
  readonly proxyVariable: string | undefined;
}

/** The first of these variables that is set, lower case first, as curl and undici have it. */
function firstOf(env: Environment, names: readonly string[]): { name: string; value: string } | undefined {
  const name = names.find((each) => (env[each]?.trim() ?? "") !== "");
  return name === undefined ? undefined : { name, value: env[name]?.trim() ?? "" };
}

/** The address of a proxy; one without a scheme means http. What is no address is not shown: it may hold a password. */
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
 * The way to the API: through the proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name (lower case as well), as
 * curl goes. An address on loopback is on this machine, and no proxy stands before it. Throws `cloudflare/bad-setting`.
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
    // Empty, not left out: it would look into the process's own environment.
    httpProxy: http?.address ?? "",
    httpsProxy: https?.address ?? "",
    noProxy: firstOf(env, ["no_proxy", "NO_PROXY"])?.value ?? "",
  });
  return { dispatcher, proxyVariable: proxy.name };
}

/** Cloudflare's API. */
export const DEFAULT_BASE_URL = "https://api.cloudflare.com/client/v4";

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Whether a host, as a URL has it, is this machine. */
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
 * The address under which all calls are made, without a slash at its end: the option, else `CLOUDFLARE_BASE_URL`, else
 * Cloudflare's own. A path in it is kept. Throws `cloudflare/bad-setting` for what would send the credentials in
 * clear over a network, and for credentials, a query or a fragment in the address.
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
  // Nothing of these is shown: it may be a password.
  if (url.username !== "" || url.password !== "") refuse("The base URL contains credentials.");
  if (/[?#]/.test(text)) refuse("The base URL has a query or a fragment.");
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    refuse(`The base URL would send the credentials to ${escapeText(url.hostname, 100)} unencrypted.`);
  }
  return url.href.replace(/\/+$/, "");
}

/** So many of the newest answers tell the time; one of them that is wrong does not. */
const MOST_HEARD = 15;

/**
 * The account's own clock, by the `Date` headers of its answers, carried on from one answer to the next by a clock that
 * nobody can set. What the API writes into records (`revoked_at`, `last_seen_at`) is told by this clock, so ages are
 * measured by it too, whatever the machine believes.
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

/** The version in package.json, which a test holds equal: a program bundled into one file has no package.json. */
export const VERSION = "0.1.0";
