/** What is known of the hardware behind a registration, as far as it can be trusted to name one machine. */

import { isUsableSerial } from "../allowlist/serial.js";
import type { PhysicalDevice } from "../cloudflare/types.js";
import type { Finding } from "./finding.js";

/** The identity of a machine. A serial that is null, repeated or a vendor's default is left out: it names nothing. */
export interface Hardware {
  readonly serial: string | undefined;
  readonly hardwareId: string | undefined;
  readonly model: string | undefined;
  readonly deviceType: string | undefined;
}

/** Hardware by device id. */
export type HardwareIndex = ReadonlyMap<string, Hardware>;

/** Joins physical devices to registrations by device id, and names the serials that cannot be used. */
export function indexHardware(devices: readonly PhysicalDevice[]): {
  index: HardwareIndex;
  findings: Finding[];
} {
  const serials = groupRepeated(devices, serialOf);
  const ambiguousSerials = keysWhere(serials, (group) => !isOneMachine(group));
  const ambiguousIds = keysWhere(groupRepeated(devices, hardwareIdOf), haveSeveralSerials);
  const index = new Map<string, Hardware>();
  const defaults = new Map<string, PhysicalDevice[]>();
  for (const device of devices) {
    const serial = serialOf(device);
    const hardwareId = hardwareIdOf(device);
    const usable = isUsableSerial(serial);
    if (!usable && serial !== "") push(defaults, serial, device);
    index.set(device.id, {
      serial: usable && !ambiguousSerials.has(serial) ? serial : undefined,
      hardwareId: hardwareId !== "" && !ambiguousIds.has(hardwareId) ? hardwareId : undefined,
      model: device.model ?? undefined,
      deviceType: device.device_type ?? undefined,
    });
  }
  const findings = [
    ...[...defaults].map(([serial, group]) => unusable(serial, "is a vendor's default", group)),
    ...[...ambiguousSerials].map((serial) => {
      const group = serials.get(serial) ?? [];
      return unusable(serial, `is the serial of ${group.length} devices`, group);
    }),
  ];
  return { index, findings: findings.sort((a, b) => (a.text < b.text ? -1 : 1)) };
}

function serialOf(device: PhysicalDevice): string {
  return device.serial_number?.trim() ?? "";
}

function hardwareIdOf(device: PhysicalDevice): string {
  return device.hardware_id?.trim() ?? "";
}

/**
 * The rows of one serial are one machine that enrolled again only where a hardware id says so in every row; two
 * machines that share a serial must not pass for each other.
 */
function isOneMachine(group: readonly PhysicalDevice[]): boolean {
  const ids = new Set(group.map(hardwareIdOf));
  return ids.size === 1 && !ids.has("");
}

/** A row that tells no serial does not disagree with one that does. */
function haveSeveralSerials(group: readonly PhysicalDevice[]): boolean {
  return new Set(group.map(serialOf).filter((serial) => serial !== "")).size > 1;
}

function unusable(serial: string, why: string, group: readonly PhysicalDevice[]): Finding {
  const sorted = [...group].sort((a, b) => (a.id < b.id ? -1 : 1));
  const names = sorted.slice(0, 3).map((device) => `${device.name} (${device.id})`);
  const more = group.length > 3 ? ` and ${group.length - 3} more` : "";
  const text = `serial "${serial}" ${why}, so no entry can match by it: ${names.join(", ")}${more}`;
  return { code: "unusable-serial", text, registrations: [] };
}

/** The devices of each value that more than one of them has. */
function groupRepeated(devices: readonly PhysicalDevice[], valueOf: (device: PhysicalDevice) => string) {
  const first = new Map<string, PhysicalDevice>();
  const repeated = new Map<string, PhysicalDevice[]>();
  for (const device of devices) {
    const value = valueOf(device);
    if (value === "") continue;
    const earlier = first.get(value);
    if (!earlier) first.set(value, device);
    else push(repeated, value, device, earlier);
  }
  return repeated;
}

/** Adds a device to a group, which begins with `earlier` where that is given. */
function push(
  groups: Map<string, PhysicalDevice[]>,
  key: string,
  device: PhysicalDevice,
  earlier?: PhysicalDevice,
) {
  const group = groups.get(key);
  if (group) group.push(device);
  else groups.set(key, earlier ? [earlier, device] : [device]);
}

function keysWhere(
  groups: ReadonlyMap<string, readonly PhysicalDevice[]>,
  holds: (group: readonly PhysicalDevice[]) => boolean,
): ReadonlySet<string> {
  return new Set([...groups].filter(([, group]) => holds(group)).map(([key]) => key));
}
