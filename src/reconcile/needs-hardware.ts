import type { Allowlist, Policy } from "../allowlist/allowlist.js";

/**
 * Whether the physical devices have to be listed: where anything speaks of a device, and not of one registration, since
 * only hardware tells which registrations are of one device.
 */
export function needsHardware({ users, policy, policies, ignore, protected: list }: Allowlist): boolean {
  if (comparesDevices(policy) || list.devices.size + list.serials.size + list.hardwareIds.size > 0)
    return true;
  for (const own of policies.values()) if (comparesDevices(own)) return true;
  if (ignore.some(({ match }) => speaksOfDevice(match))) return true;
  for (const { entries } of users.values())
    if (entries.some(({ match, requires }) => speaksOfDevice(match) || requires !== undefined)) return true;
  return false;
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
