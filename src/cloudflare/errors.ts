/**
 * Every code of an error of the account, with its cause and what to do about it: one or two sentences of Markdown each.
 * Codes are stable. The table in `docs/error-codes.md` is made from this one.
 */
export const apiErrorCatalogue = {
  "cloudflare/bad-token": {
    meaning: "The credentials are missing or malformed, or Cloudflare does not accept them.",
    fix: "Set `CLOUDFLARE_API_TOKEN` again. Look for a copied line break or quote, and check that the token has not expired. If the message names an address, the token's client IP address filter does not admit this machine.",
  },
  "cloudflare/missing-permission": {
    meaning: "The credentials are valid but lack a permission.",
    fix: "Give the token the account permission that the message names: Zero Trust Read for plans, Zero Trust Write for `up`.",
  },
  "cloudflare/unknown-account": {
    meaning: "The API does not know this account, or the token has access only to a different one.",
    fix: "Compare the id with the dashboard's address: `https://dash.cloudflare.com/<id>`.",
  },
  "cloudflare/endpoint-gone": {
    meaning: "Cloudflare has removed the deprecated revoke or unrevoke endpoint.",
    fix: "Set `policy.unlisted: delete` and `policy.listedRevoked: report`: see [policy](policy.md).",
  },
  "cloudflare/rate-limited": {
    meaning:
      "The token's user has used up 1200 requests in five minutes, over all their tokens, their key and the dashboard, for longer than the call may wait. Or a call was answered 429 sixty times.",
    fix: "Wait five minutes, and run again. Give this tool a token of a user of its own.",
  },
  "cloudflare/not-json": {
    meaning: "Something other than Cloudflare's API answered: a proxy, a sign-in page, a wrong address.",
    fix: "Check `CLOUDFLARE_BASE_URL` and the proxy.",
  },
  "cloudflare/refused": {
    meaning: "The API refused the request for another reason. The message quotes it.",
    fix: "Read the API's words. This call changed nothing, unless the message says that the result is in doubt.",
  },
  "cloudflare/not-found": {
    meaning: "The record is gone, or never existed.",
    fix: "Run again: the next plan leaves out what is gone.",
  },
  "cloudflare/unavailable": {
    meaning: "The API answered 408 or 5xx until the attempts ran out.",
    fix: "Run again later.",
  },
  "cloudflare/unreachable": {
    meaning: "There was no connection, or it broke, until the attempts ran out.",
    fix: "Check the network, DNS and the proxy (`HTTPS_PROXY`, `NO_PROXY`).",
  },
  "cloudflare/timeout": {
    meaning: "Each attempt took too long, until the attempts ran out.",
    fix: "Run again. On a slow line, lower `warp-registrations:perPage`.",
  },
  "cloudflare/deadline": {
    meaning: "The call, with all its attempts, took longer than six minutes, or would have.",
    fix: "Run again. The next run reads back what was done.",
  },
  "cloudflare/redirected": {
    meaning: "The answer is a redirect. None is followed, since the credentials would go with it.",
    fix: "Correct the address in `CLOUDFLARE_BASE_URL`.",
  },
  "cloudflare/incomplete-listing": {
    meaning:
      "The listing could not be shown to be complete three times in a row, or has no end, or the lists of registrations and devices contradict each other.",
    fix: "Run again when the account changes less. Nothing was done.",
  },
  "cloudflare/bad-record": {
    meaning: "A record lacks a field that the API's document requires.",
    fix: "Look at the record that the message names. Nothing was done.",
  },
  "cloudflare/bad-setting": {
    meaning: "A setting or an argument cannot be used.",
    fix: "Correct the setting that the message names.",
  },
  "cloudflare/closed": {
    meaning: "A program used the client after it had closed it.",
    fix: "Close the client last.",
  },
  "cloudflare/stopped": {
    meaning: "The run was stopped: no further request is sent.",
    fix: "See [operations](operations.md).",
  },
} as const satisfies Readonly<Record<string, { readonly meaning: string; readonly fix: string }>>;

/** The error code, for machines. Codes are stable. */
export type CloudflareErrorCode = keyof typeof apiErrorCatalogue;

