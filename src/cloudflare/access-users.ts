import { type CollectionContext, deleteOne, readAccessUser } from "./collection.js";
import { type OpenedAnswer, encodeQuery, fieldsOf, idSegment } from "./envelope.js";
import { CloudflareError } from "./errors.js";
import { incomplete, recordsOf } from "./listing.js";
import { followNumbers, listNumbered, type NumberedPage, readNumberedPage } from "./numbered-listing.js";
import type { Transport } from "./transport.js";
import type { AccessUser, ActiveSession, ActiveSessionSummary, FailedLogin, Identity } from "./types.js";

/** Parameters of `GET /accounts/{account_id}/access/users`, by their wire names. */
export interface AccessUserListParameters {
  readonly name?: string | undefined;
  /** No document says whether this must be the whole address, or whether case matters: see `byEmail`. */
  readonly email?: string | undefined;
  /** Searches the fields that the other parameters match. */
  readonly search?: string | undefined;
  /** At most 1000, the API's own default. */
  readonly per_page?: number | undefined;
  /** The first page to fetch, from 1, which is the default. */
  readonly page?: number | undefined;
}

/** In the order on the wire. The official client appends `page` when it asks for the next page. */
const PARAMETERS = [
  "name",
  "email",
  "search",
  "per_page",
  "page",
] as const satisfies readonly (keyof AccessUserListParameters)[];

/** `/accounts/{account_id}/access/users`. Every call throws `CloudflareError`; times are RFC 3339 in UTC. */
export interface AccessUsers extends UserActivity {
  /**
   * Page by page, as the server sends them; the last one is empty.
   *
   * `GET /accounts/{account_id}/access/users`; permission "Access: Audit Logs Read".
   */
  readonly pages: (parameters?: AccessUserListParameters) => AsyncIterable<NumberedPage<AccessUser>>;
  /** User by user, from the same pages. Without the proof of `listAll`. */
  readonly list: (parameters?: AccessUserListParameters) => AsyncIterable<AccessUser>;
  /**
   * Every user, or `cloudflare/incomplete-listing`: never a short list. A user without an id is
   * `cloudflare/bad-record`. Same endpoint and permission as `pages`.
   */
  readonly listAll: (parameters?: Omit<AccessUserListParameters, "page">) => Promise<readonly AccessUser[]>;
  /**
   * The users with exactly this e-mail, ignoring case: none or one, unless the account is inconsistent. Same endpoint,
   * permission and errors as `listAll`.
   */
  readonly byEmail: (email: string) => Promise<readonly AccessUser[]>;
  /** `GET /accounts/{account_id}/access/users/{user_id}`; permission "Access: Audit Logs Read". */
  readonly get: (id: string) => Promise<AccessUser>;
  /**
   * Creates a user without a seat or a device. If the user exists already, the error is `cloudflare/refused`. The call
   * is never repeated blindly: if the answer is lost, the user is looked up by e-mail, and returned if found.
   *
   * `POST /accounts/{account_id}/access/users`; the document names no permission.
   */
  readonly create: (user: {
    readonly email: string;
    readonly name?: string | undefined;
  }) => Promise<AccessUser>;
  /**
   * Changes only the name: an `email` other than the user's is `cloudflare/refused`.
   *
   * `PUT /accounts/{account_id}/access/users/{user_id}`; permission "Zero Trust: Seats Write".
   */
  readonly update: (
    id: string,
    user: { readonly email: string; readonly name: string },
  ) => Promise<AccessUser>;
  /**
   * Deletes a user: "This will also revoke any active seats and tokens for the user." No public source says whether the
   * row disappears, or stays without seats and active devices. An unknown id is `cloudflare/not-found`.
   *
   * `DELETE /accounts/{account_id}/access/users/{user_id}`; the document names no permission.
   */
  readonly delete: (id: string) => Promise<void>;
}

function checkEmail(email: string): void {
  if (/^[^\s@]+@[^\s@]+$/.test(email)) return;
  throw new CloudflareError({
    code: "cloudflare/bad-setting",
    what: "A call cannot be made: the value is not an e-mail address.",
    advice: "Give one whole address, such as jane@example.com.",
  });
}

