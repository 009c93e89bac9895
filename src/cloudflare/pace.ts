import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import type { IncomingHttpHeaders } from "undici/types/header.js";
import type { Act } from "./types.js";

interface Heard extends RateWindow {
  readonly resetAt: number;
}

/** At most this many requests left are "little" if the server does not report the size of a full window. */
const LITTLE_LEFT = 10;

/**
 * Decides when the next request may go out, from the limits that the server reports: at once while there is plenty,
 * spread over the rest of the window while a tenth or less is left, after the reset when nothing is left. All calls of
 * a client share one, because they share the limit. Times are by a clock that nobody can set (`Clock.elapsed`); the
 * caller passes `now`.
 */
export class Pace {
  #windows: readonly Heard[] = [];
  #lastSent = 0;
  #blockedUntil = 0;

  /** Milliseconds to wait before the next request; 0 if it may go out. */
  delay(now: number): number {
    const times = this.#windows.filter(({ resetAt }) => resetAt > now).map((window) => this.#next(window));
    return Math.max(0, this.#blockedUntil - now, ...times.map((time) => time - now));
  }

  #next({ remaining, resetAt, quota }: Heard): number {
    if (remaining < 1) return resetAt;
    if (remaining > (quota === undefined ? LITTLE_LEFT : quota / 10)) return 0;
    return this.#lastSent + (resetAt - this.#lastSent) / (remaining + 1);
  }

  /** Call this for each request. It counts before its answer comes, so that parallel requests do not overshoot. */
  sent(now: number): void {
    this.#lastSent = now;
    this.#windows = this.#windows.map((window) => ({ ...window, remaining: window.remaining - 1 }));
  }

  /** Call this for each answer. Answers may overtake each other: within a window, what is left only shrinks. */
  heard(windows: readonly RateWindow[], now: number): void {
    if (windows.length === 0) return;
    this.#windows = windows.map((window) => {
      const before = this.#windows.find(({ name }) => name === window.name);
      const same = before !== undefined && before.resetAt > now && before.quota === window.quota;
      const remaining = same ? Math.min(before.remaining, window.remaining) : window.remaining;
      return { ...window, remaining, resetAt: same ? before.resetAt : now + window.resetMs };
    });
  }

  /** Call this if the server has asked for a pause. */
  block(until: number): void {
    this.#blockedUntil = Math.max(this.#blockedUntil, until);
  }
}

/** What is left of one request limit. */
interface RateWindow {
  readonly name: string;
  /** Requests that are still allowed. */
  readonly remaining: number;
  /** Milliseconds until the limit is full again. */
  readonly resetMs: number;
  /** Requests of a full window, if the server reports it. */
  readonly quota?: number | undefined;
}

const ITEM = /("[^"]*"|[\w*.-]+)((?:\s*;\s*[\w-]+=[^;,\s]+)+)/g;

/** A reset above this is a time, not a delay: it is about 30 years in seconds. */
const EPOCH_SECONDS = 1e9;

/** One header's value. A repeated header is joined, as HTTP allows. */
export function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(", ") : value;
}

/** The `Date` header in milliseconds since 1970. */
export function dateOf(headers: IncomingHttpHeaders): number | undefined {
  const date = Date.parse(headerOf(headers, "date") ?? "");
  return Number.isNaN(date) ? undefined : date;
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}

function readItems(text: string): readonly (readonly [string, ReadonlyMap<string, number>])[] {
  return [...text.matchAll(ITEM)].map(([, name = "", parameters = ""]) => {
    const pairs = parameters.split(";").flatMap((pair): [string, number][] => {
      const [key = "", value] = pair.split("=");
      const number = numberOf(value);
      return number === undefined ? [] : [[key.trim(), number]];
    });
    return [name.replaceAll('"', ""), new Map(pairs)];
  });
}

/**
 * The request limits that an answer reports: `Ratelimit: "default";r=50;t=30` with `Ratelimit-Policy`, else
 * `X-RateLimit-Limit`, `-Remaining` and `-Reset`. Both are documented as current. The reset of the latter is a date
 * (RFC 1123) that comes only with 429, and in other cases a delay or a time in seconds. Unreadable limits are left out.
 *
 * `now` is the local clock, for servers that send no `Date`.
 *
 * Source: Cloudflare's documents, "API rate limits".
 */
export function readRateWindows(headers: IncomingHttpHeaders, now: number): readonly RateWindow[] {
  const quotas = new Map(
    readItems(headerOf(headers, "ratelimit-policy") ?? "").map(([name, values]) => [name, values.get("q")]),
  );
  const windows = readItems(headerOf(headers, "ratelimit") ?? "").flatMap(([name, values]): RateWindow[] => {
    const [remaining, seconds, quota] = [values.get("r"), values.get("t"), quotas.get(name)];
    if (remaining === undefined || seconds === undefined) return [];
    return [{ name, remaining, resetMs: seconds * 1000, quota }];
  });
  return windows.length > 0 ? windows : readSingleHeaders(headers, now);
}

