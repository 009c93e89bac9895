/**
 * Edits that let more through, each with its line. Two plans at one moment cannot show them all: an edit may matter
 * later, or for a device that does not exist yet. Every table is exhaustive: a new key of the allowlist does not
 * compile until a row says when one of its values is looser than another.
 */

import type { AgeRule } from "../allowlist/keys/policy.js";
import { matchSubject } from "../allowlist/match-values.js";
import type { SourcePosition } from "../allowlist/messages.js";
import {
  type Allowlist,
  type AllowlistTest,
  type GuardLimit,
  type Guards,
  type Limits,
  type ListedRevokedAction,
  type Policy,
  policyOf,
  type Protected,
  type Scope,
  type Setting,
  type WantedAccessUser,
} from "../allowlist/model.js";
import { minute } from "../text/words.js";
import {
  type AllowlistDiff,
  coversMatch,
  diffUsers,
  isAbout,
  keepsIn,
  naming,
  type Written,
} from "./change-entries.js";
import { describeMatch } from "./findings/finding.js";

/** Every edit that lets more through. */
export function diffWritten(change: AllowlistDiff): readonly Written[] {
  return Object.values(PARTS).flatMap((part) => part(change));
}

const nothing = (): readonly Written[] => [];

const PARTS: { readonly [Key in keyof Allowlist]-?: (change: AllowlistDiff) => readonly Written[] } = {
  scope: diffScope,
  users: diffUsers,
  accessUsers: diffAccessUsers,
  protected: ({ base, head }) => diffRows(PROTECTED, base.protected, head.protected, "protected."),
  ignore: diffIgnored,
  policy: diffPolicies,
  policies: nothing, // with `policy`
  guards: ({ base, head }) => diffRows(GUARDS, base.guards, head.guards, "guards."),
  limits: ({ base, head }) => diffRows(LIMITS, base.limits, head.limits, "limits."),
  freeze: diffFreeze,
  tests: diffTests,
  version: nothing,
  account: diffAccounts,
  owns: diffOwned,
  domains: nothing,
  warnings: nothing,
  files: nothing,
};

/** An allowlist that names more accounts, or none, may be planned against another account. */
function diffAccounts({ base, head }: AllowlistDiff): readonly Written[] {
  const gone = head.account.size === 0 ? [...base.account] : [];
  const added = base.account.size === 0 ? [] : [...head.account].filter(([id]) => !base.account.has(id));
  return [
    ...gone.map(([id, line]) =>
      loosened(["account", "any", id], `account: any (before: ${id})`, undefined, line),
    ),
    ...added.map(([id, line]) => loosened(["account", id], `account: ${id} as well`, line)),
  ];
}

/** Addresses that had to be in one file may now be in another as well, or in any. */
function diffOwned({ base, head }: AllowlistDiff): readonly Written[] {
  const gained = [...head.owns].flatMap(([pattern, { addresses, source }]) => {
    const then = base.owns.get(pattern);
    const added = [...addresses].filter((one) => then?.addresses.has(one) !== true && isOwned(one, base));
    const name = `owns.${pattern}`;
    return added.map((one) => loosened([name, one], `${name}: ${one} as well`, source, then?.source));
  });
  const lost = [...base.owns].flatMap(([pattern, { addresses, source }]) => {
    const free = [...addresses].filter((one) => !isOwned(one, head));
    const name = `owns.${pattern}`;
    return free.map((one) =>
      loosened([name, one, "any"], `${name}: ${one} may be in any file`, undefined, source),
    );
  });
  return [...gained, ...lost];
}

function isOwned(address: string, { owns }: Allowlist): boolean {
  return [...owns.values()].some(({ addresses }) => addresses.has(address));
}

type Diff<T> = (then: T, now: T, name: string) => readonly Written[];
type DiffOfEach<T> = { readonly [Key in keyof T]-?: Diff<T[Key]> };

function diffRows<T extends object>(
  rows: DiffOfEach<T>,
  then: T,
  now: T,
  prefix: string,
): readonly Written[] {
  const keys = Object.keys(rows) as (keyof T & string)[];
  return keys.flatMap((key) => rows[key](then[key], now[key], prefix + key));
}

/**
 * @param isLooser Compares the values after and before the change. A setting that was missing before held nothing back,
 * so it is not looser now.
 */
function setting<T>(
  isLooser: (now: T | undefined, then: T | undefined) => boolean,
  show: (value: T) => string = String,
): Diff<Setting<T | undefined> | undefined> {
  const shown = (value: T | undefined) => (value === undefined ? "none" : show(value));
  return (then, now, name) => {
    if (!then || !isLooser(now?.value, then.value)) return [];
    const [is, was] = [shown(now?.value), shown(then.value)];
    // A default has no line.
    const subject = [name, is, was];
    return [
      loosened(
        subject,
        `${name}: ${is} (before: ${was})`,
        now?.source,
        then.explicit ? then.source : undefined,
      ),
    ];
  };
}

