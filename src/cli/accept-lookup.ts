/** The account that `accept` looks at, and which of its registrations are meant. */

import { checkAccount } from "../allowlist/account.js";
import type { Allowlist } from "../allowlist/allowlist.js";
import type { Registration } from "../cloudflare/types.js";
import type { WholeInventory } from "../inventory.js";
import { findTargets } from "./accept-targets.js";
import { findUndone, readRunReport } from "./accept-undo.js";
import { momentOf, openSource } from "./account-source.js";
import type { AccountOptions } from "./options.js";
import type { Surroundings } from "./surroundings.js";
import { UserError } from "./user-error.js";

export interface LookUpOptions extends AccountOptions {
  readonly undo?: string;
  readonly quiet?: boolean;
  readonly now?: Date;
}

export interface LookedUp {
  readonly whole: WholeInventory;
  readonly targets: readonly Registration[];
  readonly lost: readonly string[];
  /** The moment by the account's clock; left out where it was not asked. */
  readonly asOf?: Date;
}

/** The account as it is now; a run's report only says which registrations are meant. */
export async function lookUp(
  surroundings: Surroundings,
  what: string | undefined,
  options: LookUpOptions,
  allowlist: Allowlist,
): Promise<LookedUp> {
  const { undo } = options;
  const document = undo === undefined ? undefined : readRunReport(surroundings.folder, undo);
  const { whole, ...moment } = await listWhole(surroundings, options, allowlist);
  if (undo !== undefined && document) return { whole, ...findUndone(undo, document, whole), ...moment };
  return { whole, targets: findTargets(what ?? "", whole.registrations), lost: [], ...moment };
}

async function listWhole(
  surroundings: Surroundings,
  options: LookUpOptions,
  allowlist: Allowlist,
): Promise<Pick<LookedUp, "whole" | "asOf">> {
  const source = openSource(surroundings, options);
  checkAccount(allowlist, source.account);
  if (source.redacted === true)
    throw new UserError(
      `${options.inventory ?? ""}: is redacted: its ids and addresses are pseudonyms`,
      "take an inventory without --redact",
    );
  const whole = await source.listWhole();
  // A saved account is accepted from today on, not from when it was taken.
  return source.takenAt ? { whole } : { whole, asOf: momentOf(surroundings, source, options) };
}
