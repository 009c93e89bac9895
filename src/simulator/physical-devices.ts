import type { Account } from "./account.js";
import { apply, deleteDevice } from "./acts.js";
import { instant } from "./clock-and-dice.js";
import { type ApiAnswer, ok, unknownObject } from "./envelope.js";
import { choice, includes, many, one, pageOf, type ViewQuery, time } from "./pages.js";
import { presentDevice, refuseDeleted, refuseRemovedEndpoint } from "./registrations.js";
import type { DeviceRecord } from "./world.js";

const SORTS = [
  "name",
  "id",
  "client_version",
  "last_seen_user.email",
  "last_seen_at",
  "active_registrations",
  "created_at",
] as const;

const POLICY = "last_seen_registration.policy";

/** `GET …/physical-devices` */
export function listDevices(account: Account, params: URLSearchParams): ApiAnswer {
  const settings = account.settings();
  const withPolicy = includes(params, POLICY);
  const query = queryOf(account, params);
  account.store.showDue();
  const { records, info } = pageOf(account.devices.view(query), query, params, settings);
  return ok(
    records.map((record) =>
      presentDevice(record, account.store.activeRegistrations(record.id, "listed"), withPolicy, settings),
    ),
    info,
  );
}

/** `GET …/physical-devices/{id}` */
export function getDevice(account: Account, id: string, params: URLSearchParams, path: string): ApiAnswer {
  const settings = account.settings();
  const withPolicy = includes(params, POLICY);
  const device = account.store.devices.get(id)?.live;
  if (device === undefined) throw unknownObject(path);
  if (device.deleted_at != null) refuseDeleted(settings, path);
  return ok(presentDevice(device, account.store.activeRegistrations(id, "live"), withPolicy, settings));
}

/** `DELETE …/physical-devices/{id}` */
export function removeDevice(account: Account, id: string, path: string): ApiAnswer {
  requireDevice(account, id, path);
  deleteDevice(account, id);
  return ok(null);
}

/** `POST …/physical-devices/{id}/revoke`: revokes all registrations of the device. */
export function revokeDevice(account: Account, id: string, path: string): ApiAnswer {
  refuseRemovedEndpoint(account.settings(), { method: "POST", path });
  requireDevice(account, id, path);
  const rows = account.store.ofDevice(id).filter(({ live }) => live.deleted_at == null);
  apply(account, "revoke", rows);
  return ok(null);
}

function requireDevice(account: Account, id: string, path: string): void {
  const device = account.store.devices.get(id)?.live;
  if (device === undefined || device.deleted_at != null) throw unknownObject(path);
}

function queryOf(account: Account, params: URLSearchParams): ViewQuery<DeviceRecord> {
  const active = choice(params, "active_registrations", ["include", "only", "exclude"]) ?? "only";
  const sortBy = choice(params, "sort_by", SORTS) ?? "id";
  const sortOrder = choice(params, "sort_order", ["asc", "desc"]) ?? "asc";
  const seenAfter = time(params, "seen_after");
  const seenBefore = time(params, "seen_before");
  const ids = many(params, "id");
  const email = one(params, "last_seen_user.email");
  const policy = one(params, `${POLICY}.id`);
  const search = one(params, "search")?.toLowerCase();
  const idSet = new Set(ids);
  return {
    filters: JSON.stringify({ active, seenAfter, seenBefore, ids, email, policy, search }),
    sortBy,
    sortOrder,
    keyOf: (device) => sortKey(account, device, sortBy),
    keep(device) {
      if (device.deleted_at != null) return false;
      if (idSet.size > 0 && !idSet.has(device.id)) return false;
      if (email !== undefined && device.last_seen_user?.email !== email) return false;
      if (policy !== undefined && device.last_seen_registration?.policy?.id !== policy) return false;
      if (seenAfter !== undefined && !(seen(device) > seenAfter)) return false;
      // A device that was never seen does not match `seen_before` either.
      if (seenBefore !== undefined && !(seen(device) !== "" && seen(device) < seenBefore)) return false;
      if (search !== undefined && !matches(device, search)) return false;
      if (active === "include") return true;
      return account.store.activeRegistrations(device.id, "listed") > 0 === (active === "only");
    },
  };
}

function seen(device: DeviceRecord): string {
  return instant(device.last_seen_at ?? "") ?? "";
}

function sortKey(account: Account, device: DeviceRecord, sortBy: (typeof SORTS)[number]): string {
  switch (sortBy) {
    case "name":
      return device.name;
    case "id":
      return device.id;
    case "client_version":
      return device.client_version ?? "";
    case "last_seen_user.email":
      return device.last_seen_user?.email ?? "";
    case "last_seen_at":
      return seen(device);
    case "active_registrations":
      return String(account.store.activeRegistrations(device.id, "listed")).padStart(9, "0");
    case "created_at":
      return instant(device.created_at) ?? "";
  }
}

function matches(device: DeviceRecord, search: string): boolean {
  const user = device.last_seen_user;
  const texts = [device.id, device.name, device.serial_number, user?.email, user?.name];
  return texts.some((text) => text?.toLowerCase().includes(search));
}