export type Method = "GET" | "POST" | "PUT" | "DELETE";

/** An entry of the envelope's `errors`, its texts escaped and cut. */
export interface ApiError {
  readonly code?: number;
  readonly message: string;
  readonly documentation_url?: string;
  /** The causes, nested as in the API's answer. */
  readonly error_chain?: readonly ApiError[];
}

/** The parts of a {@link CloudflareError}. Texts from outside must be escaped already. */
export interface CloudflareErrorInit {
  readonly code: CloudflareErrorCode;
  /** What happened, in one sentence. */
  readonly what: string;
  /** Further lines. */
  readonly details?: readonly string[] | undefined;
  readonly method?: Method | undefined;
  /** Path below the base URL, without the query. */
  readonly path?: string | undefined;
  readonly status?: number | undefined;
  readonly errors?: readonly ApiError[] | undefined;
  /** What to do about it. */
  readonly advice?: string | undefined;
  /** Whether the call may have been carried out all the same. The default depends on `code`. */
  readonly doubtful?: boolean | undefined;
}

/** After these errors nobody knows whether the API carried out the call: the request may have reached it. */
const DOUBTFUL: readonly CloudflareErrorCode[] = [
  "cloudflare/unavailable",
  "cloudflare/unreachable",
  "cloudflare/timeout",
  "cloudflare/deadline",
  "cloudflare/not-json",
];

/**
 * A call that failed or could not be made. `message` is readable on its own, in several short lines. No field ever
 * holds a credential.
 */
export class CloudflareError extends Error {
  override readonly name = "CloudflareError";
  readonly code: CloudflareErrorCode;
  /** What happened, in one sentence. */
  readonly what: string;
  readonly method: Method | undefined;
  /** Path below the base URL, without the query. */
  readonly path: string | undefined;
  /** HTTP status; undefined if no answer came. */
  readonly status: number | undefined;
  /** The API's own words. */
  readonly errors: readonly ApiError[];
  /** The page that the API refers to. */
  readonly documentationUrl: string | undefined;
  /** Further lines of the message. */
  readonly details: readonly string[];
  /** What to do about it. */
  readonly advice: string | undefined;
  /**
   * Whether the call may have been carried out all the same: by this attempt, or by an earlier one whose answer was
   * lost. If so, read back what was written.
   */
  readonly doubtful: boolean;

  constructor(init: CloudflareErrorInit) {
    super(messageOf(init));
    this.code = init.code;
    this.what = init.what;
    this.method = init.method;
    this.path = init.path;
    this.status = init.status;
    this.errors = init.errors ?? [];
    this.details = init.details ?? [];
    this.documentationUrl = this.errors.find((error) => error.documentation_url)?.documentation_url;
    this.advice = init.advice;
    this.doubtful = init.doubtful ?? DOUBTFUL.includes(init.code);
  }

  /** The message on one line: what happened, the API's own words, what to do. */
  get summary(): string {
    const words = this.errors.flatMap(linesOf).map((line) => line.trim());
    return [this.what, words.length > 0 ? `(${words.join("; ")})` : "", this.advice ?? ""]
      .filter((part) => part !== "")
      .join(" ");
  }
}

function linesOf(error: ApiError): string[] {
  const own = error.code === undefined ? error.message : `${error.code}: ${error.message}`;
  return [own, ...(error.error_chain ?? []).flatMap(linesOf).map((line) => `  ${line}`)];
}

function messageOf(init: CloudflareErrorInit): string {
  const { method, path, status, errors = [] } = init;
  const answered = status === undefined ? "" : ` answered ${status}`;
  const where = method && path ? [`${method} ${path}${answered}`] : [];
  const pages = new Set(errors.flatMap(({ documentation_url }) => documentation_url ?? []));
  const inner = [
    ...where,
    ...errors.flatMap(linesOf),
    ...(init.details ?? []),
    ...[...pages].map((page) => `see ${page}`),
  ];
  return [init.what, ...inner.map((line) => `  ${line}`), ...(init.advice ? [init.advice] : [])].join("\n");
}

