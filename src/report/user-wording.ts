/** What every report says of Access users in the same words; raw, as in `wording.ts`. */

import type { AccessUserResult, ReportDocument, ReportedAccessUser } from "./document.js";
import { counted } from "../counted.js";

/** The acts on Access users, in the order in which reports tell them. */
const USER_ACTS = ["delete", "create", "rename"] as const;

/** Those with an act that is due, done in this run or not. */
export function usersDue({ accessUsers = [] }: ReportDocument): readonly ReportedAccessUser[] {
  return accessUsers.filter(({ action }) => action !== "keep");
}

/** Those whose act waits. */
export function pendingUsers(document: ReportDocument): readonly ReportedAccessUser[] {
  return usersDue(document).filter(({ pending }) => pending !== undefined);
}

/** `delete 1 Access user`, `create 2 Access users`. */
export function userActsDue(document: ReportDocument): string[] {
  return USER_ACTS.flatMap((act) => {
    const { length } = usersDue(document).filter(({ action }) => action === act);
    return length === 0 ? [] : [`${act} ${counted(length, "Access user")}`];
  });
}

/** By e-mail; undefined until a run has come to at least one of them. */
export function userOutcomes({
  accessUserResults = [],
}: ReportDocument): ReadonlyMap<string, string> | undefined {
  if (accessUserResults.every(({ result, reason }) => result === "skipped" && reason === undefined))
    return undefined;
  return new Map(accessUserResults.map((one) => [one.email, outcome(one)]));
}

function outcome({ result, reason }: AccessUserResult): string {
  return reason === undefined ? result : `${result}: ${reason}`;
}
