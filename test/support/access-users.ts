/** Small worlds with Access users. */

import type { AccessUser } from "../../src/cloudflare/types.js";
import { makePlan, type Plan, type RunContext } from "../../src/reconcile/plan.js";
import { ACCOUNT, allowlist, NOW, registration, type Sketch } from "./world.js";

export interface UserWorld {
  /** The allowlist from its line 3 on; what stands before lists another user. */
  readonly text: string;
  readonly users?: readonly AccessUser[] | undefined;
  readonly live?: readonly Sketch[];
  readonly terms?: RunContext;
}

export function planOf({ text, users, live = [], terms }: UserWorld): Plan {
  const inventory = { account: ACCOUNT, registrations: live.map(registration), accessUsers: users };
  return makePlan(allowlist(`version: 1\nusers: { z@example.com: [] }\n${text}`), inventory, NOW, terms);
}

/** What somebody holds who has signed in with both. */
export const seated = { access_seat: true, gateway_seat: true, active_device_count: 1 };

/** A row of the account; it holds nothing unless said. */
export function row(email: string, more: Partial<AccessUser> = {}): AccessUser {
  return { id: `id-${email}`, email, ...more };
}
