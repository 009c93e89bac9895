import type { Allowlist } from "./allowlist/allowlist.js";
import type { CloudflareClient, PhysicalDeviceListParameters, Registration } from "./cloudflare/index.js";
import { listTogether, type ListedTogether } from "./listed-together.js";
import { lookUpUsers, type LookUp } from "./look-up.js";
import { needsHardware, type Inventory } from "./reconcile/plan.js";
import { hasUnseenUsers } from "./reconcile/findings/account.js";
import { listWantedUsers } from "./wanted-users.js";

/** Everything that any allowlist can ask about. */
export interface WholeInventory extends Inventory {
  readonly devices: NonNullable<Inventory["devices"]>;
}

/**
 * Lists the live account, whole or not at all. Physical devices only where an entry or a rule needs them, and then also
 * those whose registrations are all revoked; profiles only where the scope or an ignore rule asks for them; Access users
 * where the allowlist has some, and as `lookUp` says.
 */
export async function takeInventory(
  client: CloudflareClient,
  allowlist: Allowlist,
  lookUp: LookUp = "needed",
): Promise<Inventory> {
  const include = needsProfiles(allowlist) ? ({ include: "policy" } as const) : {};
  const listRegistrations = () => client.registrations.listAll({ status: "all", ...include });
  const [{ registrations, devices }, accessUsers] = await Promise.all([
    needsHardware(allowlist)
      ? listBoth(client, listRegistrations, { active_registrations: "include" })
      : listAlone(client, listRegistrations),
    listWantedUsers(client, allowlist),
  ]);
  const account = client.accountId;
  if (accessUsers) return { account, registrations, devices, accessUsers };
  const { note, ...found } = await lookUpUsers(client, allowlist, registrations, lookUp);
  return { account, registrations, devices, ...found, ...(note !== undefined && { notes: [note] }) };
}

type ListRegistrations = () => Promise<readonly Registration[]>;

/** Registrations and devices, neither of which contradicts the other. */
function listBoth(
  client: CloudflareClient,
  listRegistrations: ListRegistrations,
  parameters: PhysicalDeviceListParameters,
): Promise<ListedTogether> {
  return listTogether(client, async () => {
    const [registrations, devices] = await Promise.all([
      listRegistrations(),
      client.physicalDevices.listAll(parameters),
    ]);
    return { registrations, devices };
  });
}

/** Registrations where nobody needs devices; only that there are none at all is held against those. */
async function listAlone(
  client: CloudflareClient,
  listRegistrations: ListRegistrations,
): Promise<{ readonly registrations: readonly Registration[]; readonly devices?: undefined }> {
  const registrations = await listRegistrations();
  if (registrations.length > 0) return { registrations };
  const both = await listBoth(client, listRegistrations, { active_registrations: "include" });
  return { registrations: both.registrations };
}

/** What has to be asked for, since a token may read devices and not users. */
export interface WholeOptions {
  /** Every Access user as well, or only where this allowlist names any. */
  readonly accessUsers?: boolean | Allowlist;
}

/** Lists the live account with all physical devices and profiles, whatever an allowlist asks for. */
export async function takeWholeInventory(
  client: CloudflareClient,
  { accessUsers: wanted = false }: WholeOptions = {},
): Promise<WholeInventory> {
  const [{ registrations, devices }, accessUsers] = await Promise.all([
    listBoth(client, () => client.registrations.listAll({ status: "all", include: "policy" }), {
      active_registrations: "include",
      include: "last_seen_registration.policy",
    }),
    typeof wanted === "object"
      ? listWantedUsers(client, wanted)
      : wanted
        ? client.accessUsers.listAll()
        : undefined,
  ]);
  return { account: client.accountId, registrations, devices, accessUsers };
}

/** What {@link takeInventory} would have listed, so that a file gives the same plan as the account it was taken of. */
export function narrowInventory(whole: WholeInventory, allowlist: Allowlist): Inventory {
  const { account, registrations, devices, accessUsers } = whole;
  return {
    account,
    registrations,
    devices: needsHardware(allowlist) ? devices : undefined,
    accessUsers:
      allowlist.accessUsers.length > 0 || hasUnseenUsers(allowlist, registrations) ? accessUsers : undefined,
  };
}

function needsProfiles({ scope, ignore }: Allowlist): boolean {
  return scope.policyIds.size > 0 || ignore.some(({ match }) => match.policyId !== undefined);
}
