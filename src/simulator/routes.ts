import { decoded } from "../text/redact.js";
import {
  createUser,
  deleteUser,
  getIdentity,
  getSession,
  getUser,
  listFailedLogins,
  listSessions,
  listUsers,
  updateUser,
} from "./access-users.js";
import type { Account } from "./account.js";
import { type ApiAnswer, RefusedCall, forbidden, noMethod, noRoute, notEnabled } from "./envelope.js";
import { getDevice, listDevices, removeDevice, revokeDevice } from "./physical-devices.js";
import {
  actOnRegistrations,
  deleteRegistration,
  getRegistration,
  listRegistrations,
} from "./registrations.js";

/** A request to the API. Its path and query are those after the base URL. */
export interface ApiRequest {
  readonly method: string;
  /** The path without `/client/v4`. */
  readonly path: string;
  readonly params: URLSearchParams;
  /** The body as sent. */
  readonly body: string;
}

/** The answer for each method of a path. */
type Methods = Readonly<Record<string, () => ApiAnswer>>;

/** The name of an endpoint as documents write it, for counting; undefined for an unknown path. */
export function endpointOf(path: string): string | undefined {
  const match =
    /^\/accounts\/[^/]+\/devices\/(registrations|physical-devices)(?:\/([^/]+))?(\/revoke)?$/.exec(path);
  if (match === null) return userEndpointOf(path);
  const [, kind = "", id, revoke] = match;
  const base = `/accounts/{account_id}/devices/${kind}`;
  if (id === undefined) return revoke === undefined ? base : undefined;
  if (kind === "registrations") {
    if (revoke !== undefined) return undefined;
    return id === "revoke" || id === "unrevoke" ? `${base}/${id}` : `${base}/{registration_id}`;
  }
  return `${base}/{device_id}${revoke ?? ""}`;
}

/**
 * Answers a request.
 *
 * @throws RefusedCall for every refusal
 */
export function answer(account: Account, request: ApiRequest): ApiAnswer {
  const { path, method } = request;
  const endpoint = endpointOf(path);
  if (endpoint === undefined) throw noRoute(path);
  const [, , accountId = "", , , ...ids] = path.split("/").map(decoded);
  const [id = ""] = ids;
  if (accountId !== account.store.accountId) refuseAccount(accountId, path);
  const methods = userMethodsOf(account, endpoint, ids, request) ?? methodsOf(account, endpoint, id, request);
  const act = methods[method];
  if (act === undefined) throw noMethod(method);
  return act();
}

function methodsOf(account: Account, endpoint: string, id: string, request: ApiRequest): Methods {
  const { params, path } = request;
  switch (endpoint.replace("/accounts/{account_id}/devices/", "")) {
    case "registrations":
      return {
        GET: () => listRegistrations(account, params),
        DELETE: () => actOnRegistrations(account, "delete", params, request),
      };
    case "registrations/revoke":
    case "registrations/unrevoke":
      return {
        ...oneRegistration(account, id, params, path),
        POST: () => actOnRegistrations(account, id as "revoke" | "unrevoke", params, request),
      };
    case "registrations/{registration_id}":
      return oneRegistration(account, id, params, path);
    case "physical-devices":
      return { GET: () => listDevices(account, params) };
    case "physical-devices/{device_id}":
      return {
        GET: () => getDevice(account, id, params, path),
        DELETE: () => removeDevice(account, id, path),
      };
    default:
      return { POST: () => revokeDevice(account, id, path) };
  }
}

/** The methods of one registration. For GET and DELETE, `revoke` is an id like any other. */
function oneRegistration(account: Account, id: string, params: URLSearchParams, path: string): Methods {
  return {
    GET: () => getRegistration(account, id, params, path),
    DELETE: () => deleteRegistration(account, id, path),
  };
}

/** A text that cannot be an account id is an unknown route. Any other id belongs to another account. */
function refuseAccount(accountId: string, path: string): never {
  if (!/^[0-9a-f]{32}$/i.test(accountId)) throw noRoute(path);
  throw new RefusedCall(403, [{ code: 9109, message: "Unauthorized to access requested resource" }]);
}

const PATH =
  /^\/accounts\/[^/]+\/access\/users(?:\/([^/]+)(?:\/(last_seen_identity|failed_logins|active_sessions(?:\/([^/]+))?))?)?$/;

const USERS = "/accounts/{account_id}/access/users";

/** The name of an endpoint below Access users as documents write it; undefined for another path. */
function userEndpointOf(path: string): string | undefined {
  const match = PATH.exec(path);
  if (match === null) return undefined;
  const [, id, below, nonce] = match;
  if (id === undefined) return USERS;
  if (below === undefined) return `${USERS}/{user_id}`;
  return `${USERS}/{user_id}/${nonce === undefined ? below : "active_sessions/{nonce}"}`;
}

/** The answer for each method of a path below Access users; undefined for another endpoint. */
function userMethodsOf(
  account: Account,
  endpoint: string,
  [userId = "", , nonce = ""]: readonly string[],
  { params, body }: ApiRequest,
): Readonly<Record<string, () => ApiAnswer>> | undefined {
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
