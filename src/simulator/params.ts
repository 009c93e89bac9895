import { instant } from "./clock.js";
import { badRequest } from "./envelope.js";

/*
 * Query parameters as the API reads them: an array is a parameter that repeats, so `id=a,b` is one id and `id[]=a` is
 * a parameter that nobody asked for. Unknown parameters are passed over. Of a single parameter given twice the first
 * counts.
 */

/** All values of a parameter that may repeat. */
export function many(params: URLSearchParams, name: string): readonly string[] {
  return params.getAll(name);
}

/** A parameter that takes any text; the empty text is no parameter. */
export function one(params: URLSearchParams, name: string): string | undefined {
  const value = params.get(name);
  return value === null || value === "" ? undefined : value;
}

/** A parameter that takes some words only. */
export function choice<T extends string>(
  params: URLSearchParams,
  name: string,
  words: readonly T[],
): T | undefined {
  const value = params.get(name);
  if (value === null) return undefined;
  const word = words.find((known) => known === value);
  if (word === undefined) throw badRequest(`${name}: expected one of ${words.join(", ")}, got "${value}"`);
  return word;
}

/** A parameter that is a time, as the API writes times. */
export function time(params: URLSearchParams, name: string): string | undefined {
  const value = params.get(name);
  if (value === null) return undefined;
  const read = instant(value);
  if (read === undefined) throw badRequest(`${name}: expected an RFC 3339 timestamp, got "${value}"`);
  return read;
}

/** A parameter that is a whole number from 1 on. */
export function count(params: URLSearchParams, name: string): number | undefined {
  const value = params.get(name);
  if (value === null) return undefined;
  const read = /^\d{1,15}$/.test(value) ? Number(value) : 0;
  if (read < 1) throw badRequest(`${name}: expected a whole number from 1 on, got "${value}"`);
  return read;
}

/** `include`: words with commas between them, of which only one is known. */
export function includes(params: URLSearchParams, known: string): boolean {
  const words = (params.get("include") ?? "").split(",").filter((word) => word !== "");
  const unknown = words.find((word) => word !== known);
  if (unknown !== undefined) throw badRequest(`include: expected "${known}", got "${unknown}"`);
  return words.length > 0;
}
