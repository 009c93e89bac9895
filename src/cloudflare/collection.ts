import { escapeText } from "../text/escape.js";
import { asksForNothing, encodeQuery, fieldsOf, type Parameters } from "./envelope.js";
import { CloudflareError } from "./errors.js";
import {
  followPages,
  type ListedRecord,
  type ListingBounds,
  listProven,
  type Page,
  readPage,
} from "./listing.js";
import type { Clock } from "./pace.js";
import type { Transport } from "./transport.js";
import type { AccessUser, PhysicalDevice, Registration } from "./types.js";

/** What all collections of one client share. */
export interface CollectionContext extends ListingBounds {
  readonly transport: Pick<Transport, "send">;
  readonly accountId: string;
  readonly clock: Clock;
  /** `per_page` if the caller gives none. */
  readonly perPage: number;
  /** The most ids for one call. */
  readonly chunkSize: number;
  readonly maxListings: number;
}

/** A collection that the API lists with a cursor. */
interface CollectionKind<T> {
  /** Plural, for messages. */
  readonly noun: string;
  readonly path: string;
  /** The documented list parameters by their wire names, in the order in which they are sent. */
  readonly parameters: readonly string[];
  readonly read: (value: unknown) => T;
  /** Fields that have the same value in many records. */
  readonly repeated: readonly (keyof T)[];
}

/** The calls of every listed collection. `P` are its list parameters. */
export interface Listed<T, P> {
  /** Page by page, as the server sends them. */
  readonly pages: (parameters?: P) => AsyncIterable<Page<T>>;
  /** Record by record. Without the proof of `listAll`. */
  readonly list: (parameters?: P) => AsyncIterable<T>;
  /**
   * Every record, in the order of the ids, or `cloudflare/incomplete-listing`: never a short list. The API's defaults
   * for filters apply: without `status: "all"`, revoked registrations are not listed.
   */
  readonly listAll: (parameters?: Omit<P, "cursor" | "sort_by" | "sort_order">) => Promise<readonly T[]>;
}

function fetcher<T>(context: CollectionContext, kind: CollectionKind<T>, parameters: Parameters) {
  const perPage = typeof parameters.per_page === "number" ? parameters.per_page : context.perPage;
  return async (cursor: string | undefined): Promise<Page<T>> => {
    const query = encodeQuery(
      { ...parameters, per_page: perPage, cursor },
      kind.parameters,
      context.chunkSize,
    );
    const answer = await context.transport.send({ method: "GET", path: kind.path, query });
    return readPage(answer, kind.read);
  };
}

/** The listing calls of a collection. */
export function listed<T extends ListedRecord, P extends object>(
  context: CollectionContext,
  kind: CollectionKind<T>,
): Listed<T, P> {
  async function* pages(given: P | undefined): AsyncGenerator<Page<T>, void> {
    const { cursor, ...parameters } = (given ?? {}) as Parameters;
    if (asksForNothing(parameters)) return;
    const from = typeof cursor === "string" && cursor !== "" ? cursor : undefined;
    yield* followPages(fetcher(context, kind, parameters), context.maxPages, from);
  }
  return {
    pages,
    list: async function* (given) {
      for await (const page of pages(given)) yield* page.items;
    },
    listAll: async (given = {} as P) => {
      const parameters = given as Parameters;
      if (asksForNothing(parameters)) return [];
      const ordered = { ...parameters, sort_by: "id", sort_order: "asc" };
      const ids = typeof parameters.id === "object" ? parameters.id : undefined;
      const once = keepOnce(kind.repeated);
      const lean = { ...kind, read: (value: unknown) => once(kind.read(value)) };
      return listProven(kind.noun, fetcher(context, lean, ordered), { ...context, ids });
    },
  };
}

/**
 * Lets all records with equal values in these fields share the first such value: 100,000 records have a handful of
 * profiles. Objects are looked up by their id.
 */
function keepOnce<T extends object>(names: readonly (keyof T)[]): (record: T) => T {
  const texts = new Map<string, string>();
  const objects = new Map<string, RecordFields>();
  return (record) => {
    const own = record as Record<keyof T, unknown>;
    for (const name of names) {
      const value = own[name];
      if (typeof value === "string") {
        if (value.length > KEPT_ONCE) own[name] = firstOf(texts, value, value);
      } else {
        const fields = fieldsOf(value);
        if (!fields || typeof fields.id !== "string") continue;
        const first = firstOf(objects, fields.id, fields);
        if (first !== fields && areEqual(first, fields)) own[name] = first;
      }
    }
    return record;
  };
}

/** `JSON.parse` itself shares texts of up to this many characters. */
const KEPT_ONCE = 10;

type RecordFields = NonNullable<ReturnType<typeof fieldsOf>>;

function firstOf<Value>(known: Map<string, Value>, key: string, value: Value): Value {
  const first = known.get(key);
  if (first === undefined) known.set(key, value);
  return first ?? value;
}

/** Whether two records have the same fields. Nested values are not compared: they count as different. */
function areEqual(one: RecordFields, other: RecordFields): boolean {
  for (const name in one) if (one[name] !== other[name]) return false;
  for (const name in other) if (!(name in one)) return false;
  return true;
}

