import type { Identity, Registration, RegistrationUser } from "../cloudflare/types.js";
import { groupBy } from "../text/words.js";
import { random, type Random } from "./clock-and-dice.js";
import type { AccessUserRecord, SessionRecord } from "./world.js";

const COUNTRIES = ["DE", "FR", "NL", "PT", "US"] as const;

const DAY_S = 86_400;

/**
 * The Access users of a generated account: a row for each user, who signed in no later than any of their devices was
 * seen; some have sessions, a few have failed logins. A sequence of its own, so that the devices of a seed stay as they
 * are.
 */
export function fleetUsers(
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
  // Who has no device has been created, and never came.
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
    device_sessions: under(deviceId, { last_authenticated: at }),
    devicePosture: under(rule, {
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
      apps: under(uid, { hostname: "wiki.example.com", name: "Wiki", type: "self_hosted", uid }),
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
 * A mapping of one key. It has no prototype: thousands of `{}` with a key of their own each fill V8's table of shapes,
 * and every object that is made afterwards is slow to read.
 */
function under<T>(key: string, value: T): Readonly<Record<string, T>> {
  const mapping = Object.create(null) as Record<string, T>;
  mapping[key] = value;
  return mapping;
}

/* What generated fleets are made of. */

// prettier-ignore
export const FIRST_NAMES = [
  "Aisha", "Akira", "Alice", "Amara", "Anders", "Ben", "Bruno", "Carmen", "Chen", "Chloé", "Dana", "David",
  "Elena", "Emeka", "Fatima", "Felix", "Grace", "Hana", "Henrik", "Ines", "Ivan", "Jamal", "Jana", "Jorge",
  "Kaito", "Kim", "Lars", "Leila", "Luca", "Maria", "Marek", "Mei", "Nadia", "Noah", "Nora", "Olga", "Omar",
  "Paulo", "Priya", "Quinn", "Rafael", "Rosa", "Sam", "Sara", "Tariq", "Tom", "Uma", "Vera", "Wei", "Yara", "Zoe",
] as const;

// prettier-ignore
export const LAST_NAMES = [
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
  /** Before the random rest of a serial number, and its whole length. */
  readonly serial: readonly [prefix: string, length: number];
  /** Before the random rest of a machine's name; empty: the machine is named after its user. */
  readonly name: string;
}

export const MAKES: readonly [Make, ...Make[]] = [
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
