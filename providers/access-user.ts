/** The provider of `AccessUser`: one Access user who must exist, found by e-mail. */

import type { dynamic } from "@pulumi/pulumi";
import { type AccessUser, CloudflareError, type Outcome } from "../src/cloudflare/index.js";
import { hasName, rowOf } from "../src/reconcile/access-users.js";
import { escapeText } from "../src/text/escape.js";
import { Journal, type NotDone } from "./acts.js";
import { type Properties, provider, readInput, text, toInput } from "./dynamic.js";
import { type AccountSession, sessionFor } from "./session.js";

export interface AccessUserInputs {
  readonly account: string;
  /** Normalised, and made safe to show (`toInput`), like the name. */
  readonly email: string;
  /** Left out if the name stays as it is. */
  readonly name?: string;
  /** Only if something must be written: what is live instead. */
  readonly drift?: string;
}

export interface AccessUserOutputs extends Omit<AccessUserInputs, "drift"> {
  /** The id of the live user. */
  readonly user: string;
}

/** A row's own id is the e-mail: a user whom someone else deleted comes back with another id. */
export const accessUser = provider<AccessUserInputs, AccessUserOutputs>({
  idOf: (properties) => text(properties, "email"),
  inputsOf,
  isDue: (news) => text(news, "drift") !== "",
  hasDrifted(id, read, news) {
    const name = readInput(text(news, "name"));
    return name !== "" && !hasName({ id, name: readInput(text(read, "name")) }, name);
  },
  make: ensure,
  async look(_id, props) {
    const { drift: _drift, ...inputs } = inputsOf(props);
    const user = await found(sessionFor(inputs.account), inputs.email);
    return user && { props: outputsOf(inputs, user), inputs };
  },
}) satisfies dynamic.ResourceProvider<AccessUserInputs, AccessUserInputs | AccessUserOutputs>;

/** Without `drift`, the program of this run has just seen the user, and the row takes it over unchanged. */
async function ensure(properties: Properties): Promise<AccessUserOutputs> {
  const { drift, ...inputs } = inputsOf(properties);
  const session = sessionFor(inputs.account);
  if (drift === undefined) {
    const user = await found(session, inputs.email);
    if (user) return outputsOf(inputs, user);
    throw new Error(`${who(inputs)} existed when this run began, but is gone now; run again`);
  }
  const journal = new Journal();
  const key = readInput(inputs.email);
  const note = (outcome: Outcome) => {
    journal.note("accessUsers", new Map([[key, outcome]]));
    return journal.unreported(new Map([[inputs.email, outcome]]));
  };
  let user: AccessUser;
  try {
    await journal.intend("accessUsers", [key]);
    user = await write(session, inputs);
  } catch (error) {
    const outcome = outcomeOf(error);
    throw new Error([`${who(inputs)}: ${outcome.reason}`, ...note(outcome)].join("\n"), { cause: error });
  }
  const unreported = note({ result: "done" });
  if (unreported.length > 0) throw new Error([`${who(inputs)}: done`, ...unreported].join("\n"));
  return outputsOf(inputs, user);
}

function outcomeOf(error: unknown): NotDone {
  if (!(error instanceof CloudflareError)) return { result: "failed", reason: messageOf(error) };
  const untried = error.code === "cloudflare/stopped" && !error.doubtful;
  const result = untried ? "skipped" : error.doubtful ? "unknown" : "failed";
  return { result, reason: error.summary };
}

/** Takes over a user who exists, creates one who does not, and sets the name if another one is live. */
async function write(session: AccountSession, inputs: Omit<AccessUserInputs, "drift">): Promise<AccessUser> {
  const { accessUsers } = session.client;
  const email = readInput(inputs.email);
  const name = inputs.name === undefined ? undefined : readInput(inputs.name);
  const row = (await found(session, inputs.email)) ?? (await accessUsers.create({ email, name }));
  if (name === undefined || hasName(row, name)) return row;
  // The API accepts a change of the name only with the address as it has it.
  const renamed = await accessUsers.update(row.id, { email: row.email ?? email, name });
  if (renamed.name == null || hasName(renamed, name)) return { ...renamed, name };
  throw new Error(`the new name did not take effect: the name is ${escapeText(renamed.name, 60)}`);
}

/**
 * The one live user with the address. The provider's process prints the stack of errors that `read` throws, so they
 * have none.
 */
async function found(session: AccountSession, email: string): Promise<AccessUser | undefined> {
  try {
    const row = rowOf((await session.users()).get(readInput(email)) ?? []);
    if (row !== "ambiguous") return row;
  } catch (error) {
    if (error instanceof CloudflareError) error.stack = "";
    throw error;
  }
  const error = new Error(`the account has several Access users with the address ${email}`);
  error.stack = "";
  throw error;
}

/** With the live name, if a name is asked for. */
function outputsOf(inputs: Omit<AccessUserInputs, "drift">, { id, name }: AccessUser): AccessUserOutputs {
  return { ...inputs, ...(inputs.name !== undefined && { name: toInput(name ?? "") }), user: id };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function who({ email }: Pick<AccessUserInputs, "email">): string {
  return `Access user ${email}`;
}

function inputsOf(properties: Properties): AccessUserInputs {
  const [name, drift] = [text(properties, "name"), text(properties, "drift")];
  return {
    account: text(properties, "account"),
    email: text(properties, "email"),
    ...(name !== "" && { name }),
    ...(drift !== "" && { drift }),
  };
}
