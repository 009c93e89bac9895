/** Findings about the account around the registrations: what Access knows about their users, and other stacks. */

import type { Allowlist, Scope } from "../../allowlist/model.js";
import { normaliseEmail } from "../../allowlist/values.js";
import type { AccessUser, Registration } from "../../cloudflare/index.js";
import { counted, nearestEmail } from "../../text/words.js";
import { isInScope, userOf } from "../scope.js";
import { asWritten, type Finding, quoted } from "./finding.js";

/** At most this many comparisons are made for "did you mean". Beyond that, the findings have no suggestion. */
const MOST_PAIRS = 2_000_000;

/** Whether a listed user has no registration, so that the address may be mistyped. */
export function hasUnseenUsers({ users }: Allowlist, registrations: readonly Registration[]): boolean {
  const seen = new Set(registrations.map(userOf));
  for (const email of users.keys()) if (!seen.has(email)) return true;
  return false;
}

/** Addresses that no Access user has, and device counts that contradict the listing. */
export function findAccess(
  allowlist: Allowlist,
  registrations: readonly Registration[],
  accessUsers: readonly AccessUser[] | undefined,
): Finding[] {
  if (accessUsers === undefined) return [];
  const known = new Map(accessUsers.map((user) => [normaliseEmail(user.email ?? ""), user]));
  return [...findUnknown(allowlist, known), ...findCounts(allowlist, registrations, known)];
}

function findUnknown({ users, accessUsers }: Allowlist, known: ReadonlyMap<string, AccessUser>): Finding[] {
  const wanted = new Set(accessUsers.map(({ email }) => email));
  const unknown = [...users.values()].filter(({ email }) => !known.has(email) && !wanted.has(email));
  const candidates = unknown.length * known.size > MOST_PAIRS ? [] : [...known.keys()];
  return unknown.map((user) => {
    const { email, source } = user;
    const near = nearestEmail(email, candidates);
    const hint = near === undefined ? "" : `; did you mean ${quoted(near)}?`;
    const text = `no Access user has the address ${quoted(asWritten(user))}${hint}`;
    return { code: "unknown-access-user", subject: [email], text, source, registrations: [] };
  });
}

/** Access may count registrations or devices; a count that agrees with neither is a contradiction. */
function findCounts(
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
  return [...users.values()].flatMap((user) => {
    const { email, source } = user;
    const count = known.get(email)?.active_device_count;
    const own = active.get(email) ?? [];
    const devices = new Set(own.map(({ device }) => device.id)).size;
    if (count == null || count === devices || count === own.length) return [];
    const text = `Access counts ${counted(count, "active device")} for ${asWritten(user)}, but the listing has ${devices}`;
    return [
      { code: "device-count", subject: [email], text, source, registrations: own.map(({ id }) => id).sort() },
    ];
  });
}

/** Another stack of the same project on the same account. */
export interface Sibling {
  readonly stack: string;
  /** What it decides about; if its allowlist could not be read, the reason. */
  readonly scope: Scope | { readonly unreadable: string };
}

/** One finding for each other stack that has some of these registrations in its scope too. */
export function findOverlap(
  siblings: readonly Sibling[],
  scope: Scope,
  registrations: readonly Registration[],
): Finding[] {
  return siblings.flatMap((sibling) => {
    if ("unreadable" in sibling.scope) {
      const text = `stack ${sibling.stack} also uses this account, and it is not known whether its scope overlaps: ${sibling.scope.unreadable}`;
      const subject = [sibling.stack, "unreadable"];
      return [{ code: "overlapping-stack", subject, text, registrations: [] }];
    }
    const other = sibling.scope;
    const shared = registrations.filter((one) => {
      const email = userOf(one);
      return isInScope(one, email, scope) && isInScope(one, email, other);
    });
    if (shared.length === 0) return [];
    const text = `stack ${sibling.stack} has ${shared.length} of these registrations in its scope too, and may undo what this stack does: give each stack its own scope`;
    return [
      {
        code: "overlapping-stack",
        // No ids: registrations come and go with every enrolment.
        subject: [sibling.stack],
        text,
        registrations: shared.map(({ id }) => id).sort(),
      },
    ];
  });
}
