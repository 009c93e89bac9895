/** Registrations that are never acted on, whatever entries and policy say. */

import type { Guards, Protected, SourcePosition } from "../allowlist/allowlist.js";
import { hardwareIdKey, serialKey } from "../allowlist/serial.js";
import type { Candidate } from "./candidate.js";
import type { Verdict } from "./verdict.js";

/** Leaves alone what the allowlist protects. */
export function protect({ registration, email, hardware }: Candidate, list: Protected): Verdict | undefined {
  const protection = (what: string, source: SourcePosition | undefined) =>
    source && leave("protected", `protected ${what}, never touched`, source);
  return (
    protection("registration", find(list.registrations, registration.id)) ??
    protection("device", find(list.devices, registration.device.id)) ??
    protection("serial", find(list.serials, serialKey(hardware?.serial ?? ""))) ??
    protection("hardware id", find(list.hardwareIds, hardwareIdKey(hardware?.hardwareId ?? ""))) ??
    protection("user", find(list.users, email))
  );
}

/** Leaves alone what belongs to whoever runs the tool: nobody can mend a plan from a device that it cut off. */
export function spareSelf({ email }: Candidate, { self }: Guards): Verdict | undefined {
  const source = find(self, email);
  return source && leave("self", "its user runs this tool, so it is never acted on", source);
}

function leave(rule: Verdict["rule"], text: string, source: SourcePosition): Verdict {
  return { rule, desired: "as-is", text, source };
}

/** Mostly nothing is protected, and then no key has to be hashed. */
function find(list: ReadonlyMap<string, SourcePosition>, key: string): SourcePosition | undefined {
  return list.size === 0 ? undefined : list.get(key);
}
