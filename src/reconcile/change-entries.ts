/** Edits to users and their entries that let more in, now or later. */

import { matchesPattern } from "../allowlist/file-patterns.js";
import { matchSubject } from "../allowlist/match-values.js";
import type { SourcePosition } from "../allowlist/messages.js";
import {
  type AllowedUser,
  type Allowlist,
  type Conditions,
  type Entry,
  policyOf,
  type Scope,
} from "../allowlist/model.js";
import { domainOf } from "../allowlist/values.js";
import { describeMatch } from "./findings/finding.js";
import { type FindingCode } from "./findings/kinds.js";
import { goesByHardware, isAtLeast, rankOf } from "./match-keys.js";
import { endOf } from "./scope.js";

/** The allowlist before and after a change. */
export interface AllowlistDiff {
  readonly base: Allowlist;
  readonly head: Allowlist;
}

/** One edit that lets more through. */
export interface Written {
  readonly code: Extract<FindingCode, `change-${string}`>;
  /** As in a {@link Finding}, without registrations. */
  readonly subject: readonly string[];
  readonly text: string;
  /** The new line; undefined if something was removed. */
  readonly source: SourcePosition | undefined;
  /** The old line; undefined if something is new. */
  readonly before: SourcePosition | undefined;
  /** E-mails of the users whose devices it may concern; if left out, anyone's. */
  readonly users?: readonly string[];
  /** Further lines that tie a decision to this edit: in the new plan, and in the old one. */
  readonly lines?: readonly SourcePosition[];
  readonly linesBefore?: readonly SourcePosition[];
}

/** Whether an action leaves devices connected: `report` and no action do; revoking and deleting both keep them out. */
export function keepsIn(action: string | undefined): boolean {
  return action === undefined || action === "report";
}

/** The first three, and how many more there are. */
export function naming(values: readonly string[], separator = ", "): string {
  const more = values.length > 3 ? ` and ${values.length - 3} more` : "";
  return values.slice(0, 3).join(separator) + more;
}

/** Whether the addresses and domains of a scope include a user. */
export function isAbout({ emails, emailDomains }: Scope, email: string): boolean {
  return (
    (emails.size === 0 && emailDomains.size === 0) || emails.has(email) || emailDomains.has(domainOf(email))
  );
}

export function diffUsers({ base, head }: AllowlistDiff): readonly Written[] {
  return [...new Set([...head.users.keys(), ...base.users.keys()])].flatMap((email) => {
    const [then, now] = [base.users.get(email), head.users.get(email)];
    const others = diffOthers({ base, head }, email);
    if (then === undefined) return now ? addedUser(now, others) : [];
    const state = diffState(then, now);
    const diffs = [...state, ...diffEntries(then, now, keptOutUnknown({ base, head }, email))];
    if (now !== undefined || others === undefined || state.length > 0 || !isAbout(head.scope, email))
      return diffs;
    const text = `the change drops ${email} from the allowlist, and ${others.text}`;
    const { source } = others;
    const subject = [email];
    return [{ code: "change-dropped", subject, text, source, before: then.source, users: subject }, ...diffs];
  });
}

interface Others {
  /** The setting that lets them stay. */
  readonly key: string;
  readonly text: string;
  readonly source: SourcePosition;
}

/**
 * The setting that leaves a user's devices connected if no entry allows them, where the setting before the change did
 * not.
 */
function diffOthers({ base, head }: AllowlistDiff, email: string): Others | undefined {
  const keyIn = ({ users }: Allowlist) => (users.has(email) ? "unlisted" : "unknownUsers");
  const [was, is] = [keyIn(base), keyIn(head)] as const;
  const [then, now] = [policyOf(base, email)[was], policyOf(head, email)[is]];
  if (!keepsIn(now.value) || keepsIn(then.value)) return undefined;
  const text = `devices that no entry allows stay connected: policy.${is} is ${now.value} (before: policy.${was} was ${then.value})`;
  return { key: `policy.${is}`, text, source: now.source };
}

