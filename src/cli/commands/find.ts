/** Finds what `explain` was asked about: a registration, a device, a serial number or a user. */

import { hardwareIdKey, serialKey } from "../../allowlist/match-values.js";
import type { AllowedUser, Allowlist } from "../../allowlist/model.js";
import { isEmail, normaliseEmail } from "../../allowlist/values.js";
import type { Registration } from "../../cloudflare/types.js";
import { liveState } from "../../reconcile/decision.js";
import { quoted } from "../../reconcile/findings/finding.js";
import { compareTimes } from "../../reconcile/people.js";
import { userOf } from "../../reconcile/scope.js";
import type { FullInventory } from "../../run/account.js";
import { compare, nearest } from "../../text/words.js";
import { UserError } from "../command.js";

export interface Located {
  readonly by: "registration" | "device" | "serial" | "hardwareId" | "user";
  /** The ids of the registrations, the newest first. */
  readonly ids: readonly string[];
  /** The user's list, if the question was about a user whom the allowlist lists. */
  readonly listed?: AllowedUser | undefined;
}

/** @throws UserError if nothing has that name, with what was probably meant */
export function findSubject(word: string, full: FullInventory, allowlist: Allowlist): Located {
  const registrations = [...full.registrations].sort((a, b) => byAge(b, a));
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
    const devices = new Set(full.devices.filter((row) => isMeant(row[key])).map(({ id }) => id));
    const ids = idsOf(({ device }) => devices.has(device.id));
    if (ids.length > 0) return { by, ids };
    if (devices.size > 0)
      throw new UserError(
        `${quoted(known)}: the account has this device, but no registration of it`,
        "there is nothing to decide until it enrols",
      );
  }
  const email = normaliseEmail(known);
  const own = idsOf((one) => email !== "" && userOf(one) === email);
  const listed = allowlist.users.get(email);
  if (own.length > 0 || listed) return { by: "user", ids: own, listed };
  throw unknownSubject(known, full, allowlist);
}

function unknownSubject(
  word: string,
  { registrations, devices }: FullInventory,
  { users }: Allowlist,
): UserError {
  const named = registrations.filter(({ device }) => device.name === word).map(({ id }) => id);
  if (named.length > 0) return onlyAName(word, named);
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
    `${quoted(word)}: no registration, device, serial number or user matches`,
    guess === undefined
      ? "give a registration id, a device id, a serial number or an e-mail address"
      : `did you mean ${quoted(guess)}?`,
  );
}

function onlyAName(word: string, ids: readonly string[]): UserError {
  return new UserError(
    `${quoted(word)} is the name of ${ids.length === 1 ? "a device" : `${ids.length} registrations`}, and users choose names`,
    `give the id: ${ids.slice(0, 5).join(", ")}${ids.length > 5 ? ", …" : ""}`,
  );
}

// Finds the registrations that an id or an address means.

/**
 * A registration by its id. For a device or a user: the active registrations; for a device without any, the newest one
 * of each of its users.
 *
 * @throws UserError if nothing has that id or address, with what was probably meant.
 */
export function findTargets(word: string, registrations: readonly Registration[]): readonly Registration[] {
  const live = registrations.filter(({ deleted_at }) => deleted_at == null);
  const one = live.find(({ id }) => id === word);
  if (one) return [one];
  const ofDevice = live.filter(({ device }) => device.id === word);
  if (ofDevice.length > 0) return activeOrNewest(ofDevice);
  const email = normaliseEmail(word);
  const own = live.filter((registration) => userOf(registration) === email);
  const active = own.filter((registration) => liveState(registration) === "active");
  if (active.length > 0) return active;
  if (own.length > 0) {
    const ids = own.slice(0, 5).map(({ id }) => id);
    throw new UserError(
      `${email}: all ${own.length} registrations of this user are revoked`,
      `give the id of the one that should connect again: ${ids.join(", ")}${own.length > 5 ? ", …" : ""}`,
    );
  }
  throw unknownTarget(word, live);
}

/** Compares by age, the oldest first. */
export function byAge(a: Registration, b: Registration): number {
  return compareTimes(a.created_at, b.created_at) || compare(a.id, b.id);
}

function activeOrNewest(registrations: readonly Registration[]): readonly Registration[] {
  const active = registrations.filter((registration) => liveState(registration) === "active");
  if (active.length > 0) return active;
  const newest = new Map<string, Registration>();
  for (const one of [...registrations].sort(byAge)) newest.set(userOf(one), one);
  return [...newest.values()];
}

function unknownTarget(word: string, live: readonly Registration[]): UserError {
  const named = live.filter(({ device }) => device.name === word).map(({ id }) => id);
  if (named.length > 0) return onlyAName(word, named);
  const known = live.flatMap((one) => [one.id, one.device.id, userOf(one)]).filter((text) => text !== "");
  const guess = nearest(word, [...new Set(known)]);
  const what = isEmail(normaliseEmail(word))
    ? "no registration of this user"
    : "no registration and no device has this id";
  return new UserError(
    `${quoted(word)}: ${what}`,
    guess === undefined
      ? "see the ids with: warp-registrations drift --format json"
      : `did you mean ${quoted(guess)}?`,
  );
}
