/** Findings about the allowlist, compared with the account: lines that match nothing, dates, weak rules. */

import {
  comparedValue,
  type EntryMatch,
  entrySubject,
  matchKeys,
  matchSubject,
} from "../../allowlist/match-values.js";
import type { Message, SourcePosition } from "../../allowlist/messages.js";
import type { AllowedUser, Allowlist, Entry } from "../../allowlist/model.js";
import { clipped, groupBy, minute, nearest, nearestEmail } from "../../text/words.js";
import { aboutRule, type Decision, removes } from "../decision.js";
import { compileMatch, MATCH_KEYS, type MatchKey, passes } from "../match-keys.js";
import type { Match } from "../match.js";
import { type Candidate, type Person, registrationsOf } from "../people.js";
import { isIgnored } from "../rules/exceptions.js";
import { DAY_MS, endOf } from "../scope.js";
import { asWritten, describeMatch, type Finding, named, quoted } from "./finding.js";

type People = ReadonlyMap<string, Person>;

interface Unmatched {
  readonly user: AllowedUser;
  readonly entry: Entry;
}

/** Entries that match none of their user's registrations, each with what may have been meant. */
export function findUnmatched(
  unmatched: readonly Unmatched[],
  people: People,
  decisions: readonly Decision[],
): Finding[] {
  if (unmatched.length === 0) return [];
  const owners = ownersOf(unmatched, people);
  const goes = new Set(
    decisions.filter(({ desired }) => removes(desired)).map(({ registration }) => registration.id),
  );
  return unmatched.map(({ user, entry }) => {
    const { email } = user;
    const stranger = entry.state === "active" ? undefined : connectedElsewhere(email, entry, owners, goes);
    if (stranger) return elsewhere(email, entry, stranger);
    const { hint, meant } = whatIsMeant(email, entry, owners, people);
    const text = `${describeMatch(entry)} of ${asWritten(user)} matches no registration${hint}`;
    return {
      code: "unmatched-entry",
      subject: entrySubject(email, entry),
      text,
      source: entry.source,
      registrations: [],
      meant: meant.length > 0 ? meant : undefined,
    };
  });
}

/** By key and value: registrations anywhere in the account that report what the entries ask for. */
type Owners = ReadonlyMap<keyof EntryMatch, ReadonlyMap<string, readonly Candidate[]>>;

function ownersOf(unmatched: readonly Unmatched[], people: People): Owners {
  const owners = new Map<keyof EntryMatch, Map<string, Candidate[]>>();
  for (const { entry } of unmatched) {
    for (const name of matchKeys) {
      const value = entry.match[name];
      const key: MatchKey = MATCH_KEYS[name];
      if (value === undefined || key.matches) continue;
      const wanted = owners.get(name) ?? new Map<string, Candidate[]>();
      owners.set(name, wanted.set(comparedValue(name, value), []));
    }
  }
  for (const { devices } of people.values())
    for (const { registrations } of devices)
      for (const candidate of registrations)
        for (const [name, wanted] of owners) {
          const reported = MATCH_KEYS[name].reportedBy(candidate);
          if (reported !== undefined) wanted.get(reported)?.push(candidate);
        }
  return owners;
}

function ownersOfValue(owners: Owners, name: keyof EntryMatch, value: string): readonly Candidate[] {
  return owners.get(name)?.get(value) ?? [];
}

/** A connected registration of another user that an entry refuses. What this plan cuts off there does not count. */
function connectedElsewhere(
  email: string,
  { match }: Entry,
  owners: Owners,
  goes: ReadonlySet<string>,
): Candidate | undefined {
  const { machine, registration } = compileMatch(match);
  const tests = [...registration, ...machine];
  return tests
    .flatMap(({ name, wanted }) => ownersOfValue(owners, name, wanted))
    .find(
      (one) =>
        one.device.person.email !== email &&
        one.registration.revoked_at == null &&
        !goes.has(one.registration.id) &&
        tests.every((test) => passes(test, one)),
    );
}

