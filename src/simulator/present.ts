import type { PhysicalDevice, Registration } from "../cloudflare/types.js";
import type { Settings } from "./settings.js";
import type { DeviceRecord } from "./world.js";

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

/** A registration as the API sends it; the profile only where it was asked for. */
export function presentRegistration(
  registration: Registration,
  withPolicy: boolean,
  settings: Settings,
): Registration {
  const { policy, ...rest } = registration;
  const asked = withPolicy && policy != null ? { policy } : {};
  return { ...emptyFields(rest, REGISTRATION_NULLS, settings), ...asked };
}

/** A device as the API sends it; the last registration's profile only where it was asked for. */
export function presentDevice(
  device: DeviceRecord,
  activeRegistrations: number,
  withPolicy: boolean,
  settings: Settings,
): PhysicalDevice {
  const { last_seen_registration: seen, ...rest } = device;
  const asked = withPolicy && seen?.policy != null ? { last_seen_registration: { policy: seen.policy } } : {};
  return {
    ...emptyFields(rest, DEVICE_NULLS, settings),
    // Required even where it is null.
    last_seen_at: device.last_seen_at ?? null,
    active_registrations: activeRegistrations,
    ...asked,
  };
}

function emptyFields<T extends object>(record: T, nulls: object, settings: Settings): T {
  if (settings.null_fields === "sent") return { ...nulls, ...record };
  if (!Object.values(record).includes(null)) return record;
  const copy = { ...record };
  for (const name of Object.keys(copy) as (keyof T)[]) {
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a fresh copy, and the field must be absent
    if (copy[name] === null) delete copy[name];
  }
  return copy;
}
