/** An entry of `errors` or `messages`. */
interface ApiMessage {
  readonly code: number;
  readonly message: string;
  readonly documentation_url?: string;
  readonly error_chain?: readonly ApiMessage[];
}

/** The place of a page in a listing. `cursor` may be missing on the last page. */
export interface ResultInfo {
  readonly count: number;
  readonly cursor?: string;
  readonly per_page: number;
  readonly total_count: number | null;
}

/** The place of a page in a listing with page numbers. */
export interface NumberedInfo {
  readonly count: number;
  readonly page: number;
  readonly per_page: number;
  readonly total_count?: number | undefined;
  readonly total_pages?: number | undefined;
}

/** The V4 envelope around every answer. */
interface Envelope {
  readonly success: boolean;
  readonly errors: readonly ApiMessage[];
  readonly messages: readonly ApiMessage[];
  readonly result: unknown;
  readonly result_info?: ResultInfo | NumberedInfo;
}

/** An answer before it is written. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: Envelope;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer in the form that is sent. */
export interface Wire {
  readonly status: number;
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Makes the form that is sent, with the headers that every answer has. */
export function wire({ status, body, headers }: ApiAnswer, common: Wire["headers"]): Wire {
  return {
    status,
    type: "application/json",
    headers: { ...common, ...headers },
    text: JSON.stringify(body),
  };
}

/** A refusal. It is thrown where it is found, and answered in one place. */
export class RefusedCall extends Error {
  override readonly name = "RefusedCall";

  constructor(
    readonly status: number,
    readonly errors: readonly ApiMessage[],
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(errors.map((error) => `${error.code} ${error.message}`).join("; "));
  }

  /** The refusal as an answer. */
  answer(): ApiAnswer {
    const body = { success: false, errors: this.errors, messages: [], result: null };
    return { status: this.status, body, headers: this.headers };
  }
}

/** A successful answer. */
export function ok(result: unknown, info?: ResultInfo | NumberedInfo, status = 200): ApiAnswer {
  const body = { success: true, errors: [], messages: [], result };
  return { status, body: info === undefined ? body : { ...body, result_info: info } };
}

/**
 * 400 for a parameter. No document gives the code for these endpoints: the device API has been seen to answer bad
 * requests with 2004.
 */
export function badRequest(detail: string): RefusedCall {
  return new RefusedCall(400, [{ code: 2004, message: `bad device request: ${detail}` }]);
}

const AUTHENTICATION = "https://developers.cloudflare.com/fundamentals/api/get-started/create-token/";

/** 403 for wrong credentials, or for credentials without this permission. */
export function forbidden(): RefusedCall {
  return new RefusedCall(403, [{ code: 10000, message: "Forbidden", documentation_url: AUTHENTICATION }]);
}

/** 404 for an unknown path, with the two codes that come together. */
export function noRoute(path: string): RefusedCall {
  return new RefusedCall(404, [
    { code: 7003, message: `Could not route to ${path}, perhaps your object identifier is invalid?` },
    { code: 7000, message: "No route for that URI" },
  ]);
}

/** 404 for an id that the account does not have. */
export function unknownObject(path: string): RefusedCall {
  return new RefusedCall(404, [
    { code: 7003, message: `Could not route to ${path}, perhaps your object identifier is invalid?` },
  ]);
}

/** 405 for a method that a path does not support. */
export function noMethod(method: string): RefusedCall {
  return new RefusedCall(405, [{ code: 7001, message: `Method ${method} not available for that URI.` }]);
}

/* Refusals of the Access API, which has its own wording. If no document gives a code, it is one that was seen. */

/** 400 for an invalid body or parameter. */
export function invalidRequest(detail: string): RefusedCall {
  return new RefusedCall(400, [{ code: 12130, message: `access.api.error.invalid_request: ${detail}` }]);
}

/** 404 for a user or a session that the account does not have. */
export function notFound(): RefusedCall {
  return new RefusedCall(404, [{ code: 12135, message: "access.api.error.not_found" }]);
}

/** 409 for a user who exists already. */
export function conflict(): RefusedCall {
  return new RefusedCall(409, [{ code: 12132, message: "access.api.error.conflict: user already exists" }]);
}

/** 400 for an account without Zero Trust. */
export function notEnabled(): RefusedCall {
  return new RefusedCall(400, [{ code: 9999, message: "access.api.error.not_enabled" }]);
}

/**
 * A mistake of the person who runs the simulator: a world file, a setting, a port. The message is one line that says
 * where and what, and can be shown without a stack.
 */
export class SimulatorError extends Error {
  override readonly name = "SimulatorError";
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
