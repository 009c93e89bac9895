/** Whether one entry means one registration, and how strongly. */

import type { Entry, EntryMatch } from "../allowlist/allowlist.js";
import { matchesPattern } from "../allowlist/glob.js";
import { hardwareIdKey, serialKey } from "../allowlist/serial.js";
import type { Registration } from "../cloudflare/types.js";
import type { Hardware } from "./hardware.js";

/** An entry is as strong as its strongest key: 0 for a registration id, 4 for a glob. */
export function rankOf({ match }: Entry): number {
  if (match.registration !== undefined) return 0;
  if (match.serial !== undefined || match.hardwareId !== undefined) return 1;
  if (match.device !== undefined) return 2;
  return match.name !== undefined ? 3 : 4;
}

/** Whether every key that the entry gives is the registration's. */
export function matchesEntry(
  match: EntryMatch,
  registration: Registration,
  hardware: Hardware | undefined,
): boolean {
  return (
    same(match.registration, registration.id) &&
    same(match.serial, hardware?.serial, serialKey) &&
    same(match.hardwareId, hardware?.hardwareId, hardwareIdKey) &&
    same(match.device, registration.device.id) &&
    same(match.name, registration.device.name) &&
    (match.nameGlob === undefined || matchesPattern(match.nameGlob, registration.device.name))
  );
}

function same(
  wanted: string | undefined,
  given: string | undefined,
  keyOf = (text: string) => text,
): boolean {
  return wanted === undefined || wanted === given || (given !== undefined && keyOf(wanted) === keyOf(given));
}

export function goesByHardware({ match }: { readonly match: EntryMatch }): boolean {
  return match.serial !== undefined || match.hardwareId !== undefined;
}

/** Whether everything is known of the hardware that an entry may ask for. */
export function tellsAll(hardware: Hardware | undefined): boolean {
  return hardware?.serial !== undefined && hardware.hardwareId !== undefined;
}

/** Whether the entry would match if the hardware that this registration does not tell were what it asks for. */
export function isBlind(
  { match }: Entry,
  registration: Registration,
  hardware: Hardware | undefined,
): boolean {
  const { serial, hardwareId, ...rest } = match;
  const noSerial = serial !== undefined && hardware?.serial === undefined;
  const noHardwareId = hardwareId !== undefined && hardware?.hardwareId === undefined;
  return (
    (noSerial || noHardwareId) &&
    (noSerial || same(serial, hardware?.serial, serialKey)) &&
    (noHardwareId || same(hardwareId, hardware?.hardwareId, hardwareIdKey)) &&
    matchesEntry(rest, registration, hardware)
  );
}
