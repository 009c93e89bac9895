/**
 * Objects as the API sends them. Fields that no document names pass through untouched.
 *
 * A time that is none is null or absent: Go's zero time and 1970, which a program without a null may send, are read as
 * null.
 *
 * Source: Cloudflare's OpenAPI document, `teams-devices_registration` and `teams-devices_physical_device`.
 */

/** The device settings profile of a registration; sent only with `include=policy`. */
export interface RegistrationPolicy {
  readonly id: string;
  readonly name: string;
  readonly default: boolean;
  readonly deleted: boolean;
  readonly updated_at: string;
}

export interface RegistrationUser {
  /** UUID. */
  readonly id?: string;
  readonly email?: string;
  /** May be the empty string. */
  readonly name?: string;
}

/** A device bound to a user by a key. Times are RFC 3339 in UTC. */
export interface Registration {
  readonly id: string;
  /** The public key of the tunnel. */
  readonly key: string;
  readonly device: { readonly id: string; readonly name: string; readonly client_version?: string };
  readonly created_at: string;
  readonly updated_at: string;
  /** Null: it was never seen. */
  readonly last_seen_at: string | null;
  readonly deleted_at?: string | null;
  /** Null or absent: the registration is active. */
  readonly revoked_at?: string | null;
  readonly key_type?: string | null;
  readonly tunnel_type?: string | null;
  readonly policy?: RegistrationPolicy;
  readonly user?: RegistrationUser;
  /** `warp` or `browser_extension`; absent on accounts that do not tell yet, which means `warp`. */
  readonly registration_type?: string;
  readonly virtual_ipv4?: string | null;
  readonly virtual_ipv6?: string | null;
}

/** The hardware behind registrations; a registration's `device.id` is its `id`. Times are RFC 3339 in UTC. */
export interface PhysicalDevice {
  readonly id: string;
  readonly name: string;
  readonly created_at: string;
  readonly updated_at: string;
  /** Null: it was never seen. */
  readonly last_seen_at: string | null;
  /** Registrations that are neither revoked nor deleted. */
  readonly active_registrations: number;
  readonly deleted_at?: string | null;
  readonly client_version?: string | null;
  readonly device_type?: string | null;
  readonly hardware_id?: string | null;
  readonly mac_address?: string | null;
  readonly manufacturer?: string | null;
  readonly model?: string | null;
  readonly os_version?: string | null;
  readonly os_version_extra?: string | null;
  readonly public_ip?: string | null;
  readonly serial_number?: string | null;
  readonly last_seen_registration?: { readonly policy?: RegistrationPolicy | null } | null;
  readonly last_seen_user?: RegistrationUser | null;
}

/** What can be done with registrations. */
export type Act = "revoke" | "unrevoke" | "delete";
