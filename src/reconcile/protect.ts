import type { Protected, SourcePosition } from "../allowlist/allowlist.js";
import { leave, type Candidate } from "./decide.js";
import type { Decision } from "./decision.js";

/** A protected registration is never acted on, whatever the entries and the policy say. */
export function protect(decision: Decision, candidate: Candidate, list: Protected): Decision {
  const found = findProtection(candidate, list);
  return found
    ? leave(candidate, "protected", `protected ${found.what}, never touched`, found.source)
    : decision;
}

function findProtection({ registration, email }: Candidate, list: Protected) {
  const kinds: readonly [string, SourcePosition | undefined][] = [
    ["registration", list.registrations.get(registration.id)],
    ["device", list.devices.get(registration.device.id)],
    ["user", list.users.get(email)],
  ];
  for (const [what, source] of kinds) if (source) return { what, source };
  return undefined;
}