/**
 * Whether devices that no entry allows stay connected now, where `policy.unknownHardware` kept some of them out before.
 */
function keptOutUnknown({ base, head }: AllowlistDiff, email: string): boolean {
  const { unlisted, unknownUsers } = policyOf(head, email);
  const others = head.users.has(email) ? unlisted : unknownUsers;
  return !keepsIn(policyOf(base, email).unknownHardware.value) && keepsIn(others.value);
}

function addedUser({ email, entries, source }: AllowedUser, others: Others | undefined): readonly Written[] {
  const allowing = entries.filter(isAllowing);
  if (allowing.length === 0 && others === undefined) return [];
  const devices = allowing.length === 0 ? "" : ` with ${naming(allowing.map(describeMatch), "; ")}`;
  const rest = others === undefined ? "" : `, and ${others.text}`;
  const text = `the change adds the user ${email}${devices}${rest}`;
  const lines = [...entries.map((entry) => entry.source), ...(others ? [others.source] : [])];
  const subject = ["added", ...allowing.flatMap(({ match }) => matchSubject(match)), others?.key ?? ""];
  return [{ ...widened(email, subject, text, source, undefined), lines }];
}

/** A user who is no longer cut off, or is cut off later. */
function diffState({ email, state: then }: AllowedUser, now: AllowedUser | undefined): readonly Written[] {
  if (then === undefined) return [];
  const state = now?.state;
  if (state === undefined)
    return [
      widened(email, ["state", then.state], `${email} is no longer ${then.state}`, now?.source, then.source),
    ];
  const { since } = state;
  if (since === undefined || since.start <= (then.since?.start ?? -Infinity)) return [];
  const text = `${email} is ${state.state} from ${since.text} on, later than before the change`;
  return [widened(email, ["since", since.text], text, state.source, then.source)];
}

function widened(
  email: string,
  what: readonly string[],
  text: string,
  source: SourcePosition | undefined,
  before: SourcePosition | undefined,
): Written {
  return { code: "change-widened", subject: [email, ...what], text, source, before, users: [email] };
}

/**
 * One for each entry that lets in more than those before the change, and one for each removed or narrowed entry that
 * kept something out.
 */
function diffEntries(
  { email, entries: then }: AllowedUser,
  user: AllowedUser | undefined,
  keptUnknown: boolean,
): readonly Written[] {
  const now = user?.entries ?? [];
  const isGone = (old: Entry) =>
    isAllowing(old) ? letsPast(old, now) || (keptUnknown && wasUnknown(old, now)) : !keepsOut(now, old);
  const replaced = new Set<Entry>();
  const wider = now.filter(isAllowing).flatMap((entry) => {
    const found = whyWider(entry, then, now);
    if (found === undefined) return [];
    if (found.old) replaced.add(found.old);
    const text = `${describeMatch(entry)} of ${email} ${found.text}`;
    const subject = [found.how, ...matchSubject(entry.match), ...(found.ways ?? [])];
    return [widened(email, subject, text, entry.source, found.old?.source)];
  });
  const gone = then
    .filter((old) => !replaced.has(old) && isGone(old))
    .map((old) => {
      const required = naming(requirements(old));
      const allowed = required === "" ? "kept out devices that do not report it" : `required ${required}`;
      const was = isAllowing(old) ? allowed : `was refused (${old.state})`;
      const text = `the change removes or narrows ${describeMatch(old)} of ${email}, which ${was}`;
      return widened(
        email,
        ["gone", old.state, ...matchSubject(old.match), ...reachOf(old)],
        text,
        user?.source,
        old.source,
      );
    });
  return [...wider, ...gone];
}

function isAllowing({ state }: Entry): boolean {
  return state === "active";
}

interface Wider {
  /** A stable word for it. */
  readonly how: "stronger" | "wider" | "allowed" | "new" | "weaker";
  /** When the entry applies and what it requires now, if its match is unchanged. */
  readonly ways?: readonly string[];
  readonly text: string;
  readonly old?: Entry;
}

