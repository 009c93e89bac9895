import type { AccessUser } from "./access-types.js";
import type { CollectionContext } from "./collection.js";
import { deleteOne } from "./delete-one.js";
import { CloudflareError } from "./errors.js";
import { followNumbers, type NumberedPage, readNumberedPage } from "./numbered-pages.js";
import { listNumberedWhole } from "./numbered-listing.js";
import { encodeQuery, idSegment } from "./query.js";
import { readAccessUser } from "./records.js";
import { type UserActivity, userActivityOf } from "./user-activity.js";

/** Parameters of `GET /accounts/{account_id}/access/users`, by their wire names. */
export interface AccessUserListParameters {
  readonly name?: string | undefined;
  /** No document says whether it must be the whole address, and in the same case: see `byEmail`. */
  readonly email?: string | undefined;
  /** Among what the other parameters look at. */
  readonly search?: string | undefined;
  /** At most 1000, the API's own default. */
  readonly per_page?: number | undefined;
  /** The page to begin with; from 1, the default. */
  readonly page?: number | undefined;
}

/** The order of the wire; the official client appends `page` when it turns a page. */
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
   * Page by page, as the server gives them; the last one is empty.
   *
   * `GET /accounts/{account_id}/access/users`; permission "Access: Audit Logs Read".
   */
  readonly pages: (parameters?: AccessUserListParameters) => AsyncIterable<NumberedPage<AccessUser>>;
  /** User by user, as `pages`. Without the proof of `listAll`. */
  readonly list: (parameters?: AccessUserListParameters) => AsyncIterable<AccessUser>;
  /**
   * Every user, or `cloudflare/incomplete-listing`: never a short list. A user without an id is
   * `cloudflare/bad-record`. Endpoint and permission as `pages`.
   */
  readonly listAll: (parameters?: Omit<AccessUserListParameters, "page">) => Promise<readonly AccessUser[]>;
  /**
   * The users with exactly this e-mail, upper and lower case aside: none or one, unless the account is in disorder.
   * Endpoint, permission and errors as `listAll`.
   */
  readonly byEmail: (email: string) => Promise<readonly AccessUser[]>;
  /** `GET /accounts/{account_id}/access/users/{user_id}`; permission "Access: Audit Logs Read". */
  readonly get: (id: string) => Promise<AccessUser>;
  /**
   * Creates a user, without a seat and without any device. One that exists already is `cloudflare/refused`. Never sent
   * twice without a look: when the answer is lost, the user is looked up by e-mail, and answered if there.
   *
   * `POST /accounts/{account_id}/access/users`; the document names no permission.
   */
  readonly create: (user: {
    readonly email: string;
    readonly name?: string | undefined;
  }) => Promise<AccessUser>;
  /**
   * Changes the name, and nothing else: an `email` other than the user's is `cloudflare/refused`.
   *
   * `PUT /accounts/{account_id}/access/users/{user_id}`; permission "Zero Trust: Seats Write".
   */
  readonly update: (
    id: string,
    user: { readonly email: string; readonly name: string },
  ) => Promise<AccessUser>;
  /**
   * Deletes a user: "This will also revoke any active seats and tokens for the user." Whether the row goes, or stays
   * without seats and active devices, nothing public says; an unknown id is `cloudflare/not-found`.
   *
   * `DELETE /accounts/{account_id}/access/users/{user_id}`; the document names no permission.
   */
  readonly delete: (id: string) => Promise<void>;
}

function checkEmail(email: string): void {
  if (/^[^\s@]+@[^\s@]+$/.test(email)) return;
  throw new CloudflareError({
    code: "cloudflare/bad-setting",
    what: "A call cannot be made: the e-mail is none.",
    advice: "Give one whole address, such as jane@example.com.",
  });
}

/** The Access users of an account. */
export function accessUsersOf(context: CollectionContext): AccessUsers {
  const { transport, accountId, chunkSize } = context;
  const path = `/accounts/${accountId}/access/users`;
  const fetcher =
    (parameters: Omit<AccessUserListParameters, "page">, first?: number) => async (number: number) => {
      // The first page is the default, and left out unless it was asked for, as by the official client.
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
    return listNumberedWhole("Access users", fetcher(parameters), { ...context, filtered });
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
      const body = { email, ...(name !== undefined && { name }) };
      try {
        const answer = await transport.send({ method: "POST", path, body, once: true });
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
