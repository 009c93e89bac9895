/** Rules about what the allowlist says about a person and their devices. */

import { comparedValue, matchKeys } from "../../allowlist/match-values.js";
import type { AllowedUser, Entry } from "../../allowlist/model.js";
import { whoRevoked } from "../decision.js";
import { describeMatch, named, quoted, spokenValues } from "../findings/finding.js";
import { valueKeys } from "../hardware.js";
import { compileMatch, MATCH_KEYS, passes, rankOf } from "../match-keys.js";
import type { Match } from "../match.js";
import { agree, type Candidate, doubtsOf } from "../people.js";
import { endOf, isInForce } from "../scope.js";
import { isDueByAge } from "./ages.js";
import { type Ask, byWhom, liveOf, passed, type Rule, type Subject, type Verdict, type Why } from "./rule.js";
import { clipped } from "../../text/words.js";

/** All registrations of an offboarded user are deleted; all of a suspended user are revoked. */
export const offboarded: Rule = byState("offboarded", "deleted");
export const suspended: Rule = byState("suspended", "revoked");

function byState(state: "offboarded" | "suspended", desired: "deleted" | "revoked"): Rule {
  const isNot = passed(`its user is not ${state}`);
  return {
    name: state,
    ask: ({ user, asOf }) => {
      const said = user?.state?.state === state ? user.state : undefined;
      if (!said) return isNot;
      const { since, reason, source } = said;
      if (since && !isInForce({ from: since }, asOf))
        return passed(`its user is ${state} only from ${since.text} on`, source);
      const when = since === undefined ? "" : ` since ${since.text}`;
      const why = reason === undefined ? "" : `: ${reason}`;
      return () => ({ rule: state, desired, text: `its user is ${state}${when}${why}`, source });
    },
  };
}

const AGREED = passed("no two entries of the same rank ask for different states");
const KNOWN = passed("no entry needs hardware that is not known");

/** Entries that ask for different states stop the whole plan. Here, what they match is left alone. */
export const contradiction: Rule = {
  name: "contradiction",
  ask: listed((subject) => (candidate) => {
    const { match } = subject.say(candidate);
    if (match.kind !== "contradiction") return AGREED;
    const [one, other] = match.entries;
    const text = `lines ${one.source.line} and ${other.source.line} ask for different states`;
    return { rule: "contradiction", desired: "as-is", text, source: one.source };
  }),
};

/**
 * An entry that refuses is final for its device. Only `policy.revoked` with `includeListed` may still delete what the
 * entry keeps revoked.
 */
export const refused: Rule = {
  name: "entry that refuses",
  ask: listed((subject, user) => (candidate) => {
    const { match } = subject.say(candidate);
    if (match.kind !== "refused") return { why: () => explainMatch(candidate, match, user, subject.asOf) };
    const { entry } = match;
    if (isDueByAge(candidate, subject))
      return passed("it has been revoked for longer than policy.revoked.after");
    const why = entry.reason === undefined ? "" : `: ${entry.reason}`;
    const text = `${describeMatch(entry)} must be ${entry.state}${why}`;
    return { rule: "entry", desired: entry.state, text, source: entry.source, entry };
  }),
};

/** If unknown hardware may be what an entry asks for, the device is left alone, unless the policy says otherwise. */
export const unknownHardware: Rule = {
  name: "unknown hardware",
  ask: listed((subject) => (candidate) => {
    const { match } = subject.say(candidate);
    if (match.kind !== "unknown-hardware") return KNOWN;
    const { unknownHardware: setting } = subject.policy;
    const { source } = match.entry;
    const text = `its hardware is not known, and an entry for its user matches by ${wants(match.entry)}`;
    if (setting.value === "report") return { rule: "unknown-hardware", desired: "as-is", text, source };
    return {
      rule: "unknown-hardware",
      desired: "revoked",
      text: `${text}; policy.unknownHardware is revoke${byWhom(setting)}`,
      source: setting.source,
    };
  }),
};