/** Why an allowing entry lets in more than every entry before the change; undefined if it does not. */
function whyWider(entry: Entry, then: readonly Entry[], now: readonly Entry[]): Wider | undefined {
  const rivals = now.filter((one) => !isAllowing(one) || one.requires !== undefined);
  const allowed = (old: Entry) => isAllowing(old) && reaches(old, entry);
  if (then.some((old) => allowed(old) && between(entry, old, rivals) === undefined)) return undefined;
  const weaker = then.find(allowed);
  const rival = weaker && between(entry, weaker, rivals);
  if (weaker && rival) {
    const text = `is stronger than ${describeMatch(weaker)} before the change: it decides where ${describeMatch(rival)} did`;
    return { how: "stronger", text, old: weaker };
  }
  const same = then.filter(({ match }) => coversMatch(match, entry.match) && coversMatch(entry.match, match));
  // The same match may have a refusing entry for other days, which the change need not touch.
  const old = same.find(isAllowing) ?? same[0];
  if (old !== undefined) {
    if (!isAllowing(old))
      return {
        how: "allowed",
        text: `was refused (${old.state}) before the change, and is now allowed`,
        old,
      };
    const ways = waysWider(old, entry);
    return { how: "wider", ways: reachOf(entry), text: `is widened by the change: ${ways.join(", ")}`, old };
  }
  const narrower = then.find((one) => isAllowing(one) && coversMatch(entry.match, one.match));
  if (narrower === undefined) return { how: "new", text: "is new" };
  return {
    how: "weaker",
    text: `is less specific than ${describeMatch(narrower)} before the change`,
    old: narrower,
  };
}

/** Whether another entry still refuses what an entry refused. */
function keepsOut(now: readonly Entry[], old: Entry): boolean {
  const allowing = now.filter(isAllowing);
  return now.some(
    (entry) => !isAllowing(entry) && reaches(entry, old) && between(old, entry, allowing) === undefined,
  );
}

/** Whether a weaker entry may now let in a device that fails what an allowing entry required. */
function letsPast(old: Entry, now: readonly Entry[]): boolean {
  if (old.requires === undefined) return false;
  const weaker = now.some(
    (one) => isAllowing(one) && rankOf(one) > rankOf(old) && mayMeet(one.match, old.match),
  );
  // An entry that is at least as strong still applies wherever this one did. If it requires less, it has its own
  // finding.
  const isHeld = ({ requires: _, ...one }: Entry) => rankOf(one) <= rankOf(old) && reaches(one, old);
  return weaker && !now.some(isHeld);
}

/** Whether a device may have been kept out only because it did not report what this entry asks for. */
function wasUnknown(old: Entry, now: readonly Entry[]): boolean {
  const asks = old.requires !== undefined || goesByHardware(old);
  const isSame = ({ match }: Entry) => coversMatch(match, old.match) && coversMatch(old.match, match);
  return asks && !now.some((one) => isAllowing(one) && isSame(one));
}

/** Whether `wide` matches everything that `narrow` can match, at all the same times, and requires no more. */
function reaches(wide: Entry, narrow: Entry): boolean {
  return coversMatch(wide.match, narrow.match) && waysWider(wide, narrow).length === 0;
}

/** An entry that may mean the same device and ranks between the two: only the weaker one gives way to it. */
function between(strong: Entry, weak: Entry, rivals: readonly Entry[]): Entry | undefined {
  const [from, to] = [rankOf(strong), rankOf(weak)];
  if (from >= to) return undefined;
  return rivals.find(
    (one) => one !== strong && from <= rankOf(one) && rankOf(one) <= to && mayMeet(one.match, strong.match),
  );
}

