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
  const index = new Map<string, Hardware>();
  const serials = new Groups();
  const hardwareIds = new Groups();
  const defaults = new Groups();
  for (const device of devices) {
    const serial = serialOf(device);
    const hardwareId = hardwareIdOf(device);
    const usable = isUsableSerial(serial);
    if (serial !== "") (usable ? serials : defaults).add(serial, device);
    if (hardwareId !== "") hardwareIds.add(hardwareId, device);
    index.set(device.id, {
      serial: usable ? serial : undefined,
      hardwareId: hardwareId === "" ? undefined : hardwareId,
      model: device.model ?? undefined,
      deviceType: device.device_type ?? undefined,
    });
  }
  const findings = defaults.all().map(([serial, group]) => unusable(serial, "is a vendor's default", group));
  for (const [serial, group] of serials.repeated()) {
    if (isOneMachine(group)) continue;
    forget(index, group, { serial: undefined });
    findings.push(unusable(serial, `is the serial of ${group.length} devices`, group));
  }
  for (const [, group] of hardwareIds.repeated()) {
    if (haveSeveralSerials(group)) forget(index, group, { hardwareId: undefined });
  }
  return { index, findings: findings.sort((a, b) => (a.text < b.text ? -1 : 1)) };
}

function forget(
  index: Map<string, Hardware>,
  group: readonly PhysicalDevice[],
  unknown: Partial<Hardware>,
): void {
  for (const { id } of group) {
    const hardware = index.get(id);
    if (hardware) index.set(id, { ...hardware, ...unknown });
  }
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

/** Devices by a value; nearly all values have one device, so that a list is made only for those that have more. */
class Groups {
  readonly #first = new Map<string, PhysicalDevice>();
  readonly #repeated = new Map<string, PhysicalDevice[]>();

  add(value: string, device: PhysicalDevice): void {
    const first = this.#first.get(value);
    if (!first) {
      this.#first.set(value, device);
      return;
    }
    const group = this.#repeated.get(value);
    if (group) group.push(device);
    else this.#repeated.set(value, [first, device]);
  }

  /** The values that more than one device has. */
  repeated(): readonly (readonly [string, readonly PhysicalDevice[]])[] {
    return [...this.#repeated];
  }

  all(): readonly (readonly [string, readonly PhysicalDevice[]])[] {
    return [...this.#first].map(([value, first]) => [value, this.#repeated.get(value) ?? [first]]);
  }
}
