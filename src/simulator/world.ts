import { readFileSync } from "node:fs";
import type { PhysicalDevice, Registration } from "../cloudflare/types.js";
import { instant } from "./clock.js";
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
  readonly settings?: Partial<Settings>;
}

/** A physical device without what the registrations tell. */
export type DeviceRecord = Omit<PhysicalDevice, "active_registrations">;

type Fields = Readonly<Record<string, unknown>>;

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
    if (!["account_id", "registrations", "physical_devices", "settings"].includes(name)) {
      throw new SimulatorError(`${name}: a world has account_id, registrations, physical_devices, settings`);
    }
  }
  required(world, "", "account_id");
  const registrations = list(world.registrations, "registrations");
  const devices = list(world.physical_devices ?? [], "physical_devices");
  registrations.forEach((row, at) => checkRegistration(row, `registrations[${at}]`));
  devices.forEach((row, at) => checkDevice(row, `physical_devices[${at}]`));
  checkUnique(registrations, "registrations");
  checkUnique(devices, "physical_devices");
  const settings = world.settings === undefined ? {} : { settings: readSettings(world.settings) };
  return {
    account_id: world.account_id as string,
    registrations: registrations as unknown as readonly Registration[],
    physical_devices: devices as unknown as readonly DeviceRecord[],
    ...settings,
  };
}

function checkRegistration(row: Fields, at: string): void {
  required(row, at, "id", "key");
  const device = object(row.device, `${at}.device`);
  required(device, `${at}.device`, "id", "name");
  optional(device, `${at}.device`, "client_version");
  times(row, at, "created_at", "updated_at", "last_seen_at");
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

function checkUnique(rows: readonly Fields[], at: string): void {
  const seen = new Set<unknown>();
  rows.forEach((row, index) => {
    if (seen.has(row.id)) throw new SimulatorError(`${at}[${index}].id: ${quote(row.id)} occurs twice`);
    seen.add(row.id);
  });
}

function object(value: unknown, at: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new SimulatorError(`${at}: expected an object, got ${quote(value)}`);
  }
  return value as Fields;
}

function list(value: unknown, at: string): readonly Fields[] {
  if (!Array.isArray(value)) throw new SimulatorError(`${at}: expected a list, got ${quote(value)}`);
  return value.map((row, index) => object(row, `${at}[${index}]`));
}

function required(row: Fields, at: string, ...names: readonly string[]): void {
  for (const name of names) {
    const value = row[name];
    // A user chooses the device's name, and may choose none.
    if (typeof value !== "string" || (value === "" && name !== "name")) {
      throw new SimulatorError(`${place(at, name)}: expected a text, got ${quote(value)}`);
    }
  }
}

function optional(row: Fields, at: string, ...names: readonly string[]): void {
  for (const name of names) {
    const value = row[name];
    if (value != null && typeof value !== "string") {
      throw new SimulatorError(`${place(at, name)}: expected a text or null, got ${quote(value)}`);
    }
  }
}

function times(row: Fields, at: string, ...names: readonly string[]): void {
  for (const name of names) {
    const value = row[name];
    if (typeof value !== "string" || instant(value) === undefined) {
      throw new SimulatorError(`${place(at, name)}: expected an RFC 3339 time, got ${quote(value)}`);
    }
  }
}

function optionalTimes(row: Fields, at: string, ...names: readonly string[]): void {
  times(row, at, ...names.filter((name) => row[name] != null));
}

function place(at: string, name: string): string {
  return at === "" ? name : `${at}.${name}`;
}

function quote(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