function loosened(
  subject: readonly string[],
  text: string,
  source: SourcePosition | undefined,
  before?: SourcePosition,
): Written {
  return { code: "change-loosened", subject, text: `the change loosens ${text}`, source, before };
}

/** No number means no limit. */
function isMore(now: number | undefined, then: number | undefined): boolean {
  return (now ?? Infinity) > (then ?? Infinity);
}

const action = setting<string>((now, then) => keepsIn(now) && !keepsIn(then));
const count = setting(isMore);
const duration = setting<AgeRule["after"]>(
  (now, then) => isMore(now?.ms, then?.ms),
  ({ text }) => text,
);
/** Looser either for listed devices or for the others. */
const age = setting<AgeRule>(
  (now, then) => isMore(lasts(now), lasts(then)) || isMore(lastsListed(now), lastsListed(then)),
  (rule) => `${rule.action} after ${rule.after.text}${rule.includeListed ? ", listed devices too" : ""}`,
);

function lasts(rule: AgeRule | undefined): number | undefined {
  return rule === undefined || keepsIn(rule.action) ? undefined : rule.after.ms;
}

function lastsListed(rule: AgeRule | undefined): number | undefined {
  return rule?.includeListed === true ? lasts(rule) : undefined;
}

const POLICY: DiffOfEach<Policy> = {
  unlisted: action,
  unknownUsers: action,
  noUser: action,
  // Of the revoked registrations, `unrevoke` lets in all, `ours` some, and `report` none.
  listedRevoked: setting<ListedRevokedAction>(
    (now, then) => now !== then && (now === "unrevoke" || then === "report"),
  ),
  grace: duration,
  stale: age,
  revoked: nothing, // revoked registrations are kept out, deleted or not
  superseded: action,
  maxDevices: count,
  overMaxDevices: action,
  unknownHardware: action,
  machines: setting<string>((now, then) => now === "skip" && then !== "skip"),
};

const LIMIT: DiffOfEach<GuardLimit> = { max: count, percent: count };
const limit: Diff<GuardLimit> = (then, now, name) => diffRows(LIMIT, then, now, `${name}.`);

const GUARDS: DiffOfEach<Guards> = {
  revoke: limit,
  delete: limit,
  unrevoke: limit,
  perUser: count,
  deleteUsers: count,
  self: listed("guards.self user"),
};

const LIMITS: DiffOfEach<Limits> = { perRun: count, maxPlanAge: duration };

const PROTECTED: DiffOfEach<Protected> = {
  users: listed("user"),
  devices: listed("device"),
  registrations: listed("registration"),
  serials: listed("serial"),
  hardwareIds: listed("hardware id"),
};

/** A new protection keeps what it names connected for good. A removed one no longer holds anything back. */
function listed(what: string): Diff<ReadonlyMap<string, SourcePosition>> {
  const without = (all: ReadonlyMap<string, SourcePosition>, known: typeof all) =>
    [...all].filter(([key]) => !known.has(key));
  return (then, now, name) => [
    ...without(now, then).map(([key, source]) =>
      excepted([name, key], `protects ${what} ${JSON.stringify(key)}`, source),
    ),
    ...without(then, now).map(([key, before]): Written => {
      const text = `the change no longer protects ${what} ${JSON.stringify(key)}`;
      return { code: "change-loosened", subject: [name, key], text, source: undefined, before };
    }),
  ];
}

function excepted(subject: readonly string[], what: string, source: SourcePosition, why = ""): Written {
  const text = `the change ${what}: it is never touched${why}`;
  return { code: "change-excepted", subject, text, source, before: undefined };
}

function diffIgnored({ base, head }: AllowlistDiff): readonly Written[] {
  return head.ignore
    .filter((rule) => !base.ignore.some((old) => coversMatch(old.match, rule.match)))
    .map((rule) =>
      excepted(
        ["ignore", ...matchSubject(rule.match)],
        `ignores ${describeMatch(rule)}`,
        rule.source,
        ` (${rule.reason})`,
      ),
    );
}

/**
 * Users whose policy changes by the same line share one finding. Users without a policy of their own are covered by the
 * general one.
 */
