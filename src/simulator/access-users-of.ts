import type { Registration } from "../cloudflare/types.js";
import type { AccessUserRecord } from "./access-user-record.js";
import type { World } from "./world.js";

/**
 * The Access users of a world: those that it gives, or, where it says nothing of them, one for each user whom a
 * registration names, who once logged into the WARP client and nothing else.
 */
export function accessUsersOf(world: World): readonly AccessUserRecord[] {
  if (world.access_users !== undefined) return world.access_users;
  const of = new Map<string, Registration[]>();
  for (const registration of world.registrations) {
    const id = registration.user?.id;
    if (id === undefined) continue;
    const rows = of.get(id);
    if (rows === undefined) of.set(id, [registration]);
    else rows.push(registration);
  }
  return [...of].map(([id, registrations]) => {
    const [first = ""] = registrations.map(({ created_at }) => created_at).sort();
    const last =
      registrations
        .map(({ created_at }) => created_at)
        .sort()
        .at(-1) ?? first;
    const { email, name } = registrations.find(({ user }) => user?.email !== undefined)?.user ?? {};
    return {
      id,
      ...(email === undefined ? {} : { email }),
      name: name ?? "",
      uid: id,
      seat_uid: id,
      access_seat: false,
      gateway_seat: true,
      created_at: first,
      updated_at: last,
      last_successful_login: last,
    };
  });
}
