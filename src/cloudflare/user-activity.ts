import type { ActiveSession, ActiveSessionSummary, FailedLogin, Identity } from "./access-types.js";
import { type Answer, fieldsOf } from "./envelope.js";
import { CloudflareError } from "./errors.js";
import { incomplete, recordsOf } from "./page.js";
import { idSegment } from "./query.js";
import type { Transport } from "./transport.js";

/**
 * What the account knows of an Access user. All of it is personal data. Every call throws `CloudflareError`, among them
 * `cloudflare/missing-permission` (the token lacks "Access: Audit Logs Read") and `cloudflare/not-found`.
 */
export interface UserActivity {
  readonly activeSessions: {
    /**
     * The sessions that have not ended, in the API's order. The call takes no page; an answer that speaks of further
     * ones is `cloudflare/incomplete-listing`.
     *
     * `GET /accounts/{account_id}/access/users/{user_id}/active_sessions`; permission "Access: Audit Logs Read".
     */
    readonly list: (userId: string) => Promise<readonly ActiveSessionSummary[]>;
    /**
     * One session, by the `metadata.nonce` that the list gives.
     *
     * `GET /accounts/{account_id}/access/users/{user_id}/active_sessions/{nonce}`; permission
     * "Access: Audit Logs Read".
     */
    readonly get: (userId: string, nonce: string) => Promise<ActiveSession>;
  };
  /**
   * The latest identity that the user signed in with; undefined where the API has none to give. For a user who never
   * signed in it may also say `cloudflare/not-found`: nothing public tells.
   *
   * `GET /accounts/{account_id}/access/users/{user_id}/last_seen_identity`; permission "Access: Audit Logs Read".
   */
  readonly lastSeenIdentity: (userId: string) => Promise<Identity | undefined>;
  /**
   * The sign-ins that did not succeed, in the API's order, which also decides how far back it goes. Pages as above.
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
    what: `The API sent ${noun} that is no object.`,
    advice: "If it stays so, report it with the call.",
  });
}

function allOf({ result, resultInfo }: Answer, noun: string): readonly object[] {
  const info = fieldsOf(resultInfo);
  const records = recordsOf(result ?? [], info?.count);
  if (typeof info?.total_pages === "number" && info.total_pages > 1) {
    throw incomplete(`The API speaks of ${info.total_pages} pages and gives no way to the second one.`);
  }
  return records.map((record) => objectOf(record, noun));
}

/** The calls below one Access user. `path` is that of all Access users. */
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
