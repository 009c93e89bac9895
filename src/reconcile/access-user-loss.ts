/** What goes with an Access user who is deleted. */

import type { AccessUser } from "../cloudflare/access-types.js";
import type { Registration } from "../cloudflare/types.js";
import { compare } from "../compare.js";
import { clipped } from "./naming.js";
import { userOf } from "./scope.js";

/** So many registrations are named; the rest is counted. */
const MOST_NAMED = 3;

/**
 * Whatever the user has enrolled, in scope or not, in the order of ids. Removing a user's seat deletes all their
 * registrations, and deleting the user removes the seat.
 */
export function takenAlong(
  { id }: AccessUser,
  email: string,
  registrations: readonly Registration[],
): readonly Registration[] {
  return registrations
    .filter((one) => one.deleted_at == null && (one.user?.id === id || userOf(one) === email))
    .sort((a, b) => compare(a.id, b.id));
}

/** `for good, and with it go …`: the seats, the tokens and sessions, the registrations by name. */
export function whatGoes(
  { access_seat, gateway_seat }: AccessUser,
  registrations: readonly Registration[],
): string {
  const seats = [
    access_seat === true ? "its Access seat" : "",
    gateway_seat === true ? "its Gateway seat" : "",
  ];
  const goes = [...seats.filter((seat) => seat !== ""), "its tokens and sessions"];
  return `for good, and with it go ${goes.join(", ")}; ${devices(registrations)}`;
}

function devices(registrations: readonly Registration[]): string {
  const { length } = registrations;
  if (length === 0) return "it has no registration";
  const active = registrations.filter(({ revoked_at }) => revoked_at == null).length;
  const names = registrations
    .slice(0, MOST_NAMED)
    .map(({ device, id }) => `${clipped(device.name, 40)} (${clipped(id, 40)})`);
  const more = length > MOST_NAMED ? ` and ${length - MOST_NAMED} more` : "";
  const what = length === 1 ? "its registration" : `all its ${length} registrations`;
  return `${what} (${active} active) may go with the seat: ${names.join(", ")}${more}`;
}
