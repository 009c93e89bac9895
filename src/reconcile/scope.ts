import { type EntryMatch, matchId } from "../allowlist/match-values.js";
import type { AllowedUser, Entry, Scope } from "../allowlist/model.js";
import { type Day, domainOf, normaliseEmail } from "../allowlist/values.js";
import type { Registration } from "../cloudflare/types.js";

/** The normalised e-mail of a registration's user; empty if the API sends none. */
export function userOf(registration: Registration): string {
  return normaliseEmail(registration.user?.email ?? "");
}

/**
 * Whether an address belongs to no person: it is empty, or under `cloudflareaccess.com`, as for service tokens
 * (`non_identity@<team>…`) and WARP Connectors (`warp_connector@<team>…`).
 */
export function isNoUser(email: string): boolean {
  if (!email.includes("@")) return true;
  const domain = domainOf(email);
  return domain === "" || domain === "cloudflareaccess.com" || domain.endsWith(".cloudflareaccess.com");
}

/** Whether a registration is in scope. Registrations out of scope are neither decided nor counted. */
export function isInScope(registration: Registration, email: string, scope: Scope): boolean {
  if (registration.deleted_at != null) return false;
  return hasType(registration, scope) && hasPolicy(registration, scope) && isOfPeople(email, scope);
}

/** The settings of `scope` that leave a registration out; none if it is in scope. */
export function excludingSettings(registration: Registration, email: string, scope: Scope): string[] {
  return [
    ...(hasType(registration, scope) ? [] : ["registrationTypes"]),
    ...(hasPolicy(registration, scope) ? [] : ["policyIds"]),
    ...(isOfPeople(email, scope) ? [] : [scope.emails.size === 0 ? "emailDomains" : "emails"]),
  ];
}

function hasType({ registration_type }: Registration, { registrationTypes }: Scope): boolean {
  return registrationTypes.has(registration_type ?? "warp");
}

function hasPolicy({ policy }: Registration, { policyIds }: Scope): boolean {
  return policyIds.size === 0 || policyIds.has(policy?.id ?? "");
}

function isOfPeople(email: string, { emails, emailDomains }: Scope): boolean {
  return (
    (emails.size === 0 && emailDomains.size === 0) || emails.has(email) || emailDomains.has(domainOf(email))
  );
}

// When an entry or a user's state applies: whole days in UTC, the last one included.

export const DAY_MS = 86_400_000;

/** The first moment after a day. */
export function endOf({ start }: Day): number {
  return start + DAY_MS;
}

/** Whether `at` lies within `from` and `expires`, where given. */
export function isInForce({ from, expires }: Pick<Entry, "from" | "expires">, at: Date): boolean {
  const moment = at.getTime();
  return (from === undefined || moment >= from.start) && (expires === undefined || moment < endOf(expires));
}

/** A user's entry with exactly this match that has not expired, in any state. */
export function entryOfMatch(user: AllowedUser | undefined, match: EntryMatch, at: Date): Entry | undefined {
  const id = matchId(match);
  return user?.entries.find(
    (entry) =>
      matchId(entry.match) === id && (entry.expires === undefined || at.getTime() < endOf(entry.expires)),
  );
}
