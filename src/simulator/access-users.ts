import type { AccessUser, Registration } from "../cloudflare/types.js";
import type { Account } from "./account.js";
import { instant } from "./clock-and-dice.js";
import { type ApiAnswer, conflict, invalidRequest, notFound, ok } from "./envelope.js";
import { numberedPageOf, one, type ViewQuery } from "./pages.js";
import type { SimulatorSettings } from "./settings.js";
import { type RowChange, isActive, type StoredRow, type UserRow } from "./store.js";

/** `GET …/access/users` */
export function listUsers(account: Account, params: URLSearchParams): ApiAnswer {
  const settings = account.settings();
  const query = queryOf(params, settings);
  account.store.showDue();
  const all = account.users.view(queryOf(new URLSearchParams(), settings)).length;
  const { records, info } = numberedPageOf(account.users.view(query), all, params, settings);
  return ok(
    records.map((record) => presentUser(account, record, "listed")),
    info,
  );
}

/** `GET …/access/users/{user_id}` */
export function getUser(account: Account, id: string): ApiAnswer {
  return ok(presentUser(account, userRow(account, id).live, "live"));
}

/** `POST …/access/users`: 201. */
export function createUser(account: Account, body: string): ApiAnswer {
  const { email, name } = userOf(body);
  const { store, random, clock } = account;
  const row = store.users.rows.find(({ live }) => live.deleted_at == null && sameText(live.email, email));
  if (row !== undefined && account.settings().user_create_existing === "refused") throw conflict();
  if (row !== undefined) return ok(presentUser(account, row.live, "live"), undefined, 201);
  const now = clock.now();
  const user: UserRow = {
    id: random.uuid(),
    email,
    name: name ?? "",
    uid: random.uuid(),
    seat_uid: random.uuid(),
    access_seat: false,
    gateway_seat: false,
    created_at: now,
    updated_at: now,
  };
  store.write({ users: [{ row: store.users.add(user), next: user }] });
  return ok(presentUser(account, user, "live"), undefined, 201);
}

/** `PUT …/access/users/{user_id}`: only the name changes. */
export function updateUser(account: Account, id: string, body: string): ApiAnswer {
  const row = userRow(account, id);
  const { email, name } = userOf(body);
  if (name === undefined) throw invalidRequest("name is required");
  if (!sameText(row.live.email, email)) throw invalidRequest("email cannot be changed");
  const next = { ...row.live, name, updated_at: account.clock.now() };
  account.store.write({ users: [{ row, next }] });
  return ok(presentUser(account, next, "live"));
}

/** `DELETE …/access/users/{user_id}`: 202. A setting decides what is deleted with the user. */
export function deleteUser(account: Account, id: string): ApiAnswer {
  const row = userRow(account, id);
  const { store } = account;
  const { user_delete_row, user_delete_registrations: fate } = account.settings();
  const now = account.clock.now();
  const { active_device_count: _, ...rest } = row.live;
  const next: UserRow = {
    ...rest,
    access_seat: false,
    gateway_seat: false,
    active_sessions: [],
    updated_at: now,
    deleted_at: user_delete_row === "goes" ? now : undefined,
  };
  const theirs = store.ofUser(id).filter(({ live }) => live.deleted_at == null);
  const registrations = theirs.flatMap((of): RowChange<Registration>[] => {
    if (fate === "deleted") return [{ row: of, next: { ...of.live, deleted_at: now, updated_at: now } }];
    if (fate === "kept" || !isActive(of.live)) return [];
    return [{ row: of, next: { ...of.live, revoked_at: now, updated_at: now } }];
  });
  store.write({ users: [{ row, next }], registrations });
  return ok(null, undefined, 202);
}

/** The row of a user who exists. */
function userRow(account: Account, id: string): StoredRow<UserRow> {
  const row = account.store.users.get(id);
  if (row === undefined || row.live.deleted_at != null) throw notFound();
  return row;
}

function presentUser(account: Account, record: UserRow, view: "live" | "listed"): AccessUser {
  const { active_sessions: _s, last_seen_identity: _i, failed_logins: _f, deleted_at: _d, ...user } = record;
  return { active_device_count: account.store.activeDevices(record.id, view), ...user };
}

function userOf(text: string): { readonly email: string; readonly name: string | undefined } {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw invalidRequest("the body is no JSON");
  }
  if (typeof body !== "object" || body === null) throw invalidRequest("the body is no object");
  const { email, name } = body as { readonly email?: unknown; readonly name?: unknown };
  if (typeof email !== "string" || !/^[^\s@]+@[^\s@]+$/.test(email))
    throw invalidRequest("email is required");
  if (name !== undefined && typeof name !== "string") throw invalidRequest("name must be a string");
  return { email, name };
}

function queryOf(params: URLSearchParams, { user_filters }: SimulatorSettings): ViewQuery<UserRow> {
  const [name, email, search] = [one(params, "name"), one(params, "email"), one(params, "search")];
  const fits = user_filters === "exact" ? sameText : contains;
  return {
    filters: JSON.stringify({ name, email, search, user_filters }),
    sortBy: "created_at",
    sortOrder: "asc",
    keyOf: (user) => instant(user.created_at ?? "") ?? "",
    keep(user) {
      if (user.deleted_at != null) return false;
      if (name !== undefined && !fits(user.name, name)) return false;
      if (email !== undefined && !fits(user.email, email)) return false;
      return search === undefined || contains(user.name, search) || contains(user.email, search);
    },
  };
}

function sameText(value: string | null | undefined, asked: string): boolean {
  return value?.toLowerCase() === asked.toLowerCase();
}

function contains(value: string | null | undefined, asked: string): boolean {
  return value?.toLowerCase().includes(asked.toLowerCase()) === true;
}

/** `GET …/access/users/{user_id}/active_sessions` */
export function listSessions(account: Account, userId: string): ApiAnswer {
  const sessions = userRow(account, userId).live.active_sessions ?? [];
  return wholeList(sessions.map(({ session: _, ...summary }) => summary));
}

/** `GET …/access/users/{user_id}/active_sessions/{nonce}` */
export function getSession(account: Account, userId: string, nonce: string): ApiAnswer {
  const { active_sessions: sessions = [], last_seen_identity: identity } = userRow(account, userId).live;
  const found = sessions.find(({ metadata }) => metadata?.nonce === nonce);
  if (found === undefined) throw notFound();
  return ok(found.session ?? { ...identity, isActive: true });
}

/** `GET …/access/users/{user_id}/last_seen_identity` */
export function getIdentity(account: Account, userId: string): ApiAnswer {
  const identity = userRow(account, userId).live.last_seen_identity;
  if (identity != null) return ok(identity);
  const answer = account.settings().user_without_identity;
  if (answer === "not-found") throw notFound();
  return ok(answer === "null" ? null : {});
}

/** `GET …/access/users/{user_id}/failed_logins` */
export function listFailedLogins(account: Account, userId: string): ApiAnswer {
  return wholeList(userRow(account, userId).live.failed_logins ?? []);
}

/** The call takes no page: everything is on the first one. */
function wholeList(records: readonly unknown[]): ApiAnswer {
  const count = records.length;
  return ok(records, { count, page: 1, per_page: Math.max(count, 20), total_count: count, total_pages: 1 });
}
