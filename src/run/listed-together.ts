/** The two listings of an account, registrations and physical devices, compared with each other. */

import {
  type CloudflareClient,
  CloudflareError,
  type PhysicalDevice,
  type Registration,
} from "../cloudflare/index.js";
import { isNoUser, userOf } from "../reconcile/scope.js";
import { escapeText } from "../text/escape.js";

/** Both lists in full, from about the same time. */
export interface ListedTogether {
  readonly registrations: readonly Registration[];
  readonly devices: readonly PhysicalDevice[];
}

/** Younger records may be in one listing and not yet in the other. */
const LISTED_BY_NOW_MS = 15 * 60_000;

/** The dashboard lists no device that was last seen more than a year ago, and its API may do the same. */
const REMEMBERED_MS = 330 * 86_400_000;

/** The wait before both are listed again: a write in between, or a list that is behind, may need it. */
const WAIT_MS = 5_000;

const MOST_NAMED = 3;

/** What one listing has and the other lacks. */
interface Missing {
  /** Names of what is missing. */
  readonly missing: readonly string[];
  /** How many were looked for. */
  readonly of: number;
}

const isLive = ({ deleted_at }: { readonly deleted_at?: string | null }) => deleted_at == null;

const isActive = (registration: Registration) => isLive(registration) && registration.revoked_at == null;

/** Whether it changed long enough ago for every listing to have it. A connected device is seen all the time. */
function isOldEnough(times: readonly (string | null | undefined)[], now: number): boolean {
  return times.every((time) => time == null || Date.parse(time) < now - LISTED_BY_NOW_MS);
}

/** Devices that count active registrations, but have none in the listing of registrations. */
function withoutRegistrations({ registrations, devices }: ListedTogether, now: number): Missing {
  const active = new Set(registrations.filter(isActive).map(({ device }) => device.id));
  const fresh = new Set(
    registrations
      .filter(({ revoked_at, deleted_at }) => !isOldEnough([revoked_at, deleted_at], now))
      .map(({ device }) => device.id),
  );
  const counting = devices.filter(
    (device) =>
      isLive(device) &&
      device.active_registrations > 0 &&
      isOldEnough([device.created_at], now) &&
      !fresh.has(device.id),
  );
  return { missing: counting.filter(({ id }) => !active.has(id)).map(nameOf), of: counting.length };
}

/**
 * Active registrations whose device is not listed, or counts none. Connectors, service tokens and browser extensions are
 * left out, since no document says that they have a physical device, and so is what was not seen for a year.
 */
function withoutDevices({ registrations, devices }: ListedTogether, now: number): Missing {
  const counting = new Set(devices.filter((device) => device.active_registrations > 0).map(({ id }) => id));
  const expected = registrations.filter(
    (registration) =>
      isActive(registration) &&
      (registration.registration_type ?? "warp") === "warp" &&
      !isNoUser(userOf(registration)) &&
      now - Date.parse(registration.last_seen_at ?? "") < REMEMBERED_MS &&
      isOldEnough([registration.created_at], now),
  );
  return {
    missing: expected.filter(({ device }) => !counting.has(device.id)).map(nameOf),
    of: expected.length,
  };
}

function nameOf({ id }: { readonly id: string }): string {
  return escapeText(id, 60);
}

/**
 * How the two contradict each other, in words; undefined if they do not. Some may differ: a count may be behind, and
 * nothing public says which kinds of registrations it counts. If more than half differ, one of the two is cut short.
 */
export function contradictionOf(listed: ListedTogether, now: number): string | undefined {
  const [here, there] = [withoutRegistrations(listed, now), withoutDevices(listed, now)];
  const active = listed.registrations.filter(isActive).length;
  if (isMost(here)) {
    return `devices that count active registrations: ${here.of}, of these without any in the list: ${some(here)}; active registrations in the list: ${active}`;
  }
  if (isMost(there)) {
    return `active registrations: ${there.of}, of these on devices that are not listed or count none: ${some(there)}; devices in the list: ${listed.devices.length}`;
  }
  return undefined;
}

function isMost({ missing, of }: Missing): boolean {
  return missing.length > of / 2;
}

/** How many, and the first of them by name. */
function some({ missing }: Missing): string {
  const named = missing.slice(0, MOST_NAMED).join(", ");
  return `${missing.length} (${missing.length > MOST_NAMED ? `${named}, …` : named})`;
}

/**
 * Registrations of a type that a listing without that filter might leave out: no document says that it has them all.
 */
async function ofOtherTypes({ registrations }: CloudflareClient): Promise<readonly Registration[]> {
  try {
    return await registrations.listAll({ status: "all", registration_type: "browser_extension" });
  } catch (error) {
    // Accounts that do not report types yet may refuse the filter.
    if (error instanceof CloudflareError && error.code === "cloudflare/refused") return [];
    throw error;
  }
}

/**
 * Lists both with `list`, and once more if they contradict each other. Each looks complete by itself; but if a server
 * consistently leaves out a part of one of them, the other shows it.
 *
 * @throws CloudflareError `cloudflare/incomplete-listing` if they still contradict each other
 */
export async function listTogether<T extends ListedTogether>(
  client: CloudflareClient,
  list: () => Promise<T>,
): Promise<T> {
  const now = () => client.serverTime() ?? client.clock.now();
  let listed = await list();
  if (contradictionOf(listed, now()) === undefined) return listed;
  await client.clock.sleep(WAIT_MS);
  listed = await list();
  let why = contradictionOf(listed, now());
  if (why === undefined) return listed;
  const others = await ofOtherTypes(client);
  why = contradictionOf({ ...listed, registrations: [...listed.registrations, ...others] }, now());
  if (why === undefined) return listed;
  throw new CloudflareError({
    code: "cloudflare/incomplete-listing",
    what: "The list of registrations and the list of physical devices contradict each other, so one of them is not complete.",
    details: [why],
    advice:
      "Nothing is decided from a listing that may lack records. Compare with the devices in the dashboard, and run again. " +
      "If this happens again, check any proxy on the way, or report it to Cloudflare.",
  });
}
