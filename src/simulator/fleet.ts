import type { Registration, RegistrationPolicy, RegistrationUser } from "../cloudflare/types.js";
import { instant, random, type Random } from "./clock-and-dice.js";
import { SimulatorError } from "./envelope.js";
import { FIRST_NAMES, fleetUsers, LAST_NAMES, MAKES } from "./fleet-users.js";
import type { DeviceRecord, World } from "./world.js";

/** How large a generated account is, and which one of that size. */
export interface FleetSize {
  readonly registrations: number;
  readonly users: number;
  /** The same seed makes the same world, byte for byte. */
  readonly seed: number;
  /** How many of the registrations are revoked; default 0. */
  readonly revoked?: number | undefined;
  /** RFC 3339: the day up to which devices have been seen; default 2026-10-01. */
  readonly now?: string | undefined;
}

const NOW = "2026-10-01T08:00:00.000000Z";

const DAY_MS = 86_400_000;

const CAPITALS = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789";

const VERSIONS = ["2026.6.822.0", "2026.4.929.0", "2025.10.186.0"] as const;

interface FleetMachine {
  readonly device: DeviceRecord;
  readonly user: RegistrationUser;
}

/**
 * A made-up account: some users have several devices, a few devices enrolled twice (half of them under a new device
 * id with the same hardware), some hardware has no serial number, or the one that its vendor forgot to fill in.
 *
 * @throws SimulatorError for numbers that cannot be
 */
export function generateWorld(size: FleetSize): World {
  const { registrations: count, users: userCount, seed, revoked = 0 } = size;
  checkSize(size);
  const now = Date.parse(instant(size.now ?? NOW) ?? "");
  if (Number.isNaN(now))
    throw new SimulatorError(`fleet: now: expected an RFC 3339 time, got "${size.now ?? ""}"`);
  const dice = random(seed);
  const account = dice.text("0123456789abcdef", 32);
  const policies = [policy(dice, "Default", true, now), policy(dice, "Engineering", false, now)] as const;
  const users = Array.from({ length: userCount }, (_, index) => makeUser(dice, index));
  const devices: DeviceRecord[] = [];
  const machines: FleetMachine[] = [];
  const registrations: Registration[] = [];
  for (let index = 0; index < count; index++) {
    const again = index >= userCount && dice.chance(0.04) ? machines[dice.below(machines.length)] : undefined;
    const user = again?.user ?? users[index < userCount ? index : dice.below(userCount)] ?? {};
    // Whole milliseconds apart, since the microseconds of each time are random.
    const created = now - 4 - dice.below(900 * DAY_MS);
    const seen = created + 1 + Math.floor((now - 3 - created) * (1 - (dice.below(1000) / 1000) ** 4));
    const same = again !== undefined && dice.chance(0.5);
    const device = same ? again.device : makeDevice(dice, user, created, seen, again?.device);
    if (!same) {
      devices.push(device);
      machines.push({ device, user });
    }
    registrations.push(makeRegistration(dice, device, user, created, seen, dice.pick(policies), index));
  }
  for (const index of choose(dice, count, revoked)) {
    const registration = registrations[index];
    if (registration === undefined) continue;
    const last = Date.parse(registration.last_seen_at ?? registration.created_at);
    const at = time(dice, last + 1 + dice.below(now - 1 - last));
    registrations[index] = { ...registration, revoked_at: at, updated_at: at };
  }
  const access_users = fleetUsers(users, registrations, account, { seed, now });
  return { account_id: account, registrations, physical_devices: devices, access_users };
}

function checkSize({ registrations, users, seed, revoked = 0 }: FleetSize): void {
  for (const [name, value] of Object.entries({ registrations, users, seed, revoked })) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new SimulatorError(`fleet: ${name}: expected a whole number, at least 0, got ${value}`);
    }
  }
  if (registrations > 0 && users === 0) throw new SimulatorError("fleet: users: at least 1");
  if (revoked > registrations) {
    throw new SimulatorError(`fleet: revoked: at most the ${registrations} registrations, got ${revoked}`);
  }
}

function makeUser(dice: Random, index: number): RegistrationUser {
  const first = dice.pick(FIRST_NAMES);
  const last = dice.pick(LAST_NAMES);
  const name = dice.chance(0.02) ? "" : `${first} ${last}`;
  // Numbered, since two people of one name have two addresses.
  return { id: dice.uuid(), email: `${plain(first)}.${plain(last)}${index + 1}@example.com`, name };
}

function makeDevice(
  dice: Random,
  user: RegistrationUser,
  created: number,
  seen: number,
  same: DeviceRecord | undefined,
): DeviceRecord {
  const make = dice.pick(MAKES);
  const [prefix, length] = make.serial;
  const own = `${(user.name ?? "").split(" ")[0] ?? ""}’s MacBook`;
  const machine = same ?? {
    name: make.name === "" && user.name !== "" ? own : `${make.name || "Mac-"}${dice.text(CAPITALS, 7)}`,
    client_version: dice.pick(VERSIONS),
    device_type: make.device_type,
    hardware_id: dice.chance(0.02) ? null : dice.uuid().toUpperCase(),
    mac_address: dice.text("0123456789abcdef", 12).replace(/..(?=.)/g, "$&:"),
    manufacturer: make.manufacturer,
    model: dice.pick(make.models),
    os_version: make.os_version,
    serial_number: serial(dice, prefix, length),
  };
  const at = time(dice, seen);
  return { ...machine, id: dice.uuid(), created_at: time(dice, created), updated_at: at, last_seen_at: at };
}

function serial(dice: Random, prefix: string, length: number): string | null {
  if (dice.chance(0.04)) return null;
  if (dice.chance(0.005)) return "To Be Filled By O.E.M.";
  return prefix + dice.text(CAPITALS, length - prefix.length);
}

function makeRegistration(
  dice: Random,
  device: DeviceRecord,
  user: RegistrationUser,
  created: number,
  seen: number,
  profile: RegistrationPolicy,
  index: number,
): Registration {
  const at = time(dice, seen);
  const masque = dice.chance(0.8);
  const version = device.client_version == null ? {} : { client_version: device.client_version };
  return {
    id: dice.uuid(),
    key: dice.base64(masque ? 91 : 32),
    key_type: masque ? "secp256r1" : "curve25519",
    tunnel_type: masque ? "masque" : "wireguard",
    device: { id: device.id, name: device.name, ...version },
    user,
    policy: profile,
    created_at: time(dice, created),
    updated_at: at,
    last_seen_at: at,
    registration_type: "warp",
    virtual_ipv4: `100.${96 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`,
  };
}

function policy(dice: Random, name: string, isDefault: boolean, now: number): RegistrationPolicy {
  return {
    id: dice.uuid(),
    name,
    default: isDefault,
    deleted: false,
    updated_at: time(dice, now - 30 * DAY_MS),
  };
}

/** Some of the numbers below `count`, each once. */
function choose(dice: Random, count: number, some: number): readonly number[] {
  const numbers = Array.from({ length: count }, (_, index) => index);
  for (let index = 0; index < some; index++) {
    const other = index + dice.below(count - index);
    [numbers[index], numbers[other]] = [numbers[other] ?? 0, numbers[index] ?? 0];
  }
  return numbers.slice(0, some);
}

function time(dice: Random, milliseconds: number): string {
  const whole = new Date(milliseconds).toISOString().slice(0, 23);
  return `${whole}${String(dice.below(1000)).padStart(3, "0")}Z`;
}

function plain(name: string): string {
  return name
    .normalize("NFD")
    .replace(/[^A-Za-z]/g, "")
    .toLowerCase();
}
