/** What the resources of one engine run share: they all meet in one provider process. */

import {
  type AccessUser,
  type CloudflareClient,
  createClient,
  credentialsFromEnvironment,
  type Outcome,
  type Registration,
} from "../src/cloudflare/index.js";
import { byEmail } from "../src/reconcile/access-users.js";
import { trustedBaseUrl } from "../src/run/account.js";
import { refusal, watch } from "./stop.js";

/** The stack's config as the provider's process gets it: by full key. */
interface Config {
  get(key: string): string | undefined;
}

/** One act that is due. */
export interface SessionAct {
  /** The id of the registration, or of the other item. */
  readonly id: string;
  readonly act: string;
  /** What an error calls it: the act and its user. */
  readonly name: string;
}

/** One account within one run: its client, what the run has done so far, and one listing for all resources. */
export class AccountSession {
  readonly client: CloudflareClient;
  /** The acts of this run, and the outcome of each, by the id of the registration or the Access user. */
  readonly acts = new Map<string, SessionAct>();
  readonly outcomes = new Map<string, Outcome>();
  /** The others that failed are listed once, by the first row that fails. */
  othersListed = false;
  #listing: Promise<ReadonlyMap<string, Registration>> | undefined;
  #users: Promise<ReadonlyMap<string, readonly AccessUser[]>> | undefined;

  constructor(account: string, config: Config) {
    this.client = createClient({
      accountId: account,
      credentials: credentialsFromEnvironment(process.env),
      baseUrl: trustedBaseUrl(config.get("warp-registrations:baseUrl"), process.env),
      perPage: Number(config.get("warp-registrations:perPage")) || undefined,
      beforeRequest: ({ method }) => refusal(method),
    });
  }

  /** The live registrations, listed once however many resources ask. */
  listing(): Promise<ReadonlyMap<string, Registration>> {
    this.#listing ??= this.client.registrations
      .listAll({ status: "all" })
      .then((all) => new Map(all.filter((one) => one.deleted_at == null).map((one) => [one.id, one])));
    return this.#listing;
  }

  /** The Access users' rows by normalised e-mail, listed once however many resources ask. */
  users(): Promise<ReadonlyMap<string, readonly AccessUser[]>> {
    this.#users ??= this.client.accessUsers.listAll().then(byEmail);
    return this.#users;
  }
}

const accounts = new Map<string, AccountSession>();
let config: Config = { get: () => undefined };

/**
 * Takes the stack's config. Deliberately not asynchronous: the engine calls other methods without waiting for
 * `configure` to end.
 */
export function configure(given: Config): void {
  watch();
  config = given;
}

export function sessionFor(account: string): AccountSession {
  let session = accounts.get(account);
  if (!session) {
    session = new AccountSession(account, config);
    accounts.set(account, session);
  }
  return session;
}
