/** The two listings of an account, registrations and physical devices, held against each other. */

import {
  type CloudflareClient,
  CloudflareError,
  type PhysicalDevice,
  type Registration,
} from "../cloudflare/index.js";
import { isNoUser, userOf } from "../reconcile/scope.js";
import { escapeText } from "../text/escape.js";

/** Both, whole, and at about the same time. */
export interface ListedTogether {
  readonly registrations: readonly Registration[];
  readonly devices: readonly PhysicalDevice[];
}

/** What is younger may be in one listing and not yet in the other. */
const LISTED_BY_NOW_MS = 15 * 60_000;

/** The dashboard lists no device that was seen longer ago than a year, and its API may do the same. */
const REMEMBERED_MS = 330 * 86_400_000;

/** Before both are listed anew, which a write in between or a list that is behind may need. */
const WAIT_MS = 5_000;

const MOST_NAMED = 3;

/** What the one listing says is there, and the other has not. */
interface Missing {
  /** Names of what was looked for. */
  readonly missing: readonly string[];
  /** How many were looked for. */
  readonly of: number;
}

const isLive = ({ deleted_at }: { readonly deleted_at?: string | null }) => deleted_at == null;

const isActive = (registration: Registration) => isLive(registration) && registration.revoked_at == null;

/** Changed long enough ago for every listing to know of it. A device that is connected is seen all the time. */
function isOldEnough(times: readonly (string | null | undefined)[], now: number): boolean {
  return times.every((time) => time == null || Date.parse(time) < now - LISTED_BY_NOW_MS);
}

/** Devices that count active registrations, where the listing of registrations has no active one of theirs. */
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
 * How the two contradict each other, in words; undefined where they do not. Some may differ: a count may be behind, and
 * nothing public says which kinds of registrations it counts. Where more than half differ, one of the two is cut short.
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

/** Registrations of a type that a listing without that filter might not show: no document says that it shows them all. */
async function ofOtherTypes({ registrations }: CloudflareClient): Promise<readonly Registration[]> {
  try {
    return await registrations.listAll({ status: "all", registration_type: "browser_extension" });
  } catch (error) {
    // Accounts that do not tell types yet may refuse the filter.
    if (error instanceof CloudflareError && error.code === "cloudflare/refused") return [];
    throw error;
  }
}

/**
 * Lists both by `list`, and once more where they contradict each other. Each is whole by itself as far as it tells; but a
 * server that forgets a part of one of them, and says so consistently, shows in the other.
 *
 * @throws CloudflareError `cloudflare/incomplete-listing` where they still contradict each other
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
