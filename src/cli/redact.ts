/** An inventory that can be shared: who and what is replaced, how everything hangs together stays. */

import { domainOf, normaliseEmail } from "../allowlist/email.js";
import { hardwareIdKey, isUsableSerial, serialKey } from "../allowlist/serial.js";
import type {
  AccessUser,
  PhysicalDevice,
  Registration,
  RegistrationPolicy,
  RegistrationUser,
} from "../cloudflare/index.js";
import { isNoUser } from "../reconcile/scope.js";
import type { InventoryFile } from "./inventory-file.js";
import { Pseudonyms, type PseudonymKind } from "./pseudonyms.js";

/**
 * Replaces account, ids, e-mails, names, serial numbers, hardware ids, MAC and IP addresses, and keys. Times, versions,
 * models and states stay. A field that no document of the API names is left out: nobody knows what it holds.
 */
export function redactInventory(file: InventoryFile, names = new Pseudonyms()): InventoryFile {
  return {
    ...file,
    account: names.of("account", file.account),
    redacted: true,
    registrations: file.registrations.map((row) => redactRegistration(row, names)),
    devices: file.devices.map((row) => redactDevice(row, names)),
    ...(file.accessUsers && { accessUsers: file.accessUsers.map((row) => redactAccessUser(row, names)) }),
  };
}

function redactRegistration(row: Registration, names: Pseudonyms): Registration {
  return withoutUndefined({
    id: names.of("uuid", row.id),
    key: row.key === "" ? "" : names.of("key", row.key),
    device: withoutUndefined({
      id: names.of("uuid", row.device.id),
      name: deviceName(row.device.name, names),
      client_version: row.device.client_version,
    }),
    created_at: row.created_at,
    updated_at: row.updated_at,
    last_seen_at: row.last_seen_at,
    deleted_at: row.deleted_at,
    revoked_at: row.revoked_at,
    key_type: row.key_type,
    tunnel_type: row.tunnel_type,
    registration_type: row.registration_type,
    policy: row.policy && redactPolicy(row.policy, names),
    user: row.user && redactUser(row.user, names),
    virtual_ipv4: replace("ipv4", row.virtual_ipv4, names),
    virtual_ipv6: replace("ipv6", row.virtual_ipv6, names),
  }) as Registration;
}

function redactDevice(row: PhysicalDevice, names: Pseudonyms): PhysicalDevice {
  const { last_seen_registration: seen, last_seen_user: user } = row;
  return withoutUndefined({
    id: names.of("uuid", row.id),
    name: deviceName(row.name, names),
    created_at: row.created_at,
    updated_at: row.updated_at,
    last_seen_at: row.last_seen_at,
    active_registrations: row.active_registrations,
    deleted_at: row.deleted_at,
    client_version: row.client_version,
    device_type: row.device_type,
    hardware_id: identity("hardwareId", row.hardware_id, names),
    mac_address: replace("mac", row.mac_address, names),
    manufacturer: row.manufacturer,
    model: row.model,
    os_version: row.os_version,
    os_version_extra: row.os_version_extra,
    public_ip: replace(row.public_ip?.includes(":") === true ? "ipv6" : "ipv4", row.public_ip, names),
    serial_number: identity("serial", row.serial_number, names),
    last_seen_registration:
      seen && withoutUndefined({ policy: seen.policy && redactPolicy(seen.policy, names) }),
    last_seen_user: user && redactUser(user, names),
  }) as PhysicalDevice;
}

function redactAccessUser(row: AccessUser, names: Pseudonyms): AccessUser {
  return withoutUndefined({
    id: names.of("uuid", row.id),
    email: row.email == null ? row.email : redactEmail(row.email, names),
    name: replace("person", row.name, names),
    uid: replace("uuid", row.uid, names),
    seat_uid: replace("uuid", row.seat_uid, names),
    access_seat: row.access_seat,
    gateway_seat: row.gateway_seat,
    active_device_count: row.active_device_count,
    last_successful_login: row.last_successful_login,
    created_at: row.created_at,
    updated_at: row.updated_at,
  }) as AccessUser;
}

function redactUser(user: RegistrationUser, names: Pseudonyms): RegistrationUser {
  return withoutUndefined({
    id: replace("uuid", user.id, names),
    email: user.email === undefined ? undefined : redactEmail(user.email, names),
    name: replace("person", user.name, names),
  });
}

/** Users of one domain stay users of one domain, and what belongs to no person still says so. */
function redactEmail(given: string, names: Pseudonyms): string {
  const email = normaliseEmail(given);
  if (!email.includes("@")) return email === "" ? given : names.of("local", email);
  const domain = domainOf(email);
  const local = names.of("local", email.slice(0, -domain.length - 1));
  if (!isNoUser(email)) return `${local}@${names.of("domain", domain)}`;
  return `${local}@${names.of("domain", domain).replace(/\.example$/u, "")}.cloudflareaccess.com`;
}

function redactPolicy(policy: RegistrationPolicy, names: Pseudonyms): RegistrationPolicy {
  return {
    id: names.of("uuid", policy.id),
    name: names.of("profile", policy.name),
    default: policy.default,
    deleted: policy.deleted,
    updated_at: policy.updated_at,
  };
}

/** A vendor's default names no machine, and that it is one matters. */
function identity(kind: "serial" | "hardwareId", given: string | null | undefined, names: Pseudonyms) {
  if (given == null || !isUsableSerial(given)) return given;
  return replace(kind, (kind === "serial" ? serialKey : hardwareIdKey)(given), names);
}

function deviceName(name: string, names: Pseudonyms): string {
  return name === "" ? "" : names.of("device", name);
}

function replace(kind: PseudonymKind, given: string | null | undefined, names: Pseudonyms) {
  return given == null || given === "" ? given : names.of(kind, given);
}

function withoutUndefined(fields: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
