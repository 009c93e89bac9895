/** A plan as the inputs of the resources: short, and only what changes when an act is due. */

import type { Registration } from "../src/cloudflare/types.js";
import type { AccessUserDecision } from "../src/reconcile/access-users.js";
import { type ActDecision, type Decision, isItemAct, type Item, keyOf } from "../src/reconcile/decision.js";
import type { Plan } from "../src/reconcile/plan.js";
import { escapeText } from "../src/text/escape.js";
import type { AccessUserInputs } from "./access-user.js";
import { type DueActs, KINDS, ORDER, type Property } from "./acts.js";
import { toInput } from "./dynamic.js";
import type { ReconciliationInputs } from "./reconciliation.js";
import type { RevocationInputs } from "./revocation.js";

/** The longest name that a row shows; the state keeps it, so a device cannot make it grow. */
const NAME_LIMIT = 60;

/**
 * The acts of a plan, one line each, beginning with the act; lines of other items than registrations include what goes
 * along.
 */
export function toReconciliation(plan: Plan): ReconciliationInputs {
  const lines: Partial<Record<Property, Record<string, string>>> = {};
  // The same by kind, for policies: what is done to whom, without anything that a device reports.
  const due: Partial<Record<keyof DueActs, Record<string, string>>> = {};
  for (const { action, registration, user } of plan.acts)
    (due[action] ??= {})[registration.id] = userLabel(user);
  for (const { kind, property, due: name, key, id, text } of itemActs(plan)) {
    (due[name] ??= {})[id] = userLabel(key);
    (lines[property] ??= {})[id] = `${kind} ${escapeText(key, EMAIL_LIMIT)}, ${escapeText(text, TEXT_LIMIT)}`;
  }
  return {
    account: plan.account,
    acts: Object.fromEntries(plan.acts.map((one) => [one.registration.id, actLine(one)])),
    ...first("relies", plan.acts),
    ...first("together", plan.acts),
    ...lines,
    ...(Object.keys(due).length > 0 && { due, fingerprint: plan.fingerprint }),
  };
}

/** What must be done before an act, as far as this run does it; left out if there is nothing. */
function first(
  key: "relies" | "together",
  acts: readonly ActDecision[],
): Pick<ReconciliationInputs, "relies" | "together"> {
  const made = idsOf(acts);
  const rows = acts.flatMap((act) => {
    const ids = act[key]?.filter((id) => made.has(id)) ?? [];
    return ids.length === 0 ? [] : [[act.registration.id, ids.join(" ")] as const];
  });
  return rows.length === 0 ? {} : { [key]: Object.fromEntries(rows) };
}

function idsOf(acts: readonly ActDecision[]): ReadonlySet<string> {
  return new Set(acts.map(({ registration }) => registration.id));
}

function actLine({ action, user, registration, live }: ActDecision): string {
  const evidence =
    live === "revoked"
      ? `revoked ${day(registration.revoked_at ?? registration.updated_at)}`
      : seen(registration);
  return `${action} ${userLabel(user)} ${escapeText(registration.device.name, NAME_LIMIT)}, ${evidence}`;
}

function seen({ last_seen_at: at }: Registration): string {
  return at === null ? "never seen" : `last seen ${day(at)}`;
}

/**
 * One row for each live registration that must be revoked, whether or not it already is. An act that this run puts off
 * has no row: a row means that its registration is revoked.
 */
export function toRevocations(
  plan: Plan,
): readonly { readonly name: string; readonly inputs: RevocationInputs }[] {
  const pending = new Set<Decision>(plan.pending.map(({ decision }) => decision));
  const made = idsOf(plan.acts);
  return plan.decisions
    .filter((decision) => (pending.has(decision) ? isStillOurs(decision) : decision.desired === "revoked"))
    .map((decision) => ({ name: rowName(decision), inputs: toInputs(plan.account, decision, made) }));
}

/** What this stack revoked, and will let in later, stays known as its own until then. */
function isStillOurs({ action, revokedBy }: Decision): boolean {
  return action === "unrevoke" && revokedBy === "this-stack";
}

function rowName({ user, registration }: Decision): string {
  return `${userLabel(user)}/${escapeText(registration.id, NAME_LIMIT)}`;
}

function toInputs(
  account: string,
  { registration, user, action, relies = [] }: Decision,
  made: ReadonlySet<string>,
): RevocationInputs {
  const first = relies.filter((id) => made.has(id)).join(" ");
  return {
    account,
    registration: registration.id,
    user: userLabel(user),
    device: escapeText(registration.device.name, NAME_LIMIT),
    ...(action === "revoke" && { drift: "live: active", ...(first !== "" && { relies: first }) }),
  };
}

function userLabel(email: string): string {
  return email === "" ? "no-user" : escapeText(email, 100);
}

/** The date of an RFC 3339 time. */
function day(time: string): string {
  return escapeText(time.slice(0, 10));
}

// The Access users of a plan as inputs of the resources.

/** Longer than any e-mail that an allowlist can name. */
const EMAIL_LIMIT = 300;

const TEXT_LIMIT = 500;

/** The acts of this run on items other than registrations, except those that have a resource each. */
function itemActs(plan: Plan) {
  return ORDER.flatMap((kind) => {
    const { of, action, property, due } = KINDS[kind];
    const items: readonly Item[] = of === "registrations" ? [] : plan[of];
    return items
      .filter((one) => isItemAct(one) && one.action === action)
      .map((one) => ({
        kind,
        property,
        due,
        key: keyOf(one),
        id: one.id ?? one.user?.id ?? keyOf(one),
        text: one.text,
      }));
  });
}

/**
 * One row for each Access user who must exist. A user whose creation this run puts off has no row: a row means that its
 * user exists. A user whose renaming waits has a row that asks for nothing.
 */
export function toAccessUsers(
  plan: Plan,
): readonly { readonly name: string; readonly inputs: AccessUserInputs }[] {
  return plan.accessUsers
    .filter((one) => one.desired === "present" && !(one.action === "create" && one.pending))
    .map((one) => ({ name: escapeText(one.email, EMAIL_LIMIT), inputs: toUserInputs(plan.account, one) }));
}

function toUserInputs(account: string, decision: AccessUserDecision): AccessUserInputs {
  const { email, name } = decision;
  return {
    account,
    email: toInput(email),
    ...(name !== undefined && { name: toInput(name) }),
    ...(isItemAct(decision) && { drift: driftOf(decision) }),
  };
}

function driftOf({ action, user }: AccessUserDecision): string {
  return action === "create" ? "live: absent" : `live name: ${escapeText(user?.name ?? "", 60)}`;
}
