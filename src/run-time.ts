/** What time it is for a run: the live account's clock comes before this machine's. */

import type { CloudflareClient } from "./cloudflare/index.js";
import { minute } from "./minute.js";
import type { Finding } from "./reconcile/finding.js";

/** The moment of a run, and what is to be said about the clock that told it. */
export interface RunTime {
  readonly now: Date;
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
}

/** Within that the two clocks agree: the header counts in seconds, and an answer is on its way for a while. */
const SAME_MS = 30_000;
/** Beyond that somebody should set the machine's clock. */
const SKEW_MS = 300_000;

/**
 * What time it is, once the account has been listed. Records were written by the account's clock, and a machine whose
 * clock is wrong would take everything for stale, or grace for never over; so where its answers tell the time (`Date`)
 * that is it, unless this machine says the same more finely.
 */
export function timeOf({ serverTime }: Pick<CloudflareClient, "serverTime">, local: () => Date): RunTime {
  const server = serverTime();
  const here = local();
  if (server === undefined) {
    const note = `the account's answers do not tell the time, so this machine's clock counts: ${minute(here)}`;
    return { now: here, findings: [], notes: [note] };
  }
  const skew = Math.abs(here.getTime() - server);
  const now = skew <= SAME_MS ? here : new Date(server);
  return { now, findings: skew > SKEW_MS ? [skewed(here, now)] : [], notes: [] };
}

function skewed(here: Date, there: Date): Finding {
  return {
    code: "clock-skew",
    subject: ["clock"],
    text:
      "this machine's clock is more than five minutes off; it says " +
      `${minute(here)}, and the account's says ${minute(there)}, by which everything is judged: set the machine's clock`,
    registrations: [],
  };
}
