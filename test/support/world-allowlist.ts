/** Allowlists as data, without YAML: cheap enough for thousands of cases. */

import type { AgeRule } from "../../src/allowlist/keys/policy.js";
import type { SourcePosition } from "../../src/allowlist/messages.js";
import type {
  AllowedUser,
  Allowlist,
  Entry,
  Guards,
  IgnoreRule,
  ListedRevokedAction,
  Policy,
  Scope,
  Setting,
  UnlistedAction,
  UserState,
} from "../../src/allowlist/model.js";
import type { Day, Duration } from "../../src/allowlist/values.js";

/** The values of a policy; what is left out keeps the documented default. */
export interface PolicyValues {
  readonly unlisted?: UnlistedAction | undefined;
  readonly unknownUsers?: UnlistedAction | undefined;
  readonly noUser?: UnlistedAction | undefined;
  readonly listedRevoked?: ListedRevokedAction | undefined;
  readonly graceHours?: number | undefined;
  readonly stale?: AgeValues<UnlistedAction> | undefined;
  readonly revoked?: AgeValues<"delete" | "report"> | undefined;
  readonly superseded?: UnlistedAction | undefined;
  readonly maxDevices?: number | undefined;
  readonly overMaxDevices?: UnlistedAction | undefined;
  readonly unknownHardware?: Policy["unknownHardware"]["value"] | undefined;
  readonly machines?: Policy["machines"]["value"] | undefined;
}

interface AgeValues<Action> {
  readonly days: number;
  readonly action: Action;
  readonly includeListed: boolean;
}

/** An entry without its place. */
export type EntrySketch = Omit<Entry, "source">;

export interface UserSketch {
  readonly entries: readonly EntrySketch[];
  readonly state?: Omit<UserState, "source"> | undefined;
  readonly policy?: PolicyValues | undefined;
}

/** An allowlist that only says what matters. */
export interface AllowlistSketch {
  readonly policy?: PolicyValues | undefined;
  readonly users: readonly (readonly [email: string, user: UserSketch])[];
  readonly scope?: { readonly [Key in keyof Scope]?: readonly string[] } | undefined;
  readonly protectedUsers?: readonly string[];
  readonly protectedDevices?: readonly string[];
  readonly protectedRegistrations?: readonly string[];
  readonly protectedSerials?: readonly string[];
  readonly protectedHardwareIds?: readonly string[];
  readonly self?: readonly string[];
  readonly ignore?: readonly IgnoreRule["match"][];
  readonly guards?: GuardValues | undefined;
  readonly perRun?: number | undefined;
  readonly frozenUntil?: Date | undefined;
}

/** `max` and `percent` for every kind of act. */
interface GuardValues {
  readonly max: number;
  readonly percent: number;
  readonly perUser?: number | undefined;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export function at(line: number): SourcePosition {
  return { file: "allowlist.yaml", line, column: 1 };
}

/** A setting that the root file, or `of`, says. */
function said<T>(value: T, of?: string): Setting<T> {
  return { value, explicit: true, source: at(1), of };
}

function hours(count: number): Duration {
  return { text: `${count}h`, ms: count * HOUR_MS };
}

/** @param text As `2026-06-30`. */
export function day(text: string): Day {
  return { text, start: Date.parse(`${text}T00:00:00Z`) };
}

/** Guards that stop nothing. */
const OPEN: GuardValues = { max: 1_000, percent: 100 };

/** The lines of entries follow their order, as they do in a file. */
export function toAllowlist(sketch: AllowlistSketch): Allowlist {
  const { scope = {}, guards = OPEN, perRun, frozenUntil } = sketch;
  const set = (values: readonly string[] = []) => new Set(values);
  const places = (values: readonly string[] = []) => new Map(values.map((value, i) => [value, at(10 + i)]));
  const policy = toPolicy(sketch.policy ?? {});
  return {
    version: 1,
    account: new Map(),
    scope: {
      emailDomains: set(scope.emailDomains),
      emails: set(scope.emails),
      policyIds: set(scope.policyIds),
      registrationTypes: set(scope.registrationTypes ?? ["warp"]),
    },
    policy,
    policies: new Map(
      sketch.users.flatMap(([email, user]) =>
        user.policy ? [[email, toPolicy({ ...sketch.policy, ...user.policy }, `user ${email}`)]] : [],
      ),
    ),
    protected: {
      users: places(sketch.protectedUsers),
      devices: places(sketch.protectedDevices),
      registrations: places(sketch.protectedRegistrations),
      serials: places(sketch.protectedSerials),
      hardwareIds: places(sketch.protectedHardwareIds),
    },
    ignore: (sketch.ignore ?? []).map((match, i) => ({ match, reason: "another tool", source: at(50 + i) })),
    guards: toGuards(guards, places(sketch.self)),
    limits: { perRun: perRun === undefined ? undefined : said(perRun), maxPlanAge: said(hours(24)) },
    freeze: frozenUntil && { until: frozenUntil, reason: "audit", source: at(3) },
    users: new Map(sketch.users.map(([email, user], i) => [email, toUser(email, user, 100 * (i + 1))])),
    tests: [],
    accessUsers: [],
    domains: new Map(),
    owns: new Map(),
    warnings: [],
    files: [],
  };
}

function toUser(email: string, { entries, state }: UserSketch, line: number): AllowedUser {
  return {
    email,
    entries: entries.map((entry, i) => ({ ...entry, source: at(line + 1 + i) })),
    state: state && { ...state, source: at(line) },
    source: at(line),
  };
}

function toPolicy(values: PolicyValues, of?: string): Policy {
  return {
    unlisted: said(values.unlisted ?? "revoke", of),
    unknownUsers: said(values.unknownUsers ?? "report", of),
    noUser: said(values.noUser ?? "report", of),
    listedRevoked: said(values.listedRevoked ?? "unrevoke", of),
    grace: said(hours(values.graceHours ?? 0), of),
    stale: said(values.stale && toAge(values.stale), of),
    revoked: said(values.revoked && toAge(values.revoked), of),
    superseded: said(values.superseded, of),
    maxDevices: said(values.maxDevices, of),
    overMaxDevices: said(values.overMaxDevices ?? "report", of),
    unknownHardware: said(values.unknownHardware ?? "report", of),
    machines: said(values.machines ?? "skip", of),
  };
}

function toAge<Action extends UnlistedAction>({ days, ...rest }: AgeValues<Action>): AgeRule<Action> {
  return { after: { text: `${days}d`, ms: days * DAY_MS }, ...rest };
}

function toGuards({ max, percent, perUser }: GuardValues, self: Guards["self"]): Guards {
  const limit = { max: said(max), percent: said(percent) };
  return {
    revoke: limit,
    delete: limit,
    unrevoke: limit,
    perUser: perUser === undefined ? undefined : said(perUser),
    deleteUsers: said(max),
    self,
  };
}
