/** Small accounts and allowlists of every kind: few users, devices and names, so that much of it meets. */

import fc from "fast-check";
import type { PhysicalDevice, Registration } from "../../src/cloudflare/types.js";
import { day, type AllowlistSketch, type EntrySketch, type UserSketch } from "./world-allowlist.js";
import { NOW, physicalDevice, registration } from "./world.js";

/** An account with the allowlist that it is held against. */
export interface World {
  readonly sketch: AllowlistSketch;
  readonly registrations: readonly Registration[];
  readonly devices: readonly PhysicalDevice[];
}

export const ALICE = "alice@example.com";
export const BOB = "bob@example.com";
export const CAROL = "carol@example.org";

const EMAILS = [ALICE, BOB, CAROL, "svc@team.cloudflareaccess.com", undefined];
const DEVICES = ["d1", "d2", "d3", "d4", "d5"];
const NAMES = ["L1", "L2", "PHONE"];
const PROFILES = [undefined, "p1", "p2"];

function ago(hours: number): string {
  return new Date(NOW.getTime() - hours * 3_600_000).toISOString();
}

/** On both sides of every age that the policies below ask for, and upon it. */
const created = fc.constantFrom(...[1, 24, 71, 72, 73, 200, 800, 2_400, 9_000].map(ago));
const lastSeen = fc.constantFrom(...[0, 1, 720, 721, 2_160, 2_161, 9_000].map(ago));
const revoked = fc.constantFrom(undefined, undefined, ...[1, 720, 721, 3_000].map(ago));

const hardware = fc.record({
  serial_number: fc.constantFrom("S1", "S2", "S1", "None", null),
  hardware_id: fc.constantFrom("H1", "H2", "H1", "", null),
  device_type: fc.constantFrom("windows", "mac", null),
  client_version: fc.constantFrom("2025.9.1", null),
});

/** Some devices have no row, so that nothing is known of their hardware. */
const devices = fc
  .array(fc.option(hardware), { minLength: 5, maxLength: 5 })
  .map((rows) => rows.flatMap((row, i) => (row ? [physicalDevice(DEVICES[i] ?? "", row)] : [])));

const registrations = fc
  .array(
    fc.record({
      email: fc.constantFrom(ALICE, ALICE, ALICE, BOB, ...EMAILS),
      device: fc.constantFrom(...DEVICES),
      name: fc.constantFrom(...NAMES),
      created,
      lastSeen,
      revoked,
      type: fc.constantFrom(undefined, "warp", "warp", "browser_extension"),
      policy: fc.constantFrom(...PROFILES),
      clientVersion: fc.constantFrom(undefined, "2025.10.1", "2024.1.2"),
      deleted: fc.constantFrom(undefined, undefined, undefined, undefined, undefined, ago(5)),
    }),
    { minLength: 4, maxLength: 8 },
  )
  .map((sketches) => sketches.map((one, i) => registration({ ...defined(one), id: `r${i}` })));

const match = fc.constantFrom<EntrySketch["match"]>(
  { registration: "r0" },
  { registration: "r1", serial: "S1" },
  { serial: "S1" },
  { serial: "S2" },
  { hardwareId: "H1" },
  { hardwareId: "H2", name: "L1" },
  { device: "d1" },
  { device: "d2" },
  { device: "d3", name: "L1" },
  { name: "L1" },
  { name: "PHONE" },
  { nameGlob: "L*" },
  { nameGlob: "*" },
);

const requires = fc.constantFrom<EntrySketch["requires"]>(
  undefined,
  undefined,
  undefined,
  { platform: "windows" },
  { minClientVersion: "2025.9" },
);

const entry: fc.Arbitrary<EntrySketch> = fc
  .record({
    match,
    state: fc.constantFrom(
      "active" as const,
      "active" as const,
      "active" as const,
      "revoked" as const,
      "deleted" as const,
    ),
    requires,
    from: fc.constantFrom(undefined, undefined, undefined, day("2026-05-01"), day("2026-06-02")),
    expires: fc.constantFrom(undefined, undefined, undefined, day("2026-05-31"), day("2026-06-01")),
  })
  .map(defined);

/** More entries than are asked one by one, so that the index has to give the same. */
const FILLER: readonly EntrySketch[] = Array.from({ length: 9 }, (_, i) => ({
  match: { device: `other-${i}` },
  state: "active",
}));

const action = fc.constantFrom("revoke" as const, "delete" as const, "report" as const);
const perhaps = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });

const policy = fc.record({
  unlisted: perhaps(action),
  unknownUsers: perhaps(action),
  noUser: perhaps(action),
  listedRevoked: fc.constantFrom(undefined, "report" as const),
  graceHours: fc.constantFrom(0, 72),
  stale: perhaps(fc.record({ days: fc.constantFrom(30, 90), action, includeListed: fc.boolean() })),
  revoked: perhaps(
    fc.record({
      days: fc.constant(30),
      action: fc.constantFrom("delete" as const, "report" as const),
      includeListed: fc.boolean(),
    }),
  ),
  superseded: perhaps(action),
  maxDevices: fc.constantFrom(undefined, 1, 1, 2),
  overMaxDevices: perhaps(action),
});

export const user: fc.Arbitrary<UserSketch> = fc
  .record({
    entries: fc.uniqueArray(entry, { maxLength: 4, selector: (one) => JSON.stringify(one.match) }),
    filled: fc.constantFrom(false, false, true),
    state: fc.constantFrom<UserSketch["state"]>(
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      { state: "suspended" },
      { state: "offboarded", since: day("2026-06-01") },
      { state: "suspended", since: day("2026-06-02") },
    ),
    policy: perhaps(policy.map(defined)),
  })
  .map(({ entries, filled, ...rest }) => ({ ...rest, entries: filled ? [...entries, ...FILLER] : entries }));

const users = fc.uniqueArray(fc.tuple(fc.constantFrom(ALICE, ALICE, BOB), user), {
  minLength: 1,
  maxLength: 2,
  selector: ([email]) => email,
});

const ignored = fc.constantFrom<NonNullable<AllowlistSketch["ignore"]>[number]>(
  { user: BOB },
  { emailDomain: "example.org" },
  { device: "d5" },
  { policyId: "p2", name: "PHONE" },
  { serial: "S2" },
);

const some = <T>(value: T) => fc.constantFrom<readonly T[]>([], [], [], [], [], [], [value]);

const sketch: fc.Arbitrary<AllowlistSketch> = fc.record({
  policy: perhaps(policy),
  users,
  scope: fc.constantFrom<AllowlistSketch["scope"]>(
    undefined,
    undefined,
    undefined,
    undefined,
    { registrationTypes: ["warp", "browser_extension"] },
    { emailDomains: ["example.com"] },
    { emails: [ALICE, CAROL] },
    { policyIds: ["p1"] },
  ),
  protectedUsers: some(BOB),
  protectedDevices: some("d4"),
  protectedRegistrations: some("r2"),
  self: some(CAROL),
  ignore: fc.oneof(fc.constant([]), fc.constant([]), fc.array(ignored, { maxLength: 2 })),
});

export const world: fc.Arbitrary<World> = fc.record({ sketch, registrations, devices });

/** Guards that trip now and then on so few registrations. */
export const guards = fc.record({
  max: fc.constantFrom(0, 1, 2, 5),
  percent: fc.constantFrom(0, 20, 50, 100),
  perUser: fc.constantFrom(undefined, 1, 2),
});

/** Leaves out what is undefined, as the types of the core want it. */
function defined<T extends object>(value: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as {
    [Key in keyof T]: Exclude<T[Key], undefined>;
  };
}
