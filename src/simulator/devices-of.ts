import type { Registration } from "../cloudflare/types.js";
import type { DeviceRecord, World } from "./world.js";

/**
 * The devices of a world, with those that only registrations name (known by name, user and times, with no hardware),
 * and with each device's last user and profile where the world does not say.
 */
export function withMissingDevices(world: World): readonly DeviceRecord[] {
  const rows = new Map<string, Registration[]>();
  for (const registration of world.registrations) {
    const of = rows.get(registration.device.id);
    if (of === undefined) rows.set(registration.device.id, [registration]);
    else of.push(registration);
  }
  const given = new Set(world.physical_devices.map((device) => device.id));
  const missing = [...rows].flatMap(([id, of]) => (given.has(id) ? [] : [deviceOf(of)]));
  const known = world.physical_devices.map((device) => {
    const last = latest(rows.get(device.id) ?? []);
    return last === undefined ? device : { ...lastSeen(last), ...device };
  });
  return [...known, ...missing.filter((device) => device !== undefined)];
}

/** What the latest registration tells about its device. */
export function lastSeen(
  registration: Registration,
): Pick<DeviceRecord, "last_seen_user" | "last_seen_registration"> {
  return {
    last_seen_user: registration.user ?? null,
    last_seen_registration: { policy: registration.policy ?? null },
  };
}

function deviceOf(registrations: readonly Registration[]): DeviceRecord | undefined {
  const last = latest(registrations);
  if (last === undefined) return undefined;
  const created = registrations.map((registration) => registration.created_at).sort();
  return {
    id: last.device.id,
    name: last.device.name,
    created_at: created[0] ?? last.created_at,
    updated_at: last.updated_at,
    last_seen_at: last.last_seen_at,
    client_version: last.device.client_version ?? null,
    ...lastSeen(last),
  };
}

function latest(registrations: readonly Registration[]): Registration | undefined {
  let [last] = registrations;
  for (const each of registrations) {
    if (last !== undefined && (each.last_seen_at ?? "") > (last.last_seen_at ?? "")) last = each;
  }
  return last;
}
