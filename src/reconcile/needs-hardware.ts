import type { Allowlist, Entry, Policy } from "../allowlist/allowlist.js";

/**
 * Whether the physical devices have to be listed: where anything speaks of a device, and not of one registration, since
 * only hardware tells which registrations are of one device; and where anything deletes, since a deletion must not let
 * another registration of its device in.
 */
export function needsHardware({ users, policy, policies, ignore, protected: list }: Allowlist): boolean {
  if (list.devices.size + list.serials.size + list.hardwareIds.size > 0) return true;
  for (const one of [policy, ...policies.values()]) if (comparesDevices(one) || mayDelete(one)) return true;
  if (ignore.some(({ match }) => speaksOfDevice(match))) return true;
  for (const { entries, state } of users.values()) {
    if (state?.state === "offboarded") return true;
    if (entries.some((entry) => isAboutDevice(entry) || entry.state === "deleted")) return true;
  }
  return false;
}

function isAboutDevice({ match, requires }: Entry): boolean {
  return speaksOfDevice(match) || requires !== undefined;
}

/** What belongs to no person is joined by device id only: `noUser` needs no hardware. */
function mayDelete({ unlisted, unknownUsers }: Policy): boolean {
  return unlisted.value === "delete" || unknownUsers.value === "delete";
}

/** By a registration's own id, or by whose it is, nothing has to be known of its device. */
const OF_REGISTRATION: readonly string[] = ["registration", "user", "emailDomain", "policyId"];

function speaksOfDevice(match: Allowlist["ignore"][number]["match"]): boolean {
  return Object.keys(match).some((key) => !OF_REGISTRATION.includes(key));
}

function comparesDevices({ grace, superseded, maxDevices, stale, revoked }: Policy): boolean {
  return (
    grace.value.ms > 0 ||
    superseded.value !== undefined ||
    maxDevices.value !== undefined ||
    stale.value !== undefined ||
    revoked.value !== undefined
  );
}
