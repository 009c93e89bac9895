/** The Access users of a plan as inputs of the resources. */
import { type AccessUserDecision, isAccessUserAct } from "../src/reconcile/access-user.js";
import type { Plan } from "../src/reconcile/plan.js";
import { escapeText } from "../src/text/escape.js";
import type { AccessUserInputs } from "./access-user.js";
import { toInput } from "./input-text.js";
import type { ReconciliationInputs } from "./reconciliation.js";

/** Longer than any e-mail that an allowlist can name. */
const EMAIL_LIMIT = 300;
const TEXT_LIMIT = 500;

/** The users that this run deletes, one line each with what goes along. */
export function deletedUsers(plan: Plan): Pick<ReconciliationInputs, "users"> {
  const lines = plan.accessUsers.filter(isAccessUserAct).flatMap(({ action, email, user, text }) => {
    if (action !== "delete" || user === undefined) return [];
    return [
      [user.id, `delete-user ${escapeText(email, EMAIL_LIMIT)}, ${escapeText(text, TEXT_LIMIT)}`] as const,
    ];
  });
  return lines.length > 0 ? { users: Object.fromEntries(lines) } : {};
}

/**
 * A row for each Access user who is to exist. One whose creation this run puts off has none: a row says that its user is
 * there. One whose renaming waits has a row that asks for nothing.
 */
export function toAccessUsers(
  plan: Plan,
): readonly { readonly name: string; readonly inputs: AccessUserInputs }[] {
  return plan.accessUsers
    .filter((one) => one.desired === "present" && !(one.action === "create" && one.pending))
    .map((one) => ({ name: escapeText(one.email, EMAIL_LIMIT), inputs: toInputs(plan.account, one) }));
}

function toInputs(account: string, decision: AccessUserDecision): AccessUserInputs {
  const { email, name } = decision;
  return {
    account,
    email: toInput(email),
    ...(name !== undefined && { name: toInput(name) }),
    ...(isAccessUserAct(decision) && { drift: driftOf(decision) }),
  };
}

function driftOf({ action, user }: AccessUserDecision): string {
  return action === "create" ? "live: absent" : `live name: ${escapeText(user?.name ?? "", 60)}`;
}
