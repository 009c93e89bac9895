import type {
  AccessUser,
  ActiveSession,
  ActiveSessionSummary,
  FailedLogin,
  Identity,
} from "../cloudflare/access-types.js";
import { type Fields, list, object, optional, optionalTimes, quote, required } from "./checks.js";
import { SimulatorError } from "./errors.js";

/**
 * An Access user of a world: the user as the API sends it, and beside its fields what the calls below the user answer.
 * `active_device_count` is worked out from the registrations unless the world says otherwise.
 */
export interface AccessUserRecord extends AccessUser {
  readonly active_sessions?: readonly SessionRecord[];
  /** Null or missing: the user never signed in. */
  readonly last_seen_identity?: Identity | null;
  readonly failed_logins?: readonly FailedLogin[];
}

/** A session as the list shows it, with what a get by its nonce answers; without that, the last seen identity. */
export interface SessionRecord extends ActiveSessionSummary {
  readonly session?: ActiveSession;
}

/** Checks one user of a world. */
export function checkAccessUser(row: Fields, at: string): void {
  required(row, at, "id");
  optional(row, at, "email", "name", "uid", "seat_uid");
  optionalTimes(row, at, "last_successful_login", "created_at", "updated_at");
  for (const name of ["access_seat", "gateway_seat"]) {
    if (row[name] != null && typeof row[name] !== "boolean") {
      throw new SimulatorError(`${at}.${name}: expected true or false, got ${quote(row[name])}`);
    }
  }
  const devices = row.active_device_count;
  if (devices != null && !(Number.isSafeInteger(devices) && (devices as number) >= 0)) {
    throw new SimulatorError(`${at}.active_device_count: expected a whole number, got ${quote(devices)}`);
  }
  if (row.last_seen_identity != null) object(row.last_seen_identity, `${at}.last_seen_identity`);
  list(row.failed_logins ?? [], `${at}.failed_logins`);
  list(row.active_sessions ?? [], `${at}.active_sessions`).forEach((session, index) => {
    const place = `${at}.active_sessions[${index}]`;
    required(object(session.metadata, `${place}.metadata`), `${place}.metadata`, "nonce");
  });
}
