import type { Allowlist } from "./allowlist/allowlist.js";
import type { CloudflareClient } from "./cloudflare/index.js";
import { needsHardware, type Inventory } from "./reconcile/plan.js";

/**
 * Lists the live account, whole or not at all. Physical devices only where an entry or a rule needs them, and then also
 * those whose registrations are all revoked; profiles only where the scope or an ignore rule asks for them.
 */
export async function takeInventory(client: CloudflareClient, allowlist: Allowlist): Promise<Inventory> {
  const include = needsProfiles(allowlist) ? ({ include: "policy" } as const) : {};
  const [registrations, devices] = await Promise.all([
    client.registrations.listAll({ status: "all", ...include }),
    needsHardware(allowlist)
      ? client.physicalDevices.listAll({ active_registrations: "include" })
      : undefined,
  ]);
  return { account: client.accountId, registrations, devices };
}

function needsProfiles({ scope, ignore }: Allowlist): boolean {
  return scope.policyIds.size > 0 || ignore.some(({ match }) => match.policyId !== undefined);
}
