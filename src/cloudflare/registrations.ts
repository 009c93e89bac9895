import { type CollectionContext, deleteOne, type Listed, listed, readRegistration } from "./collection.js";
import { encodeQuery, idQuery, idSegment } from "./envelope.js";
import type { Method } from "./errors.js";
import type { Registration } from "./types.js";

/** Parameters of `GET /accounts/{account_id}/devices/registrations`, by their wire names. */
export interface RegistrationListParameters {
  readonly id?: readonly string[] | undefined;
  readonly "user.id"?: readonly string[] | undefined;
  readonly "device.id"?: string | undefined;
  readonly "policy.id"?: string | undefined;
  readonly registration_type?: "warp" | "browser_extension" | undefined;
  /** The API's default is `active`. */
  readonly status?: "active" | "all" | "revoked" | undefined;
  readonly search?: string | undefined;
  /** RFC 3339. */
  readonly seen_after?: string | undefined;
  /** RFC 3339. */
  readonly seen_before?: string | undefined;
  readonly sort_by?: "id" | "user.name" | "user.email" | "last_seen_at" | "created_at" | undefined;
  readonly sort_order?: "asc" | "desc" | undefined;
  readonly include?: "policy" | undefined;
  readonly per_page?: number | undefined;
  readonly cursor?: string | undefined;
}

const PARAMETERS = [
  "id",
  "user.id",
  "device.id",
  "policy.id",
  "registration_type",
  "status",
  "search",
  "seen_after",
  "seen_before",
  "sort_by",
  "sort_order",
  "include",
  "per_page",
  "cursor",
] as const satisfies readonly (keyof RegistrationListParameters)[];

/**
 * `/accounts/{account_id}/devices/registrations`; its `GET` lists (permission "Zero Trust Read"). Every call throws
 * `CloudflareError`; times are RFC 3339 in UTC.
 */
export interface Registrations extends Listed<Registration, RegistrationListParameters> {
  /** The most ids in one bulk call. */
  readonly chunkSize: number;
  /**
   * One registration, also if it is revoked. The profile comes only with `include: "policy"`. An unknown id is
   * `cloudflare/not-found`. No public source says whether a deleted one counts as unknown, or comes with `deleted_at`.
   *
   * `GET /accounts/{account_id}/devices/registrations/{registration_id}`; permission "Zero Trust Read".
   */
  readonly get: (id: string, options?: { readonly include?: "policy" | undefined }) => Promise<Registration>;
  /**
   * Deletes a registration forever and releases its virtual IPs. An unknown id is `cloudflare/not-found`.
   *
   * `DELETE /accounts/{account_id}/devices/registrations/{registration_id}`; permission "Zero Trust Write".
   */
  readonly delete: (id: string) => Promise<void>;
  /**
   * Deletes several in one HTTP call. The API reports no outcome per id: read back, or use `perform`. An empty list
   * makes no call. A text that is not an id, and more than `chunkSize` ids, are `cloudflare/bad-setting`. The API may
   * skip unknown ids, or refuse the call with the others done or not done: no public source says.
   *
   * `DELETE /accounts/{account_id}/devices/registrations?id=…&id=…`; permission "Zero Trust Write".
   */
  readonly bulkDelete: (ids: readonly string[]) => Promise<void>;
  /**
   * Revokes several in one HTTP call, with the same rules as `bulkDelete`. Their keys become invalid; the records and
   * their virtual IPs stay. Marked deprecated since September 2026. Once the endpoint is gone, the error is
   * `cloudflare/endpoint-gone`.
   *
   * `POST /accounts/{account_id}/devices/registrations/revoke?id=…&id=…`; permission "Zero Trust Write".
   */
  readonly revoke: (ids: readonly string[]) => Promise<void>;
  /**
   * Undoes the revocation of several in one HTTP call, with the same rules as `bulkDelete`. Deprecated like `revoke`.
   *
   * `POST /accounts/{account_id}/devices/registrations/unrevoke?id=…&id=…`; permission "Zero Trust Write".
   */
  readonly unrevoke: (ids: readonly string[]) => Promise<void>;
}

/** The registrations of an account. */
export function registrationsOf(context: CollectionContext): Registrations {
  const { transport, accountId, chunkSize } = context;
  const path = `/accounts/${accountId}/devices/registrations`;
  const bulk =
    (method: Method, at: string) =>
    async (ids: readonly string[]): Promise<void> => {
      // Never make a bulk call without ids: no document says what it would apply to.
      if (ids.length > 0) await transport.send({ method, path: at, query: idQuery(ids, chunkSize) });
    };
  return {
    ...listed<Registration, RegistrationListParameters>(context, {
      noun: "registrations",
      path,
      parameters: PARAMETERS,
      read: readRegistration,
      repeated: ["user", "policy"],
    }),
    chunkSize,
    get: async (id, options = {}) => {
      const query = encodeQuery({ include: options.include }, ["include"], chunkSize);
      const answer = await transport.send({ method: "GET", path: `${path}/${idSegment(id)}`, query });
      return readRegistration(answer.result);
    },
    delete: async (id) => deleteOne(transport, `${path}/${idSegment(id)}`),
    bulkDelete: bulk("DELETE", path),
    revoke: bulk("POST", `${path}/revoke`),
    unrevoke: bulk("POST", `${path}/unrevoke`),
  };
}
