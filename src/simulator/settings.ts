import { SimulatorError } from "./envelope.js";

/**
 * What no public source says about the API, and what a test may want to vary. Each default is the answer from a
 * document or, if there is none, the simplest one. The names are the same in a world file, on the command line and
 * here.
 */
export interface SimulatorSettings {
  /**
   * The cursor on a listing's last page: none, `""`, or one that leads to an empty page with `""`, as measured on the
   * real API.
   */
  readonly last_page: "no-cursor" | "empty-cursor" | "empty-page";
  /** `keyset` cursors survive writes between pages; `offset` cursors skip rows when earlier ones disappear. */
  readonly cursor: "keyset" | "offset";
  /** Whether `result_info.total_count` is a number or null, as in the document's example. */
  readonly total_count: "given" | "null";
  /** Whether a cursor ends in base64 of JSON with the `total`, as measured; no document mentions it. */
  readonly cursor_total: "given" | "none";
  readonly per_page_default: number;
  readonly per_page_maximum: number;
  readonly per_page_over_maximum: "clamped" | "refused";
  /** Whether `status=all` lists deleted registrations, with `deleted_at`. */
  readonly deleted_rows: "hidden" | "shown";
  /** The answer to a get of a deleted registration: 404, 410, or the record with `deleted_at`. */
  readonly get_deleted: "not-found" | "gone" | "record";
  /** Unknown ids in a bulk call: ignored; the call refused; the call refused, but done for the known ids. */
  readonly unknown_ids: "ignored" | "refused" | "refused-in-part";
  /** The most ids in one bulk call; 0: no limit. */
  readonly bulk_maximum: number;
  /** Milliseconds until a write shows in listings; gets show it at once. */
  readonly list_lag_ms: number;
  /** How many listing requests after a write do not show it yet; gets show it at once. */
  readonly list_lag_requests: number;
  /** Optional fields without a value: left out, or sent as null. */
  readonly null_fields: "left-out" | "sent";
  /** How a missing time is sent: according to `null_fields`, as Go's zero time (year 1), or as 1970. */
  readonly null_times: "none" | "zero" | "epoch";
  /** Whether answers have the server's time (`Date`). */
  readonly date_header: "sent" | "left-out";
  /** Whether a device that enrols again keeps its device id. */
  readonly device_id_on_re_enrolment: "stays" | "changes";
  /** The revoke and unrevoke endpoints, also that of devices: available, or gone with this HTTP status. */
  readonly revoke_endpoints: "available" | "404" | "405" | "410";
  /** The most Access users on a page. The document says 1000, which is also the default of `per_page`. */
  readonly user_per_page_maximum: number;
  /** `total_count` of Access users: all of them, as the document says; those that match the filters; or left out. */
  readonly user_total_count: "unfiltered" | "filtered" | "left-out";
  readonly user_total_pages: "given" | "left-out";
  /** Whether the filters `name` and `email` of Access users need the whole text; case never matters. */
  readonly user_filters: "exact" | "contains";
  /** Creating an Access user who exists: refused with 409, or answered with the existing one. */
  readonly user_create_existing: "refused" | "answered";
  /** Deleting an Access user: the row disappears, or it stays without seats. The documents contradict each other. */
  readonly user_delete_row: "goes" | "stays";
  /** What happens to a deleted Access user's registrations. Removing a seat is said to delete them. */
  readonly user_delete_registrations: "deleted" | "revoked" | "kept";
  /** The last seen identity of a user who never signed in: an empty object, null, or 404. */
  readonly user_without_identity: "empty" | "null" | "not-found";
  /**
   * Everything below Access users: available, refused because of a missing permission, or not set up for the account.
   */
  readonly access_users: "available" | "forbidden" | "not-enabled";
  /** Requests per window. After that, every call is refused for one window. 0: no limit and no headers. */
  readonly rate_limit: number;
  /** Seconds. */
  readonly rate_limit_window: number;
}

/** The default settings of a simulator. */
export const DEFAULT_SETTINGS: SimulatorSettings = {
  last_page: "empty-page",
  cursor: "keyset",
  total_count: "null",
  cursor_total: "given",
  per_page_default: 50,
  per_page_maximum: 1000,
  per_page_over_maximum: "clamped",
  deleted_rows: "hidden",
  get_deleted: "not-found",
  unknown_ids: "ignored",
  bulk_maximum: 0,
  list_lag_ms: 0,
  list_lag_requests: 0,
  null_fields: "left-out",
  null_times: "none",
  date_header: "sent",
  device_id_on_re_enrolment: "stays",
  revoke_endpoints: "available",
  user_per_page_maximum: 1000,
  user_total_count: "unfiltered",
  user_total_pages: "given",
  user_filters: "exact",
  user_create_existing: "refused",
  user_delete_row: "goes",
  user_delete_registrations: "deleted",
  user_without_identity: "empty",
  access_users: "available",
  rate_limit: 1200,
  rate_limit_window: 300,
};