/** A copy of an error with some parts changed. */
export function errorWith(error: CloudflareError, changes: Partial<CloudflareErrorInit>): CloudflareError {
  const { code, what, details, method, path, status, errors, advice, doubtful } = error;
  return new CloudflareError({
    code,
    what,
    details,
    method,
    path,
    status,
    errors,
    advice,
    doubtful,
    ...changes,
  });
}

/** An answer that refuses a call. `errors` is undefined if the body was not an envelope. */
export interface ApiRefusal {
  readonly method: Method;
  readonly path: string;
  readonly status: number;
  readonly errors?: readonly ApiError[];
}

/** What to do when the request limit is used up. */
export const RATE_ADVICE =
  "Wait five minutes: Cloudflare allows one user 1200 requests in five minutes, over all their tokens, their key and the dashboard.";

/** What to do if the fault is Cloudflare's. */
export const LATER_ADVICE = "Run again later; https://www.cloudflarestatus.com shows incidents.";

/** Codes for invalid request headers, and for an unknown or malformed key, e-mail or token. */
const TOKEN_CODES = [6003, 6100, 6101, 6102, 6103, 6111, 9103, 9106];

/** "Cannot use the access token from location: 203.0.113.7": the token's own IP address filter refuses it. */
const FROM_ELSEWHERE = /\bfrom location\b/i;

const PERMISSION_CODES = [10000, 9109];

const ROUTE_WORDS = /no route|could not route|unknown (route|endpoint|path)|method not allowed/i;

const RETIRING = /\/registrations\/(un)?revoke$/;

const RETIRING_DEVICE = /\/physical-devices\/[^/]+\/revoke$/;

const NO_ROUTE = 7000;

const NO_OBJECT = 7003;

const ONE_RECORD = /\/(registrations\/[^/]+|physical-devices\/[^/]+(\/revoke)?|access\/users\/.+)$/;

const ACCESS_USERS = /\/access\/users(\/|$)/;

/** `access.api.error.not_enabled` */
const NOT_ENABLED = 9999;

function flatten(errors: readonly ApiError[]): readonly ApiError[] {
  return errors.flatMap((error) => [error, ...flatten(error.error_chain ?? [])]);
}

/** Whether the deprecated endpoint itself is gone, as opposed to an id in the call. */
export function isEndpointGone({ path, status, errors }: ApiRefusal): boolean {
  const ofDevice = RETIRING_DEVICE.test(path);
  if (!ofDevice && !RETIRING.test(path)) return false;
  if (status === 405 || status === 410) return true;
  if (status !== 404) return false;
  const all = flatten(errors ?? []);
  // 7003 without 7000 asks whether an identifier is invalid, and may mean an id of a bulk call; a missing route adds
  // 7000.
  if (all.length === 0) return !ofDevice;
  return all.some(
    ({ code, message }) => code === NO_ROUTE || (code !== NO_OBJECT && ROUTE_WORDS.test(message)),
  );
}

/** The kind of a refusal: the API's codes decide first, the HTTP status second. */
export function codeOf(refusal: ApiRefusal): CloudflareErrorCode {
  const { status } = refusal;
  const all = flatten(refusal.errors ?? []);
  const has = (codes: readonly number[]) => all.some(({ code = -1 }) => codes.includes(code));
  if (status === 429) return "cloudflare/rate-limited";
  if (status >= 500 || status === 408) return "cloudflare/unavailable";
  if (isEndpointGone(refusal)) return "cloudflare/endpoint-gone";
  if (status === 401 || has(TOKEN_CODES)) return "cloudflare/bad-token";
  if (
    all.some(({ code, message }) => code === 9109 && (/token/i.test(message) || FROM_ELSEWHERE.test(message)))
  )
    return "cloudflare/bad-token";
  if (status === 403 || has(PERMISSION_CODES)) return "cloudflare/missing-permission";
  // The API uses the same words for an unknown account and for an unknown record of a known one.
  if (has([NO_ROUTE, NO_OBJECT])) {
    // A bulk delete has its ids in the query: there too, 7003 without 7000 may mean one of them.
    const ofIds = refusal.method === "DELETE" && !has([NO_ROUTE]);
    return ofIds || ONE_RECORD.test(refusal.path) ? "cloudflare/not-found" : "cloudflare/unknown-account";
  }
  return status === 404 ? "cloudflare/not-found" : "cloudflare/refused";
}