function readSingleHeaders(headers: IncomingHttpHeaders, now: number): readonly RateWindow[] {
  const left = numberOf(headerOf(headers, "x-ratelimit-remaining"));
  const quota = numberOf(headerOf(headers, "x-ratelimit-limit"));
  const reset = readReset(headerOf(headers, "x-ratelimit-reset"), dateOf(headers) ?? now);
  // The date comes only with 429, so by itself it means that nothing is left.
  const remaining = left ?? (reset?.isDate === true ? 0 : undefined);
  if (remaining === undefined || reset === undefined) return [];
  return [{ name: "x-ratelimit", remaining, resetMs: reset.ms, quota }];
}

/** A time is the server's, so it is compared with `now` by the server's clock. */
function readReset(text: string | undefined, now: number): { ms: number; isDate: boolean } | undefined {
  if (text === undefined) return undefined;
  const number = numberOf(text);
  if (number !== undefined) {
    const ms = number < EPOCH_SECONDS ? number * 1000 : Math.max(0, number * 1000 - now);
    return { ms, isDate: false };
  }
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : { ms: Math.max(0, date - now), isDate: true };
}

/**
 * `Retry-After` in milliseconds from now, from seconds or an HTTP date; undefined if there is none or it is unreadable.
 */
export function readRetryAfter(headers: IncomingHttpHeaders, now: number): number | undefined {
  const text = headerOf(headers, "retry-after");
  if (text === undefined) return undefined;
  const seconds = numberOf(text);
  if (seconds !== undefined) return seconds * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - (dateOf(headers) ?? now));
}

/** Time and chance, so that a test can control both. */
export interface Clock {
  /** Milliseconds since 1970 by this machine's clock, which may be wrong and may be set during a run. */
  readonly now: () => number;
  /** Milliseconds since some moment, by a clock that nobody can set: for waits, deadlines and the age of reports. */
  readonly elapsed: () => number;
  /** Resolves after that many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** At least 0, less than 1. */
  readonly random: () => number;
}

/** The machine's own. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep: async (milliseconds) => {
    await delay(milliseconds);
  },
  random: () => Math.random(),
};

/** Requests that Cloudflare allows one user in five minutes, for everything they do. */
export const BUDGET = 1_200;

const WINDOW_MS = 300_000;

/** Milliseconds for a request without waits: one answer of the API after the other. */
const REQUEST_MS = 25;

/** Half a budget. From here on, other requests of the same user may get in the way. */
const LONG_RUN = BUDGET / 2;

/** What a run is going to do. */
export interface Workload {
  /** Registrations, by what is done with them. */
  readonly acts: Readonly<Partial<Record<Act, number>>>;
  /** Access users. */
  readonly users: Readonly<Partial<Record<"create" | "rename" | "delete", number>>>;
  /** The most ids in one call. Default 100. */
  readonly chunkSize?: number;
}

/** What the workload costs if all goes well. */
export interface Cost {
  readonly requests: number;
  /** The least number of budgets of {@link BUDGET} requests that it uses. */
  readonly budgets: number;
  /** Including the waits for each further budget. */
  readonly minutes: number;
}

/** Counts bulk calls with their readings, and for Access users one call each, or two if it is read back. */
export function costOf({ acts, users, chunkSize = 100 }: Workload): Cost {
  const bulk = Object.values(acts).reduce((sum, count) => sum + 2 * Math.ceil(count / chunkSize), 0);
  const { create = 0, rename = 0, delete: gone = 0 } = users;
  const requests = bulk + create + rename + 2 * gone;
  const budgets = Math.ceil(requests / BUDGET);
  const waits = Math.max(0, budgets - 1) * WINDOW_MS;
  return { requests, budgets, minutes: Math.ceil((waits + requests * REQUEST_MS) / 60_000) };
}

/**
 * What to report before a long run: `about 2,400 requests, 2 budgets of 1,200, 6 minutes`; undefined for one that takes
 * less than half a budget.
 *
 * Source: Cloudflare's documents, "API rate limits": 1200 requests in five minutes for one user, over all tokens, keys
 * and the dashboard.
 */
export function describeCost(workload: Workload): string | undefined {
  const { requests, budgets, minutes } = costOf(workload);
  if (requests < LONG_RUN) return undefined;
  const parts = [
    `about ${grouped(requests)} requests`,
    `${grouped(budgets)} ${budgets === 1 ? "budget" : "budgets"} of ${grouped(BUDGET)}`,
    `${grouped(minutes)} ${minutes === 1 ? "minute" : "minutes"}`,
  ];
  return parts.join(", ");
}

/** The same in every language of the machine. */
function grouped(number: number): string {
  return String(number).replace(/\B(?=(?:\d{3})+$)/gu, ",");
}
