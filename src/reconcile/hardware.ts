/** What is known about the hardware behind a registration, as far as it reliably identifies one machine. */

import { usableHardwareIdKey, usableSerialKey } from "../allowlist/match-values.js";
import { normaliseEmail } from "../allowlist/values.js";
import type { PhysicalDevice } from "../cloudflare/types.js";

/** The identity of a machine. What is missing or a vendor's default is left out: it identifies nothing. */
export interface Hardware {
  /** Only if it identifies one machine. @title Serial number */
  readonly serial: string | undefined;
  /** Only if it identifies one machine. */
  readonly hardwareId: string | undefined;
  /** As the client reports it. */
  readonly model: string | undefined;
  /** As `windows`, `mac`, `ios`. */
  readonly deviceType: string | undefined;
  /** The version of the WARP client. */
  readonly clientVersion: string | undefined;
  /** The version of the operating system, as the client reports it. @title OS version */
  readonly osVersion: string | undefined;
  /** The device's MAC address, as the client reports it. @title MAC address */
  readonly macAddress: string | undefined;
}

/** With the serial and the hardware id in the form in which they are compared. */
export interface ComparedHardware extends Hardware {
  readonly serialKey: string | undefined;
  readonly hardwareIdKey: string | undefined;
}

/** The hardware as reports show it, without the keys for comparison. */
export function toReportedHardware({
  serialKey: _serial,
  hardwareIdKey: _id,
  ...shown
}: ComparedHardware): Hardware {
  return shown;
}

/** Hardware by device id. */
export type HardwareIndex = ReadonlyMap<string, ComparedHardware>;

/** A serial that no entry can match by, and the devices that report it. */
export interface Unusable {
  readonly serial: string;
  readonly devices: ReadonlySet<string>;
}

/** What physical devices report, joined to registrations by device id. */
export interface HardwareFacts {
  readonly index: HardwareIndex;
  /** Serials that are a vendor's default. */
  readonly unusable: readonly Unusable[];
}

/** Reads the physical devices. Deleted rows are skipped. */
export function indexHardware(devices: readonly PhysicalDevice[]): HardwareFacts {
  const index = new Map<string, ComparedHardware>();
  const defaults = new Map<string, Set<string>>();
  for (const device of devices) {
    if (device.deleted_at != null) continue;
    const hardware = hardwareOf(device);
    index.set(device.id, hardware);
    if (hardware.serial !== undefined) continue;
    const serial = device.serial_number?.trim() ?? "";
    if (serial !== "") {
      const group = defaults.get(serial);
      if (group) group.add(device.id);
      else defaults.set(serial, new Set([device.id]));
    }
  }
  const unusable = [...defaults].map(([serial, ids]) => ({ serial, devices: ids }));
  return { index, unusable };
}

/**
 * When the account first saw a device, by each of its keys ({@link traceKeys}) with the e-mail of its last user. This
 * is all that is left of an enrolment whose registration was deleted.
 */
export function findTraces(devices: readonly PhysicalDevice[]): ReadonlyMap<string, string> {
  const traces = new Map<string, string>();
  for (const device of devices) {
    const email = device.last_seen_user?.email;
    if (email === undefined || device.deleted_at != null) continue;
    for (const key of traceKeys(normaliseEmail(email), device.id, hardwareOf(device)))
      traces.set(key, earlier(traces.get(key), device.created_at));
  }
  return traces;
}

/** The earlier of two RFC 3339 times; the first may not be known. */
export function earlier(known: string | undefined, time: string): string {
  return known === undefined || Date.parse(time) < Date.parse(known) ? time : known;
}

/** The keys that find a physical device's record again: its owner with its id, its serial, and its hardware id. */
export function traceKeys(email: string, device: string, hardware: ComparedHardware | undefined): string[] {
  return [`${email}\ndevice ${device}`, ...valueKeys(hardware).map((key) => `${email}\n${key}`)];
}

/** The usable serial and hardware id of a machine, in the form in which they are compared. */
export function valueKeys(hardware: ComparedHardware | undefined): string[] {
  const keys: string[] = [];
  if (hardware?.serialKey !== undefined) keys.push(`serial ${hardware.serialKey}`);
  if (hardware?.hardwareIdKey !== undefined) keys.push(`hardwareId ${hardware.hardwareIdKey}`);
  return keys;
}

/** What a record says about its machine. */
export function hardwareOf(device: PhysicalDevice): ComparedHardware {
  const serial = (device.serial_number ?? "").trim();
  const hardwareId = (device.hardware_id ?? "").trim();
  const serialForm = usableSerialKey(serial);
  const idForm = usableHardwareIdKey(hardwareId);
  return {
    serial: serialForm === undefined ? undefined : serial,
    hardwareId: idForm === undefined ? undefined : hardwareId,
    model: device.model ?? undefined,
    deviceType: device.device_type ?? undefined,
    clientVersion: device.client_version ?? undefined,
    osVersion: device.os_version ?? undefined,
    macAddress: device.mac_address ?? undefined,
    serialKey: serialForm,
    hardwareIdKey: idForm,
  };
}
