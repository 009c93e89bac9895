/** The account that a command works with: the live one, or a saved one. */

import type { Allowlist } from "../allowlist/model.js";
import { ACCOUNT_ID_FORM, isAccountId } from "../allowlist/values.js";
import type { CloudflareClient } from "../cloudflare/index.js";
import type { Decision } from "../reconcile/decision.js";
import type { Inventory } from "../reconcile/plan.js";
import type { Evidence } from "../report/evidence.js";
import {
  narrowInventory,
  type RunTime,
  takeInventory,
  takeFullInventory,
  timeOf,
  type FullInventory,
  type FullOptions,
  withAccount,
} from "../run/account.js";
import { fetchEvidence } from "../run/evidence.js";
import { escapeText } from "../text/escape.js";
import { type Surroundings, UserError } from "./command.js";
import { readInventoryFile } from "./files.js";
import type { AccountOptions } from "./options.js";

export interface AccountSource {
  readonly account: string;
  /** When a saved account was saved; undefined for the live one. */
  readonly takenAt?: Date;
  /** Whether a saved account has pseudonyms. */
  readonly redacted?: boolean;
  /** The present time by the live account's clock. Undefined before the first listing, and for a saved account. */
  readonly time: () => RunTime | undefined;
  /** What this allowlist needs. */
  readonly list: (allowlist: Allowlist) => Promise<Inventory>;
  /** Everything. Access users of the live account are listed only on request. */
  readonly listFull: (options?: FullOptions) => Promise<FullInventory>;
  /** What the account knows about the users of these decisions; undefined for a saved one. */
  readonly evidence: (decisions: readonly Decision[]) => Promise<ReadonlyMap<string, Evidence> | undefined>;
}

/** Opens `--inventory FILE`, or else the account of `--account` or `CLOUDFLARE_ACCOUNT_ID`. Makes no request yet. */
export function openSource(
  surroundings: Surroundings,
  options: AccountOptions & { readonly quiet?: boolean },
): AccountSource {
  return options.inventory === undefined
    ? live(surroundings, options)
    : saved(surroundings, options.inventory, options.account);
}

function saved({ folder }: Surroundings, path: string, wanted: string | undefined): AccountSource {
  const { account, takenAt, redacted, registrations, devices, accessUsers } = readInventoryFile(folder, path);
  if (wanted !== undefined && wanted !== account) {
    throw new UserError(
      `${path}: is an inventory of account ${account}, but --account is ${wanted}`,
      "omit --account, or give an inventory of that account",
    );
  }
  const full: FullInventory = { account, registrations, devices, accessUsers };
  return {
    account,
    takenAt: new Date(takenAt),
    redacted,
    time: () => undefined,
    list: (allowlist) => Promise.resolve(narrowInventory(full, allowlist)),
    listFull: () => Promise.resolve(full),
    evidence: () => Promise.resolve(undefined),
  };
}

function live(
  surroundings: Surroundings,
  options: { readonly account?: string; readonly quiet?: boolean },
): AccountSource {
  const account = accountOf(surroundings, options.account);
  let time: RunTime | undefined;
  const listing = async <T>(list: (client: CloudflareClient) => Promise<T>): Promise<T> => {
    const progress = startProgress(surroundings, options.quiet);
    let answers = 0;
    const onRequest = () => progress.show(`Listing account ${account}: ${++answers} answers …`);
    try {
      return await withAccount({ accountId: account, env: surroundings.env, onRequest }, async (client) => {
        const listed = await list(client);
        time = timeOf(client, surroundings.now);
        return listed;
      });
    } finally {
      progress.end();
    }
  };
  return {
    account,
    time: () => time,
    list: (allowlist) => listing((client) => takeInventory(client, allowlist)),
    listFull: (options) => listing((client) => takeFullInventory(client, options)),
    evidence: (decisions) => listing((client) => fetchEvidence(client, decisions)),
  };
}

/** The account's id; throws an error that says where to find it. */
function accountOf({ env }: Surroundings, wanted: string | undefined): string {
  const account = wanted ?? env.CLOUDFLARE_ACCOUNT_ID?.trim();
  if (account !== undefined && account !== "") {
    if (isAccountId(account)) return account;
    const from = wanted === undefined ? "CLOUDFLARE_ACCOUNT_ID" : "--account";
    throw new UserError(
      `${from} is ${JSON.stringify(account.slice(0, 80))}, which is not an account id`,
      ACCOUNT_ID_FORM,
    );
  }
  throw new UserError(
    "no account is given",
    "give --account ID or set CLOUDFLARE_ACCOUNT_ID; the id is in the dashboard's address: https://dash.cloudflare.com/<id>",
  );
}

/**
 * The moment that a command uses, known once it has listed: the given one, else the time of a saved account, else the
 * live account's own. Warnings and notes about the clocks go to standard error.
 */
export function momentOf(
  { stderr, now }: Surroundings,
  { takenAt, time }: AccountSource,
  { now: given, quiet = false }: { readonly now?: Date; readonly quiet?: boolean },
): Date {
  const runTime = given || takenAt ? undefined : time();
  const lines = [
    ...(runTime?.findings ?? []).map(({ text }) => `warning: ${text}\n`),
    ...(runTime?.notes ?? []).map((note) => `note: ${note}\n`),
  ];
  if (!quiet) for (const line of lines) stderr.write(line);
  return given ?? takenAt ?? runTime?.now ?? now();
}

// One line on a terminal that shows the progress of a long listing.

interface ListingProgress {
  /** Replaces the text of the line. */
  readonly show: (text: string) => void;
  /** Removes the line. */
  readonly end: () => void;
}

const CLEAR = "\r\u001b[K";

/** Shows nothing if standard error is not a terminal, or with `--quiet`. */
function startProgress({ stderr, env }: Surroundings, quiet = false): ListingProgress {
  if (stderr.isTTY !== true || quiet || env.TERM === "dumb") {
    return { show: () => undefined, end: () => undefined };
  }
  let shown = false;
  return {
    show: (text) => {
      shown = true;
      stderr.write(CLEAR + escapeText(text, 78));
    },
    end: () => {
      if (shown) stderr.write(CLEAR);
      shown = false;
    },
  };
}
