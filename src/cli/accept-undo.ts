/** What a run revoked, and what it deleted. */

import type { Registration } from "../cloudflare/types.js";
import type { WholeInventory } from "../inventory.js";
import { named } from "../reconcile/naming.js";
import { userOf } from "../reconcile/scope.js";
import type { ReportDocument, ReportedDecision } from "../report/document.js";
import { parseReport } from "../report/parse-report.js";
import { parseJson, readText } from "./json-file.js";
import { UserError } from "./user-error.js";

export interface Undone {
  readonly targets: readonly Registration[];
  /** What cannot be brought back, each with why. */
  readonly lost: readonly string[];
}

const GIVE = "give the report of an update: WARP_REPORT=run.json pulumi up";

/** @throws UserError where it is no report. */
export function readRunReport(folder: string, path: string): ReportDocument {
  const text = readText(folder, path);
  parseJson(path, text, GIVE);
  const read = parseReport(text);
  if (!read.ok) throw new UserError(`${path}: ${read.why}`, GIVE);
  const bad = read.document.decisions.findIndex((decision) => !isDecision(decision));
  if (bad >= 0) throw new UserError(`${path}: decisions[${bad}]: is no decision of a report`, GIVE);
  return read.document;
}

/** @throws UserError where it is the report of a plan or of another account, or the run revoked nothing. */
export function findUndone(
  path: string,
  { results, decisions, account }: ReportDocument,
  { registrations, account: here }: WholeInventory,
): Undone {
  if (!results) throw new UserError(`${path}: is the report of a plan, which did nothing`, GIVE);
  if (account !== here)
    throw new UserError(
      `${path}: is of the account ${account}, and this is ${here}`,
      "give a report of this account",
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

function isDecision(value: unknown): boolean {
  const { registration } = (value ?? {}) as Partial<ReportedDecision>;
  const { id, device, user } = (registration ?? {}) as Partial<ReportedDecision["registration"]>;
  return [id, device?.name, user?.email].every((text) => typeof text === "string");
}
