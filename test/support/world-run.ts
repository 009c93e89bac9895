/** Plans of made-up worlds, and the account after a run. */

import type { Registration } from "../../src/cloudflare/types.js";
import { type ActDecision, type Decision, isAct } from "../../src/reconcile/decision.js";
import { makePlan, needsHardware, type Plan, type RunContext } from "../../src/reconcile/plan.js";
import type { ReviewedPlan } from "../../src/reconcile/schedule.js";
import { type Devices, formDevicesSlowly, isNewer } from "./device-oracle.js";
import { toAllowlist } from "./world-allowlist.js";
import type { World } from "./world-arbitraries.js";
import { ACCOUNT, NOW } from "./world.js";

/** As a run makes it: the devices are listed only where the allowlist needs them. */
export function planOf({ sketch, registrations, devices }: World, terms?: RunContext, at = NOW): Plan {
  const allowlist = toAllowlist(sketch);
  const inventory = {
    account: ACCOUNT,
    registrations,
    devices: needsHardware(allowlist) ? devices : undefined,
  };
  return makePlan(allowlist, inventory, at, terms);
}

/** The ids of the registrations whose acts must have worked before this one is made. */
export function reliesOn(act: ActDecision): readonly string[] {
  return act.relies ?? [];
}

/**
 * The acts as a run makes them: in bulk by kind, what relies on another act after it, and what is deleted together
 * with others last, the oldest first.
 */
export function inOrder({ acts }: Plan): ActDecision[] {
  const place = (act: ActDecision) =>
    (reliesOn(act).length === 0 ? 0 : 6) +
    2 * ["revoke", "unrevoke", "delete"].indexOf(act.action) +
    (act.together === undefined ? 0 : 1);
  return [...acts].sort((a, b) => {
    const difference = place(a) - place(b);
    if (difference !== 0 || a.together === undefined) return difference;
    return isNewer(a.registration, b.registration) ? 1 : -1;
  });
}

/** What the account looks like after every act of a plan. */
export function apply(plan: Plan, registrations: readonly Registration[]): Registration[] {
  return applied(plan, registrations);
}

/** The same where some acts fail: what relies on one of these is not made either. */
export function applied(
  plan: Plan,
  registrations: readonly Registration[],
  failing: readonly string[] = [],
): Registration[] {
  return states(plan, registrations, failing).at(-1) ?? [...registrations];
}

/** The account before the first act of a plan, and after each one that is made. */
export function states(
  plan: Plan,
  registrations: readonly Registration[],
  failing: readonly string[] = [],
): Registration[][] {
  const failed = new Set(failing);
  let account = [...registrations];
  const all = [account];
  for (const act of inOrder(plan)) {
    const { id } = act.registration;
    const isHeld = act.together?.some((one) => failed.has(one)) === true;
    if (reliesOn(act).some((on) => failed.has(on)) || (isHeld && act.live === "revoked")) failed.add(id);
    if (failed.has(id)) continue;
    // What is only revoked is not deleted: it holds what was to go after it.
    if (isHeld) failed.add(id);
    account = after(account, isHeld ? { ...act, action: "revoke" } : act, plan.asOf.toISOString());
    all.push(account);
  }
  return all;
}

function after(account: readonly Registration[], { registration, action }: ActDecision, now: string) {
  return account.flatMap((one) => {
    if (one.id !== registration.id) return [one];
    if (action === "delete") return [];
    return [{ ...one, revoked_at: action === "revoke" ? (one.revoked_at ?? now) : null, updated_at: now }];
  });
}

/** What is to be done with a registration, and by which rule. */
export function brief({ registration: { id }, action, reason: { code } }: Decision): string {
  return `${id}: ${action} (${code})`;
}

export function outcomes(decisions: readonly Decision[]): string[] {
  return decisions.map(brief);
}

export function isActive({ revoked_at }: Registration): boolean {
  return revoked_at == null;
}

/** Nobody allows it, or somebody said that it must not connect; whatever hygiene says is none of these. */
const REFUSING = [
  "unlisted",
  "unknown-user",
  "no-user",
  "condition",
  "expired",
  "unknown-hardware",
  "offboarded",
  "suspended",
];

export function isRefusal({ reason: { code }, entry }: Decision): boolean {
  return REFUSING.includes(code) || (code === "entry" && entry?.state !== "active");
}

/** The hardware as far as a run would list it. */
export function rows({ sketch, devices }: World): World["devices"] {
  return needsHardware(toAllowlist(sketch)) ? devices : [];
}

export function devicesOf(one: World): Devices {
  return formDevicesSlowly(one.registrations, rows(one));
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
          {
            action,
            rule: reason.code,
            user,
            device: registration.device.name,
            deviceId: registration.device.id,
            revokedAt: registration.revoked_at ?? undefined,
            pending,
          },
        ];
      }),
    ),
  };
}
