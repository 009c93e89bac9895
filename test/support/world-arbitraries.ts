/** Small accounts of every kind: few users, devices and names, so that much of it meets. */

import fc from "fast-check";
import type { PhysicalDevice, Registration } from "../../src/cloudflare/types.js";
import {
  ALICE,
  BOB,
  CAROL,
  DEFAULT_SERIAL,
  DEFAULT_UUID,
  GATEWAY,
  allowlistSketch,
  defined,
} from "./allowlist-arbitraries.js";
import type { AllowlistSketch, EntrySketch } from "./world-allowlist.js";
import { printable } from "./world-text.js";
import { NOW, physicalDevice, registration } from "./world.js";

export { ALICE, BOB, CAROL, guards, user } from "./allowlist-arbitraries.js";

/** An account with the allowlist that it is held against. */
export interface World {
  readonly sketch: AllowlistSketch;
  readonly registrations: readonly Registration[];
  readonly devices: readonly PhysicalDevice[];
}

const EMAILS = [ALICE, BOB, CAROL, GATEWAY, "svc@team.cloudflareaccess.com", undefined];
const DEVICES = ["d1", "d2", "d3", "d4", "d5"];
const NAMES = ["L1", "L2", "PHONE"];
const PROFILES = [undefined, "p1", "p2"];

function ago(hours: number, fraction = ""): string {
  return new Date(NOW.getTime() - hours * 3_600_000).toISOString().replace(".000Z", `${fraction}Z`);
}

/**
 * On both sides of every age that the policies ask for, and upon it; what was seen stands on both sides of every
 * enrolment too, and of an hour after it.
 */
const created = fc.constantFrom(
  ...[1, 24, 71, 72, 73, 200, 800, 2_400, 9_000].map((hours) => ago(hours, ".000000")),
  ago(200, ".5"),
);
const lastSeen = fc.constantFrom(
  ...[0, 0, 0, 1, 23, 70, 71, 199, 720, 721, 799, 2_160, 2_161, 2_400, 8_999, 8_998, 9_000].map((hours) =>
    ago(hours),
  ),
  ago(720, ".5"),
);
const revoked = fc.constantFrom(undefined, undefined, ...[1, 720, 721, 3_000].map((hours) => ago(hours)));

const hardware = fc.record({
  serial_number: fc.constantFrom("S1", "S1", "S1", "S2", "s1", "None", DEFAULT_SERIAL, null),
  hardware_id: fc.constantFrom("H1", "H1", "H1", "H2", DEFAULT_UUID, "", null),
  device_type: fc.constantFrom("windows", "windows", "mac", null),
  model: fc.constantFrom("ThinkPad", "MacBook", null),
  client_version: fc.constantFrom("2025.9.1", null),
  created_at: fc.constantFrom(...[1, 200, 9_000].map((hours) => ago(hours))),
});

/** Some devices have no row, so that nothing is known of their hardware. */
const devices = fc
  .array(fc.option(hardware, { freq: 4 }), { minLength: 5, maxLength: 5 })
  .map((rows) => rows.flatMap((row, i) => (row ? [physicalDevice(DEVICES[i] ?? "", row)] : [])));

const ids = fc.constantFrom(...DEVICES, "d1", "d2");

const registrations = fc
  .array(
    fc.record({
      email: fc.constantFrom(ALICE, ALICE, ALICE, ALICE, "Alice@Example.com", BOB, ...EMAILS),
      device: ids,
      name: fc.constantFrom(...NAMES),
      created,
      lastSeen,
      revoked,
      type: fc.constantFrom(undefined, "warp", "warp", "browser_extension"),
      policy: fc.constantFrom(...PROFILES),
      clientVersion: fc.constantFrom(undefined, "2025.10.1", "2024.1.2"),
      deleted: fc.constantFrom(...Array.from({ length: 9 }, () => undefined), ago(5)),
    }),
    { minLength: 2, maxLength: 8 },
  )
  .map((sketches) => sketches.map((one, i) => registration({ ...defined(one), id: `r${i}` })));

export const world: fc.Arbitrary<World> = fc
  .record({ sketch: allowlistSketch, registrations, devices })
  .map(printable);

/** Rows of one machine, nearly always. */
const clones = fc
  .array(
    fc.option(
      fc.record({
        serial_number: fc.constantFrom("S1", "S1", "S1", "S1", "s1", "S2", null),
        hardware_id: fc.constantFrom("H1", "H1", "H1", "H1", "H2", null),
        device_type: fc.constantFrom("windows", "windows", "windows", "mac"),
        created_at: fc.constantFrom(ago(1), ago(9_000)),
      }),
      { freq: 9 },
    ),
    { minLength: 3, maxLength: 3 },
  )
  .map((rows) => rows.flatMap((row, i) => (row ? [physicalDevice(DEVICES[i] ?? "", row)] : [])));

/** Alice is listed by her serial, whatever her other entries say. */
function listed(sketch: AllowlistSketch, entry: EntrySketch | undefined): AllowlistSketch {
  if (entry === undefined) return sketch;
  const own = sketch.users.find(([email]) => email === ALICE)?.[1] ?? { entries: [] };
  const others = sketch.users.filter(([email]) => email !== ALICE);
  const rest = own.entries.filter(({ match }) => JSON.stringify(match) !== JSON.stringify(entry.match));
  return { ...sketch, users: [...others, [ALICE, { ...own, entries: [entry, ...rest.slice(0, 2)] }]] };
}

/** One person with registrations that nearly all have to do with each other: what meets seldom in {@link world}. */
const crowded: fc.Arbitrary<World> = fc
  .record({
    sketch: allowlistSketch,
    entry: fc.constantFrom<EntrySketch | undefined>(
      undefined,
      { match: { serial: "S1" }, state: "active" },
      { match: { serial: "S1" }, state: "active" },
      { match: { hardwareId: "H1" }, state: "active" },
      { match: { nameGlob: "*" }, state: "active" },
      { match: { device: "d1" }, state: "active" },
    ),
    registrations: fc.array(
      fc.record({
        device: fc.constantFrom("d1", "d1", "d2", "d3"),
        name: fc.constantFrom("L1", "L1", "L2"),
        created,
        lastSeen,
        revoked: fc.constantFrom(undefined, ago(1), ago(721)),
        policy: fc.constantFrom("p1", "p1", "p2"),
        type: fc.constantFrom(undefined, undefined, undefined, "browser_extension"),
      }),
      { minLength: 2, maxLength: 5 },
    ),
    devices: fc.oneof(clones, devices),
  })
  .map(({ sketch, entry, ...one }) => ({
    sketch: listed(sketch, entry),
    devices: one.devices,
    registrations: one.registrations.map((sketched, i) =>
      registration({ ...defined(sketched), id: `r${i}`, email: ALICE }),
    ),
  }))
  .map(printable);

/** Either. */
export const account: fc.Arbitrary<World> = fc.oneof(world, crowded);