/** Anyone can claim a serial, so this stops no plan; but a stolen laptop under a renamed owner must be seen. */
function elsewhere(email: string, entry: Entry, { registration, device }: Candidate): Finding {
  const owner = device.person.email;
  const ways =
    owner === ""
      ? "no entry covers a registration without a user: revoke it in the dashboard, or set policy.noUser"
      : "refuse it under that user too (with the same entry); if the owner was renamed, move the user's whole list there";
  return {
    code: "elsewhere",
    subject: [...entrySubject(email, entry), registration.id],
    text: `${describeMatch(entry)} of ${clipped(email, 100)} must be ${entry.state}, but is connected under another user: ${named(registration, owner)}; ${ways}`,
    source: entry.source,
    registrations: [registration.id],
  };
}

/** What a registration reports for a key, as the account has it. */
function asTheAccountHas(name: keyof EntryMatch, one: Candidate): string | undefined {
  return name === "serial" || name === "hardwareId" ? one.hardware?.[name] : MATCH_KEYS[name].reportedBy(one);
}

/** What an entry that matches nothing may mean, in words, and the ids of the registrations that may be meant. */
interface Meant {
  readonly hint: string;
  readonly meant: readonly string[];
}

function whatIsMeant(email: string, entry: Entry, owners: Owners, people: People): Meant {
  if (entry.state === "deleted") return { hint: "; nothing is left to delete", meant: [] };
  const own = registrationsOf(people.get(email)?.devices ?? []);
  for (const name of matchKeys) {
    const value = entry.match[name];
    const key: MatchKey = MATCH_KEYS[name];
    if (value === undefined || key.matches) continue;
    const owner = ownersOfValue(owners, name, comparedValue(name, value)).find(
      ({ device }) => device.person.email !== email,
    );
    if (owner)
      return {
        hint: `; that is a device of ${owner.device.person.email || "no user"}`,
        meant: [owner.registration.id],
      };
    const known = own.flatMap((one) => {
      const said = asTheAccountHas(name, one);
      return said === undefined ? [] : [{ said, id: one.registration.id }];
    });
    const near = nearest(
      value,
      known.map(({ said }) => said),
    );
    if (near !== undefined && near !== value) {
      const meant = known.filter(({ said }) => said === near).map(({ id }) => id);
      return { hint: `; did you mean ${quoted(near)}?${lookalikes(value)}`, meant };
    }
  }
  return { hint: "", meant: [] };
}

/** Letters of another alphabet may look the same, so they are shown by code point. */
function lookalikes(value: string): string {
  const odd = [...new Set(value.match(/[^\x20-\x7e]/gu) ?? [])].slice(0, 5);
  const codes = odd.map((letter) => `\\u{${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`);
  return codes.length === 0 ? "" : ` (the entry has ${codes.join(", ")}, which may look like another letter)`;
}

/**
 * At most this many pairs are compared. Beyond that, a whole directory is not enrolled yet: no address was mistyped.
 */
const MOST_PAIRS = 200_000;

/** A mistyped address refuses nobody: the person meant stays connected as a user whom no file lists. */
export function findAbsent(users: Allowlist["users"], people: People): Finding[] {
  const absent = [...users.values()].filter(({ email }) => !people.has(email));
  const unknown = [...people.values()].filter(({ email, isNobody }) => !users.has(email) && !isNobody);
  if (absent.length * unknown.length > MOST_PAIRS) return [];
  const emails = unknown.map(({ email }) => email);
  return absent.flatMap((user) => {
    const { email, source } = user;
    const near = nearestEmail(email, emails);
    const person = unknown.find((one) => one.email === near);
    if (!person) return [];
    const text = `${asWritten(user)} has no registration; did you mean ${quoted(person.email)}, whom no file lists?`;
    const meant = registrationsOf(person.devices).map(({ registration }) => registration.id);
    return [{ code: "unmatched-user" as const, subject: [email], text, source, registrations: [], meant }];
  });
}

