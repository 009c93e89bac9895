import type { Registration } from "../cloudflare/types.js";
import { apply, findRegistrations, type Act } from "./acts.js";
import type { Account } from "./account.js";
import { instant } from "./clock.js";
import { ApiError, badRequest, noMethod, noRoute, ok, unknownObject, type Answer } from "./envelope.js";
import type { Query } from "./listing.js";
import { pageOf } from "./pages.js";
import { choice, includes, many, one, time } from "./params.js";
import { presentRegistration } from "./present.js";
import type { Settings } from "./settings.js";

const SORTS = ["id", "user.name", "user.email", "last_seen_at", "created_at"] as const;

/** `GET …/registrations` */
export function listRegistrations(account: Account, params: URLSearchParams): Answer {
  const settings = account.settings();
  refusePage(params);
  const withPolicy = includes(params, "policy");
  const query = queryOf(params, settings);
  account.store.settle();
  const { records, info } = pageOf(account.registrations.view(query), query, params, settings);
  return ok(
    records.map((record) => presentRegistration(record, withPolicy, settings)),
    info,
  );
}

/** Pages have cursors here: a number has been seen to be refused in these words. */
function refusePage(params: URLSearchParams): void {
  if (params.has("page"))
    throw new ApiError(400, [{ code: 2004, message: "invalid query parameter 'page'" }]);
}

/** `GET …/registrations/{id}` */
export function getRegistration(account: Account, id: string, params: URLSearchParams, path: string): Answer {
  const settings = account.settings();
  const withPolicy = includes(params, "policy");
  const registration = account.store.registrations.get(id)?.live;
  if (registration === undefined) throw unknownObject(path);
  if (registration.deleted_at != null) refuseDeleted(settings, path);
  return ok(presentRegistration(registration, withPolicy, settings));
}

/** A get of a deleted record: refused, unless the settings show such records. */
export function refuseDeleted(settings: Settings, path: string): void {
  switch (settings.get_deleted) {
    case "record":
      return;
    case "gone":
      throw new ApiError(410, unknownObject(path).errors);
    case "not-found":
      throw unknownObject(path);
  }
}

/** `DELETE …/registrations/{id}` */
export function deleteRegistration(account: Account, id: string, path: string): Answer {
  const { found, unknown } = findRegistrations(account, [id]);
  if (unknown.length > 0) throw unknownObject(path);
  apply(account, "delete", found);
  return ok(null);
}

/** `DELETE …/registrations?id=…`, `POST …/registrations/revoke?id=…`, `POST …/registrations/unrevoke?id=…` */
export function actOnRegistrations(
  account: Account,
  act: Act,
  params: URLSearchParams,
  request: { readonly method: string; readonly path: string },
): Answer {
  const settings = account.settings();
  if (act !== "delete") refuseRemovedEndpoint(settings, request);
  const ids = many(params, "id").filter((id) => id !== "");
  if (ids.length === 0) throw badRequest("id: required");
  if (settings.bulk_maximum > 0 && ids.length > settings.bulk_maximum) {
    throw badRequest(`id: at most ${settings.bulk_maximum} in one call, got ${ids.length}`);
  }
  const { found, unknown } = findRegistrations(account, ids);
  const refused = unknown.length > 0 && settings.unknown_ids !== "ignored";
  if (!refused || settings.unknown_ids === "refused-in-part") apply(account, act, found);
  if (refused) {
    throw new ApiError(
      404,
      unknown.flatMap((id) => unknownObject(`${request.path}?id=${id}`).errors),
    );
  }
  return ok(null);
}

/** A revoke endpoint that is gone, where the settings say so. */
export function refuseRemovedEndpoint(
  settings: Settings,
  { method, path }: { readonly method: string; readonly path: string },
): void {
  switch (settings.revoke_endpoints) {
    case "available":
      return;
    case "404":
      throw noRoute(path);
    case "405":
      throw noMethod(method);
    case "410":
      throw new ApiError(410, noRoute(path).errors);
  }
}

function queryOf(params: URLSearchParams, settings: Settings): Query<Registration> {
  const status = choice(params, "status", ["active", "all", "revoked"]) ?? "active";
  const type = choice(params, "registration_type", ["warp", "browser_extension"]);
  const sortBy = choice(params, "sort_by", SORTS) ?? "id";
  const sortOrder = choice(params, "sort_order", ["asc", "desc"]) ?? "asc";
  const seenAfter = time(params, "seen_after");
  const seenBefore = time(params, "seen_before");
  const ids = many(params, "id");
  const users = many(params, "user.id");
  const device = one(params, "device.id");
  const policy = one(params, "policy.id");
  const search = one(params, "search")?.toLowerCase();
  const showDeleted = status === "all" && settings.deleted_rows === "shown";
  const filters = { status, type, seenAfter, seenBefore, ids, users, device, policy, search, showDeleted };
  const idSet = new Set(ids);
  const userSet = new Set(users);
  return {
    filters: JSON.stringify(filters),
    sortBy,
    sortOrder,
    keyOf: (record) => sortKey(record, sortBy),
    keep(record) {
      if (record.deleted_at != null && !showDeleted) return false;
      if (status !== "all" && (record.revoked_at == null) !== (status === "active")) return false;
      if (idSet.size > 0 && !idSet.has(record.id)) return false;
      if (userSet.size > 0 && !userSet.has(record.user?.id ?? "")) return false;
      if (device !== undefined && record.device.id !== device) return false;
      if (policy !== undefined && record.policy?.id !== policy) return false;
      // A registration that does not tell its type is a WARP one.
      if (type !== undefined && (record.registration_type ?? "warp") !== type) return false;
      if (seenAfter !== undefined && !(seen(record) > seenAfter)) return false;
      if (seenBefore !== undefined && !(seen(record) < seenBefore)) return false;
      return search === undefined || matches(record, search);
    },
  };
}

function seen(record: Registration): string {
  return instant(record.last_seen_at ?? "") ?? "";
}

function sortKey(record: Registration, sortBy: (typeof SORTS)[number]): string {
  switch (sortBy) {
    case "id":
      return record.id;
    case "user.name":
      return record.user?.name ?? "";
    case "user.email":
      return record.user?.email ?? "";
    case "last_seen_at":
      return seen(record);
    case "created_at":
      return instant(record.created_at) ?? "";
  }
}

function matches(record: Registration, search: string): boolean {
  const { id, device, user } = record;
  return [id, device.id, device.name, user?.email, user?.name].some((text) =>
    text?.toLowerCase().includes(search),
  );
}