function isFromElsewhere(errors: readonly ApiError[]): boolean {
  return flatten(errors).some(({ code, message }) => code === 9109 && FROM_ELSEWHERE.test(message));
}

/** The permission that a call needs: `x-api-token-group` of the OpenAPI document, which has none for device reads. */
function permissionFor(method: Method, path: string): string {
  if (!ACCESS_USERS.test(path)) return method === "GET" ? '"Zero Trust Read"' : '"Zero Trust Write"';
  if (method === "GET") return '"Access: Audit Logs Read"';
  const update = '"Zero Trust: Seats Write"';
  return method === "PUT" ? update : `for Access users (no document names it; changing one takes ${update})`;
}

const GONE_ADVICE =
  "Cloudflare deprecated revoke and unrevoke in September 2026 in favour of delete. In the allowlist, where they are " +
  "`revoke`, set `policy.unlisted: delete` and the same for `unknownUsers` and `noUser`; use `state: deleted` instead of " +
  "`state: revoked` in entries; and set `policy.listedRevoked: report`. (If reading fails too, check the account id and " +
  "the base URL.)";

const WORDS: Partial<Record<CloudflareErrorCode, { readonly what: string; readonly advice: string }>> = {
  "cloudflare/bad-token": {
    what: "Cloudflare does not accept the credentials.",
    advice:
      "Check CLOUDFLARE_API_TOKEN (or CLOUDFLARE_API_KEY and CLOUDFLARE_EMAIL): is it mistyped, expired or deleted? " +
      "Create tokens at https://dash.cloudflare.com/profile/api-tokens.",
  },
  "cloudflare/unknown-account": {
    what: "Cloudflare does not know this account.",
    advice:
      "Check the account id: the 32 hexadecimal digits in the dashboard's address and on the account's page.",
  },
  "cloudflare/endpoint-gone": {
    what: "Cloudflare no longer offers this call.",
    advice: GONE_ADVICE,
  },
  "cloudflare/rate-limited": {
    what: "Cloudflare refuses further requests for now.",
    advice: RATE_ADVICE,
  },
  "cloudflare/unavailable": { what: "Cloudflare's API reports an error of its own.", advice: LATER_ADVICE },
  "cloudflare/not-found": {
    what: "Cloudflare does not know this record.",
    advice: "Check the record's id and the account id.",
  },
};

function wordsFor(
  code: CloudflareErrorCode,
  { method, path, errors = [] }: ApiRefusal,
): { readonly what: string; readonly advice?: string } {
  if (ACCESS_USERS.test(path) && flatten(errors).some((error) => error.code === NOT_ENABLED)) {
    return {
      what: "Cloudflare Access is not set up for this account.",
      advice: "Set up Zero Trust for it in the dashboard, or remove what needs Access users.",
    };
  }
  if (code === "cloudflare/bad-token" && isFromElsewhere(errors)) {
    return {
      what: "Cloudflare does not accept this token from this machine's address.",
      advice:
        "The token is valid, but its client IP address filter does not admit this machine. Add this machine's public " +
        "address (that of a NAT, VPN or proxy, if there is one) to the token's filter at " +
        "https://dash.cloudflare.com/profile/api-tokens, or run where the filter admits it.",
    };
  }
  if (code === "cloudflare/not-found" && RETIRING.test(path)) {
    return {
      what: "Cloudflare does not know this record, or no longer offers this call.",
      advice: `Check the id. If every id fails like this: ${GONE_ADVICE}`,
    };
  }
  if (code !== "cloudflare/missing-permission")
    return WORDS[code] ?? { what: "Cloudflare refused the request." };
  return {
    what: "These credentials are not allowed to do this.",
    advice:
      `Give the API token the permission ${permissionFor(method, path)} for this account, and check the ` +
      "account id. Cloudflare may also answer like this to a token that is mistyped, expired or deleted.",
  };
}

/** The error that reports a refusal. */
export function refusalError(refusal: ApiRefusal, details?: readonly string[]): CloudflareError {
  const code = codeOf(refusal);
  return new CloudflareError({ ...refusal, code, ...wordsFor(code, refusal), details });
}
