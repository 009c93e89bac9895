import type { Dispatcher } from "undici";
import { type AccessUsers, accessUsersOf } from "./access-users.js";
import type { Credentials } from "./credentials.js";
import { CloudflareError } from "./errors.js";
import { type Clock, systemClock } from "./pace.js";
import { type PhysicalDevices, physicalDevicesOf } from "./physical-devices.js";
import { type Registrations, registrationsOf } from "./registrations.js";
import { type RequestNote, resolveBaseUrl, Transport, type TransportSettings } from "./transport.js";
import { variable } from "../text/words.js";

export interface ClientOptions {
  /** 1 to 32 letters, digits, `_` and `-`. */
  readonly accountId: string;
  readonly credentials: Credentials;
  /** The environment to read other settings from: the base URL, proxies, bounds. Default: the process's. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Default: `CLOUDFLARE_BASE_URL`, else Cloudflare's own. Must be https, or http on loopback. */
  readonly baseUrl?: string | undefined;
  /** Records to ask for on a page. Default 1000. The server may send fewer. */
  readonly perPage?: number | undefined;
  /** The most ids in one call. Default 100. */
  readonly chunkSize?: number | undefined;
  /** Milliseconds for one attempt. Default 30 s. */
  readonly attemptTimeoutMs?: number | undefined;
  /** Milliseconds for one call with its retries and waits. Default 6 min, because Cloudflare's own block lasts five. */
  readonly deadlineMs?: number | undefined;
  /** Attempts for one call, not counting those answered with 429. Default 5. */
  readonly maxAttempts?: number | undefined;
  /** Listings to make before giving up on one that contradicts itself. Default 3. */
  readonly maxListings?: number | undefined;
  /** The most pages of one listing. Default: `WARP_MAX_PAGES`, else 10,000. */
  readonly maxPages?: number | undefined;
  /** The most records of one listing. Default: `WARP_MAX_RECORDS`, else 1,000,000. */
  readonly maxRecords?: number | undefined;
  readonly clock?: Clock | undefined;
  /** Called after each HTTP request. If it throws, the call ends. */
  readonly onRequest?: ((note: RequestNote) => void) | undefined;
  /** Called before each HTTP request, retries included. Returns why the request must not go out, or undefined. */
  readonly beforeRequest?: TransportSettings["beforeRequest"];
  /** Sends the requests, for example undici's ProxyAgent. `close` leaves it open. */
  readonly dispatcher?: Dispatcher | undefined;
}

/** The part of an account that this project reads and writes. Holds connections until `close`. */
export interface CloudflareClient {
  readonly accountId: string;
  readonly registrations: Registrations;
  readonly physicalDevices: PhysicalDevices;
  readonly accessUsers: AccessUsers;
  /** HTTP requests sent so far, retries included. */
  readonly requests: number;
  readonly clock: Clock;
  /**
   * Milliseconds since 1970 by the account's own clock, from the `Date` headers of the answers so far; undefined if no
   * answer had one. Times in records (`revoked_at`, `last_seen_at`) are by this clock.
   */
  readonly serverTime: () => number | undefined;
  /** Closes the connections once the calls in progress have ended. Later calls throw `cloudflare/closed`. */
  readonly close: () => Promise<void>;
}

function checkAccountId(accountId: string): void {
  if (/^[A-Za-z0-9_-]{1,32}$/.test(accountId)) return;
  throw new CloudflareError({
    code: "cloudflare/bad-setting",
    what:
      accountId === "" ? "The account id is empty." : `The account id is not valid: ${oddity(accountId)}.`,
    advice: "Give only the 32 hexadecimal digits from the dashboard's address or the account's page.",
  });
}

/** Does not contain the text itself, which may be a token in the wrong place. */
function oddity(accountId: string): string {
  if (/\s/.test(accountId)) return "it contains a space";
  if (/[^A-Za-z0-9_-]/.test(accountId)) return "it contains characters other than letters and digits";
  return `it has ${accountId.length} characters, not 32`;
}

/** A client for one account. Makes no request yet. Throws `cloudflare/bad-setting`. */
export function createClient(options: ClientOptions): CloudflareClient {
  const { accountId, credentials, clock = systemClock, onRequest, beforeRequest, dispatcher } = options;
  const { env = process.env } = options;
  checkAccountId(accountId);
  const transport = new Transport({
    baseUrl: resolveBaseUrl(options.baseUrl, env),
    credentials,
    env,
    attemptTimeoutMs: atLeastOne("attemptTimeoutMs", options.attemptTimeoutMs ?? 30_000, "ms"),
    deadlineMs: atLeastOne("deadlineMs", options.deadlineMs ?? 360_000, "ms"),
    maxAttempts: atLeastOne("maxAttempts", options.maxAttempts ?? 5, "count"),
    clock,
    onRequest,
    beforeRequest,
    dispatcher,
  });
  const context = {
    transport,
    accountId,
    clock,
    perPage: atLeastOne("perPage", options.perPage ?? 1000, "count"),
    chunkSize: atLeastOne("chunkSize", options.chunkSize ?? 100, "count"),
    maxListings: atLeastOne("maxListings", options.maxListings ?? 3, "count"),
    maxPages: atLeastOne("maxPages", options.maxPages ?? countFrom(env, "WARP_MAX_PAGES") ?? 10_000, "count"),
    maxRecords: atLeastOne(
      "maxRecords",
      options.maxRecords ?? countFrom(env, "WARP_MAX_RECORDS") ?? 1_000_000,
      "count",
    ),
  };
  return {
    accountId,
    registrations: registrationsOf(context),
    physicalDevices: physicalDevicesOf(context),
    accessUsers: accessUsersOf(context),
    get requests() {
      return transport.requests;
    },
    clock,
    serverTime: () => transport.serverTime(),
    close: () => transport.close(),
  };
}

/**
 * A number of at least 1; throws `cloudflare/bad-setting` for any other. `unit` is `ms` for times, which need not be
 * whole.
 */
export function atLeastOne(name: string, value: number, unit: "count" | "ms"): number {
  if (value >= 1 && (unit === "ms" ? Number.isFinite(value) : Number.isInteger(value))) return value;
  throw new CloudflareError({
    code: "cloudflare/bad-setting",
    what: `${name} is ${value}.`,
    advice: unit === "ms" ? "Give a number of milliseconds, at least 1." : "Give a whole number, at least 1.",
  });
}

/**
 * A whole number of at least 1 from a variable of the environment; undefined if it is not set. Throws
 * `cloudflare/bad-setting`.
 */
function countFrom(env: Readonly<Record<string, string | undefined>>, name: string): number | undefined {
  const text = variable(env, name);
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return atLeastOne(name, Number(text), "count");
  // The text is not shown: it may be a secret in the wrong variable.
  throw new CloudflareError({
    code: "cloudflare/bad-setting",
    what: `${name} is not a whole number.`,
    advice: "Give a whole number, at least 1, in digits only.",
  });
}
