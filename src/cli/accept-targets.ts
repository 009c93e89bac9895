/** Which registrations are meant by an id or an address. */

import { isEmail, normaliseEmail } from "../allowlist/email.js";
import { nearest } from "../allowlist/nearest.js";
import type { Registration } from "../cloudflare/types.js";
import { compare } from "../compare.js";
import { liveState } from "../reconcile/decision.js";
import { quoted } from "../reconcile/naming.js";
import { compareTimes } from "../reconcile/people.js";
import { userOf } from "../reconcile/scope.js";
import { UserError } from "./user-error.js";

/**
 * A registration by its id; of a device or a user those that are active, and of a device that has none the newest of
 * each of its users.
 *
 * @throws UserError where nothing has that id or address, with what may have been meant.
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
      `give the id of the one that is to connect again: ${ids.join(", ")}${own.length > 5 ? ", …" : ""}`,
    );
  }
  throw unknownTarget(word, live);
}

function activeOrNewest(registrations: readonly Registration[]): readonly Registration[] {
  const active = registrations.filter((registration) => liveState(registration) === "active");
  if (active.length > 0) return active;
  const newest = new Map<string, Registration>();
  for (const one of [...registrations].sort(
    (a, b) => compareTimes(a.created_at, b.created_at) || compare(a.id, b.id),
  ))
    newest.set(userOf(one), one);
  return [...newest.values()];
}

function unknownTarget(word: string, live: readonly Registration[]): UserError {
  const named = live.filter(({ device }) => device.name === word);
  if (named.length > 0) {
    const ids = named.slice(0, 5).map(({ id }) => id);
    return new UserError(
      `${quoted(word)} is the name of ${named.length === 1 ? "a device" : `${named.length} registrations`}, and users choose names`,
      `give the id: ${ids.join(", ")}${named.length > 5 ? ", …" : ""}`,
    );
  }
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
