/** The account that `accept` looks at, and which of its registrations are meant. */

import { checkAccount } from "../allowlist/account.js";
import type { Allowlist } from "../allowlist/allowlist.js";
import type { Registration } from "../cloudflare/types.js";
import type { WholeInventory } from "../inventory.js";
import { accountOf, readReportFile } from "./accept-report.js";
import { findTargets } from "./accept-targets.js";
import { findUndone } from "./accept-undo.js";
import { momentOf, openSource } from "./account-source.js";
import type { AccountOptions } from "./options.js";
import type { Surroundings } from "./surroundings.js";
import { UserError } from "./user-error.js";

export interface LookUpOptions extends AccountOptions {
  readonly report?: string;
  readonly undo?: string;
  readonly quiet?: boolean;
  readonly now?: Date;
}

export interface LookedUp {
  readonly whole: WholeInventory;
  readonly targets: readonly Registration[];
  readonly lost: readonly string[];
  readonly fromReport: boolean;
  /** The moment by the account's clock; left out where it was not asked. */
  readonly asOf?: Date;
}

/** A run's report is enough to undo it: it holds the account as the run left it. */
export async function lookUp(
  surroundings: Surroundings,
  what: string | undefined,
  options: LookUpOptions,
  allowlist: Allowlist,
): Promise<LookedUp> {
  const { folder } = surroundings;
  const path = options.undo ?? options.report;
  const document = path === undefined ? undefined : readReportFile(folder, path);
  const fromReport = document !== undefined && options.inventory === undefined;
  if (fromReport) checkAccount(allowlist, document.account);
  const { whole, ...moment } = fromReport
    ? { whole: accountOf(document) }
    : await listWhole(surroundings, options, allowlist);
  if (options.undo !== undefined && document)
    return { whole, ...findUndone(options.undo, document, whole.registrations), fromReport, ...moment };
  const targets = findTargets(what ?? "", whole.registrations);
  const ignored = document?.decisions.find(
    ({ registration, reason }) =>
      reason.code === "ignored" && targets.some(({ id }) => id === registration.id),
  );
  // A report does not tell profiles, by which a rule may go.
  if (ignored)
    throw new UserError(
      `${ignored.registration.id}: ${ignored.reason.text} (${ignored.source.file}:${ignored.source.line})`,
      "take that line away first, if an entry is to decide",
    );
  return { whole, targets, lost: [], fromReport, ...moment };
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
