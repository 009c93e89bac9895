/** Which key of an entry tells a device best. */

import type { EntryMatch } from "./allowlist.js";
import { isUsableHardwareId, isUsableSerial } from "./serial.js";

/** What is known of a registration; never its name, which its user chose. */
export interface KnownKeys {
  readonly registration: string;
  readonly device: string;
  /** Undefined where it names no machine. */
  readonly serial?: string | undefined;
  readonly hardwareId?: string | undefined;
}

/**
 * The strongest match that stays with the machine: by serial, else by hardware id, else by the device's id, else by the
 * registration's. Undefined where none of them can be written down.
 */
export function bestMatch({ serial, hardwareId, device, registration }: KnownKeys): EntryMatch | undefined {
  if (serial !== undefined && isWritable(serial) && isUsableSerial(serial)) return { serial };
  if (hardwareId !== undefined && isWritable(hardwareId) && isUsableHardwareId(hardwareId))
    return { hardwareId };
  if (isWritable(device)) return { device };
  return isWritable(registration) ? { registration } : undefined;
}

/** Whether the readers of an entry take it: not blank, not too long, without what nobody sees. */
export function isWritable(value: string): boolean {
  return value !== "" && value.trim() === value && value.length <= 256 && !/\p{C}|\p{Zl}|\p{Zp}/u.test(value);
}
