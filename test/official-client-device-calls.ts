/** The calls about registrations and physical devices. */

import { all, type Pair } from "./official-client-pair.js";
import { FIRST, POLICY, REVOKED, SECOND } from "./official-client-world.js";

const REGISTRATIONS = "/accounts/{account_id}/devices/registrations";
const DEVICES = "/accounts/{account_id}/devices/physical-devices";

const SEEN_BETWEEN = {
  seen_after: "2024-01-01T00:00:00Z",
  seen_before: "2026-10-01T10:00:00+02:00",
} as const;
const IN_ORDER = { sort_by: "created_at", sort_order: "desc", include: "policy", per_page: 3 } as const;
const OF_DEVICE = {
  sort_by: "last_seen_at",
  sort_order: "desc",
  include: "last_seen_registration.policy",
} as const;

/* The official client sends parameters in the caller's order, so they stand here in the order of this client. */
export const REGISTRATION_CALLS: readonly Pair[] = [
  {
    name: "registrations: list, all of them on many pages",
    endpoint: `GET ${REGISTRATIONS}`,
    official: (client, account_id) =>
      all(client.zeroTrust.devices.registrations.list({ account_id, status: "all", per_page: 20 })),
    ours: (client) => all(client.registrations.list({ status: "all", per_page: 20 })),
  },
  {
    name: "registrations: list, every parameter that both know",
    endpoint: `GET ${REGISTRATIONS}`,
    official: (client, account_id) =>
      all(
        client.zeroTrust.devices.registrations.list({
          account_id,
          id: [FIRST.id, SECOND.id],
          user: { id: [FIRST.user?.id ?? "", SECOND.user?.id ?? ""] },
          device: { id: FIRST.device.id },
          policy: { id: POLICY.id },
          registration_type: "warp",
          status: "active",
          search: "a @b:ü/é&=+",
          ...SEEN_BETWEEN,
          ...IN_ORDER,
        }),
      ),
    ours: (client) =>
      all(
        client.registrations.list({
          id: [FIRST.id, SECOND.id],
          "user.id": [FIRST.user?.id ?? "", SECOND.user?.id ?? ""],
          "device.id": FIRST.device.id,
          "policy.id": POLICY.id,
          registration_type: "warp",
          status: "active",
          search: "a @b:ü/é&=+",
          ...SEEN_BETWEEN,
          ...IN_ORDER,
        }),
      ),
  },
  {
    name: "registrations: get",
    endpoint: `GET ${REGISTRATIONS}/{registration_id}`,
    official: (client, account_id) =>
      client.zeroTrust.devices.registrations.get(FIRST.id, { account_id, include: "policy" }),
    ours: (client) => client.registrations.get(FIRST.id, { include: "policy" }),
  },
  {
    name: "registrations: delete",
    endpoint: `DELETE ${REGISTRATIONS}/{registration_id}`,
    official: (client, account_id) => client.zeroTrust.devices.registrations.delete(FIRST.id, { account_id }),
    ours: (client) => client.registrations.delete(FIRST.id),
  },
  {
    name: "registrations: bulk delete",
    endpoint: `DELETE ${REGISTRATIONS}`,
    official: (client, account_id) =>
      client.zeroTrust.devices.registrations.bulkDelete({ account_id, id: [FIRST.id, SECOND.id] }),
    ours: (client) => client.registrations.bulkDelete([FIRST.id, SECOND.id]),
  },
  {
    name: "registrations: revoke",
    endpoint: `POST ${REGISTRATIONS}/revoke`,
    official: (client, account_id) =>
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- deprecated, and still what can be undone
      client.zeroTrust.devices.registrations.revoke({ account_id, id: [FIRST.id, SECOND.id] }),
    ours: (client) => client.registrations.revoke([FIRST.id, SECOND.id]),
  },
  {
    name: "registrations: unrevoke",
    endpoint: `POST ${REGISTRATIONS}/unrevoke`,
    official: (client, account_id) =>
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- as above
      client.zeroTrust.devices.registrations.unrevoke({ account_id, id: [REVOKED.id] }),
    ours: (client) => client.registrations.unrevoke([REVOKED.id]),
  },
];

export const DEVICE_CALLS: readonly Pair[] = [
  {
    name: "physical devices: list, all of them on many pages",
    endpoint: `GET ${DEVICES}`,
    official: (client, account_id) =>
      all(
        client.zeroTrust.devices.devices.list({ account_id, active_registrations: "include", per_page: 25 }),
      ),
    ours: (client) => all(client.physicalDevices.list({ active_registrations: "include", per_page: 25 })),
  },
  {
    name: "physical devices: list, every parameter that both know",
    endpoint: `GET ${DEVICES}`,
    official: (client, account_id) =>
      all(
        client.zeroTrust.devices.devices.list({
          account_id,
          id: [FIRST.device.id, SECOND.device.id],
          last_seen_user: { email: FIRST.user?.email ?? "" },
          active_registrations: "include",
          search: "a",
          ...SEEN_BETWEEN,
          ...OF_DEVICE,
          per_page: 3,
        }),
      ),
    ours: (client) =>
      all(
        client.physicalDevices.list({
          id: [FIRST.device.id, SECOND.device.id],
          "last_seen_user.email": FIRST.user?.email ?? "",
          active_registrations: "include",
          search: "a",
          ...SEEN_BETWEEN,
          ...OF_DEVICE,
          per_page: 3,
        }),
      ),
  },
  {
    name: "physical devices: get",
    endpoint: `GET ${DEVICES}/{device_id}`,
    official: (client, account_id) =>
      client.zeroTrust.devices.devices.get(FIRST.device.id, { account_id, include: OF_DEVICE.include }),
    ours: (client) => client.physicalDevices.get(FIRST.device.id, { include: OF_DEVICE.include }),
  },
  {
    name: "physical devices: delete",
    endpoint: `DELETE ${DEVICES}/{device_id}`,
    official: (client, account_id) =>
      client.zeroTrust.devices.devices.delete(FIRST.device.id, { account_id }),
    ours: (client) => client.physicalDevices.delete(FIRST.device.id),
  },
  {
    name: "physical devices: revoke",
    endpoint: `POST ${DEVICES}/{device_id}/revoke`,
    official: (client, account_id) =>
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- deprecated like the others
      client.zeroTrust.devices.devices.revoke(FIRST.device.id, { account_id }),
    ours: (client) => client.physicalDevices.revoke(FIRST.device.id),
  },
];
