/** `warp-registrations inventory`: the live account as one file. */

import type { Command } from "commander";
import { createHmac, randomBytes } from "node:crypto";
import { hardwareIdKey, isUsableSerial, serialKey } from "../../allowlist/match-values.js";
import { domainOf, normaliseEmail } from "../../allowlist/values.js";
import type {
  AccessUser,
  PhysicalDevice,
  Registration,
  RegistrationPolicy,
  RegistrationUser,
} from "../../cloudflare/index.js";
import { isNoUser } from "../../reconcile/scope.js";
import { momentOf, openSource } from "../account.js";
import { type CommandContext, EXIT, type ExitCode, newCommand, runs, type Surroundings } from "../command.js";
import { formatInventory, type InventoryFile } from "../files.js";
import { type AccountOptions, accountOptions, outputOptions } from "../options.js";
import { checkOutputs, emit, type OutputOptions } from "../output.js";

interface InventoryOptions extends AccountOptions, OutputOptions<"json"> {
  readonly redact?: boolean;
  readonly accessUsers?: boolean;
}

const FORMATS = ["json"] as const;

const EXAMPLE = `
$ warp-registrations inventory --output inventory.json
saved 412 registrations and 380 physical devices to inventory.json
$ warp-registrations plan --inventory inventory.json

The file names people, devices and their addresses, so only its owner can read it (mode 0600). --redact replaces them;
with --inventory FILE it redacts an existing file.
`;

export function inventoryCommand(context: CommandContext): Command {
  const command = newCommand(
    "inventory",
    "Save the account (registrations and physical devices) to a file that other commands read.",
    EXAMPLE,
  );
  for (const option of [...accountOptions(), ...outputOptions(FORMATS)]) command.addOption(option);
  command.option(
    "--redact",
    "replace e-mails, names, ids, serial numbers, addresses and keys with pseudonyms",
  );
  command.option("--access-users", "save the Access users too; the token needs Access: Audit Logs Read");
  return runs(command, context, saveInventory);
}

async function saveInventory(surroundings: Surroundings, options: InventoryOptions): Promise<ExitCode> {
  checkOutputs(surroundings.folder, options, FORMATS, [options.inventory]);
  const source = openSource(surroundings, options);
  const { account, registrations, devices, accessUsers } = await source.listFull({
    accessUsers: options.accessUsers === true,
  });
  const full: InventoryFile = {
    kind: "warp-inventory",
    version: 1,
    account,
    takenAt: momentOf(surroundings, source, options).toISOString(),
    redacted: source.redacted ?? false,
    registrations,
    devices,
    accessUsers,
  };
  const saved = options.redact === true ? redactInventory(full) : full;
  emit(surroundings, options, FORMATS, () => formatInventory(saved));
  if (options.output !== undefined && options.quiet !== true) {
    const files = options.output.map(({ path }) => path).join(", ");
    surroundings.stderr.write(
      `saved ${registrations.length} registrations and ${devices.length} physical devices to ${files}\n`,
    );
  }
  return EXIT.fine;
}

// An inventory that can be shared: people and things are replaced, and their relations stay.

/**
 * Replaces account, ids, e-mails, names, serial numbers, hardware ids, MAC and IP addresses, and keys. Times, versions,
 * models and states stay. Fields that no document of the API names are left out, because nobody knows what they hold.
 */
function redactInventory(file: InventoryFile): InventoryFile {
  const names = new Pseudonyms();
  return {
    ...file,
    account: names.of("account", file.account),
    redacted: true,
    registrations: file.registrations.map((row) => redactRegistration(row, names)),
    devices: file.devices.map((row) => redactDevice(row, names)),
    accessUsers: file.accessUsers?.map((row) => redactAccessUser(row, names)),
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

/** Users of one domain still share one domain, and an address that belongs to no person still shows that. */
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

/** A vendor's default is kept: it does not identify a machine, and it matters that it is a default. */
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

/** The kind of a value. Its pseudonym has the same form. */
type PseudonymKind = keyof typeof SHAPES;

/** Turns 256 bits of a keyed hash, as hexadecimal digits, into a value of the right form. */
const SHAPES = {
  account: (hash: string) => hash.slice(0, 32),
  uuid: (hash: string) =>
    [
      hash.slice(0, 8),
      hash.slice(8, 12),
      `4${hash.slice(13, 16)}`,
      `8${hash.slice(17, 20)}`,
      hash.slice(20, 32),
    ].join("-"),
  local: (hash: string) => `user-${hash.slice(0, 10)}`,
  domain: (hash: string) => `${hash.slice(0, 8)}.example`,
  person: (hash: string) => `Person ${hash.slice(0, 8)}`,
  device: (hash: string) => `device-${hash.slice(0, 10)}`,
  profile: (hash: string) => `profile-${hash.slice(0, 8)}`,
  serial: (hash: string) => `SN${hash.slice(0, 12).toUpperCase()}`,
  hardwareId: (hash: string) => `HW${hash.slice(0, 20)}`,
  key: (hash: string) => `key-${hash.slice(0, 40)}`,
  /** A locally administered address, which belongs to no vendor. */
  mac: (hash: string) => `02:${(hash.slice(0, 10).match(/../gu) ?? []).join(":")}`,
  ipv4: (hash: string) =>
    `10.${[0, 2, 4].map((at) => Number.parseInt(hash.slice(at, at + 2), 16)).join(".")}`,
  ipv6: (hash: string) => `fd00:${(hash.slice(0, 28).match(/..../gu) ?? []).join(":")}`,
} as const;

/**
 * Replaces values. Equal values stay equal, different ones stay different, and nobody can find out which was which: the
 * key is random for each instance and is not stored, so that trying all e-mails of a company does not help either.
 */
class Pseudonyms {
  readonly #key = randomBytes(32);
  readonly #known = new Map<string, string>();
  readonly #taken = new Set<string>();

  of(kind: PseudonymKind, value: string): string {
    const name = `${kind}\n${value}`;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    // Short forms can collide. Then the next attempt is used.
    for (let attempt = 0; ; attempt++) {
      const made = SHAPES[kind](createHmac("sha256", this.#key).update(`${attempt}\n${name}`).digest("hex"));
      if (this.#taken.has(made)) continue;
      this.#taken.add(made);
      this.#known.set(name, made);
      return made;
    }
  }
}
