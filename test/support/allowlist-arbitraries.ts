/** Allowlists of every kind for small accounts: the whole language of entries, policy and exceptions. */

import fc from "fast-check";
import {
  day,
  type AllowlistSketch,
  type EntrySketch,
  type PolicyValues,
  type UserSketch,
} from "./world-allowlist.js";

export const ALICE = "alice@example.com";
export const BOB = "bob@example.com";
export const CAROL = "carol@example.org";
export const GATEWAY = "warp_connector@team.cloudflareaccess.com";

/** A hardware id and a serial that vendors leave on very many machines. */
export const DEFAULT_UUID = "03000200-0400-0500-0006-000700080009";
export const DEFAULT_SERIAL = "Default string";

const match = fc.constantFrom<EntrySketch["match"]>(
  { registration: "r0" },
  { registration: "r3" },
  { registration: "r1", serial: "S1" },
  { serial: "S1" },
  { serial: "S1" },
  { serial: "S2" },
  { hardwareId: "H1" },
  { hardwareId: "H2", name: "L1" },
  { device: "d1" },
  { device: "d1" },
  { device: "d2" },
  { device: "d3", name: "L1" },
  { name: "L1" },
  { name: "L2" },
  { name: "PHONE" },
  { nameGlob: "L*" },
  { nameGlob: "*" },
);

const requires = fc.constantFrom<EntrySketch["requires"]>(
  ...Array.from({ length: 5 }, () => undefined),
  { platform: "windows" },
  { model: "Think*" },
  { minClientVersion: "2025.9" },
  { tunnelType: "masque" },
  { profile: "Engineering" },
  { minOsVersion: "15" },
);

const DAYS = ["2026-05-01", "2026-05-31", "2026-06-01", "2026-06-02", "2026-06-20"].map(day);
const dayOrNone = (from: readonly ReturnType<typeof day>[]) =>
  fc.constantFrom(undefined, undefined, undefined, ...from);

export const entry: fc.Arbitrary<EntrySketch> = fc
  .record({
    match,
    state: fc.constantFrom(...(["active", "active", "active", "revoked", "deleted"] as const)),
    requires,
    from: dayOrNone([0, 3, 4].flatMap((i) => DAYS[i] ?? [])),
    expires: dayOrNone([1, 2, 4].flatMap((i) => DAYS[i] ?? [])),
  })
  .map(defined)
  .map(sensible);

/** Without what the reader refuses: a condition of what is not allowed, an end before the beginning. */
function sensible({ requires, from, expires, ...entry }: EntrySketch): EntrySketch {
  const isBackward = from !== undefined && expires !== undefined && from.start > expires.start;
  return {
    ...entry,
    requires: entry.state === "active" ? requires : undefined,
    from: isBackward ? undefined : from,
    expires,
  };
}

/** Now and then everything is allowed, since seldom several machines are by their own entries. */
const entries = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.uniqueArray(entry, { maxLength: 4, selector: (one) => JSON.stringify(one.match) }),
  },
  { weight: 1, arbitrary: fc.constant<EntrySketch[]>([{ match: { nameGlob: "*" }, state: "active" }]) },
);

/** More entries than are asked one by one, so that the index has to give the same. */
const FILLER: readonly EntrySketch[] = Array.from({ length: 9 }, (_, i) => ({
  match: { device: `other-${i}` },
  state: "active",
}));

const action = fc.constantFrom("revoke" as const, "delete" as const, "report" as const);
const perhaps = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });

const policy: fc.Arbitrary<PolicyValues> = fc.record({
  unlisted: perhaps(action),
  unknownUsers: perhaps(action),
  noUser: perhaps(action),
  listedRevoked: fc.constantFrom(undefined, undefined, "report" as const),
  graceHours: fc.constantFrom(0, 0, 72),
  stale: perhaps(fc.record({ days: fc.constantFrom(30, 90), action, includeListed: fc.boolean() })),
  revoked: perhaps(
    fc.record({
      days: fc.constant(30),
      action: fc.constantFrom("delete" as const, "report" as const),
      includeListed: fc.boolean(),
    }),
  ),
  superseded: perhaps(action),
  maxDevices: fc.constantFrom(undefined, undefined, 1, 2),
  overMaxDevices: perhaps(action),
  unknownHardware: fc.constantFrom(undefined, undefined, "revoke" as const),
  machines: fc.constantFrom(undefined, undefined, undefined, "judge" as const),
});

const STATES: readonly UserSketch["state"][] = [
  ...Array.from({ length: 9 }, () => undefined),
  { state: "suspended" },
  { state: "offboarded" },
  { state: "offboarded", since: day("2026-06-01") },
  { state: "suspended", since: day("2026-06-02") },
  { state: "offboarded", since: day("2026-06-20") },
];

export const user: fc.Arbitrary<UserSketch> = fc
  .record({
    entries,
    filled: fc.constantFrom(false, false, true),
    state: fc.constantFrom(...STATES),
    policy: perhaps(policy.map(defined)),
  })
  .map(({ entries: own, filled, ...rest }) => ({ ...rest, entries: filled ? [...own, ...FILLER] : own }));

const users = fc.uniqueArray(fc.tuple(fc.constantFrom(ALICE, ALICE, BOB), user), {
  minLength: 1,
  maxLength: 2,
  selector: ([email]) => email,
});

const ignored = fc.constantFrom<NonNullable<AllowlistSketch["ignore"]>[number]>(
  { user: BOB },
  { emailDomain: "example.org" },
  { device: "d5" },
  { registration: "r2" },
  { policyId: "p2", name: "PHONE" },
  { name: "L2" },
  { serial: "S2" },
);

const some = <T>(value: T) =>
  fc.constantFrom<readonly T[]>(...Array.from({ length: 7 }, (): T[] => []), [value]);

export const scope = fc.constantFrom<NonNullable<AllowlistSketch["scope"]>>(
  {},
  {},
  { registrationTypes: ["warp", "browser_extension"] },
  { registrationTypes: ["warp", "browser_extension"] },
  { registrationTypes: ["browser_extension"] },
  { emailDomains: ["example.com"] },
  { emails: [ALICE, CAROL] },
  { policyIds: ["p1"] },
  { policyIds: ["p1", "p2"] },
  { emails: [ALICE], policyIds: ["p1"] },
);

export const allowlistSketch: fc.Arbitrary<AllowlistSketch> = fc.record({
  policy: perhaps(policy),
  users,
  scope,
  protectedUsers: some(BOB),
  protectedDevices: fc.oneof(some("d4"), some("d1")),
  protectedRegistrations: some("r2"),
  protectedSerials: some("S2"),
  protectedHardwareIds: some("H2"),
  self: some(CAROL),
  ignore: fc.oneof(fc.constant([]), fc.constant([]), fc.array(ignored, { maxLength: 2 })),
});

/** Guards that trip now and then on so few registrations. */
export const guards = fc.record({
  max: fc.constantFrom(0, 1, 2, 5),
  percent: fc.constantFrom(0, 20, 50, 100),
  perUser: fc.constantFrom(undefined, 1, 2),
});

/** Leaves out what is undefined, as the types of the core want it. */
export function defined<T extends object>(value: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as {
    [Key in keyof T]: Exclude<T[Key], undefined>;
  };
}
