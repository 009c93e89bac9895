import { createHash } from "node:crypto";
import type { AccessUserDecision } from "./access-user.js";
import type { ActDecision } from "./decision.js";

/** The version of the plan's meaning; a fingerprint of another version never matches. */
export const PLAN_VERSION = 1;

/**
 * Names exactly these acts on this account in its present state: 16 hexadecimal digits over account, version, and
 * for each act the registration's id, the act, its live state and `updated_at`, in the order of ids. An approval is
 * bound to it, so it changes when a registration does. Access users that are deleted are named with their seats and the
 * registrations that may go with them, and not with times, which every sign-in may change. A plan that deletes none has
 * the same fingerprint as one that knows of none.
 */
export function fingerprint(
  account: string,
  acts: readonly ActDecision[],
  deletedUsers: readonly AccessUserDecision[] = [],
): string {
  const rows = acts
    .map(({ registration, action, live }) => [registration.id, action, live, registration.updated_at])
    .sort(([a = ""], [b = ""]) => (a < b ? -1 : 1));
  // In the order of e-mails, as they are decided.
  const users = deletedUsers.map(({ email, user, registrations }) => [
    user?.id,
    email,
    user?.access_seat === true,
    user?.gateway_seat === true,
    registrations,
  ]);
  return createHash("sha256")
    .update(JSON.stringify([account, PLAN_VERSION, rows, ...(users.length > 0 ? [users] : [])]))
    .digest("hex")
    .slice(0, 16);
}
