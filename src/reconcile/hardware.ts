/** What is known of the hardware behind a registration, as far as it can be trusted to name one machine. */

import { normaliseEmail } from "../allowlist/email.js";
import { hardwareIdKey, isUsableHardwareId, isUsableSerial, serialKey } from "../allowlist/serial.js";
import type { PhysicalDevice } from "../cloudflare/types.js";

/** The identity of a machine. What is missing or a vendor's default is left out: it names nothing. */
export interface Hardware {
  readonly serial: string | undefined;
  readonly hardwareId: string | undefined;
  readonly model: string | undefined;
  readonly deviceType: string | undefined;
  readonly clientVersion: string | undefined;
}

/** Hardware by device id. */
export type HardwareIndex = ReadonlyMap<string, Hardware>;

/** A serial that no entry can match by, and the devices that tell it. */
export interface Unusable {
  readonly serial: string;
  readonly devices: ReadonlySet<string>;
}

/** What physical devices tell, joined to registrations by device id. */
export interface HardwareFacts {
  readonly index: HardwareIndex;
  /** Serials that are a vendor's default. */
  readonly unusable: readonly Unusable[];
}

/** Reads the physical devices. Rows that were deleted tell nothing. */
export function indexHardware(devices: readonly PhysicalDevice[]): HardwareFacts {
  const index = new Map<string, Hardware>();
  const defaults = new Map<string, Set<string>>();
  for (const device of devices) {
    if (device.deleted_at != null) continue;
    const hardware = hardwareOf(device);
    index.set(device.id, hardware);
    const serial = device.serial_number?.trim() ?? "";
    if (serial !== "" && hardware.serial === undefined) {
      const group = defaults.get(serial);
      if (group) group.add(device.id);
      else defaults.set(serial, new Set([device.id]));
    }
  }
  const unusable = [...defaults].map(([serial, ids]) => ({ serial, devices: ids }));
  return { index, unusable };
}

/**
 * When the account first knew a device, by the e-mail of the user who was seen on it last and each of its keys
 * ({@link traceKeys}): what is left of an enrolment whose registration was deleted.
 */
export function findTraces(devices: readonly PhysicalDevice[]): ReadonlyMap<string, string> {
  const traces = new Map<string, string>();
  for (const device of devices) {
    const email = device.last_seen_user?.email;
    if (email === undefined || device.deleted_at != null) continue;
    for (const key of traceKeys(normaliseEmail(email), device.id, hardwareOf(device))) {
      const known = traces.get(key);
      if (known === undefined || Date.parse(device.created_at) < Date.parse(known))
        traces.set(key, device.created_at);
    }
  }
  return traces;
}

/** What a physical device's record is found by again: its owner with its id, its serial, its hardware id. */
export function traceKeys(email: string, device: string, hardware: Hardware | undefined): string[] {
  return [`${email}\ndevice ${device}`, ...valueKeys(hardware).map((key) => `${email}\n${key}`)];
}

/** The usable serial and hardware id of a machine, in the form in which they are compared. */
export function valueKeys(hardware: Hardware | undefined): string[] {
  const keys: string[] = [];
  if (hardware?.serial !== undefined) keys.push(`serial ${serialKey(hardware.serial)}`);
  if (hardware?.hardwareId !== undefined) keys.push(`hardwareId ${hardwareIdKey(hardware.hardwareId)}`);
  return keys;
}

/** What a record tells of its machine. */
export function hardwareOf(device: PhysicalDevice): Hardware {
  const serial = device.serial_number?.trim() ?? "";
  const hardwareId = device.hardware_id?.trim() ?? "";
  return {
    serial: isUsableSerial(serial) ? serial : undefined,
    hardwareId: isUsableHardwareId(hardwareId) ? hardwareId : undefined,
    model: device.model ?? undefined,
    deviceType: device.device_type ?? undefined,
    clientVersion: device.client_version ?? undefined,
  };
}
