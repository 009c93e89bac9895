import type { PhysicalDevice, Registration } from "../cloudflare/types.js";
import type { Account } from "./account.js";
import { type SimulatedAct, apply, findRegistrations } from "./acts.js";
import { instant } from "./clock-and-dice.js";
import { type ApiAnswer, RefusedCall, badRequest, noMethod, noRoute, ok, unknownObject } from "./envelope.js";
import { choice, includes, many, one, pageOf, type ViewQuery, time } from "./pages.js";
import type { SimulatorSettings } from "./settings.js";
import type { DeviceRecord } from "./world.js";

const SORTS = ["id", "user.name", "user.email", "last_seen_at", "created_at"] as const;

/** `GET …/registrations` */
export function listRegistrations(account: Account, params: URLSearchParams): ApiAnswer {
  const settings = account.settings();
  refusePage(params);
  const withPolicy = includes(params, "policy");
  const query = queryOf(params, settings);
  account.store.showDue();
  const { records, info } = pageOf(account.registrations.view(query), query, params, settings);
  return ok(
    records.map((record) => presentRegistration(record, withPolicy, settings)),
    info,
  );
}

/** These pages have cursors: a page number has been seen to be refused in these words. */
function refusePage(params: URLSearchParams): void {
  if (params.has("page"))
    throw new RefusedCall(400, [{ code: 2004, message: "invalid query parameter 'page'" }]);
}

/** `GET …/registrations/{id}` */
export function getRegistration(
  account: Account,
  id: string,
  params: URLSearchParams,
  path: string,
): ApiAnswer {
  const settings = account.settings();
  const withPolicy = includes(params, "policy");
  const registration = account.store.registrations.get(id)?.live;
  if (registration === undefined) throw unknownObject(path);
  if (registration.deleted_at != null) refuseDeleted(settings, path);
  return ok(presentRegistration(registration, withPolicy, settings));
}

/** Refuses a get of a deleted record, unless a setting shows such records. */
export function refuseDeleted(settings: SimulatorSettings, path: string): void {
  switch (settings.get_deleted) {
    case "record":
      return;
    case "gone":
      throw new RefusedCall(410, unknownObject(path).errors);
    case "not-found":
      throw unknownObject(path);
  }
}

/** `DELETE …/registrations/{id}` */
export function deleteRegistration(account: Account, id: string, path: string): ApiAnswer {
  const { found, unknown } = findRegistrations(account, [id]);
  if (unknown.length > 0) throw unknownObject(path);
  apply(account, "delete", found);
  return ok(null);
}

/** `DELETE …/registrations?id=…`, `POST …/registrations/revoke?id=…`, `POST …/registrations/unrevoke?id=…` */
export function actOnRegistrations(
  account: Account,
  act: SimulatedAct,
  params: URLSearchParams,
  request: { readonly method: string; readonly path: string },
): ApiAnswer {
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
    throw new RefusedCall(
      404,
      unknown.flatMap((id) => unknownObject(`${request.path}?id=${id}`).errors),
    );
  }
  return ok(null);
}

/** Refuses calls of a revoke endpoint, if a setting says that it is gone. */
export function refuseRemovedEndpoint(
  settings: SimulatorSettings,
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
      throw new RefusedCall(410, noRoute(path).errors);
  }
}

function queryOf(params: URLSearchParams, settings: SimulatorSettings): ViewQuery<Registration> {
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
      // A registration without a type is a WARP one.
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

/** The documented fields that may be null. */
const REGISTRATION_NULLS = {
  deleted_at: null,
  revoked_at: null,
  key_type: null,
  tunnel_type: null,
  virtual_ipv4: null,
  virtual_ipv6: null,
};

const DEVICE_NULLS = {
  client_version: null,
  deleted_at: null,
  device_type: null,
  hardware_id: null,
  last_seen_user: null,
  mac_address: null,
  manufacturer: null,
  model: null,
  os_version: null,
  os_version_extra: null,
  public_ip: null,
  serial_number: null,
};

/** A registration as the API sends it. The profile is sent only if requested. */
function presentRegistration(
  registration: Registration,
  withPolicy: boolean,
  settings: SimulatorSettings,
): Registration {
  const { policy, ...rest } = registration;
  const asked = withPolicy && policy != null ? { policy } : {};
  return {
    ...emptyFields(rest, REGISTRATION_NULLS, settings),
    // Required even if it is null.
    last_seen_at: registration.last_seen_at,
    ...nullTimes(rest, REGISTRATION_TIMES, settings),
    ...asked,
  };
}

/** A device as the API sends it. The last registration's profile is sent only if requested. */
export function presentDevice(
  device: DeviceRecord,
  activeRegistrations: number,
  withPolicy: boolean,
  settings: SimulatorSettings,
): PhysicalDevice {
  const { last_seen_registration: seen, ...rest } = device;
  const asked = withPolicy && seen?.policy != null ? { last_seen_registration: { policy: seen.policy } } : {};
  return {
    ...emptyFields(rest, DEVICE_NULLS, settings),
    // Required even if it is null.
    last_seen_at: device.last_seen_at ?? null,
    ...nullTimes(rest, DEVICE_TIMES, settings),
    active_registrations: activeRegistrations,
    ...asked,
  };
}

const REGISTRATION_TIMES = ["revoked_at", "deleted_at", "last_seen_at"] as const;

const DEVICE_TIMES = ["deleted_at", "last_seen_at"] as const;

/** How a program without a null for times writes "no time". */
const NO_TIME = { zero: "0001-01-01T00:00:00Z", epoch: "1970-01-01T00:00:00Z" } as const;

function nullTimes<N extends string>(
  record: Readonly<Partial<Record<N, string | null>>>,
  names: readonly N[],
  { null_times: how }: SimulatorSettings,
): Partial<Record<N, string>> {
  if (how === "none") return {};
  const none = names.filter((name) => record[name] == null);
  return Object.fromEntries(none.map((name) => [name, NO_TIME[how]])) as Partial<Record<N, string>>;
}

function emptyFields<T extends object>(record: T, nulls: object, settings: SimulatorSettings): T {
  if (settings.null_fields === "sent") return { ...nulls, ...record };
  if (!Object.values(record).includes(null)) return record;
  const copy = { ...record };
  for (const name of Object.keys(copy) as (keyof T)[]) {
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a fresh copy, and the field must be absent
    if (copy[name] === null) delete copy[name];
  }
  return copy;
}
