import type { IncomingHttpHeaders } from "node:http";
import { ApiError, forbidden } from "./envelope.js";

/** What a client must show. Without a token and a key nothing is asked. */
export interface Credentials {
  /** For `Authorization: Bearer …`. */
  readonly token?: string;
  /** For `X-Auth-Email` with `X-Auth-Key`. */
  readonly email?: string;
  readonly key?: string;
}

/**
 * Lets a request pass that shows one of the credentials.
 *
 * @throws ApiError 400 for headers that are missing or malformed, 403 for credentials that are not right
 */
export function authenticate(credentials: Credentials, headers: IncomingHttpHeaders): void {
  const { token, email, key } = credentials;
  if (token === undefined && key === undefined) return;
  const bearer = headers.authorization;
  const shown = headers["x-auth-key"];
  if (bearer !== undefined) {
    if (token !== undefined && bearer === `Bearer ${token}`) return;
    if (!/^Bearer [\w.~+/=-]+$/.test(bearer)) {
      throw invalidHeaders(6111, "Invalid format for Authorization header");
    }
    throw forbidden();
  }
  if (shown !== undefined) {
    if (key !== undefined && shown === key && headers["x-auth-email"] === email) return;
    if (!/^[0-9a-f]{37,45}$/.test(String(shown)))
      throw invalidHeaders(6103, "Invalid format for X-Auth-Key header");
    throw forbidden();
  }
  throw new ApiError(400, [
    { code: 9106, message: "Missing X-Auth-Key, X-Auth-Email or Authorization headers" },
  ]);
}

function invalidHeaders(code: number, message: string): ApiError {
  return new ApiError(400, [
    { code: 6003, message: "Invalid request headers", error_chain: [{ code, message }] },
  ]);
}
