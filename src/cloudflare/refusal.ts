import { type ApiError, CloudflareError, type CloudflareErrorCode, type Method } from "./errors.js";

/** An answer by which the API says no. `errors` is undefined where the body was no envelope. */
export interface Refusal {
  readonly method: Method;
  readonly path: string;
  readonly status: number;
  readonly errors?: readonly ApiError[];
}

/** What to do when the request limit is used up. */
export const RATE_ADVICE =
  "Wait five minutes: 1200 requests in five minutes are let through for one user, over all their tokens, their key and the dashboard.";
/** What to do when the fault is Cloudflare's. */
export const LATER_ADVICE = "Run again later; https://www.cloudflarestatus.com tells of incidents.";

/** Invalid request headers, unknown or malformed key, e-mail or token. */
const TOKEN_CODES = [6003, 6100, 6101, 6102, 6103, 6111, 9103, 9106];
/** "Cannot use the access token from location: 203.0.113.7": the token's own client IP address filter says no. */
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

/** Whether the answer says that the deprecated endpoint itself is gone, rather than an id given to it. */
export function isEndpointGone({ path, status, errors }: Refusal): boolean {
  const ofDevice = RETIRING_DEVICE.test(path);
  if (!ofDevice && !RETIRING.test(path)) return false;
  if (status === 405 || status === 410) return true;
  if (status !== 404) return false;
  const all = flatten(errors ?? []);
  // 7003 alone asks whether an identifier is invalid, and may mean an id of a bulk call; a missing route adds 7000.
  if (all.length === 0) return !ofDevice;
  return all.some(
    ({ code, message }) => code === NO_ROUTE || (code !== NO_OBJECT && ROUTE_WORDS.test(message)),
  );
}

/** What kind of refusal it is, from the API's codes first and the HTTP status second. */
export function codeOf(refusal: Refusal): CloudflareErrorCode {
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
  // The same words serve for an unknown account and for an unknown record of a known one.
  if (has([NO_ROUTE, NO_OBJECT])) {
    // A bulk delete has its ids in the query: there too 7003 alone may mean one of them.
    const ofIds = refusal.method === "DELETE" && !has([NO_ROUTE]);
    return ofIds || ONE_RECORD.test(refusal.path) ? "cloudflare/not-found" : "cloudflare/unknown-account";
  }
  return status === 404 ? "cloudflare/not-found" : "cloudflare/refused";
}

function isFromElsewhere(errors: readonly ApiError[]): boolean {
  return flatten(errors).some(({ code, message }) => code === 9109 && FROM_ELSEWHERE.test(message));
}

/** The permission that a call needs: `x-api-token-group` of the OpenAPI document; device reads say nothing there. */
function permissionFor(method: Method, path: string): string {
  if (!ACCESS_USERS.test(path)) return method === "GET" ? '"Zero Trust Read"' : '"Zero Trust Write"';
  if (method === "GET") return '"Access: Audit Logs Read"';
  const update = '"Zero Trust: Seats Write"';
  return method === "PUT" ? update : `for Access users (no document names it; changing one takes ${update})`;
}

const GONE_ADVICE =
  "Revoke and unrevoke were marked deprecated in September 2026 in favour of delete. In the allowlist set " +
  "`policy.unlisted: delete` (likewise `unknownUsers` and `noUser`, and `state: deleted` for entries) where they " +
  "revoke, and `policy.listedRevoked: report`. (If reading fails too, check the account id and the base URL.)";

const WORDS: Partial<Record<CloudflareErrorCode, { readonly what: string; readonly advice: string }>> = {
  "cloudflare/bad-token": {
    what: "Cloudflare does not accept the credentials.",
    advice:
      "Check CLOUDFLARE_API_TOKEN (or CLOUDFLARE_API_KEY and CLOUDFLARE_EMAIL): mistyped, expired or deleted? " +
      "Tokens are made at https://dash.cloudflare.com/profile/api-tokens.",
  },
  "cloudflare/unknown-account": {
    what: "Cloudflare knows no such account.",
    advice:
      "Check the account id: 32 hexadecimal digits, in the dashboard's address and on the account's page.",
  },
  "cloudflare/endpoint-gone": {
    what: "Cloudflare does not offer this call any more.",
    advice: GONE_ADVICE,
  },
  "cloudflare/rate-limited": {
    what: "Cloudflare refuses further requests for now.",
    advice: RATE_ADVICE,
  },
  "cloudflare/unavailable": { what: "Cloudflare's API is in trouble.", advice: LATER_ADVICE },
  "cloudflare/not-found": {
    what: "Cloudflare knows no such record.",
    advice: "Check the id, and the account id.",
  },
};

function wordsFor(
  code: CloudflareErrorCode,
  { method, path, errors = [] }: Refusal,
): { readonly what: string; readonly advice?: string } {
  if (ACCESS_USERS.test(path) && flatten(errors).some((error) => error.code === NOT_ENABLED)) {
    return {
      what: "Cloudflare Access is not set up for this account.",
      advice: "Set up Zero Trust for it in the dashboard, or ask for nothing that needs Access users.",
    };
  }
  if (code === "cloudflare/bad-token" && isFromElsewhere(errors)) {
    return {
      what: "Cloudflare does not accept this token from this machine's address.",
      advice:
        "The token is good, and its client IP address filter does not admit this machine. Add the address that this " +
        "machine goes out by (a NAT's, a VPN's or a proxy's, where one stands in between) to the token's filter at " +
        "https://dash.cloudflare.com/profile/api-tokens, or run where the filter admits it.",
    };
  }
  if (code === "cloudflare/not-found" && RETIRING.test(path)) {
    return {
      what: "Cloudflare knows no such record, or does not offer this call any more.",
      advice: `Check the id. If every id fails like this: ${GONE_ADVICE}`,
    };
  }
  if (code !== "cloudflare/missing-permission")
    return WORDS[code] ?? { what: "Cloudflare refused the request." };
  return {
    what: "Cloudflare does not let these credentials do this.",
    advice:
      `Give the API token the permission ${permissionFor(method, path)} for this account, and check that the account ` +
      "id is the one meant. A token that is mistyped, expired or deleted may be answered like this too.",
  };
}

/** The error that tells of a refusal. */
export function refusalError(refusal: Refusal, details?: readonly string[]): CloudflareError {
  const code = codeOf(refusal);
  return new CloudflareError({ ...refusal, code, ...wordsFor(code, refusal), details });
}