function diffPolicies({ base, head }: AllowlistDiff): readonly Written[] {
  const found = new Map<string, { readonly one: Written; readonly of: [email: string, Written][] }>();
  const keyOf = ({ text, source }: Written) => JSON.stringify([text, source]);
  const everybody = diffRows(POLICY, base.policy, head.policy, "policy.");
  for (const one of everybody) found.set(keyOf(one), { one, of: [] });
  for (const email of new Set([...base.policies.keys(), ...head.policies.keys()])) {
    for (const one of diffRows(POLICY, policyOf(base, email), policyOf(head, email), "policy.")) {
      const known = found.get(keyOf(one));
      if (known) known.of.push([email, one]);
      else found.set(keyOf(one), { one, of: [[email, one]] });
    }
  }
  return [...found.values()].map(({ one, of }) => {
    const linesBefore = of.flatMap(([, { before }]) => before ?? []);
    if (everybody.includes(one)) return { ...one, linesBefore };
    const users = of.map(([email]) => email);
    const subject = [...one.subject, ...users];
    return { ...one, subject, text: `${one.text}, for ${naming(users)}`, users, linesBefore };
  });
}

function diffFreeze({ base: { freeze: then }, head: { freeze: now } }: AllowlistDiff): readonly Written[] {
  if (then === undefined || (now !== undefined && now.until >= then.until)) return [];
  const until = now === undefined ? "none" : `until ${minute(now.until)}`;
  const text = `freeze: ${until} (before: until ${minute(then.until)})`;
  return [loosened(["freeze", until], text, now?.source, then.source)];
}

/** A test that was removed, or that asks for something else under the same name, no longer holds anything. */
function diffTests({ base, head }: AllowlistDiff): readonly Written[] {
  return base.tests.flatMap((test) => {
    const same = head.tests.filter(({ name }) => name === test.name);
    if (same.some((one) => asksAsMuch(one, test))) return [];
    const [now] = same;
    const other =
      now !== undefined && now.expect.action !== test.expect.action
        ? `expects ${now.expect.action} (before: ${test.expect.action})`
        : "asks for something other than before";
    const what = now === undefined ? "is gone" : other;
    const subject = ["tests", test.name, now?.expect.action ?? "gone"];
    return [loosened(subject, `tests: ${JSON.stringify(test.name)} ${what}`, now?.source, test.source)];
  });
}

function asksAsMuch(now: AllowlistTest, then: AllowlistTest): boolean {
  const caseOf = ({ given, at }: AllowlistTest) => JSON.stringify([given, at]);
  const isSameRule = then.expect.rule === undefined || then.expect.rule === now.expect.rule;
  return caseOf(now) === caseOf(then) && now.expect.action === then.expect.action && isSameRule;
}

/** Users whom the allowlist newly adds to Access, or no longer keeps out of it. */
function diffAccessUsers({ base, head }: AllowlistDiff): readonly Written[] {
  const widened = (
    { email, state }: WantedAccessUser,
    text: string,
    source?: SourcePosition,
    before?: SourcePosition,
  ): Written => ({
    code: "change-widened",
    subject: ["accessUsers", email, state],
    text: `the change ${text}`,
    source,
    before,
  });
  const then = new Map(base.accessUsers.map((user) => [user.email, user]));
  const now = new Map(head.accessUsers.map((user) => [user.email, user]));
  return [
    ...[...now.values()]
      .filter(({ email, state }) => state === "present" && then.get(email)?.state !== "present")
      .map((user) =>
        widened(user, `makes ${user.email} an Access user`, user.source, then.get(user.email)?.source),
      ),
    ...[...then.values()]
      .filter(({ email, state }) => state === "absent" && !now.has(email))
      .map((user) => widened(user, `no longer keeps ${user.email} out of Access`, undefined, user.source)),
  ];
}

type Criterion = Exclude<keyof Scope, "source">;

/** Registrations that leave the scope are no longer decided, including those that enrol later. */
function diffScope({ base: { scope: then }, head: { scope: now } }: AllowlistDiff): readonly Written[] {
  // Addresses and domains are one criterion: either is enough.
  const isOpen: Readonly<Record<Criterion, (scope: Scope) => boolean>> = {
    emails: ({ emails, emailDomains }) => emails.size === 0 && emailDomains.size === 0,
    emailDomains: (scope) => isOpen.emails(scope),
    policyIds: ({ policyIds }) => policyIds.size === 0,
    registrationTypes: () => false,
  };
  const ways = (Object.keys(isOpen) as Criterion[]).flatMap((key) => {
    if (isOpen[key](now)) return [];
    if (isOpen[key](then)) return now[key].size === 0 ? [] : [`only ${key} ${naming([...now[key]])}`];
    const stays = (value: string) => now[key].has(value) || (key === "emails" && isAbout(now, value));
    const lost = [...then[key]].filter((value) => !stays(value));
    return lost.length === 0 ? [] : [`without ${key} ${naming(lost)}`];
  });
  if (ways.length === 0) return [];
  const text = `the change narrows the scope: ${ways.join(", ")}; what is outside is no longer decided`;
  const subject = [
    "scope",
    ...(Object.keys(isOpen) as Criterion[]).map((key) => [...now[key]].sort().join(" ")),
  ];
  return [{ code: "change-out-of-scope", subject, text, source: now.source, before: then.source }];
}
