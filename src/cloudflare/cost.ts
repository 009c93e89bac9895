import type { Act } from "./types.js";

/** Requests that Cloudflare lets through for one user in five minutes, over all they do. */
export const BUDGET = 1_200;
const WINDOW_MS = 300_000;
/** What a request takes where nothing is in the way: an answer of the API, one after the other. */
const REQUEST_MS = 25;
/** Half a budget: from here on the rest of what the same user does may be in the way. */
const LONG = BUDGET / 2;

/** What a run is going to do. */
export interface Workload {
  /** Registrations, by what is done with them. */
  readonly acts: Readonly<Partial<Record<Act, number>>>;
  /** Access users. */
  readonly users: Readonly<Partial<Record<"create" | "rename" | "delete", number>>>;
  /** The most ids in one call. Default 100. */
  readonly chunkSize?: number;
}

/** What that costs when all goes well. */
export interface Cost {
  readonly requests: number;
  /** Budgets of {@link BUDGET} requests that it takes from, at least. */
  readonly budgets: number;
  /** With the waits for each further budget. */
  readonly minutes: number;
}

/** Bulk calls with their readings, and for Access users one call each, or two where it is read back. */
export function costOf({ acts, users, chunkSize = 100 }: Workload): Cost {
  const bulk = Object.values(acts).reduce((sum, count) => sum + 2 * Math.ceil(count / chunkSize), 0);
  const { create = 0, rename = 0, delete: gone = 0 } = users;
  const requests = bulk + create + rename + 2 * gone;
  const budgets = Math.ceil(requests / BUDGET);
  const waits = Math.max(0, budgets - 1) * WINDOW_MS;
  return { requests, budgets, minutes: Math.ceil((waits + requests * REQUEST_MS) / 60_000) };
}

/**
 * What is to be said before a long run: `about 2,400 requests, 2 budgets of 1,200, 6 minutes`; undefined for one that
 * takes less than half a budget.
 *
 * Source: Cloudflare's documents, "API rate limits": 1200 requests in five minutes for one user, over all tokens, keys
 * and the dashboard.
 */
export function describeCost(workload: Workload): string | undefined {
  const { requests, budgets, minutes } = costOf(workload);
  if (requests < LONG) return undefined;
  const parts = [
    `about ${grouped(requests)} requests`,
    `${grouped(budgets)} ${budgets === 1 ? "budget" : "budgets"} of ${grouped(BUDGET)}`,
    `${grouped(minutes)} ${minutes === 1 ? "minute" : "minutes"}`,
  ];
  return parts.join(", ");
}

/** Whatever the machine's language is. */
function grouped(number: number): string {
  return String(number).replace(/\B(?=(?:\d{3})+$)/gu, ",");
}
