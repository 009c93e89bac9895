import type { Protected, SourcePosition } from "../allowlist/allowlist.js";
import type { Candidate } from "./candidate.js";
import { leave } from "./decide.js";
import type { Decision } from "./decision.js";

interface Protection {
  readonly what: string;
  readonly source: SourcePosition;
}

/** A protected registration is never acted on, whatever the entries and the policy say. */
export function protect(decision: Decision, candidate: Candidate, list: Protected): Decision {
  const found = findProtection(candidate, list);
  return found
    ? leave(candidate, "protected", `protected ${found.what}, never touched`, found.source)
    : decision;
}

function findProtection({ registration, email }: Candidate, list: Protected): Protection | undefined {
  const byId = find(list.registrations, registration.id);
  if (byId) return { what: "registration", source: byId };
  const byDevice = find(list.devices, registration.device.id);
  if (byDevice) return { what: "device", source: byDevice };
  const byUser = find(list.users, email);
  return byUser && { what: "user", source: byUser };
}

/** Mostly nothing is protected, and then no key has to be hashed. */
function find(list: ReadonlyMap<string, SourcePosition>, key: string): SourcePosition | undefined {
  return list.size === 0 ? undefined : list.get(key);
}
