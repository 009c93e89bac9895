/** What is known of the hardware behind a registration, as far as it can be trusted to name one machine. */

import { isUsableSerial } from "../allowlist/serial.js";
import type { PhysicalDevice } from "../cloudflare/types.js";
import type { Finding } from "./finding.js";

/** The identity of a machine. A serial that is null, repeated or a vendor's default is left out: it names nothing. */
export interface Hardware {
  readonly serial?: string;
  readonly hardwareId?: string;
  readonly model?: string;
  readonly deviceType?: string;
}

/** Hardware by device id. */
export type HardwareIndex = ReadonlyMap<string, Hardware>;

/** Joins physical devices to registrations by device id, and names the serials that cannot be used. */
export function indexHardware(devices: readonly PhysicalDevice[]): {
  index: HardwareIndex;
  findings: Finding[];
} {
  const bySerial = groupBy(devices, (device) => device.serial_number?.trim() ?? "");
  const byHardwareId = groupBy(devices, (device) => device.hardware_id?.trim() ?? "");
  const ambiguousSerials = keysWhere(bySerial, (group) => !oneMachine(group, (device) => device.hardware_id));
  const ambiguousIds = keysWhere(byHardwareId, (group) => disagree(group, (device) => device.serial_number));
  const index = new Map<string, Hardware>();
  for (const device of devices) {
    const serial = device.serial_number?.trim() ?? "";
    const hardwareId = device.hardware_id?.trim() ?? "";
    index.set(device.id, {
      ...(isUsableSerial(serial) && !ambiguousSerials.has(serial) && { serial }),
      ...(hardwareId !== "" && !ambiguousIds.has(hardwareId) && { hardwareId }),
      ...(device.model && { model: device.model }),
      ...(device.device_type && { deviceType: device.device_type }),
    });
  }
  return { index, findings: unusableSerials(bySerial, ambiguousSerials) };
}

/**
 * The rows of one serial are one machine that enrolled again only where a hardware id says so in every row; two
 * machines that share a serial must not pass for each other.
 */
function oneMachine(
  group: readonly PhysicalDevice[],
  id: (device: PhysicalDevice) => string | null | undefined,
) {
  if (group.length === 1) return true;
  const ids = new Set(group.map((device) => id(device)?.trim() ?? ""));
  return ids.size === 1 && !ids.has("");
}

/** Whether two rows name different values; a row that names none does not disagree. */
function disagree(
  group: readonly PhysicalDevice[],
  value: (device: PhysicalDevice) => string | null | undefined,
) {
  return new Set(group.map((device) => value(device)?.trim() ?? "").filter((text) => text !== "")).size > 1;
}

function unusableSerials(
  bySerial: ReadonlyMap<string, readonly PhysicalDevice[]>,
  ambiguous: ReadonlySet<string>,
) {
  const findings: Finding[] = [];
  for (const [serial, group] of bySerial) {
    const repeated = ambiguous.has(serial);
    if (isUsableSerial(serial) && !repeated) continue;
    const why = isUsableSerial(serial) ? `is the serial of ${group.length} devices` : "is a vendor's default";
    const names = group.slice(0, 3).map((device) => `${device.name} (${device.id})`);
    const more = group.length > 3 ? ` and ${group.length - 3} more` : "";
    const text = `serial "${serial}" ${why}, so no entry can match by it: ${names.join(", ")}${more}`;
    findings.push({ code: "unusable-serial", text, registrations: [] });
  }
  return findings.sort((a, b) => (a.text < b.text ? -1 : 1));
}

function groupBy(devices: readonly PhysicalDevice[], key: (device: PhysicalDevice) => string) {
  const groups = new Map<string, PhysicalDevice[]>();
  for (const device of devices) {
    const name = key(device);
    if (name === "") continue;
    const group = groups.get(name);
    if (group) group.push(device);
    else groups.set(name, [device]);
  }
  return groups;
}

function keysWhere(
  groups: ReadonlyMap<string, readonly PhysicalDevice[]>,
  holds: (group: readonly PhysicalDevice[]) => boolean,
): ReadonlySet<string> {
  return new Set([...groups].filter(([, group]) => holds(group)).map(([key]) => key));
}
