/** What the resources of one engine run share: they all meet in one provider process. */

import { trustedBaseUrl } from "../src/account.js";
import { escapeText } from "../src/escape.js";
import {
  createClient,
  credentialsFromEnvironment,
  type Act,
  type AccessUser,
  type CloudflareClient,
  type Outcome,
  type Registration,
} from "../src/cloudflare/index.js";
import { byEmail } from "../src/reconcile/access-user.js";

/** The stack's config as the provider's process gets it: by full key. */
interface Config {
  get(key: string): string | undefined;
}

/** One account within one run: its client, what the run has done so far, and one listing for all who read. */
export class AccountSession {
  readonly client: CloudflareClient;
  /** What the Reconciliation of this run did, by registration id. */
  readonly outcomes = new Map<string, Outcome>();
  /** The lines of the acts of this run, by registration id. */
  readonly lines = new Map<string, string>();
  #listing: Promise<ReadonlyMap<string, Registration>> | undefined;
  #users: Promise<ReadonlyMap<string, readonly AccessUser[]>> | undefined;

  constructor(account: string, config: Config) {
    this.client = createClient({
      accountId: account,
      credentials: credentialsFromEnvironment(process.env),
      baseUrl: trustedBaseUrl(config.get("warp-registrations:baseUrl"), process.env),
      perPage: Number(config.get("warp-registrations:perPage")) || undefined,
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

/** The acts of a run that failed, each as one line that names it; `acts` takes some kinds only. */
export function failuresOf({ lines, outcomes }: AccountSession, acts: readonly Act[]): string[] {
  return [...lines].flatMap(([id, line]) => {
    const outcome = outcomes.get(id) ?? { result: "failed", reason: "no outcome is known" };
    const wanted = acts.some((act) => line.startsWith(`${act} `));
    return wanted && outcome.result === "failed"
      ? [`${line} (${escapeText(id, 60)}): ${outcome.reason}`]
      : [];
  });
}

const accounts = new Map<string, AccountSession>();
let config: Config = { get: () => undefined };

/**
 * Takes the stack's config. Not asynchronous on purpose: the engine calls other methods without waiting for
 * `configure` to end.
 */
export function configure(given: Config): void {
  config = given;
}

/** The session of an account in this process. */
export function sessionFor(account: string): AccountSession {
  let session = accounts.get(account);
  if (!session) {
    session = new AccountSession(account, config);
    accounts.set(account, session);
  }
  return session;
}