/** The values of a setting: some words, or a whole number of at least `least`. */
type SettingRule = readonly string[] | { readonly least: number };

const RULES: Readonly<Record<keyof SimulatorSettings, SettingRule>> = {
  last_page: ["no-cursor", "empty-cursor", "empty-page"],
  cursor: ["keyset", "offset"],
  total_count: ["given", "null"],
  cursor_total: ["given", "none"],
  per_page_default: { least: 1 },
  per_page_maximum: { least: 1 },
  per_page_over_maximum: ["clamped", "refused"],
  deleted_rows: ["hidden", "shown"],
  get_deleted: ["not-found", "gone", "record"],
  unknown_ids: ["ignored", "refused", "refused-in-part"],
  bulk_maximum: { least: 0 },
  list_lag_ms: { least: 0 },
  list_lag_requests: { least: 0 },
  null_fields: ["left-out", "sent"],
  null_times: ["none", "zero", "epoch"],
  date_header: ["sent", "left-out"],
  device_id_on_re_enrolment: ["stays", "changes"],
  revoke_endpoints: ["available", "404", "405", "410"],
  user_per_page_maximum: { least: 1 },
  user_total_count: ["unfiltered", "filtered", "left-out"],
  user_total_pages: ["given", "left-out"],
  user_filters: ["exact", "contains"],
  user_create_existing: ["refused", "answered"],
  user_delete_row: ["goes", "stays"],
  user_delete_registrations: ["deleted", "revoked", "kept"],
  user_without_identity: ["empty", "null", "not-found"],
  access_users: ["available", "forbidden", "not-enabled"],
  rate_limit: { least: 0 },
  rate_limit_window: { least: 1 },
};

/** The values of each setting, one line each, for a help text. */
export function describeSettings(): readonly string[] {
  return Object.entries(RULES).map(([name, rule]) => {
    const value = DEFAULT_SETTINGS[name as keyof SimulatorSettings];
    return `${name}=${expected(rule)} (default ${value})`;
  });
}

/**
 * Settings from JSON. Accepts only known names and values. `where` names the place in messages.
 *
 * @throws SimulatorError
 */
export function readSettings(value: unknown, where = "settings"): Partial<SimulatorSettings> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new SimulatorError(`${where}: expected an object of settings`);
  }
  const entries = Object.entries(value).map(([name, given]: [string, unknown]) => {
    if (!isName(name)) {
      throw new SimulatorError(
        `${where}: no setting "${name}"; the settings are ${Object.keys(RULES).join(", ")}`,
      );
    }
    if (!fits(RULES[name], given)) {
      throw new SimulatorError(
        `${where}.${name}: expected ${expected(RULES[name])}, got ${JSON.stringify(given)}`,
      );
    }
    return [name, given];
  });
  return Object.fromEntries(entries) as Partial<SimulatorSettings>;
}

/**
 * One setting as typed on a command line, `name=value`.
 *
 * @throws SimulatorError
 */
export function readSetting(text: string): Partial<SimulatorSettings> {
  const at = text.indexOf("=");
  if (at < 1) throw new SimulatorError(`setting "${text}": expected name=value`);
  const name = text.slice(0, at);
  const value = text.slice(at + 1);
  const numeric = isName(name) && !isChoice(RULES[name]) && /^\d+$/.test(value);
  return readSettings({ [name]: numeric ? Number(value) : value }, "setting");
}

function isName(name: string): name is keyof SimulatorSettings {
  return Object.hasOwn(RULES, name);
}

function isChoice(rule: SettingRule): rule is readonly string[] {
  return Array.isArray(rule);
}

function fits(rule: SettingRule, value: unknown): boolean {
  if (isChoice(rule)) return typeof value === "string" && rule.includes(value);
  return Number.isSafeInteger(value) && (value as number) >= rule.least;
}

function expected(rule: SettingRule): string {
  return isChoice(rule) ? rule.join("|") : `a whole number, at least ${rule.least}`;
}