/** Exceptions that match nothing, and entries that an exception makes void. */
export function findExceptions(
  allowlist: Allowlist,
  people: People,
  decisions: readonly Decision[],
  matchOf: (candidate: Candidate) => Match,
): Finding[] {
  // A device id may still protect its machine, even if no registration has it any more.
  let used: ReadonlySet<SourcePosition> | undefined;
  const isUsed = (line: SourcePosition) =>
    (used ??= new Set(decisions.map(({ source }) => source))).has(line);
  return [...findUnusedExceptions(allowlist, people, isUsed), ...findShadowed(decisions, matchOf)];
}

/** A mistyped protection protects nobody, so every line that matches nothing is reported. */
function findUnusedExceptions(
  { protected: list, guards, ignore }: Allowlist,
  people: People,
  isUsed: (line: SourcePosition) => boolean,
): Finding[] {
  const lists = [
    ["protected.users", "protected user", list.users, ({ device }: Candidate) => device.person.email],
    [
      "protected.devices",
      "protected device",
      list.devices,
      ({ registration }: Candidate) => registration.device.id,
    ],
    [
      "protected.registrations",
      "protected registration",
      list.registrations,
      ({ registration }: Candidate) => registration.id,
    ],
    ["protected.serials", "protected serial", list.serials, ({ hardware }: Candidate) => hardware?.serialKey],
    [
      "protected.hardwareIds",
      "protected hardware id",
      list.hardwareIds,
      ({ hardware }: Candidate) => hardware?.hardwareIdKey,
    ],
    ["guards.self", "guards.self", guards.self, ({ device }: Candidate) => device.person.email],
  ] as const;
  // Usually there are no exceptions, and then no registrations are collected.
  let all: readonly Candidate[] | undefined;
  const everything = () => (all ??= [...people.values()].flatMap(({ devices }) => registrationsOf(devices)));
  const unprotecting = lists.flatMap(([section, what, wanted, keyOf]) => {
    if (wanted.size === 0) return [];
    const known = new Set(
      everything()
        .map(keyOf)
        .filter((key) => key !== undefined),
    );
    return [...wanted]
      .filter(([key, source]) => !known.has(key) && !isUsed(source))
      .map(([key, source]) =>
        unprotected(
          section,
          what,
          key,
          source,
          (key.includes("@") ? nearestEmail : nearest)(key, [...known]),
        ),
      );
  });
  const unused = ignore.filter((rule) => !everything().some((candidate) => isIgnored(candidate, rule)));
  return [
    ...unprotecting,
    ...unused.map((rule): Finding => {
      const text = `ignore ${describeMatch(rule)} matches no registration`;
      const subject = matchSubject(rule.match);
      return { code: "unmatched-ignore", subject, text, source: rule.source, registrations: [] };
    }),
  ];
}

function unprotected(
  section: string,
  what: string,
  key: string,
  source: SourcePosition,
  near: string | undefined,
): Finding {
  const maybe = near === undefined ? "" : `; did you mean ${quoted(near)}?`;
  const text = `${what} ${quoted(key)} matches nothing in the account${maybe}`;
  return { code: "unmatched-protection", subject: [section, key], text, source, registrations: [] };
}

/** Entries whose registrations are all excepted. */
function findShadowed(decisions: readonly Decision[], matchOf: (candidate: Candidate) => Match): Finding[] {
  const isExcepted = ({ reason }: Decision) => aboutRule(reason.code).kind === "excepted";
  const excepted = decisions.filter(isExcepted).flatMap((decision) => {
    const match = matchOf(decision.candidate);
    return match.kind === "allowed" || match.kind === "refused" ? [{ entry: match.entry, decision }] : [];
  });
  if (excepted.length === 0) return [];
  const groups = new Map(groupBy(excepted, ({ entry }) => entry));
  for (const decision of decisions)
    if (!isExcepted(decision))
      for (const entry of speaking(matchOf(decision.candidate))) groups.delete(entry);
  return [...groups].flatMap(([entry, group]): Finding[] => {
    // An entry that asks for what its protection keeps anyway, as an export writes it, contradicts nothing.
    const atOdds = group.find(
      ({ decision: { live, reason } }) =>
        entry.state !== "active" || live === "revoked" || reason.code === "ignored",
    );
    if (atOdds === undefined) return [];
    const { decision } = atOdds;
    const why = decision.reason.code === "self" ? "the operator's own" : decision.reason.code;
    return [
      {
        code: "shadowed-entry",
        subject: entrySubject(decision.user, entry),
        text: `${describeMatch(entry)} of ${decision.user} never decides: everything it matches is ${why}`,
        source: entry.source,
        related: [{ text: "the line that takes precedence", source: decision.source }],
        registrations: group.map((one) => one.decision.registration.id),
      },
    ];
  });
}

