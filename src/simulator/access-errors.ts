import { ApiError } from "./envelope.js";

/* Refusals of the Access API, which has words of its own. Where no document gives a code it is one that was seen. */

/** 400 for a body or a parameter that cannot be. */
export function invalidRequest(detail: string): ApiError {
  return new ApiError(400, [{ code: 12130, message: `access.api.error.invalid_request: ${detail}` }]);
}

/** 404 for a user or a session that the account does not have. */
export function notFound(): ApiError {
  return new ApiError(404, [{ code: 12135, message: "access.api.error.not_found" }]);
}

/** 409 for a user who exists already. */
export function conflict(): ApiError {
  return new ApiError(409, [{ code: 12132, message: "access.api.error.conflict: user already exists" }]);
}

/** 400 for an account without Zero Trust. */
export function notEnabled(): ApiError {
  return new ApiError(400, [{ code: 9999, message: "access.api.error.not_enabled" }]);
}
