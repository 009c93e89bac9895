import { policyOf, type Allowlist } from "../allowlist/allowlist.js";
import type { Registration } from "../cloudflare/types.js";
import { compare } from "../compare.js";
import type { Candidate } from "./candidate.js";
import type { HardwareIndex } from "./hardware.js";
import type { Matcher } from "./match.js";
import { isInScope, userOf } from "./scope.js";

/** Everything that is known of each registration in scope, in the order of ids. */
export function gather(
  allowlist: Allowlist,
  matcher: Matcher,
  index: HardwareIndex | undefined,
  registrations: readonly Registration[],
): readonly Candidate[] {
  const candidates: Candidate[] = [];
  for (const registration of registrations) {
    const email = userOf(registration);
    if (!isInScope(registration, email, allowlist.scope)) continue;
    const hardware = index?.get(registration.device.id);
    const user = allowlist.users.get(email);
    const policy = policyOf(allowlist, email);
    const match = matcher.match(user, registration, hardware);
    candidates.push({ registration, email, hardware, user, policy, match });
  }
  return candidates.sort((a, b) => compare(a.registration.id, b.registration.id));
}