/** Whether `wide` matches everything that `narrow` can match. */
export function coversMatch(wide: Entry["match"], narrow: Entry["match"]): boolean {
  const { nameGlob, ...keys } = wide;
  const rest = Object.entries(keys).every(([key, value]) => narrow[key as keyof typeof keys] === value);
  if (!rest || nameGlob === undefined) return rest;
  if (nameGlob === narrow.nameGlob || nameGlob === "*") return true;
  return narrow.name !== undefined && matchesPattern(nameGlob, narrow.name);
}

/**
 * Whether two matches may mean the same machine. Device and hardware ids are not compared: a machine that enrols again
 * or is re-imaged reports new ones.
 */
function mayMeet(one: Entry["match"], other: Entry["match"]): boolean {
  return (
    mayBeNamed(one, other) &&
    mayBeNamed(other, one) &&
    isSameOrOpen(one.registration, other.registration) &&
    isSameOrOpen(one.serial, other.serial) &&
    isSameOrOpen(one.name, other.name)
  );
}

function isSameOrOpen(one: string | undefined, other: string | undefined): boolean {
  return one === undefined || other === undefined || one === other;
}

function mayBeNamed({ nameGlob }: Entry["match"], { name }: Entry["match"]): boolean {
  return nameGlob === undefined || name === undefined || matchesPattern(nameGlob, name);
}

/** When an entry applies and what it requires, as written in the file. */
function reachOf({ from, expires, requires = {} }: Entry): readonly string[] {
  return [
    `from ${from?.text ?? ""}`,
    `expires ${expires?.text ?? ""}`,
    ...conditions.map((name) => `${name} ${requires[name] ?? ""}`),
  ];
}

/** How `now` applies longer or requires less than `then`, in words. */
function waysWider(then: Entry, now: Entry): readonly string[] {
  return Object.values(REACH).flatMap((ways) => ways(then, now));
}

const same = (): readonly string[] => [];

/** One row for each key of an entry, so that none is forgotten. Match and state are compared separately. */
const REACH: { readonly [Key in keyof Entry]-?: (then: Entry, now: Entry) => readonly string[] } = {
  match: same,
  state: same,
  expires: ({ expires: then }, { expires: now }) => {
    if (then === undefined || (now !== undefined && endOf(now) <= endOf(then))) return [];
    const until = now === undefined ? "it no longer expires" : `it expires after ${now.text}`;
    return [`${until} (before: after ${then.text})`];
  },
  from: ({ from: then }, { from: now }) =>
    then === undefined || (now !== undefined && now.start >= then.start)
      ? []
      : [`it applies from ${now?.text ?? "the beginning"} on (before: from ${then.text} on)`],
  requires: ({ requires: then = {} }, { requires: now = {} }) =>
    conditions.flatMap((name) => {
      const [wanted, given] = [then[name], now[name]];
      if (wanted === undefined || (given !== undefined && ASKS_AS_MUCH[name](given, wanted))) return [];
      const what = given === undefined ? `${name} is no longer required` : `requires ${name} ${given}`;
      return [`${what} (before: ${wanted})`];
    }),
  note: same,
  reason: same,
  owner: same,
  ticket: same,
  trustName: same,
  source: same,
};

/** Whether everything that meets `given` also meets `wanted`. */
const ASKS_AS_MUCH: { readonly [Key in keyof Conditions]-?: (given: string, wanted: string) => boolean } = {
  platform: (given, wanted) => given === wanted,
  // A different glob counts as wider.
  model: (given, wanted) => given === wanted || (!/[*?]/u.test(given) && matchesPattern(wanted, given)),
  minClientVersion: (given, wanted) => isAtLeast(wanted, given),
  tunnelType: (given, wanted) => given === wanted,
  profile: (given, wanted) => given === wanted,
  minOsVersion: (given, wanted) => isAtLeast(wanted, given),
};

const conditions = Object.keys(ASKS_AS_MUCH) as readonly (keyof Conditions)[];

function requirements({ requires = {} }: Entry): readonly string[] {
  return conditions.flatMap((name) => (requires[name] === undefined ? [] : [`${name} ${requires[name]}`]));
}
