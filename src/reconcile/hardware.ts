/** What is known of the hardware behind a registration, as far as it can be trusted to name one machine. */

import { hardwareIdKey, isUsableSerial, serialKey } from "../allowlist/serial.js";
import type { PhysicalDevice } from "../cloudflare/types.js";

/** The identity of a machine. A serial that is null, repeated or a vendor's default is left out: it names nothing. */
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
  readonly why: string;
  readonly devices: ReadonlySet<string>;
}

/** Joins physical devices to registrations by device id, and names the serials that cannot be used. */
export function indexHardware(devices: readonly PhysicalDevice[]): {
  index: HardwareIndex;
  unusable: readonly Unusable[];
} {
  const index = new Map<string, Hardware>();
  const serials = new Groups();
  const hardwareIds = new Groups();
  const defaults = new Groups();
  for (const device of devices) {
    if (device.deleted_at != null) continue;
    const serial = serialOf(device);
    const hardwareId = hardwareIdOf(device);
    const usable = isUsableSerial(serial);
    if (serial !== "") (usable ? serials : defaults).add(serialKey(serial), device);
    if (hardwareId !== "") hardwareIds.add(hardwareIdKey(hardwareId), device);
    index.set(device.id, {
      serial: usable ? serial : undefined,
      hardwareId: hardwareId === "" ? undefined : hardwareId,
      model: device.model ?? undefined,
      deviceType: device.device_type ?? undefined,
      clientVersion: device.client_version ?? undefined,
    });
  }
  const unusable = defaults.all().map(([, group]) => named("is a vendor's default", group));
  for (const [, group] of serials.repeated()) {
    if (isOneMachine(group)) continue;
    forget(index, group, { serial: undefined });
    unusable.push(named(`is the serial of ${group.length} devices`, group));
  }
  for (const [, group] of hardwareIds.repeated()) {
    if (haveSeveralSerials(group)) forget(index, group, { hardwareId: undefined });
  }
  return { index, unusable };
}

/** By the serial as the first device tells it. */
function named(why: string, group: readonly PhysicalDevice[]): Unusable {
  const [first] = group;
  return {
    serial: first === undefined ? "" : serialOf(first),
    why,
    devices: new Set(group.map(({ id }) => id)),
  };
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

/** Empty where it names no machine: what firmware leaves in a serial stands in hardware ids as well. */
function hardwareIdOf(device: PhysicalDevice): string {
  const id = device.hardware_id?.trim() ?? "";
  return isUsableSerial(id) ? id : "";
}

/**
 * The rows of one serial are one machine that enrolled again only where a hardware id says so in every row; two
 * machines that share a serial must not pass for each other.
 */
function isOneMachine(group: readonly PhysicalDevice[]): boolean {
  const ids = new Set(group.map((device) => hardwareIdKey(hardwareIdOf(device))));
  return ids.size === 1 && !ids.has("");
}

/** A row that tells no serial does not disagree with one that does. */
function haveSeveralSerials(group: readonly PhysicalDevice[]): boolean {
  return (
    new Set(group.map((device) => serialKey(serialOf(device))).filter((serial) => serial !== "")).size > 1
  );
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
