import type { Registration, RegistrationPolicy, RegistrationUser, Identity } from "../cloudflare/types.js";
import { groupBy } from "../text/words.js";
import { instant, random, type Random } from "./clock-and-dice.js";
import { SimulatorError } from "./envelope.js";
import type { DeviceRecord, World, AccessUserRecord, SessionRecord } from "./world.js";

/** The size of a generated account, and the seed that selects one of that size. */
export interface FleetSize {
  readonly registrations: number;
  readonly users: number;
  /** The same seed makes the same world, byte for byte. */
  readonly seed: number;
  /** How many of the registrations are revoked. Default 0. */
  readonly revoked?: number | undefined;
  /** RFC 3339: devices were last seen before this time. Default 2026-10-01. */
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
 * A made-up account. Some users have several devices. A few devices enrolled twice, half of them under a new device id
 * with the same hardware. Some hardware has no serial number, or a vendor's default.
 *
 * @throws SimulatorError for impossible numbers
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
    // Times are whole milliseconds apart, because the microseconds of each are random.
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
  // The number keeps the addresses of two people with the same name apart.
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

/** A selection of the numbers below `count`, each once. */
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

// The Access users of a generated account.

const COUNTRIES = ["DE", "FR", "NL", "PT", "US"] as const;

const DAY_S = 86_400;

/**
 * The Access users of a generated account, one row for each user. A user signed in no later than any of their devices
 * was seen. Some have sessions, a few have failed logins. They use their own random sequence, so that the devices of a
 * seed do not change.
 */
function fleetUsers(
  users: readonly RegistrationUser[],
  registrations: readonly Registration[],
  account: string,
  { seed, now }: { readonly seed: number; readonly now: number },
): readonly AccessUserRecord[] {
  const dice = random(seed ^ 0x0acc_e550);
  const of = groupBy(registrations, ({ user }) => user?.id ?? "");
  const idp = { id: dice.uuid(), type: "azureAD" };
  return users.map((user) => makeAccessUser(dice, user, of.get(user.id ?? "") ?? [], { account, idp, now }));
}

interface UserSetting {
  readonly account: string;
  readonly idp: { readonly id: string; readonly type: string };
  readonly now: number;
}

function makeAccessUser(
  dice: Random,
  { id = "", email = "", name = "" }: RegistrationUser,
  registrations: readonly Registration[],
  setting: UserSetting,
): AccessUserRecord {
  const { now } = setting;
  const created = registrations.map(({ created_at }) => created_at).sort();
  const seen = registrations.flatMap(({ last_seen_at }) => last_seen_at ?? []).sort();
  const newest = registrations.find(({ last_seen_at }) => last_seen_at === seen.at(-1));
  const [first = new Date(now - 1000 * dice.below(300 * DAY_S)).toISOString()] = created;
  const login = seen.at(-1);
  const base = {
    id,
    email,
    name,
    uid: dice.uuid(),
    seat_uid: dice.uuid(),
    access_seat: login !== undefined && dice.chance(0.8),
    gateway_seat: login !== undefined,
    created_at: first,
    updated_at: login ?? first,
  };
  // A user without a device was created, but never signed in.
  if (login === undefined || newest === undefined) return { ...base, active_sessions: [], failed_logins: [] };
  const at = Math.floor(Date.parse(login) / 1000);
  const identity = makeIdentity(dice, { id, email, name }, newest.device.id, at, setting);
  const sessions = dice.chance(0.3) ? 1 + dice.below(2) : 0;
  const failures = dice.chance(0.05) ? 1 + dice.below(3) : 0;
  return {
    ...base,
    last_successful_login: login,
    last_seen_identity: identity,
    active_sessions: Array.from({ length: sessions }, () => makeSession(dice, identity, at)),
    failed_logins: Array.from({ length: failures }, () => makeFailure(dice, { id, email }, at)),
  };
}

function makeIdentity(
  dice: Random,
  { id = "", email = "", name = "" }: RegistrationUser,
  deviceId: string,
  at: number,
  { account, idp }: UserSetting,
): Identity {
  const rule = dice.uuid();
  return {
    account_id: account,
    auth_status: "NONE",
    common_name: name,
    device_id: deviceId,
    device_sessions: oneKey(deviceId, { last_authenticated: at }),
    devicePosture: oneKey(rule, {
      id: rule,
      type: "disk_encryption",
      rule_name: "Disk encryption",
      success: dice.chance(0.95),
      timestamp: new Date(at * 1000).toISOString(),
    }),
    email,
    geo: { country: dice.pick(COUNTRIES) },
    iat: at,
    idp,
    ip: `198.51.100.${1 + dice.below(254)}`,
    is_gateway: true,
    is_warp: true,
    user_uuid: id,
    version: 2,
  };
}

function makeSession(dice: Random, identity: Identity, at: number): SessionRecord {
  const uid = dice.uuid();
  const expires = at + DAY_S;
  return {
    name: dice.text("0123456789abcdef", 16),
    expiration: expires,
    metadata: {
      apps: oneKey(uid, { hostname: "wiki.example.com", name: "Wiki", type: "self_hosted", uid }),
      expires,
      iat: at,
      nonce: dice.text("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz0123456789", 16),
      ttl: DAY_S,
    },
    session: { ...identity, isActive: true },
  };
}

function makeFailure(dice: Random, { id = "", email = "" }: RegistrationUser, at: number) {
  const time = at - 1 - dice.below(DAY_S);
  return {
    expiration: time + 30 * DAY_S,
    metadata: {
      app_name: "Wiki",
      aud: dice.text("0123456789abcdef", 64),
      datetime: new Date(time * 1000).toISOString(),
      ray_id: dice.text("0123456789abcdef", 16),
      user_email: email,
      user_uuid: id,
    },
  };
}

/**
 * A mapping with one key. It has no prototype: thousands of `{}` with different keys each fill V8's table of shapes,
 * and every object made afterwards is slow to read.
 */
function oneKey<T>(key: string, value: T): Readonly<Record<string, T>> {
  const mapping = Object.create(null) as Record<string, T>;
  mapping[key] = value;
  return mapping;
}

/* The data for generated fleets. */

// prettier-ignore
const FIRST_NAMES = [
  "Aisha", "Akira", "Alice", "Amara", "Anders", "Ben", "Bruno", "Carmen", "Chen", "Chloé", "Dana", "David",
  "Elena", "Emeka", "Fatima", "Felix", "Grace", "Hana", "Henrik", "Ines", "Ivan", "Jamal", "Jana", "Jorge",
  "Kaito", "Kim", "Lars", "Leila", "Luca", "Maria", "Marek", "Mei", "Nadia", "Noah", "Nora", "Olga", "Omar",
  "Paulo", "Priya", "Quinn", "Rafael", "Rosa", "Sam", "Sara", "Tariq", "Tom", "Uma", "Vera", "Wei", "Yara", "Zoe",
] as const;

// prettier-ignore
const LAST_NAMES = [
  "Abdi", "Almeida", "Bauer", "Becker", "Chen", "Cohen", "Costa", "Dubois", "Eriksen", "Fischer", "Garcia",
  "Haddad", "Hansen", "Ito", "Ivanova", "Jensen", "Kaya", "Khan", "Kowalski", "Kumar", "Lee", "Lopez", "Martin",
  "Mbeki", "Meyer", "Moreau", "Müller", "Nakamura", "Nguyen", "Novak", "Okafor", "Olsen", "Park", "Patel", "Petrov",
  "Popescu", "Rossi", "Santos", "Sato", "Schmidt", "Silva", "Singh", "Smith", "Tanaka", "Torres", "Varga", "Weber",
  "Wilson", "Wong", "Yilmaz", "Zhang",
] as const;

/** A make of machine: how its devices are named and numbered. */
interface Make {
  readonly manufacturer: string;
  readonly models: readonly [string, ...string[]];
  readonly device_type: string;
  readonly os_version: string;
  /** The beginning of a serial number, and its whole length. The rest is random. */
  readonly serial: readonly [prefix: string, length: number];
  /** The beginning of a machine's name; the rest is random. If empty, the machine is named after its user. */
  readonly name: string;
}

const MAKES: readonly [Make, ...Make[]] = [
  {
    manufacturer: "Apple Inc.",
    models: ["MacBookPro18,3", "Mac14,2", "Mac15,6"],
    device_type: "mac",
    os_version: "15.6.1",
    serial: ["C02", 12],
    name: "",
  },
  {
    manufacturer: "Dell Inc.",
    models: ["Latitude 7440", "XPS 13 9340", "Precision 5490"],
    device_type: "windows",
    os_version: "10.0.22631",
    serial: ["", 7],
    name: "DESKTOP-",
  },
  {
    manufacturer: "LENOVO",
    models: ["ThinkPad X1 Carbon Gen 11", "ThinkPad T14 Gen 4"],
    device_type: "windows",
    os_version: "10.0.22631",
    serial: ["PF", 8],
    name: "LAPTOP-",
  },
  {
    manufacturer: "HP",
    models: ["HP EliteBook 840 G10", "HP ZBook Firefly 14"],
    device_type: "linux",
    os_version: "6.8.0",
    serial: ["5CG", 10],
    name: "ws-",
  },
];
