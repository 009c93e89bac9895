import { type CollectionContext, deleteOne, type Listed, listed, readPhysicalDevice } from "./collection.js";
import { encodeQuery, idSegment } from "./envelope.js";
import type { PhysicalDevice } from "./types.js";

/** Parameters of `GET /accounts/{account_id}/devices/physical-devices`, by their wire names. */
export interface PhysicalDeviceListParameters {
  readonly id?: readonly string[] | undefined;
  readonly "last_seen_user.email"?: string | undefined;
  readonly "last_seen_registration.policy.id"?: string | undefined;
  /** The API's default is `only`, which leaves out a device whose registrations are all revoked. */
  readonly active_registrations?: "include" | "only" | "exclude" | undefined;
  readonly search?: string | undefined;
  /** RFC 3339. */
  readonly seen_after?: string | undefined;
  /** RFC 3339. */
  readonly seen_before?: string | undefined;
  readonly sort_by?:
    | "name"
    | "id"
    | "client_version"
    | "last_seen_user.email"
    | "last_seen_at"
    | "active_registrations"
    | "created_at"
    | undefined;
  readonly sort_order?: "asc" | "desc" | undefined;
  readonly include?: "last_seen_registration.policy" | undefined;
  readonly per_page?: number | undefined;
  readonly cursor?: string | undefined;
}

const PARAMETERS = [
  "id",
  "last_seen_user.email",
  "last_seen_registration.policy.id",
  "active_registrations",
  "search",
  "seen_after",
  "seen_before",
  "sort_by",
  "sort_order",
  "include",
  "per_page",
  "cursor",
] as const satisfies readonly (keyof PhysicalDeviceListParameters)[];

/**
 * `/accounts/{account_id}/devices/physical-devices`; its `GET` lists (permission "Zero Trust Read"). Every call throws
 * `CloudflareError`; times are RFC 3339 in UTC.
 */
export interface PhysicalDevices extends Listed<PhysicalDevice, PhysicalDeviceListParameters> {
  /**
   * One device; an unknown id is `cloudflare/not-found`. The profile comes only with `include:
   * "last_seen_registration.policy"`.
   *
   * `GET /accounts/{account_id}/devices/physical-devices/{device_id}`; permission "Zero Trust Read".
   */
  readonly get: (
    id: string,
    options?: { readonly include?: "last_seen_registration.policy" | undefined },
  ) => Promise<PhysicalDevice>;
  /**
   * Deletes the record of a device. No public source says what happens to its registrations: read them back. An unknown
   * id is `cloudflare/not-found`.
   *
   * `DELETE /accounts/{account_id}/devices/physical-devices/{device_id}`; permission "Zero Trust Write".
   */
  readonly delete: (id: string) => Promise<void>;
  /**
   * Revokes all registrations of a device, for all users. An unknown id is `cloudflare/not-found`. Marked deprecated,
   * like the revocation of registrations. Once the endpoint is gone, the error is `cloudflare/endpoint-gone`.
   *
   * `POST /accounts/{account_id}/devices/physical-devices/{device_id}/revoke`; permission "Zero Trust Write".
   */
  readonly revoke: (id: string) => Promise<void>;
}

/** The physical devices of an account. */
export function physicalDevicesOf(context: CollectionContext): PhysicalDevices {
  const { transport, accountId, chunkSize } = context;
  const path = `/accounts/${accountId}/devices/physical-devices`;
  return {
    ...listed<PhysicalDevice, PhysicalDeviceListParameters>(context, {
      noun: "physical devices",
      path,
      parameters: PARAMETERS,
      read: readPhysicalDevice,
      repeated: ["last_seen_user", "last_seen_registration", "client_version", "manufacturer", "model"],
    }),
    get: async (id, options = {}) => {
      const query = encodeQuery({ include: options.include }, ["include"], chunkSize);
      const answer = await transport.send({ method: "GET", path: `${path}/${idSegment(id)}`, query });
      return readPhysicalDevice(answer.result);
    },
    delete: async (id) => deleteOne(transport, `${path}/${idSegment(id)}`),
    revoke: async (id) => {
      await transport.send({ method: "POST", path: `${path}/${idSegment(id)}/revoke` });
    },
  };
}