/**
 * What an entry allows. Every active registration stays. Only the newest is let in, and only if it reports itself what
 * the entry asks for and nothing about it is in doubt.
 */
export const allowed: Rule = {
  name: "entry that allows",
  ask: listed((subject) => (candidate) => {
    const { match } = subject.say(candidate);
    if (match.kind !== "allowed") return passed("no entry for its user allows it");
    if (liveOf(candidate) === "active") {
      const { entry } = match;
      return { rule: "entry", desired: "active", text: KEPT[rankOf(entry)], source: entry.source, entry };
    }
    const all = [match.entry, ...match.equals];
    const keptOut = (one: Entry) => whyKeptOut(candidate, one, match.own, subject);
    const entry = all.find((one) => keptOut(one) === undefined) ?? match.entry;
    const { source } = entry;
    const kept = keptOut(entry);
    if (kept) return { ...kept, desired: "as-is", source, entry };
    const { listedRevoked } = subject.policy;
    const text = `allowed by ${because(entry)}`;
    const by = whoRevoked(candidate.registration, subject.own);
    const isLetIn = listedRevoked.value === "ours" ? by === "this-stack" : listedRevoked.value === "unrevoke";
    if (isLetIn) return { rule: "entry", desired: "active", text, source, entry };
    const since = (candidate.registration.revoked_at ?? "").slice(0, 10);
    const whose = by === "outside" ? `outside this stack on ${since}` : `on ${since} by an unknown party`;
    const how = listedRevoked.value === "ours" ? `it was revoked ${whose}` : "it is revoked";
    return {
      rule: "listed-revoked",
      desired: "as-is",
      text: `${text}, but ${how}; policy.listedRevoked is ${listedRevoked.value}${byWhom(listedRevoked)}`,
      source: listedRevoked.source,
      entry,
    };
  }),
};

/** By rank. Nearly every decision keeps a device, and nobody asks why: its line has the rest. */
const KEPT = [
  "allowed by registration",
  "allowed by hardware",
  "allowed by device",
  "allowed by name",
  "allowed by name",
] as const;

/** Why an entry that allows a revoked registration does not let it in. An entry by registration id leaves no doubt. */
function whyKeptOut(
  candidate: Candidate,
  entry: Entry,
  own: boolean,
  subject: Subject,
): Pick<Verdict, "rule" | "text"> | undefined {
  if (entry.match.registration !== undefined) return undefined;
  const [newest] = candidate.device.registrations;
  if (candidate !== newest) {
    const text = `an older registration of this device; ${clipped(newest.registration.id)} is the newest`;
    return { rule: "older", text };
  }
  if (!own) {
    const text = `${describeMatch(entry)} matches an older registration of this device, but not this one`;
    return { rule: "doubt", text };
  }
  const other = subject.newestOf(entry, candidate);
  if (other !== candidate) {
    const text = `${describeMatch(entry)} matches a newer registration, ${clipped(other.registration.id)}, and lets in only the newest`;
    return { rule: "older", text };
  }
  const doubt = whyInDoubt(candidate, entry);
  if (doubt !== undefined) return { rule: "doubt", text: doubt };
  const { mayRefuse } = subject.say(candidate);
  if (!mayRefuse) return undefined;
  const text = `its hardware is not known, and it may be the machine that line ${mayRefuse.source.line} refuses (${describeMatch(mayRefuse)})`;
  return { rule: "doubt", text };
}

/**
 * Why it may not be the machine that the entry means: another machine reports the same values. A later enrolment is in
 * the same doubt, unless it agrees with one of the two in serial and hardware id.
 */
