/**
 * Which registrations are one device, said once more: slowly, pair by pair, and without looking at how the core does it.
 * Where the words leave more than one reading (two that are told apart, and a third that joins them both) it says so.
 */

import {
  hardwareIdKey,
  isUsableHardwareId,
  isUsableSerial,
  serialKey,
} from "../../src/allowlist/match-values.js";
import { normaliseEmail } from "../../src/allowlist/values.js";
import type { PhysicalDevice, Registration } from "../../src/cloudflare/types.js";

const HOUR_MS = 3_600_000;

/** What one registration tells of its machine. */
interface Told {
  readonly person: string;
  readonly type: string;
  readonly device: string;
  readonly serial: string | undefined;
  readonly hardwareId: string | undefined;
  readonly platform: string | undefined;
}

export interface Devices {
  /** Ids of the registrations of each device, sorted; devices by their first id. */
  readonly groups: readonly (readonly string[])[];
  /** Pairs that share a value and are two machines all the same, the older one first. */
  readonly doubts: readonly (readonly [older: string, newer: string])[];
  /** Ids in groups that hold both of a doubtful pair. */
  readonly unsure: ReadonlySet<string>;
  /** Whether two registrations are of one device; undefined where the words do not settle it. */
  readonly isSame: (a: string, b: string) => boolean | undefined;
  readonly groupOf: (id: string) => readonly string[];
  readonly isInDoubt: (id: string) => boolean;
}

export function tells(registration: Registration, rows: readonly PhysicalDevice[]): Told {
  const { device, user, registration_type: type } = registration;
  const row = rows.find(({ id, deleted_at }) => id === device.id && deleted_at == null);
  const serial = row?.serial_number ?? "";
  const hardwareId = row?.hardware_id ?? "";
  return {
    person: normaliseEmail(user?.email ?? ""),
    type: type ?? "warp",
    device: device.id,
    serial: isUsableSerial(serial) ? serialKey(serial) : undefined,
    hardwareId: isUsableHardwareId(hardwareId) ? hardwareIdKey(hardwareId) : undefined,
    platform: row?.device_type?.toLowerCase(),
  };
}

/** Connectors, service tokens, and what has no e-mail at all. */
export function isNobody(person: string): boolean {
  const domain = person.split("@")[1] ?? "";
  return domain === "" || domain === "cloudflareaccess.com" || domain.endsWith(".cloudflareaccess.com");
}

/** By the moment of creation, finer than a millisecond too, then by id. */
export function isNewer(a: Registration, b: Registration): boolean {
  const difference = Date.parse(a.created_at) - Date.parse(b.created_at);
  if (difference !== 0) return difference > 0;
  return a.created_at === b.created_at ? a.id > b.id : a.created_at > b.created_at;
}

/** Whether the older of two was seen more than an hour after the newer one enrolled. */
export function overlap(older: Registration, newer: Registration): boolean {
  return (
    older.last_seen_at !== null && Date.parse(older.last_seen_at) > Date.parse(newer.created_at) + HOUR_MS
  );
}

type Pair = "joined" | "doubtful" | "apart";

function judge(a: Registration, b: Registration, rows: readonly PhysicalDevice[]): Pair {
  const [one, other] = [tells(a, rows), tells(b, rows)];
  if (one.person !== other.person || one.type !== other.type) return "apart";
  if (one.device === other.device) return "joined";
  if (isNobody(one.person)) return "apart";
  const agree = (x: string | undefined, y: string | undefined) => x !== undefined && x === y;
  const differ = (x: string | undefined, y: string | undefined) =>
    x !== undefined && y !== undefined && x !== y;
  if (!agree(one.serial, other.serial) && !agree(one.hardwareId, other.hardwareId)) return "apart";
  const [older, newer] = isNewer(a, b) ? [b, a] : [a, b];
  return differ(one.serial, other.serial) || overlap(older, newer) ? "doubtful" : "joined";
}

export function formDevicesSlowly(
  registrations: readonly Registration[],
  rows: readonly PhysicalDevice[],
): Devices {
  const live = registrations.filter(({ deleted_at }) => deleted_at == null);
  const group = new Map(live.map(({ id }) => [id, new Set([id])]));
  const doubts: [string, string][] = [];
  for (const a of live)
    for (const b of live) {
      if (!isNewer(b, a)) continue;
      const pair = judge(a, b, rows);
      if (pair === "doubtful") doubts.push([a.id, b.id]);
      if (pair === "joined") join(group, a.id, b.id);
    }
  const of = (id: string) => group.get(id) ?? new Set<string>();
  const unsure = new Set(doubts.flatMap(([a, b]) => (of(a).has(b) ? [...of(a)] : [])));
  const inDoubt = new Set(doubts.flat());
  const groups = [...new Set(group.values())].map((ids) => [...ids].sort());
  return {
    groups: groups.sort(([a = ""], [b = ""]) => (a < b ? -1 : 1)),
    doubts,
    unsure,
    isSame: (a, b) => (of(a).has(b) ? (unsure.has(a) ? undefined : true) : false),
    groupOf: (id) => [...of(id)],
    isInDoubt: (id) => inDoubt.has(id),
  };
}

function join(group: Map<string, Set<string>>, a: string, b: string): void {
  const [one, other] = [group.get(a), group.get(b)];
  if (!one || !other || one === other) return;
  for (const id of other) {
    one.add(id);
    group.set(id, one);
  }
}
