/** What `explain` is asked about: a registration, a device, a serial number or a user. */

import type { Allowlist, AllowedUser } from "../allowlist/allowlist.js";
import { normaliseEmail } from "../allowlist/email.js";
import { nearest } from "../allowlist/nearest.js";
import { hardwareIdKey, serialKey } from "../allowlist/serial.js";
import type { WholeInventory } from "../inventory.js";
import { compare } from "../compare.js";
import { quoted } from "../reconcile/naming.js";
import { compareTimes } from "../reconcile/people.js";
import { userOf } from "../reconcile/scope.js";
import { UserError } from "./user-error.js";

export interface Found {
  readonly by: "registration" | "device" | "serial" | "hardwareId" | "user";
  /** The registrations' ids, the newest first. */
  readonly ids: readonly string[];
  /** Where a user was asked about whom the allowlist lists. */
  readonly listed?: AllowedUser;
}

/** @throws UserError where nothing is called so, with what may have been meant. */
export function findSubject(word: string, whole: WholeInventory, allowlist: Allowlist): Found {
  const registrations = [...whole.registrations].sort(
    (a, b) => compareTimes(b.created_at, a.created_at) || compare(b.id, a.id),
  );
  const idsOf = (isMeant: (one: (typeof registrations)[number]) => boolean) =>
    registrations.filter(isMeant).map(({ id }) => id);
  const known = word.trim();
  if (registrations.some(({ id }) => id === known)) return { by: "registration", ids: [known] };
  const ofDevice = idsOf(({ device }) => device.id === known);
  if (ofDevice.length > 0) return { by: "device", ids: ofDevice };
  for (const [by, key, keyOf] of [
    ["serial", "serial_number", serialKey],
    ["hardwareId", "hardware_id", hardwareIdKey],
  ] as const) {
    const isMeant = (text: string | null | undefined) => text != null && keyOf(text) === keyOf(known);
    const devices = new Set(whole.devices.filter((row) => isMeant(row[key])).map(({ id }) => id));
    const ids = idsOf(({ device }) => devices.has(device.id));
    if (ids.length > 0) return { by, ids };
    if (devices.size > 0)
      throw new UserError(
        `${quoted(known)}: the account knows this device and has no registration of it`,
        "there is nothing to decide until it enrols",
      );
  }
  const email = normaliseEmail(known);
  const own = idsOf((one) => email !== "" && userOf(one) === email);
  const listed = allowlist.users.get(email);
  if (own.length > 0 || listed) return { by: "user", ids: own, ...(listed && { listed }) };
  throw unknownSubject(known, whole, allowlist);
}

function unknownSubject(
  word: string,
  { registrations, devices }: WholeInventory,
  { users }: Allowlist,
): UserError {
  const named = registrations.filter(({ device }) => device.name === word).map(({ id }) => id);
  if (named.length > 0)
    return new UserError(
      `${quoted(word)} is the name of ${named.length === 1 ? "a device" : `${named.length} registrations`}, and users choose names`,
      `give the id: ${named.slice(0, 5).join(", ")}${named.length > 5 ? ", …" : ""}`,
    );
  const words = [
    ...registrations.flatMap((one) => [one.id, one.device.id, userOf(one)]),
    ...devices.flatMap((row) => [row.serial_number?.trim() ?? "", row.hardware_id?.trim() ?? ""]),
    ...users.keys(),
  ];
  const guess = nearest(
    word,
    [...new Set(words)].filter((text) => text !== ""),
  );
  return new UserError(
    `${quoted(word)}: no registration, device, serial number or user is called so`,
    guess === undefined
      ? "give a registration id, a device id, a serial number or an e-mail address"
      : `did you mean ${quoted(guess)}?`,
  );
}
