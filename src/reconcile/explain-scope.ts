import type { Scope } from "../allowlist/allowlist.js";
import type { Registration } from "../cloudflare/types.js";

/** Why a registration is not looked at, in the order in which `isInScope` asks. */
export function whyOutOfScope(registration: Registration, email: string, scope: Scope): string {
  if (registration.deleted_at != null) return `it was deleted on ${registration.deleted_at.slice(0, 10)}`;
  const type = registration.registration_type ?? "warp";
  if (!scope.registrationTypes.has(type))
    return `it is of type ${type}, and the scope has ${[...scope.registrationTypes].join(" and ")}`;
  if (scope.policyIds.size > 0 && !scope.policyIds.has(registration.policy?.id ?? ""))
    return `its device profile is ${registration.policy?.id ?? "not known"}, which scope.policyIds does not name`;
  return `scope.emails and scope.emailDomains do not name ${email === "" ? "registrations without a user" : email}`;
}
