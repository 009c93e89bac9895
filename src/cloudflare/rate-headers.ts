import type { IncomingHttpHeaders } from "undici/types/header.js";

/** What is left of one request limit. */
export interface RateWindow {
  readonly name: string;
  /** Requests that are still let through. */
  readonly remaining: number;
  /** Milliseconds until the limit is filled up again. */
  readonly resetMs: number;
  /** Requests of a full window, where the server tells. */
  readonly quota?: number;
}

const ITEM = /("[^"]*"|[\w*.-]+)((?:\s*;\s*[\w-]+=[^;,\s]+)+)/g;
/** A reset above this is a time, not a delay: some 30 years in seconds. */
const EPOCH_SECONDS = 1e9;

/** One header's value; a repeated header is joined as HTTP allows. */
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
 * The request limits that an answer tells of: `Ratelimit: "default";r=50;t=30` with `Ratelimit-Policy`, else
 * `X-RateLimit-Limit`, `-Remaining` and `-Reset`. Both are documented as current; the reset of the latter is a date (RFC
 * 1123) that comes with 429 only, and elsewhere a delay or a time in seconds. What cannot be read is left out.
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
    return [{ name, remaining, resetMs: seconds * 1000, ...(quota !== undefined && { quota }) }];
  });
  return windows.length > 0 ? windows : readSingleHeaders(headers, now);
}

function readSingleHeaders(headers: IncomingHttpHeaders, now: number): readonly RateWindow[] {
  const left = numberOf(headerOf(headers, "x-ratelimit-remaining"));
  const quota = numberOf(headerOf(headers, "x-ratelimit-limit"));
  const reset = readReset(headerOf(headers, "x-ratelimit-reset"), dateOf(headers) ?? now);
  // The date comes with 429 alone: by itself it says that nothing is left.
  const remaining = left ?? (reset?.isDate === true ? 0 : undefined);
  if (remaining === undefined || reset === undefined) return [];
  return [{ name: "x-ratelimit", remaining, resetMs: reset.ms, ...(quota !== undefined && { quota }) }];
}

/** A time is the server's, so it is measured against `now` by the server's clock. */
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

/** `Retry-After` in milliseconds from now, from seconds or an HTTP date; undefined where there is none to read. */
export function readRetryAfter(headers: IncomingHttpHeaders, now: number): number | undefined {
  const text = headerOf(headers, "retry-after");
  if (text === undefined) return undefined;
  const seconds = numberOf(text);
  if (seconds !== undefined) return seconds * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - (dateOf(headers) ?? now));
}