/** The Access users of an account. */
export function accessUsersOf(context: CollectionContext): AccessUsers {
  const { transport, accountId, chunkSize } = context;
  const path = `/accounts/${accountId}/access/users`;
  const fetcher =
    (parameters: Omit<AccessUserListParameters, "page">, first?: number) => async (number: number) => {
      // The first page is the default. As the official client does, leave it out unless the caller asked for it.
      const page = number === 1 && first === undefined ? undefined : number;
      const sent = { ...parameters, per_page: parameters.per_page ?? context.perPage, page };
      const query = encodeQuery(sent, PARAMETERS, chunkSize);
      return readNumberedPage(await transport.send({ method: "GET", path, query }), number, readAccessUser);
    };
  async function* pages({ page, ...parameters }: AccessUserListParameters = {}) {
    yield* followNumbers(fetcher(parameters, page), context.maxPages, page);
  }
  const listAll: AccessUsers["listAll"] = async (parameters = {}) => {
    const { name, email, search } = parameters;
    const filtered = [name, email, search].some((filter) => filter !== undefined);
    return listNumbered("Access users", fetcher(parameters), { ...context, filtered });
  };
  const byEmail: AccessUsers["byEmail"] = async (email) => {
    checkEmail(email);
    const users = await listAll({ email });
    return users.filter((user) => user.email?.toLowerCase() === email.toLowerCase());
  };
  return {
    ...userActivityOf(transport, path),
    pages,
    list: async function* (parameters) {
      for await (const page of pages(parameters)) yield* page.items;
    },
    listAll,
    byEmail,
    get: async (id) =>
      readAccessUser((await transport.send({ method: "GET", path: `${path}/${idSegment(id)}` })).result),
    create: async ({ email, name }) => {
      checkEmail(email);
      try {
        const answer = await transport.send({ method: "POST", path, body: { email, name }, once: true });
        return readAccessUser(answer.result);
      } catch (error) {
        if (!(error instanceof CloudflareError) || !error.doubtful) throw error;
        const [found] = await byEmail(email).catch(() => []);
        if (found === undefined) throw error;
        return found;
      }
    },
    update: async (id, { email, name }) => {
      checkEmail(email);
      const at = `${path}/${idSegment(id)}`;
      return readAccessUser(
        (await transport.send({ method: "PUT", path: at, body: { email, name } })).result,
      );
    },
    delete: async (id) => deleteOne(transport, `${path}/${idSegment(id)}`),
  };
}

/**
 * What the account knows about an Access user. All of it is personal data. Every call throws `CloudflareError`. Its
 * codes include `cloudflare/missing-permission` (the token lacks "Access: Audit Logs Read") and `cloudflare/not-found`.
 */
export interface UserActivity {
  readonly activeSessions: {
    /**
     * The sessions that have not ended, in the API's order. The call takes no page, so an answer that reports more than
     * one page is `cloudflare/incomplete-listing`.
     *
     * `GET /accounts/{account_id}/access/users/{user_id}/active_sessions`; permission "Access: Audit Logs Read".
     */
    readonly list: (userId: string) => Promise<readonly ActiveSessionSummary[]>;
    /**
     * One session, by the `metadata.nonce` from the list.
     *
     * `GET /accounts/{account_id}/access/users/{user_id}/active_sessions/{nonce}`; permission "Access: Audit Logs
     * Read".
     */
    readonly get: (userId: string, nonce: string) => Promise<ActiveSession>;
  };
  /**
   * The latest identity that the user signed in with; undefined if the API has none. For a user who never signed in,
   * the API may also answer `cloudflare/not-found`: no public source says.
   *
   * `GET /accounts/{account_id}/access/users/{user_id}/last_seen_identity`; permission "Access: Audit Logs Read".
   */
  readonly lastSeenIdentity: (userId: string) => Promise<Identity | undefined>;
  /**
   * The failed sign-ins, in the API's order. The API also decides how far back they go. Pages as for the sessions.
   *
   * `GET /accounts/{account_id}/access/users/{user_id}/failed_logins`; permission "Access: Audit Logs Read".
   */
  readonly failedLogins: (userId: string) => Promise<readonly FailedLogin[]>;
}

function objectOf(value: unknown, noun: string): object {
  const fields = fieldsOf(value);
  if (fields !== undefined) return fields;
  throw new CloudflareError({
    code: "cloudflare/bad-record",
    what: `The API sent ${noun} that is not an object.`,
    advice: "If this happens again, report it and name the call.",
  });
}

function allOf({ result, resultInfo }: OpenedAnswer, noun: string): readonly object[] {
  const info = fieldsOf(resultInfo);
  const records = recordsOf(result ?? [], info?.count);
  if (typeof info?.total_pages === "number" && info.total_pages > 1) {
    throw incomplete(`The API reports ${info.total_pages} pages but has no way to ask for the second one.`);
  }
  return records.map((record) => objectOf(record, noun));
}

/** The calls for one Access user. `path` is that of all Access users. */
export function userActivityOf(transport: Pick<Transport, "send">, path: string): UserActivity {
  const get = (userId: string, below: string) =>
    transport.send({ method: "GET", path: `${path}/${idSegment(userId)}/${below}` });
  return {
    activeSessions: {
      list: async (userId) => allOf(await get(userId, "active_sessions"), "a session"),
      get: async (userId, nonce) => {
        const { result } = await get(userId, `active_sessions/${idSegment(nonce)}`);
        return objectOf(result, "a session");
      },
    },
    lastSeenIdentity: async (userId) => {
      const { result } = await get(userId, "last_seen_identity");
      const identity = result == null ? {} : objectOf(result, "an identity");
      return Object.keys(identity).length === 0 ? undefined : identity;
    },
    failedLogins: async (userId) => allOf(await get(userId, "failed_logins"), "a failed login"),
  };
}
