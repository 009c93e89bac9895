/** The Access users of a plan, as the document tells them. */

import { isAccessUserAct, type AccessUserDecision } from "../reconcile/access-user.js";
import type { Plan } from "../reconcile/plan.js";
import type { AccessUserResult, ReportDocument, ReportedAccessUser } from "./document.js";

/** With `run`, every act begins as skipped until its outcome is known. */
export function accessUsersIn(
  { accessUsers: decisions }: Plan,
  run: boolean,
  show: (text: string) => string,
): Pick<ReportDocument, "accessUsers" | "accessUserResults"> {
  if (decisions.length === 0) return {};
  const results = decisions.filter(isAccessUserAct).map(({ email, user, action }): AccessUserResult => ({
    email,
    ...(user && { id: user.id }),
    act: action,
    result: "skipped",
  }));
  return {
    accessUsers: decisions.map((one) => toReportedUser(one, show)),
    ...(run && results.length > 0 && { accessUserResults: results }),
  };
}

function toReportedUser(
  { user, ...decision }: AccessUserDecision,
  show: (text: string) => string,
): ReportedAccessUser {
  return { ...decision, text: show(decision.text), ...(user && { id: user.id }) };
}
