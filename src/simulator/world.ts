import { readFileSync } from "node:fs";
import type { PhysicalDevice, Registration } from "../cloudflare/types.js";
import { type AccessUserRecord, checkAccessUser } from "./access-user-record.js";
import {
  checkUnique,
  type Fields,
  list,
  object,
  optional,
  optionalTimes,
  required,
  times,
} from "./checks.js";
import { messageOf, SimulatorError } from "./errors.js";
import { readSettings, type Settings } from "./settings.js";

/**
 * An account as a file: objects as the API sends them. `active_registrations` is worked out and may be left out; a
 * device that registrations name and the file lacks is made up from them, without hardware, since the account has a
 * row for every device.
 */
export interface World {
  readonly account_id: string;
  readonly registrations: readonly Registration[];
  readonly physical_devices: readonly DeviceRecord[];
  /** Missing: one for each user whom a registration names. */
  readonly access_users?: readonly AccessUserRecord[];
  readonly settings?: Partial<Settings>;
}

/** A physical device without what the registrations tell. */
export type DeviceRecord = Omit<PhysicalDevice, "active_registrations">;

const PARTS = ["account_id", "registrations", "physical_devices", "access_users", "settings"];

/**
 * A world from a file.
 *
 * @throws SimulatorError naming the file and the place in it
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
 * @throws SimulatorError naming the place, e.g. `registrations[3].device.id`
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
  const settings = world.settings === undefined ? {} : { settings: readSettings(world.settings) };
  return {
    account_id: world.account_id as string,
    registrations: registrations as unknown as readonly Registration[],
    physical_devices: devices as unknown as readonly DeviceRecord[],
    ...(users === undefined ? {} : { access_users: users as unknown as readonly AccessUserRecord[] }),
    ...settings,
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
