/** The provider of `Revocation`: one registration that must stay revoked. */

import type { dynamic } from "@pulumi/pulumi";
import { CloudflareError, type Outcome, type Registration } from "../src/cloudflare/index.js";
import { timeOf } from "../src/run/account.js";
import { escapeText } from "../src/text/escape.js";
import { failuresOf, idsIn, Journal, makeActs, NO_OUTCOME } from "./acts.js";
import { type Properties, provider, text } from "./dynamic.js";
import { type AccountSession, sessionFor } from "./session.js";

export interface RevocationInputs {
  readonly account: string;
  /** The registration's id. */
  readonly registration: string;
  /** The normalised e-mail of its user. */
  readonly user: string;
  /** The device's name, escaped: its user chose it. */
  readonly device: string;
  /** Only if the live registration is not revoked: what it is instead. */
  readonly drift?: string;
  /** Only with `drift`: ids, separated by blanks, that must have been let in before this one is revoked. */
  readonly relies?: string;
  /** Only for a row that no plan made: its program has not looked at the account. */
  readonly planned?: "no";
}

export interface RevocationOutputs extends Omit<RevocationInputs, "drift" | "relies"> {
  readonly live: "active" | "revoked";
  /**
   * RFC 3339, only if this stack revoked it: the time by which it had. A later revocation in the dashboard comes after
   * that.
   */
  readonly revoked?: string;
}

export const revocation = provider<RevocationInputs, RevocationOutputs>({
  idOf: (properties) => text(properties, "registration"),
  inputsOf,
  /** A renamed device is not a change. */
  isDue: (news, olds) => text(news, "drift") !== "" || (isByHand(news) && text(olds, "live") === "active"),
  hasDrifted: (_id, read) => text(read, "live") !== "revoked",
  make: ensureRevoked,
  async look(id, props) {
    const { drift: _drift, relies: _relies, ...inputs } = inputsOf(props);
    const found = (await listed(inputs.account)).get(id);
    if (!found) return undefined;
    const live = found.revoked_at == null ? "active" : "revoked";
    const revoked = text(props, "revoked");
    return { props: { ...inputs, live, ...(revoked !== "" && { revoked }) }, inputs };
  },
}) satisfies dynamic.ResourceProvider<RevocationInputs, RevocationInputs | RevocationOutputs>;

/** The live registrations. The provider's process prints the stack of errors that `read` throws, so they have none. */
async function listed(account: string): Promise<ReadonlyMap<string, Registration>> {
  try {
    return await sessionFor(account).listing();
  } catch (error) {
    if (error instanceof CloudflareError) error.stack = "";
    throw error;
  }
}

/**
 * Without `drift`, the program of this run has just seen it revoked, and there is nothing to do. For a row made by hand
 * nobody has looked yet, so the account is asked.
 */
async function ensureRevoked(properties: Properties): Promise<RevocationOutputs> {
  const { drift, relies, ...inputs } = inputsOf(properties);
  const isSeen = drift === undefined && (!isByHand(properties) || (await isRevoked(inputs)));
  if (isSeen) return { ...inputs, live: "revoked" };
  const session = sessionFor(inputs.account);
  const outcome = session.outcomes.get(inputs.registration) ?? (await revokeAlone(session, inputs, relies));
  if (outcome.result === "done") {
    const { now } = timeOf(session.client, () => new Date());
    return { ...inputs, live: "revoked", revoked: now.toISOString() };
  }
  const own = `revoke ${inputs.user} ${inputs.device} (${escapeText(inputs.registration, 60)}): ${outcome.reason}`;
  throw new Error([own, ...others(session, inputs.registration)].join("\n"));
}

function isByHand(properties: Properties): boolean {
  return text(properties, "planned") === "no";
}

async function isRevoked({ account, registration, user, device }: RevocationInputs): Promise<boolean> {
  const found = (await listed(account)).get(registration);
  if (found) return found.revoked_at != null;
  const id = escapeText(registration, 60);
  throw new Error(
    `revoke ${user} ${device} (${id}): no registration of account ${account} has this id; remove the row, or correct its ` +
      "`registration`",
  );
}

/** The engine may stop at the first row that fails, so that row lists all other revokes of this run that failed. */
function others(session: AccountSession, registration: string): string[] {
  if (session.othersListed) return [];
  session.othersListed = true;
  const failures = failuresOf(session, ["revoke"], registration);
  return failures.length === 0 ? [] : ["Others that failed in this run:", ...failures];
}

/** For a run without the Reconciliation, as with `--target`. */
async function revokeAlone(
  session: AccountSession,
  { registration, user, device }: Pick<RevocationInputs, "registration" | "user" | "device">,
  relies: string | undefined,
): Promise<Outcome> {
  const name = `revoke ${user} ${device}`;
  const journal = new Journal();
  await makeActs(session, [{ id: registration, act: "revoke", name, relies: idsIn(relies) }], journal);
  const outcome = session.outcomes.get(registration) ?? NO_OUTCOME;
  const [unreported] = journal.unreported(new Map([[registration, outcome]]));
  if (unreported !== undefined) throw new Error(`${name}: ${outcome.result}; ${unreported}`);
  return outcome;
}

function inputsOf(properties: Properties): RevocationInputs {
  const [drift, relies] = [text(properties, "drift"), text(properties, "relies")];
  return {
    account: text(properties, "account"),
    registration: text(properties, "registration"),
    user: text(properties, "user"),
    device: text(properties, "device"),
    ...(drift !== "" && { drift }),
    ...(relies !== "" && { relies }),
    ...(isByHand(properties) && { planned: "no" }),
  };
}