function whyInDoubt(candidate: Candidate, { match }: Entry): string | undefined {
  const goesBy = matchKeys.flatMap((name) => {
    const value = MATCH_KEYS[name].mayBeUnknown ? match[name] : undefined;
    return value === undefined ? [] : [`${name} ${comparedValue(name, value)}`];
  });
  const concerned = (values: readonly string[]) => goesBy.every((value) => values.includes(value));
  const own = doubtsOf(candidate).find(({ values }) => concerned(values));
  if (own) {
    const other = own.pair[0] === candidate ? own.pair[1] : own.pair[0];
    return `${named(other.registration, candidate.device.person.email)} reports the same ${spokenValues(own.values)}, and it is not clear which of the two machines the entry means`;
  }
  const reported = valueKeys(candidate.hardware);
  const shared = candidate.device.person.doubts.find(
    ({ pair, values }) =>
      concerned(values) &&
      values.some((value) => reported.includes(value)) &&
      !pair.some((one) => agree(one, candidate)),
  );
  return shared && `two other machines report the same ${spokenValues(shared.values)}`;
}

/** Rules about entries do not apply to a user without entries. */
function listed(ask: (subject: Subject, user: AllowedUser) => Ask): Rule["ask"] {
  return (subject) => {
    const { user, person } = subject;
    if (user && user.entries.length > 0) return ask(subject, user);
    if (!user)
      return {
        why: () => ({
          text: person.email === "" ? "it has no user" : `no file lists ${clipped(person.email, 100)}`,
        }),
      };
    return passed("its user is listed without devices", user.source);
  };
}

function because(entry: Entry): string {
  return entry.reason === undefined ? describeMatch(entry) : `${describeMatch(entry)}: ${entry.reason}`;
}

/** What must be known about a registration before an entry can decide. */
function wants({ match, requires }: Entry): string {
  const keys = requires === undefined ? "" : ` and requires ${Object.keys(requires).join(" and ")}`;
  return `${describeMatch({ match })}${keys}`;
}

/** At most this many entries that do not match are listed one by one. */
const MOST_ENTRIES = 5;

/** What the entries say, to explain why none refuses. */
function explainMatch(
  candidate: Candidate,
  match: Exclude<Match, { readonly kind: "refused" }>,
  { entries, source }: AllowedUser,
  asOf: Date,
): Why {
  switch (match.kind) {
    case "allowed":
      return {
        text: `${describeMatch(match.entry)} asks for ${match.entry.state}`,
        source: match.entry.source,
      };
    case "contradiction":
      return { text: "two entries ask for different states" };
    case "unknown-hardware":
      return { text: "no entry refuses it for certain", source: match.entry.source };
    case "condition":
      return {
        text: `${describeMatch(match.entry)} matches, and ${match.failed}`,
        source: match.entry.source,
      };
    case "none": {
      const reasons = entries.slice(0, MOST_ENTRIES).map((entry) => whyNot(candidate, entry, asOf));
      const more = entries.length > MOST_ENTRIES ? `; and ${entries.length - MOST_ENTRIES} more` : "";
      const none =
        entries.length === 1
          ? "the entry for its user does not match it now"
          : `none of the ${entries.length} entries for its user matches it now`;
      return { text: `${none}: ${reasons.join("; ")}${more}`, source };
    }
  }
}

function whyNot(candidate: Candidate, entry: Entry, asOf: Date): string {
  const what = `${describeMatch(entry)} (line ${entry.source.line})`;
  const { registration, machine, newest } = compileMatch(entry.match);
  const tests = [...registration, ...machine, ...newest];
  const differing = tests.find((test) => !passes(test, candidate));
  if (!differing) {
    const { from, expires } = entry;
    const isOver = expires !== undefined && endOf(expires) <= asOf.getTime();
    return isOver ? `${what} expired after ${expires.text}` : `${what} begins on ${from?.text ?? ""}`;
  }
  const given = differing.key.reportedBy(candidate);
  const name = differing.name === "nameGlob" ? "name" : differing.name;
  return `${what}: its ${name} is ${given === undefined ? "not known" : quoted(given)}`;
}
