/**
 * Objects as the API sends them. Fields that no document names are passed on unchanged.
 *
 * A missing time is null or absent. Go's zero time and 1970, which a program without a null may send, are read as null.
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
  /** Null: never seen. */
  readonly last_seen_at: string | null;
  readonly deleted_at?: string | null;
  /** Null or absent: the registration is active. */
  readonly revoked_at?: string | null;
  readonly key_type?: string | null;
  readonly tunnel_type?: string | null;
  readonly policy?: RegistrationPolicy;
  readonly user?: RegistrationUser;
  /** `warp` or `browser_extension`. Absent on accounts whose API does not send it yet; then it is `warp`. */
  readonly registration_type?: string;
  readonly virtual_ipv4?: string | null;
  readonly virtual_ipv6?: string | null;
}

/** The hardware of registrations: its `id` is their `device.id`. Times are RFC 3339 in UTC. */
export interface PhysicalDevice {
  readonly id: string;
  readonly name: string;
  readonly created_at: string;
  readonly updated_at: string;
  /** Null: never seen. */
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

/** What can be done with a registration. */
export type Act = "revoke" | "unrevoke" | "delete";

// Access users and what the account knows about them, as the API sends it. In the documents every field is optional.
// Fields that no document names are passed on unchanged.
//
// Source: Cloudflare's OpenAPI document, `access_users-2`, `access_identity`, `access_active_sessions_response`,
// `access_active_session_response`, `access_failed_login_response`.

/** A user who has signed in, or was created. Times are RFC 3339 in UTC. */
export interface AccessUser {
  /** UUID; `user.id` of their registrations. Optional in the document, but without it users cannot be told apart. */
  readonly id: string;
  readonly email?: string | null;
  /** May be the empty string. */
  readonly name?: string | null;
  readonly uid?: string | null;
  readonly seat_uid?: string | null;
  /** True: the user has authenticated with Access, and holds a seat for it. */
  readonly access_seat?: boolean | null;
  /** True: the user has logged into the WARP client, and holds a seat for it. */
  readonly gateway_seat?: boolean | null;
  readonly active_device_count?: number | null;
  /** Absent for a user who never signed in. */
  readonly last_successful_login?: string | null;
  readonly created_at?: string | null;
  readonly updated_at?: string | null;
}

/** A result of one device posture check. */
export interface DevicePosture {
  readonly id?: string;
  readonly type?: string;
  readonly rule_name?: string;
  readonly description?: string;
  readonly success?: boolean;
  readonly error?: string;
  /** When it was checked, as text. */
  readonly timestamp?: string;
  readonly check?: { readonly exists?: boolean; readonly path?: string };
  readonly data?: unknown;
}

/** How, from where and with which identity provider a user signed in. */
export interface Identity {
  readonly account_id?: string;
  readonly auth_status?: string;
  readonly common_name?: string;
  readonly device_id?: string;
  /** By device id; seconds since 1970. */
  readonly device_sessions?: Readonly<Record<string, { readonly last_authenticated?: number }>>;
  /** By id of the posture rule. */
  readonly devicePosture?: Readonly<Record<string, DevicePosture>>;
  readonly email?: string;
  /** ISO 3166 code of the country. */
  readonly geo?: { readonly country?: string };
  /** When it was issued, in seconds since 1970. */
  readonly iat?: number;
  readonly idp?: { readonly id?: string; readonly type?: string };
  readonly ip?: string;
  readonly is_gateway?: boolean;
  readonly is_warp?: boolean;
  readonly mtls_auth?: {
    readonly auth_status?: string;
    readonly cert_issuer_dn?: string;
    readonly cert_issuer_ski?: string;
    readonly cert_presented?: boolean;
    readonly cert_serial?: string;
  };
  readonly service_token_id?: string;
  readonly service_token_status?: boolean;
  /** The Access user's `id`. */
  readonly user_uuid?: string;
  readonly version?: number;
}

/** A session as the list shows it. */
export interface ActiveSessionSummary {
  readonly name?: string;
  /** Seconds since 1970. */
  readonly expiration?: number;
  readonly metadata?: {
    /** By application id. */
    readonly apps?: Readonly<
      Record<
        string,
        {
          readonly hostname?: string;
          readonly name?: string;
          readonly type?: string;
          readonly uid?: string;
        }
      >
    >;
    /** Seconds since 1970. */
    readonly expires?: number;
    /** Seconds since 1970. */
    readonly iat?: number;
    /** The key to fetch the session by. */
    readonly nonce?: string;
    /** Seconds. */
    readonly ttl?: number;
  };
}

/** A session as it is fetched by its nonce. */
export interface ActiveSession extends Identity {
  readonly isActive?: boolean;
}

/** A failed sign-in. */
export interface FailedLogin {
  /** Seconds since 1970. */
  readonly expiration?: number;
  /** The document names no fields; these are in its example. */
  readonly metadata?: {
    readonly app_name?: string;
    readonly aud?: string;
    /** RFC 3339. */
    readonly datetime?: string;
    readonly ray_id?: string;
    readonly user_email?: string;
    readonly user_uuid?: string;
    readonly [name: string]: unknown;
  };
}
