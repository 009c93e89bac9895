/** Plans of made-up worlds, and the account after a run. */

import type { Registration } from "../../src/cloudflare/types.js";
import { isAct, type Decision } from "../../src/reconcile/decision.js";
import { makePlan, needsHardware, type Plan, type RunTerms } from "../../src/reconcile/plan.js";
import type { ReviewedPlan } from "../../src/reconcile/reviewed.js";
import type { World } from "./world-arbitraries.js";
import { toAllowlist } from "./world-allowlist.js";
import { ACCOUNT, NOW } from "./world.js";

/** As a run makes it: the devices are listed only where the allowlist needs them. */
export function planOf({ sketch, registrations, devices }: World, terms?: RunTerms): Plan {
  const allowlist = toAllowlist(sketch);
  const inventory = { account: ACCOUNT, registrations, ...(needsHardware(allowlist) && { devices }) };
  return makePlan(allowlist, inventory, NOW, terms);
}

/** What the account looks like after every act of a plan. */
export function apply({ acts }: Plan, registrations: readonly Registration[]): Registration[] {
  const due = new Map(acts.map(({ registration: { id }, action }) => [id, action]));
  const now = NOW.toISOString();
  return registrations
    .filter(({ id }) => due.get(id) !== "delete")
    .map((one) => {
      const act = due.get(one.id);
      if (act === undefined) return one;
      return { ...one, revoked_at: act === "revoke" ? now : null, updated_at: now };
    });
}

/** What is to be done with each registration, and by which rule. */
export function outcomes(decisions: readonly Decision[]): string[] {
  return decisions.map(({ registration: { id }, action, reason }) => `${id}: ${action} (${reason.code})`);
}

/** A plan as its report tells it to a later run. */
export function toReviewed({ account, asOf, fingerprint, files, decisions, pending }: Plan): ReviewedPlan {
  const waits = new Set(pending.map(({ decision }) => decision.registration.id));
  return {
    account,
    asOf,
    fingerprint,
    files,
    decisions: new Map(
      decisions.map((decision) => {
        const { registration, user, action, reason } = decision;
        const pending = isAct(decision) && waits.has(registration.id);
        return [
          registration.id,
          { action, rule: reason.code, user, device: registration.device.name, pending },
        ];
      }),
    ),
  };
}
