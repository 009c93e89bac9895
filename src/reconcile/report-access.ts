/** What Access knows of the users whom the allowlist lists. */

import type { Allowlist } from "../allowlist/allowlist.js";
import { normaliseEmail } from "../allowlist/email.js";
import { nearestEmail } from "../allowlist/nearest.js";
import type { AccessUser, Registration } from "../cloudflare/index.js";
import { counted } from "../counted.js";
import type { Finding } from "./finding.js";
import { quoted } from "./naming.js";
import { userOf } from "./scope.js";

/** So many comparisons are made for "did you mean"; beyond, the addresses are told without. */
const MOST_PAIRS = 2_000_000;

/** Whether somebody is listed who has no registration at all, so that their address may be mistyped. */
export function hasUnseenUsers({ users }: Allowlist, registrations: readonly Registration[]): boolean {
  const seen = new Set(registrations.map(userOf));
  for (const email of users.keys()) if (!seen.has(email)) return true;
  return false;
}

/** Addresses that no Access user has, and counts of devices that the listing contradicts. */
export function reportAccess(
  allowlist: Allowlist,
  registrations: readonly Registration[],
  accessUsers: readonly AccessUser[] | undefined,
): Finding[] {
  if (accessUsers === undefined) return [];
  const known = new Map(accessUsers.map((user) => [normaliseEmail(user.email ?? ""), user]));
  return [...reportUnknown(allowlist, known), ...reportCounts(allowlist, registrations, known)];
}

function reportUnknown({ users, accessUsers }: Allowlist, known: ReadonlyMap<string, AccessUser>): Finding[] {
  const wanted = new Set(accessUsers.map(({ email }) => email));
  const unknown = [...users.values()].filter(({ email }) => !known.has(email) && !wanted.has(email));
  const candidates = unknown.length * known.size > MOST_PAIRS ? [] : [...known.keys()];
  return unknown.map(({ email, source }) => {
    const near = nearestEmail(email, candidates);
    const hint = near === undefined ? "" : `; did you mean ${quoted(near)}?`;
    const text = `no Access user has the address ${quoted(email)}${hint}`;
    return { code: "unknown-access-user", text, source, registrations: [] };
  });
}

/** Access may count registrations or devices; what agrees with neither is a contradiction. */
function reportCounts(
  { users }: Allowlist,
  registrations: readonly Registration[],
  known: ReadonlyMap<string, AccessUser>,
): Finding[] {
  const active = new Map<string, Registration[]>();
  for (const one of registrations) {
    if (one.revoked_at != null || one.deleted_at != null) continue;
    const email = userOf(one);
    const own = active.get(email);
    if (own) own.push(one);
    else active.set(email, [one]);
  }
  return [...users.values()].flatMap(({ email, source }) => {
    const count = known.get(email)?.active_device_count;
    const own = active.get(email) ?? [];
    const devices = new Set(own.map(({ device }) => device.id)).size;
    if (count == null || count === devices || count === own.length) return [];
    const text = `Access counts ${counted(count, "active device")} of ${email}, and the listing has ${devices}`;
    return [{ code: "device-count", text, source, registrations: own.map(({ id }) => id).sort() }];
  });
}
