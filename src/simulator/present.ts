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
  return {
    ...emptyFields(rest, REGISTRATION_NULLS, settings),
    // Required even where it is null.
    last_seen_at: registration.last_seen_at,
    ...nullTimes(rest, REGISTRATION_TIMES, settings),
    ...asked,
  };
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
    ...nullTimes(rest, DEVICE_TIMES, settings),
    active_registrations: activeRegistrations,
    ...asked,
  };
}

const REGISTRATION_TIMES = ["revoked_at", "deleted_at", "last_seen_at"] as const;
const DEVICE_TIMES = ["deleted_at", "last_seen_at"] as const;

/** What a time that is none looks like in a program that has no null for it. */
const NO_TIME = { zero: "0001-01-01T00:00:00Z", epoch: "1970-01-01T00:00:00Z" } as const;

function nullTimes<N extends string>(
  record: Readonly<Partial<Record<N, string | null>>>,
  names: readonly N[],
  { null_times: how }: Settings,
): Partial<Record<N, string>> {
  if (how === "none") return {};
  const none = names.filter((name) => record[name] == null);
  return Object.fromEntries(none.map((name) => [name, NO_TIME[how]])) as Partial<Record<N, string>>;
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