/**
 * Deletes the record at a path. If an earlier attempt's answer was lost and the record is unknown now, that attempt
 * succeeded. In any other case, an unknown record is `cloudflare/not-found`.
 */
export async function deleteOne(transport: Pick<Transport, "send">, path: string): Promise<void> {
  try {
    await transport.send({ method: "DELETE", path });
  } catch (error) {
    if (error instanceof CloudflareError && error.code === "cloudflare/not-found" && error.doubtful) return;
    throw error;
  }
}

/** The condition for a field's value. */
type FieldRule = (value: unknown) => boolean;

const text: FieldRule = (value) => typeof value === "string";

const filled: FieldRule = (value) => typeof value === "string" && value !== "";

const time: FieldRule = (value) =>
  typeof value === "string" && (USUAL_TIME.test(value) || !Number.isNaN(Date.parse(value)));

/** Matches nearly all times of the API, such as `2026-06-01T08:00:00.000001Z`, and spares parsing them. */
const USUAL_TIME =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z$/;

/** A creation time: every record has one, and none is that old. */
const realTime: FieldRule = (value) => time(value) && !isNoTime(value);

const timeOrNull: FieldRule = (value) => value === null || time(value);

const optionalTime: FieldRule = (value) => value == null || time(value);

const optionalText: FieldRule = (value) => value == null || text(value);

const optionalFlag: FieldRule = (value) => value == null || typeof value === "boolean";

const optionalCount: FieldRule = (value) => value == null || count(value);

const count: FieldRule = (value) => typeof value === "number" && Number.isInteger(value) && value >= 0;

/**
 * The conditions for the fields of a record, or of an object in it. All are checked for each record, even in a large
 * account.
 */
type Rules = readonly {
  /** For messages: `device.id`. */
  readonly path: string;
  /** The object that has the field; undefined for the record itself. */
  readonly within: string | undefined;
  readonly field: string;
  readonly holds: FieldRule;
}[];

function rules(...list: readonly (readonly [string, FieldRule])[]): Rules {
  return list.map(([path, holds]) => {
    const [first = "", second] = path.split(".");
    return { path, within: second === undefined ? undefined : first, field: second ?? first, holds };
  });
}

/**
 * The `required` fields of `teams-devices_registration` and of its device, and optional fields that a decision depends
 * on.
 */
const REGISTRATION = rules(
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
);

/**
 * The `required` fields of `teams-devices_physical_device`. Like other fields, a null `last_seen_at` may be missing on
 * the wire.
 */
const PHYSICAL_DEVICE = rules(
  ["id", filled],
  ["name", text],
  ["created_at", realTime],
  ["updated_at", time],
  ["last_seen_at", (value) => value === undefined || timeOrNull(value)],
  ["active_registrations", count],
  ["deleted_at", optionalTime],
  ["serial_number", optionalText],
  ["hardware_id", optionalText],
);

/** `access_users-2` has no `required` fields, but without an id users cannot be told apart. */
const ACCESS_USER = rules(
  ["id", filled],
  ["email", optionalText],
  ["name", optionalText],
  ["access_seat", optionalFlag],
  ["gateway_seat", optionalFlag],
  ["active_device_count", optionalCount],
  ["last_successful_login", optionalTime],
  ["created_at", optionalTime],
);

/** Earlier times mean "no time": Go's zero time (year 1) and the beginning of Unix time, in any zone. */
const FIRST_TIME = Date.parse("1971-01-01T00:00:00Z");

/**
 * Whether a program means "no time" by this time. If it were believed, every registration would have been revoked for
 * ages.
 */
function isNoTime(value: unknown): boolean {
  return typeof value === "string" && !THIS_MILLENNIUM.test(value) && Date.parse(value) < FIRST_TIME;
}

/** Matches nearly all times, and spares parsing them. */
const THIS_MILLENNIUM = /^2\d{3}-/;

/** The record with null for each of these times that means "no time"; the record itself if there is no such time. */
function withoutNoTimes<T extends object>(record: T, names: readonly (keyof T)[]): T {
  const none = names.filter((name) => isNoTime(record[name]));
  return none.length === 0 ? record : { ...record, ...Object.fromEntries(none.map((name) => [name, null])) };
}

function valueAt(record: unknown, { within, field }: Pick<Rules[number], "within" | "field">): unknown {
  const fields = fieldsOf(record);
  return (within === undefined ? fields : fieldsOf(fields?.[within]))?.[field];
}

function check(record: unknown, rules: Rules, noun: string): void {
  const broken = rules.find((rule) => !rule.holds(valueAt(record, rule)));
  if (broken === undefined) return;
  const { path } = broken;
  const id = fieldsOf(record)?.id;
  const name =
    typeof id === "string" && id !== ""
      ? `The ${noun} ${escapeText(id, 80)}`
      : `${/^[AEIOU]/.test(noun) ? "An" : "A"} ${noun}`;
  const missing = valueAt(record, broken) == null;
  throw new CloudflareError({
    code: "cloudflare/bad-record",
    what: missing
      ? `${name} lacks ${path}, ${rules === ACCESS_USER ? "which tells users apart" : "which the API's document requires"}.`
      : `${name} has an unusable ${path}, which decisions depend on.`,
    advice:
      "Nothing can be decided from such a listing. If this happens again, report it with the id and the field.",
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
