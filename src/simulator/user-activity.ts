import { notFound } from "./access-errors.js";
import { userRow } from "./access-users.js";
import type { Account } from "./account.js";
import { ok, type Answer } from "./envelope.js";

/** `GET …/access/users/{user_id}/active_sessions` */
export function listSessions(account: Account, userId: string): Answer {
  const sessions = userRow(account, userId).live.active_sessions ?? [];
  return wholeList(sessions.map(({ session: _, ...summary }) => summary));
}

/** `GET …/access/users/{user_id}/active_sessions/{nonce}` */
export function getSession(account: Account, userId: string, nonce: string): Answer {
  const { active_sessions: sessions = [], last_seen_identity: identity } = userRow(account, userId).live;
  const found = sessions.find(({ metadata }) => metadata?.nonce === nonce);
  if (found === undefined) throw notFound();
  return ok(found.session ?? { ...identity, isActive: true });
}

/** `GET …/access/users/{user_id}/last_seen_identity` */
export function getIdentity(account: Account, userId: string): Answer {
  const identity = userRow(account, userId).live.last_seen_identity;
  if (identity != null) return ok(identity);
  const answer = account.settings().user_without_identity;
  if (answer === "not-found") throw notFound();
  return ok(answer === "null" ? null : {});
}

/** `GET …/access/users/{user_id}/failed_logins` */
export function listFailedLogins(account: Account, userId: string): Answer {
  return wholeList(userRow(account, userId).live.failed_logins ?? []);
}

/** The call takes no page: all comes on the first. */
function wholeList(records: readonly unknown[]): Answer {
  const count = records.length;
  return ok(records, { count, page: 1, per_page: Math.max(count, 20), total_count: count, total_pages: 1 });
}