/** The entries that affect a registration. Some refuse it; some may mean it, so that it is left alone. */
function speaking(match: Match): readonly Entry[] {
  if ("entry" in match) return [match.entry];
  return match.kind === "contradiction" ? match.entries : [];
}

/** An entry that expires within this many days is a finding. */
const SOON_DAYS = 14;

/** Entries that have expired or soon will, states that begin later, a freeze that is over. */
export function findDates(allowlist: Allowlist, asOf: Date, now: Date): Finding[] {
  const findings: Finding[] = [];
  for (const user of allowlist.users.values()) {
    const { entries, state } = user;
    const email = asWritten(user);
    for (const entry of entries) findings.push(...findExpiry(user, entry, asOf));
    if (state?.since && asOf.getTime() < state.since.start) {
      const text = `${email} will be ${state.state} from ${state.since.text} on`;
      const subject = [user.email, state.state];
      findings.push({ code: "upcoming-state", subject, text, source: state.source, registrations: [] });
    }
  }
  const { freeze } = allowlist;
  if (freeze && now >= freeze.until) {
    const text = `the freeze ended at ${minute(freeze.until)}; remove it`;
    findings.push({
      code: "past-freeze",
      subject: ["freeze"],
      text,
      source: freeze.source,
      registrations: [],
    });
  }
  return findings;
}

function findExpiry(user: AllowedUser, entry: Entry, asOf: Date): Finding[] {
  const { expires, source, owner } = entry;
  if (expires === undefined) return [];
  const remaining = endOf(expires) - asOf.getTime();
  if (remaining > SOON_DAYS * DAY_MS) return [];
  const what = `${describeMatch(entry)} of ${asWritten(user)}`;
  const asks = owner === undefined ? "" : ` (owner: ${owner})`;
  const [code, text] =
    remaining > 0
      ? (["expiring-entry", `${what} expires after ${expires.text}${asks}`] as const)
      : (["expired-entry", `${what} expired after ${expires.text}${asks}; renew or remove it`] as const);
  // A renewed entry expires on another day, and that is another finding.
  const subject = [...entrySubject(user.email, entry), expires.text];
  return [{ code, subject, text, source, registrations: [] }];
}

/** A grace that a deletion can renew: the account keeps at most the device's record of a deleted registration. */
export function findRenewableGrace({ policy, policies }: Allowlist): Finding[] {
  const renewable = [policy, ...policies.values()].find(
    ({ grace, unlisted, unknownUsers }) =>
      grace.value.ms > 0 && (unlisted.value === "delete" || unknownUsers.value === "delete"),
  );
  if (!renewable) return [];
  const text =
    "a registration that no entry allows is deleted after its grace, and its device can enrol again for another grace, because the account forgets deleted registrations; keep a history (drift --history) and set WARP_HISTORY for pulumi, or use `unlisted: revoke`";
  const { source, of = "everybody" } = renewable.grace;
  return [{ code: "renewable-grace", subject: ["policy.grace", of], text, source, registrations: [] }];
}

/** Turns a warning about the allowlist into a finding. */
export function findWarning({ code, subject = [], text, fix, source, related }: Message): Finding {
  return {
    code: "warning",
    subject: [code, ...subject],
    text: fix === undefined ? text : `${text}; ${fix}`,
    source,
    related,
    registrations: [],
  };
}
