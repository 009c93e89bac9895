import type { Entry } from "./allowlist.js";

/** The days on which an entry speaks, by their first moments, both included. */
export interface Window {
  readonly first: number;
  readonly last: number;
}

export function windowOf({ from, expires }: Entry): Window {
  return { first: from?.start ?? -Infinity, last: expires?.start ?? Infinity };
}

/** Whether there is a day on which both speak. */
export function overlap(one: Window, other: Window): boolean {
  return one.first <= other.last && other.first <= one.last;
}

/** Whether the outer one speaks on every day on which the inner one does. */
export function encloses(outer: Window, inner: Window): boolean {
  return outer.first <= inner.first && inner.last <= outer.last;
}
