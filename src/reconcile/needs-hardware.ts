import type { Allowlist, Entry, Policy } from "../allowlist/allowlist.js";
import { goesByHardware } from "./entry-match.js";

/**
 * Whether the physical devices have to be listed: where an entry or an ignore rule goes by what only they tell, and
 * where a rule has to know which registrations are of one device.
 */
export function needsHardware({ users, policy, policies, ignore, protected: list }: Allowlist): boolean {
  if (list.serials.size + list.hardwareIds.size > 0) return true;
  if (comparesDevices(policy) || ignore.some(goesByHardware)) return true;
  for (const own of policies.values()) if (comparesDevices(own)) return true;
  for (const { entries } of users.values())
    if (entries.some(asksHardware) || entries.filter(allows).length > 1) return true;
  return false;
}

/** Of two entries that allow, only hardware tells whether they allow one device. */
function allows({ state }: Entry): boolean {
  return state === "active";
}

/** What a glob finds is told apart by hardware only. */
function asksHardware(entry: Entry): boolean {
  return goesByHardware(entry) || entry.match.nameGlob !== undefined || entry.requires !== undefined;
}

function comparesDevices({ grace, superseded, maxDevices }: Policy): boolean {
  return grace.value.ms > 0 || superseded.value !== undefined || maxDevices.value !== undefined;
}
