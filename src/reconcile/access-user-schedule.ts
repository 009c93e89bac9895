/** Which of the Access users' acts this run does, and why the others wait. */

import { compare } from "../compare.js";
import type { Freeze } from "../allowlist/allowlist.js";
import type { AccessUserDecision } from "./access-user.js";
import type { Difference, ReviewedPlan } from "./reviewed.js";
import { whyFrozen } from "./schedule.js";

/**
 * The decisions, each act that waits with its reason. `limits.perRun` does not count them: who is created disturbs
 * nobody, and who is deleted has a guard of their own.
 */
export function scheduleAccessUsers(
  decisions: readonly AccessUserDecision[],
  { freeze }: { readonly freeze?: Freeze | undefined },
  now: Date,
  reviewed: ReviewedPlan | undefined,
): readonly AccessUserDecision[] {
  return decisions.map((decision) => {
    if (decision.action === "keep") return decision;
    const text = reviewed && whyNew(decision, reviewed);
    if (text !== undefined) return { ...decision, pending: { why: "not-reviewed", text } };
    if (freeze === undefined || now >= freeze.until) return decision;
    return { ...decision, pending: { why: "frozen", text: whyFrozen(freeze) } };
  });
}

/** What guards judge, and of it the deletions an approval approves: all that is due and reviewed, in this run or not. */
export function agreedUsers(decisions: readonly AccessUserDecision[]): readonly AccessUserDecision[] {
  return decisions.filter(({ action, pending }) => action !== "keep" && pending?.why !== "not-reviewed");
}

/**
 * Why an act that is due was not in the reviewed plan; undefined where it was: a deletion of this very user, or a
 * creation or renaming to this name.
 */
function whyNew(
  { email, action, user, name }: AccessUserDecision,
  { accessUsers }: ReviewedPlan,
): string | undefined {
  const then = accessUsers?.get(email);
  if (!then) return "not in the reviewed plan, which did not speak of this Access user";
  if (then.action !== action) return `not in the reviewed plan, where it was ${then.action}`;
  if (then.pending) return "in the reviewed plan it was pending";
  if (action === "delete" && then.id !== user?.id)
    return "in the reviewed plan it was another user of that address";
  if (action !== "delete" && then.name !== name) return "in the reviewed plan it was to have another name";
  return undefined;
}

/** The deletions of the reviewed plan that are not due any more, one line each. */
export function deletionsNotDue(
  { accessUsers = new Map() }: ReviewedPlan,
  decisions: readonly AccessUserDecision[],
): Difference[] {
  const due = new Set(decisions.filter(({ action }) => action === "delete").map(({ email }) => email));
  return [...accessUsers]
    .filter(([email, { action, pending }]) => action === "delete" && !pending && !due.has(email))
    .map(([email]) => ({
      subject: ["accessUsers", email],
      text: `the Access user ${email} was to be deleted in the reviewed plan, and is not any more`,
    }))
    .sort((a, b) => compare(a.text, b.text));
}
