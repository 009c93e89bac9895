/** The account that `accept` looks at, and which of its registrations are meant. */

import { checkAccount } from "../../allowlist/checks.js";
import type { Allowlist } from "../../allowlist/model.js";
import type { Registration } from "../../cloudflare/types.js";
import { named } from "../../reconcile/findings/finding.js";
import { userOf } from "../../reconcile/scope.js";
import type { ReportDocument } from "../../report/document.js";
import type { WholeInventory } from "../../run/account.js";
import { momentOf, openSource } from "../account.js";
import { type Surroundings, UserError } from "../command.js";
import { readReportFile } from "../files.js";
import type { AccountOptions } from "../options.js";
import { findTargets } from "./find.js";

export interface TargetOptions extends AccountOptions {
  readonly undo?: string;
  readonly quiet?: boolean;
  readonly now?: Date;
}

interface ListedTargets {
  readonly whole: WholeInventory;
  readonly targets: readonly Registration[];
  readonly lost: readonly string[];
  /** The moment by the account's clock; left out where it was not asked. */
  readonly asOf?: Date;
}

/** The account as it is now; a run's report only says which registrations are meant. */
export async function listTargets(
  surroundings: Surroundings,
  what: string | undefined,
  options: TargetOptions,
  allowlist: Allowlist,
): Promise<ListedTargets> {
  const { undo } = options;
  const document = undo === undefined ? undefined : readReportFile(surroundings.folder, undo, GIVE);
  const { whole, ...moment } = await listAccount(surroundings, options, allowlist);
  if (undo !== undefined && document) return { whole, ...findUndone(undo, document, whole), ...moment };
  return { whole, targets: findTargets(what ?? "", whole.registrations), lost: [], ...moment };
}

async function listAccount(
  surroundings: Surroundings,
  options: TargetOptions,
  allowlist: Allowlist,
): Promise<Pick<ListedTargets, "whole" | "asOf">> {
  const source = openSource(surroundings, options);
  checkAccount(allowlist, source.account);
  if (source.redacted === true)
    throw new UserError(
      `${options.inventory ?? ""}: is redacted: its ids and addresses are pseudonyms`,
      "create an inventory without --redact",
    );
  const whole = await source.listWhole();
  // A saved account is accepted from today on, not from when it was taken.
  return source.takenAt ? { whole } : { whole, asOf: momentOf(surroundings, source, options) };
}

// What a run revoked, and what it deleted.

interface Undone {
  readonly targets: readonly Registration[];
  /** What cannot be brought back, each with why. */
  readonly lost: readonly string[];
}

const GIVE = "give the report of an update: WARP_REPORT=run.json pulumi up";

/** @throws UserError where it is the report of a plan or of another account, or the run revoked nothing. */
function findUndone(
  path: string,
  { results, decisions, account }: ReportDocument,
  { registrations, account: here }: WholeInventory,
): Undone {
  if (!results) throw new UserError(`${path}: is the report of a plan, which did nothing`, GIVE);
  if (account !== here)
    throw new UserError(
      `${path}: is a report of account ${account}, but this run is for ${here}`,
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
