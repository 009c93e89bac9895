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

/** What the collections of one client share. */
export interface CollectionContext extends ListingBounds {
  readonly transport: Pick<Transport, "send">;
  readonly accountId: string;
  readonly clock: Clock;
  /** `per_page` where a caller gives none. */
  readonly perPage: number;
  /** The most ids for one call. */
  readonly chunkSize: number;
  readonly maxListings: number;
}

/** A collection of the API that is listed with a cursor. */
interface CollectionKind<T> {
  /** Plural, for messages. */
  readonly noun: string;
  readonly path: string;
  /** The documented list parameters, by their wire names, in the order in which they are sent. */
  readonly parameters: readonly string[];
  readonly read: (value: unknown) => T;
  /** Fields that many records have alike. */
  readonly repeated: readonly (keyof T)[];
}

/** What every listed collection offers; `P` are its list parameters. */
export interface Listed<T, P> {
  /** Page by page, as the server gives them. */
  readonly pages: (parameters?: P) => AsyncIterable<Page<T>>;
  /** Record by record. Without the proof of `listAll`. */
  readonly list: (parameters?: P) => AsyncIterable<T>;
  /**
   * Every record, in the order of the ids, or `cloudflare/incomplete-listing`: never a short list. The API's defaults
   * for filters stand: without `status: "all"` a revoked registration is not listed.
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
 * Puts the first of all equal values of these fields into every record: 100,000 have a handful of profiles. Objects are
 * known by their id.
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

/** Texts of up to so many characters `JSON.parse` itself keeps once. */
const KEPT_ONCE = 10;

type RecordFields = NonNullable<ReturnType<typeof fieldsOf>>;

function firstOf<Value>(known: Map<string, Value>, key: string, value: Value): Value {
  const first = known.get(key);
  if (first === undefined) known.set(key, value);
  return first ?? value;
}

/** Whether two records have the same fields; what is nested is not looked into, and equals nothing. */
function areEqual(one: RecordFields, other: RecordFields): boolean {
  for (const name in one) if (one[name] !== other[name]) return false;
  for (const name in other) if (!(name in one)) return false;
  return true;
}

/**
 * Deletes the record of a path. That it is unknown once an earlier attempt's answer was lost is that attempt's success;
 * without one it is `cloudflare/not-found`.
 */
export async function deleteOne(transport: Pick<Transport, "send">, path: string): Promise<void> {
  try {
    await transport.send({ method: "DELETE", path });
  } catch (error) {
    if (error instanceof CloudflareError && error.code === "cloudflare/not-found" && error.doubtful) return;
    throw error;
  }
}

/** What must hold for a field. */
type FieldRule = (value: unknown) => boolean;

const text: FieldRule = (value) => typeof value === "string";

const filled: FieldRule = (value) => typeof value === "string" && value !== "";

const time: FieldRule = (value) =>
  typeof value === "string" && (USUAL_TIME.test(value) || !Number.isNaN(Date.parse(value)));

/** Nearly all times of the API, `2026-06-01T08:00:00.000001Z`, which need not be worked out to be known as times. */
const USUAL_TIME =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z$/;

/** When it began: no record is without, and none is as old as that. */
const realTime: FieldRule = (value) => time(value) && !isNoTime(value);

const timeOrNull: FieldRule = (value) => value === null || time(value);

const optionalTime: FieldRule = (value) => value == null || time(value);

const optionalText: FieldRule = (value) => value == null || text(value);

const optionalFlag: FieldRule = (value) => value == null || typeof value === "boolean";

const optionalCount: FieldRule = (value) => value == null || count(value);

const count: FieldRule = (value) => typeof value === "number" && Number.isInteger(value) && value >= 0;

/** What must hold for which field of a record, or of an object in it: each record of a large account is asked them all. */
type Rules = readonly {
  /** For messages: `device.id`. */
  readonly path: string;
  /** The object that has the field; undefined where it is the record itself. */
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

/** `required` of `teams-devices_registration` and of its device, and what else decides about it, where it is given. */
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

/** `required` of `teams-devices_physical_device`. A null `last_seen_at` may be left out on the wire, as others are. */
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

/** Nothing is `required` of `access_users-2`; without an id no user can be told from another. */
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

/** Before it lies what stands for no time: Go's zero time (year 1) and the beginning of Unix time, in any zone. */
const FIRST_TIME = Date.parse("1971-01-01T00:00:00Z");

/** Whether a time is one by which a program says that there is none. Were it believed, all would be revoked for ages. */
function isNoTime(value: unknown): boolean {
  return typeof value === "string" && !THIS_MILLENNIUM.test(value) && Date.parse(value) < FIRST_TIME;
}

/** Nearly all times, which need not be worked out. */
const THIS_MILLENNIUM = /^2\d{3}-/;

/** The record with null for each of these times that is none; itself where there is none such. */
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
