/** Whether the addresses of the allowlist are looked up among the account's Access users. */

import type { Allowlist } from "./allowlist/allowlist.js";
import {
  CloudflareError,
  type AccessUser,
  type CloudflareClient,
  type Registration,
} from "./cloudflare/index.js";
import { hasUnseenUsers } from "./reconcile/findings/account.js";

export const LOOK_UPS = ["needed", "always", "never"] as const;

/** `needed`: only where somebody is listed who has no registration, since everybody else is known to be there. */
export type LookUp = (typeof LOOK_UPS)[number];

export interface LookedUp {
  readonly accessUsers?: readonly AccessUser[];
  /** Why they could not be listed; the run goes on without. */
  readonly note?: string;
}

/** Lists the Access users; only a finding comes of them, so that a token which may not read them is good enough. */
export async function lookUpUsers(
  client: CloudflareClient,
  allowlist: Allowlist,
  registrations: readonly Registration[],
  lookUp: LookUp,
): Promise<LookedUp> {
  if (lookUp === "never" || (lookUp === "needed" && !hasUnseenUsers(allowlist, registrations))) return {};
  try {
    return { accessUsers: await client.accessUsers.listAll() };
  } catch (error) {
    if (!(error instanceof CloudflareError)) throw error;
    const why =
      error.code === "cloudflare/missing-permission"
        ? 'the token lacks the permission "Access: Audit Logs Read"'
        : error.code;
    return { note: `e-mails were not looked up among Access users: ${why}` };
  }
}
