import { readFileSync } from "node:fs";
import type {
  AccessUser,
  ActiveSession,
  ActiveSessionSummary,
  FailedLogin,
  Identity,
  PhysicalDevice,
  Registration,
} from "../cloudflare/types.js";
import { instant } from "./clock-and-dice.js";
import { messageOf, SimulatorError } from "./envelope.js";
import { readSettings, type SimulatorSettings } from "./settings.js";

/**
 * An account as a file: objects as the API sends them. `active_registrations` is computed and may be left out. If
 * registrations name a device that the file does not have, it is made from them, without hardware: the account has a
 * row for every device.
 */
export interface World {
  readonly account_id: string;
  readonly registrations: readonly Registration[];
  readonly physical_devices: readonly DeviceRecord[];
  /** If it is missing, there is one for each user in a registration. */
  readonly access_users?: readonly AccessUserRecord[] | undefined;
  readonly settings?: Partial<SimulatorSettings> | undefined;
}

/** A physical device without the fields that come from its registrations. */
export type DeviceRecord = Omit<PhysicalDevice, "active_registrations">;

const PARTS = ["account_id", "registrations", "physical_devices", "access_users", "settings"];

/**
 * A world from a file.
 *
 * @throws SimulatorError with the file and the place in it
 */
export function readWorldFile(file: string): World {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (thrown) {
    throw new SimulatorError(`world file ${file}: cannot be read: ${messageOf(thrown)}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    throw new SimulatorError(`world file ${file}: not JSON: ${messageOf(thrown)}`);
  }
  try {
    return readWorld(value);
  } catch (thrown) {
    throw new SimulatorError(`world file ${file}: ${messageOf(thrown)}`);
  }
}

/**
 * A world from JSON.
 *
 * @throws SimulatorError with the place, e.g. `registrations[3].device.id`
 */
export function readWorld(value: unknown): World {
  const world = object(value, "the world");
  for (const name of Object.keys(world)) {
    if (!PARTS.includes(name)) throw new SimulatorError(`${name}: a world has ${PARTS.join(", ")}`);
  }
  required(world, "", "account_id");
  const registrations = list(world.registrations, "registrations");
  const devices = list(world.physical_devices ?? [], "physical_devices");
  registrations.forEach((row, at) => checkRegistration(row, `registrations[${at}]`));
  devices.forEach((row, at) => checkDevice(row, `physical_devices[${at}]`));
  checkUnique(registrations, "registrations");
  checkUnique(devices, "physical_devices");
  const users = world.access_users === undefined ? undefined : list(world.access_users, "access_users");
  users?.forEach((row, at) => checkAccessUser(row, `access_users[${at}]`));
  checkUnique(users ?? [], "access_users");
  return {
    account_id: world.account_id as string,
    registrations: registrations as unknown as readonly Registration[],
    physical_devices: devices as unknown as readonly DeviceRecord[],
    access_users: users as unknown as readonly AccessUserRecord[] | undefined,
    settings: world.settings === undefined ? undefined : readSettings(world.settings),
  };
}

function checkRegistration(row: Fields, at: string): void {
  required(row, at, "id", "key");
  const device = object(row.device, `${at}.device`);
  required(device, `${at}.device`, "id", "name");
  optional(device, `${at}.device`, "client_version");
  times(row, at, "created_at", "updated_at");
  if (row.last_seen_at !== null) times(row, at, "last_seen_at");
  optionalTimes(row, at, "deleted_at", "revoked_at");
  optional(row, at, "key_type", "tunnel_type", "registration_type", "virtual_ipv4", "virtual_ipv6");
  checkUser(row.user, `${at}.user`);
  if (row.policy != null) checkPolicy(row.policy, `${at}.policy`);
}

function checkDevice(row: Fields, at: string): void {
  required(row, at, "id", "name");
  times(row, at, "created_at", "updated_at");
  optionalTimes(row, at, "last_seen_at", "deleted_at");
  optional(row, at, "client_version", "device_type", "hardware_id", "mac_address", "manufacturer", "model");
  optional(row, at, "os_version", "os_version_extra", "public_ip", "serial_number");
  checkUser(row.last_seen_user, `${at}.last_seen_user`);
  const seen = row.last_seen_registration;
  if (seen == null) return;
  const policy = object(seen, `${at}.last_seen_registration`).policy;
  if (policy != null) checkPolicy(policy, `${at}.last_seen_registration.policy`);
}

function checkUser(value: unknown, at: string): void {
  if (value != null) optional(object(value, at), at, "id", "email", "name");
}

function checkPolicy(value: unknown, at: string): void {
  const policy = object(value, at);
  required(policy, at, "id", "name", "updated_at");
  for (const name of ["default", "deleted"]) {
    if (typeof policy[name] !== "boolean") throw new SimulatorError(`${at}.${name}: expected true or false`);
  }
}

/* Checks of a world's JSON. Each mistake is reported with its place, e.g. `registrations[3].device.id`. */

/** A JSON object's fields. */
type Fields = Readonly<Record<string, unknown>>;

/** The value as an object. */
function object(value: unknown, at: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new SimulatorError(`${at}: expected an object, got ${quote(value)}`);
  }
  return value as Fields;
}

/** The value as a list of objects. */
function list(value: unknown, at: string): readonly Fields[] {
  if (!Array.isArray(value)) throw new SimulatorError(`${at}: expected a list, got ${quote(value)}`);
  return value.map((row, index) => object(row, `${at}[${index}]`));
}

/** Required texts. */
function required(row: Fields, at: string, ...names: readonly string[]): void {
  for (const name of names) {
    const value = row[name];
    // A user chooses the device's name, and may leave it empty.
    if (typeof value !== "string" || (value === "" && name !== "name")) {
      throw new SimulatorError(`${place(at, name)}: expected text, got ${quote(value)}`);
    }
  }
}

/** Texts that may be missing or null. */
function optional(row: Fields, at: string, ...names: readonly string[]): void {
  for (const name of names) {
    const value = row[name];
    if (value != null && typeof value !== "string") {
      throw new SimulatorError(`${place(at, name)}: expected text or null, got ${quote(value)}`);
    }
  }
}

/** Required times. */
function times(row: Fields, at: string, ...names: readonly string[]): void {
  for (const name of names) {
    const value = row[name];
    if (typeof value !== "string" || instant(value) === undefined) {
      throw new SimulatorError(`${place(at, name)}: expected an RFC 3339 time, got ${quote(value)}`);
    }
  }
}

/** Times that may be missing or null. */
function optionalTimes(row: Fields, at: string, ...names: readonly string[]): void {
  times(row, at, ...names.filter((name) => row[name] != null));
}

/** No id may appear twice. */
function checkUnique(rows: readonly Fields[], at: string): void {
  const seen = new Set<unknown>();
  rows.forEach((row, index) => {
    if (seen.has(row.id)) throw new SimulatorError(`${at}[${index}].id: ${quote(row.id)} occurs twice`);
    seen.add(row.id);
  });
}

function place(at: string, name: string): string {
  return at === "" ? name : `${at}.${name}`;
}

/** A value in a message. */
function quote(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/**
 * An Access user of a world: the user as the API sends it, with additional fields for the answers of the calls below
 * the user. `active_device_count` is computed from the registrations unless the world gives it.
 */
export interface AccessUserRecord extends AccessUser {
  readonly active_sessions?: readonly SessionRecord[];
  /** Null or missing: the user never signed in. */
  readonly last_seen_identity?: Identity | null;
  readonly failed_logins?: readonly FailedLogin[];
}

/**
 * A session as the list shows it, with the answer to a get by its nonce. Without that, the answer is the last seen
 * identity.
 */
export interface SessionRecord extends ActiveSessionSummary {
  readonly session?: ActiveSession;
}

/** Checks one user of a world. */
function checkAccessUser(row: Fields, at: string): void {
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
