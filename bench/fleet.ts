/** Generated accounts, and allowlists that fit them. */

import { isUsableSerial } from "../src/allowlist/match-values.js";
import { generateWorld, type World } from "../src/simulator/index.js";

/** A fleet with `revoked` of its registrations revoked. The same sizes give the same fleet. */
export function fleet(registrations: number, users: number, revoked: number): World {
  return generateWorld({ registrations, users, revoked, seed: 1 });
}

/**
 * Lists every user with every device, by serial if possible, except the registrations in `unlisted`, which are
 * therefore due to be revoked.
 */
export function allowlistOf(world: World, unlisted: ReadonlySet<string>, head = ""): string {
  const serials = new Map(world.physical_devices.map(({ id, serial_number }) => [id, serial_number ?? ""]));
  const users = new Map<string, Set<string>>();
  for (const { id, user, device } of world.registrations) {
    const email = user?.email ?? "";
    if (email === "") continue;
    const entries = users.get(email) ?? new Set<string>();
    users.set(email, entries);
    if (unlisted.has(id)) continue;
    const serial = serials.get(device.id) ?? "";
    entries.add(isUsableSerial(serial) ? `serial: ${JSON.stringify(serial)}` : `device: ${device.id}`);
  }
  const lines = [...users].flatMap(([email, entries]) =>
    entries.size === 0
      ? [`  ${email}: []`]
      : [`  ${email}:`, ...[...entries].map((entry) => `    - ${entry}`)],
  );
  return `version: 1\n${head}users:\n${lines.join("\n")}\n`;
}

/** Guards that let a plan of any size pass. */
export const NO_LIMITS = `guards:
  revoke: { max: 1000000, percent: 100 }
  delete: { max: 1000000, percent: 100 }
  unrevoke: { max: 1000000, percent: 100 }
`;
