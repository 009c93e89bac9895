/** Which acts come first where one run may not do them all. */

import { compare } from "../compare.js";
import type { ActDecision, Rule } from "./decision.js";

/** Somebody said of this very user or device that it must not connect. */
const NAMED: ReadonlySet<Rule> = new Set<Rule>(["offboarded", "suspended", "entry"]);

/** Hygiene: nobody asked for this one, a general rule did. */
const HYGIENE: ReadonlySet<Rule> = new Set<Rule>(["max-devices", "superseded", "stale", "revoked-age"]);

/**
 * Cutting off comes before letting in, and that before deleting what cannot connect anyway; within, what was asked
 * for by name, then what no entry allows, then hygiene; within, what was seen last, then by id.
 */
export function byUrgency(a: ActDecision, b: ActDecision): number {
  return (
    effect(a) - effect(b) ||
    weight(a) - weight(b) ||
    compare(b.registration.last_seen_at, a.registration.last_seen_at) ||
    compare(a.registration.id, b.registration.id)
  );
}

function effect({ action, live }: ActDecision): number {
  if (action === "unrevoke") return 1;
  return live === "active" ? 0 : 2;
}

function weight({ reason: { code } }: ActDecision): number {
  if (NAMED.has(code)) return 0;
  return HYGIENE.has(code) ? 2 : 1;
}
