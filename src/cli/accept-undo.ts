/** What a run revoked, and what it deleted. */

import type { Registration } from "../cloudflare/types.js";
import { named } from "../reconcile/naming.js";
import { userOf } from "../reconcile/scope.js";
import type { ReportDocument } from "../report/document.js";
import { UserError } from "./user-error.js";

export interface Undone {
  readonly targets: readonly Registration[];
  /** What cannot be brought back, each with why. */
  readonly lost: readonly string[];
}

/** @throws UserError where it is no run's report, or the run revoked nothing. */
export function findUndone(
  path: string,
  document: ReportDocument,
  registrations: readonly Registration[],
): Undone {
  const { results, decisions } = document;
  if (!results)
    throw new UserError(
      `${path}: is the report of a plan, which did nothing`,
      "give the report of an update: WARP_REPORT=run.json pulumi up",
    );
  const live = new Map(registrations.map((one) => [one.id, one]));
  const known = new Map(decisions.map((decision) => [decision.registration.id, decision]));
  const targets: Registration[] = [];
  const lost: string[] = [];
  for (const { registration: id, act, result } of results) {
    if (result !== "done" || act === "unrevoke") continue;
    const one = live.get(id);
    if (act === "revoke" && one) targets.push(one);
    else {
      const user = known.get(id)?.registration.user.email ?? "";
      const name = known.get(id)?.registration.device.name ?? "";
      const what = one ? named(one, userOf(one)) : `${name} (${id}) of ${user === "" ? "no user" : user}`;
      lost.push(
        `${what}: ${act === "delete" ? "was deleted" : "is gone"}, which cannot be undone; the device has to enrol again`,
      );
    }
  }
  if (targets.length + lost.length === 0)
    throw new UserError(`${path}: this run revoked and deleted nothing`, "there is nothing to bring back");
  return { targets, lost };
}
