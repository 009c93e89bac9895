import { notEnabled } from "./access-errors.js";
import { createUser, deleteUser, getUser, listUsers, updateUser } from "./access-users.js";
import type { Account } from "./account.js";
import { type Answer, forbidden } from "./envelope.js";
import type { ApiRequest } from "./routes.js";
import { getIdentity, getSession, listFailedLogins, listSessions } from "./user-activity.js";

const PATH =
  /^\/accounts\/[^/]+\/access\/users(?:\/([^/]+)(?:\/(last_seen_identity|failed_logins|active_sessions(?:\/([^/]+))?))?)?$/;
const USERS = "/accounts/{account_id}/access/users";

/** The name of an endpoint below Access users as documents write it; undefined for another path. */
export function userEndpointOf(path: string): string | undefined {
  const match = PATH.exec(path);
  if (match === null) return undefined;
  const [, id, below, nonce] = match;
  if (id === undefined) return USERS;
  if (below === undefined) return `${USERS}/{user_id}`;
  return `${USERS}/{user_id}/${nonce === undefined ? below : "active_sessions/{nonce}"}`;
}

/** What answers each method of a path below Access users; undefined for another endpoint. */
export function userMethodsOf(
  account: Account,
  endpoint: string,
  [userId = "", , nonce = ""]: readonly string[],
  { params, body }: ApiRequest,
): Readonly<Record<string, () => Answer>> | undefined {
  if (!endpoint.startsWith(USERS)) return undefined;
  const { access_users } = account.settings();
  if (access_users === "forbidden") throw forbidden();
  if (access_users === "not-enabled") throw notEnabled();
  switch (endpoint.slice(USERS.length)) {
    case "":
      return { GET: () => listUsers(account, params), POST: () => createUser(account, body) };
    case "/{user_id}":
      return {
        GET: () => getUser(account, userId),
        PUT: () => updateUser(account, userId, body),
        DELETE: () => deleteUser(account, userId),
      };
    case "/{user_id}/active_sessions":
      return { GET: () => listSessions(account, userId) };
    case "/{user_id}/active_sessions/{nonce}":
      return { GET: () => getSession(account, userId, nonce) };
    case "/{user_id}/last_seen_identity":
      return { GET: () => getIdentity(account, userId) };
    default:
      return { GET: () => listFailedLogins(account, userId) };
  }
}
