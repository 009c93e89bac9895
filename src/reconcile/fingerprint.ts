import { createHash } from "node:crypto";
import type { ActDecision } from "./decision.js";

/** The version of the plan's meaning; a fingerprint of another version never matches. */
export const PLAN_VERSION = 1;

/**
 * Names exactly these acts on this account in its present state: 16 hexadecimal digits over account, version, and
 * for each act the registration's id, the act, its live state and `updated_at`, in the order of ids. An approval is
 * bound to it, so it changes when a registration does.
 */
export function fingerprint(account: string, acts: readonly ActDecision[]): string {
  const rows = acts
    .map(({ registration, action, live }) => [registration.id, action, live, registration.updated_at])
    .sort(([a = ""], [b = ""]) => (a < b ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify([account, PLAN_VERSION, rows]))
    .digest("hex")
    .slice(0, 16);
}
