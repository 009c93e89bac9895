import { fieldsOf } from "./envelope.js";
import { CloudflareError } from "./errors.js";
import { escapeText } from "../escape.js";
import type { AccessUser } from "./access-types.js";
import type { PhysicalDevice, Registration } from "./types.js";

/** A record that can be listed, whatever else it holds. */
export interface ListedRecord {
  readonly id: string;
  /** RFC 3339; where it is missing nobody knows whether the record was there when the listing began. */
  readonly created_at?: string | null;
}

/** What must hold for a field. */
type Rule = (value: unknown) => boolean;

const text: Rule = (value) => typeof value === "string";
const filled: Rule = (value) => typeof value === "string" && value !== "";
const time: Rule = (value) => typeof value === "string" && !Number.isNaN(Date.parse(value));
/** When it began: no record is without, and none is as old as that. */
const realTime: Rule = (value) => time(value) && !isNoTime(value);
const timeOrNull: Rule = (value) => value === null || time(value);
const optionalTime: Rule = (value) => value == null || time(value);
const optionalText: Rule = (value) => value == null || text(value);
const optionalFlag: Rule = (value) => value == null || typeof value === "boolean";
const optionalCount: Rule = (value) => value == null || count(value);
const count: Rule = (value) => typeof value === "number" && Number.isInteger(value) && value >= 0;

/** `required` of `teams-devices_registration` and of its device, and what else decides about it, where it is given. */
const REGISTRATION: readonly (readonly [string, Rule])[] = [
  ["id", filled],
  ["key", text],
  ["device.id", filled],
  ["device.name", text],
  ["created_at", realTime],
  ["updated_at", time],
  ["last_seen_at", timeOrNull],
  ["revoked_at", optionalTime],
  ["deleted_at", optionalTime],
  ["user.email", optionalText],
  ["registration_type", optionalText],
];

/** `required` of `teams-devices_physical_device`. A null `last_seen_at` may be left out on the wire, as others are. */
const PHYSICAL_DEVICE: readonly (readonly [string, Rule])[] = [
  ["id", filled],
  ["name", text],
  ["created_at", realTime],
  ["updated_at", time],
  ["last_seen_at", (value) => value === undefined || timeOrNull(value)],
  ["active_registrations", count],
  ["deleted_at", optionalTime],
  ["serial_number", optionalText],
  ["hardware_id", optionalText],
];

/** Nothing is `required` of `access_users-2`; without an id no user can be told from another. */
const ACCESS_USER: readonly (readonly [string, Rule])[] = [
  ["id", filled],
  ["email", optionalText],
  ["name", optionalText],
  ["access_seat", optionalFlag],
  ["gateway_seat", optionalFlag],
  ["active_device_count", optionalCount],
  ["last_successful_login", optionalTime],
  ["created_at", optionalTime],
];

/** Before it lies what stands for no time: Go's zero time (year 1) and the beginning of Unix time, in any zone. */
const FIRST_TIME = Date.parse("1971-01-01T00:00:00Z");

/** Whether a time is one by which a program says that there is none. Were it believed, all would be revoked for ages. */
function isNoTime(value: unknown): boolean {
  return typeof value === "string" && Date.parse(value) < FIRST_TIME;
}

/** The record with null for each of these times that is none; itself where there is none such. */
function withoutNoTimes<T extends object>(record: T, names: readonly (keyof T)[]): T {
  const none = names.filter((name) => isNoTime(record[name]));
  return none.length === 0 ? record : { ...record, ...Object.fromEntries(none.map((name) => [name, null])) };
}

function valueAt(record: unknown, path: string): unknown {
  return path.split(".").reduce((value: unknown, key) => fieldsOf(value)?.[key], record);
}

function check(record: unknown, rules: readonly (readonly [string, Rule])[], noun: string): void {
  const broken = rules.find(([path, holds]) => !holds(valueAt(record, path)));
  if (broken === undefined) return;
  const [path] = broken;
  const id = valueAt(record, "id");
  const name =
    typeof id === "string" && id !== ""
      ? `The ${noun} ${escapeText(id, 80)}`
      : `${/^[AEIOU]/.test(noun) ? "An" : "A"} ${noun}`;
  const missing = valueAt(record, path) == null;
  throw new CloudflareError({
    code: "cloudflare/bad-record",
    what: missing
      ? `${name} lacks ${path}, ${rules === ACCESS_USER ? "by which users are told apart" : "which the API's document requires"}.`
      : `${name} has an unusable ${path}, which decisions rest on.`,
    advice: "Nothing can be decided on such a listing. If it stays so, report it with the id and the field.",
  });
}

/** The value as a registration. Throws `cloudflare/bad-record` with its id and the field; unknown fields pass. */
export function readRegistration(value: unknown): Registration {
  check(value, REGISTRATION, "registration");
  return withoutNoTimes(value as Registration, ["revoked_at", "deleted_at", "last_seen_at"]);
}

/** The value as a physical device. Throws `cloudflare/bad-record` with its id and the field; unknown fields pass. */
export function readPhysicalDevice(value: unknown): PhysicalDevice {
  check(value, PHYSICAL_DEVICE, "physical device");
  const device = withoutNoTimes(value as PhysicalDevice, ["deleted_at", "last_seen_at"]);
  return (device.last_seen_at as unknown) === undefined ? { ...device, last_seen_at: null } : device;
}

/** The value as an Access user. Throws `cloudflare/bad-record` with its id and the field; unknown fields pass. */
export function readAccessUser(value: unknown): AccessUser {
  check(value, ACCESS_USER, "Access user");
  return withoutNoTimes(value as AccessUser, ["last_successful_login", "created_at"]);
}
