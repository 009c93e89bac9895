import type { Scope } from "../allowlist/allowlist.js";
import { domainOf, normaliseEmail } from "../allowlist/email.js";
import type { Registration } from "../cloudflare/types.js";

/** The normalised e-mail of a registration's user; empty where the API sends none. */
export function userOf(registration: Registration): string {
  return normaliseEmail(registration.user?.email ?? "");
}

/**
 * Whether an address belongs to no person: there is none, or it stands under `cloudflareaccess.com`, as service
 * tokens (`non_identity@<team>…`) and WARP Connectors (`warp_connector@<team>…`) do.
 */
export function isNoUser(email: string): boolean {
  if (!email.includes("@")) return true;
  const domain = domainOf(email);
  return domain === "" || domain === "cloudflareaccess.com" || domain.endsWith(".cloudflareaccess.com");
}

/** Whether a registration is looked at at all; what is not is neither decided nor counted. */
export function isInScope(registration: Registration, email: string, scope: Scope): boolean {
  if (registration.deleted_at != null) return false;
  if (!scope.registrationTypes.has(registration.registration_type ?? "warp")) return false;
  if (scope.policyIds.size > 0 && !scope.policyIds.has(registration.policy?.id ?? "")) return false;
  if (scope.emails.size === 0 && scope.emailDomains.size === 0) return true;
  return scope.emails.has(email) || scope.emailDomains.has(domainOf(email));
}
