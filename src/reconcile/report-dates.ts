/** What the calendar says about the allowlist itself. */

import type { Allowlist, Entry } from "../allowlist/allowlist.js";
import type { Finding } from "./finding.js";
import { DAY_MS, endOf } from "./in-force.js";
import { describeMatch } from "./verdict.js";
import { minute } from "../minute.js";

/** An entry that expires within so many days is a finding. */
const SOON_DAYS = 14;

/** Entries that are over or nearly so, states that are still to come, a freeze that is over. */
export function reportDates(allowlist: Allowlist, asOf: Date, now: Date): Finding[] {
  const findings: Finding[] = [];
  for (const { email, entries, state } of allowlist.users.values()) {
    for (const entry of entries) findings.push(...reportExpiry(email, entry, asOf));
    if (state?.since && asOf.getTime() < state.since.start) {
      const text = `${email} will be ${state.state} from ${state.since.text} on`;
      findings.push({ code: "upcoming-state", text, source: state.source, registrations: [] });
    }
  }
  const { freeze } = allowlist;
  if (freeze && now >= freeze.until) {
    const text = `the freeze is over since ${minute(freeze.until)}; remove it`;
    findings.push({ code: "past-freeze", text, source: freeze.source, registrations: [] });
  }
  return findings;
}

function reportExpiry(email: string, entry: Entry, asOf: Date): Finding[] {
  const { expires, source, owner } = entry;
  if (expires === undefined) return [];
  const left = endOf(expires) - asOf.getTime();
  if (left > SOON_DAYS * DAY_MS) return [];
  const what = `${describeMatch(entry)} of ${email}`;
  const asks = owner === undefined ? "" : ` (owner: ${owner})`;
  return left > 0
    ? [
        {
          code: "expiring-entry",
          text: `${what} expires after ${expires.text}${asks}`,
          source,
          registrations: [],
        },
      ]
    : [
        {
          code: "expired-entry",
          text: `${what} expired after ${expires.text}${asks}; renew or remove it`,
          source,
          registrations: [],
        },
      ];
}
