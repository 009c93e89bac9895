/** Findings about registrations and devices that someone should look at, but that lead to no act. */

import type { Allowlist } from "../../allowlist/model.js";
import type { RegistrationPolicy } from "../../cloudflare/types.js";
import { clipped, compare, counted, groupBy } from "../../text/words.js";
import { aboutRule, type Decision, type RuleCode, staysConnected } from "../decision.js";
import type { Unusable } from "../hardware.js";
import { MATCH_KEYS, type MatchKey } from "../match-keys.js";
import { type Candidate, isIdentified, type Person, registrationsOf } from "../people.js";
import { excludingSettings, isInForce, isInScope, isNoUser } from "../scope.js";
import { type Finding, listed, named, quoted, spokenValues } from "./finding.js";
import { type FindingCode } from "./kinds.js";

/** What is left alone: one finding for each registration, or one for each person whom the allowlist does not know. */
export function findLeftAlone(decisions: readonly Decision[]): Finding[] {
  const findings: Finding[] = [];
  const people: Decision[] = [];
  for (const decision of decisions) {
    if (decision.desired !== "as-is") continue;
    const { code } = decision.reason;
    const { findingIfLeft } = aboutRule(code);
    if (findingIfLeft !== "always" && decision.live === "revoked") continue;
    if (findingIfLeft === "by-person") people.push(decision);
    else if (isFindingCode(code)) findings.push(aboutOne(code, decision));
  }
  const groups = [...groupBy(people, ({ user }) => user)].sort(([a], [b]) => compare(a, b));
  return [...findings, ...groups.map(([user, group]) => aboutPerson(user, group))];
}

/** If a rule leaves something alone that someone should look at, the finding has the rule's name. */
function isFindingCode(code: RuleCode): code is RuleCode & FindingCode {
  return aboutRule(code).findingIfLeft !== "never";
}

function aboutOne(code: FindingCode, { registration, user, reason, source }: Decision): Finding {
  const text = `${named(registration, user)} is left alone: ${reason.text}`;
  return { code, subject: [registration.id], text, source, registrations: [registration.id] };
}

function aboutPerson(user: string, group: readonly [Decision, ...Decision[]]): Finding {
  const [first] = group;
  const count = counted(group.length, "active registration");
  const noUser = first.reason.code === "no-user";
  const ids = group.map(({ registration }) => registration.id);
  const what = noUser ? "belongs to no person" : "is not in the allowlist";
  return {
    code: noUser ? "no-user" : "unknown-user",
    subject: [user, ...ids],
    text: `${user || "a registration without an e-mail"} ${what}: ${count} left alone`,
    source: first.source,
    registrations: ids,
  };
}

/** At least this many revoked registrations of one device mean that it came back. */
const SEVERAL = 2;

/** Devices that enrol again and again, which no reconciler can keep out. */
export function findCameBack(decisions: readonly Decision[]): Finding[] {
  const found = new Set<Candidate>();
  return decisions.flatMap((decision) => {
    const { live, reason, candidate } = decision;
    if (live !== "active" || aboutRule(reason.code).kind !== "unlisted" || found.has(candidate)) return [];
    const group = sameMachine(candidate);
    const times = group.filter(({ registration }) => registration.revoked_at != null).length;
    if (times < SEVERAL) return [];
    for (const one of group) found.add(one);
    const ids = group.map(({ registration }) => registration.id).sort();
    const now = staysConnected(decision) ? "and is active again" : "and is back";
    return [
      {
        code: "came-back" as const,
        subject: ids,
        text: `${named(decision.registration, decision.user)} was revoked ${times} times ${now}: revoking does not keep a device out; use the device enrolment policy or the identity provider`,
        source: decision.source,
        registrations: ids,
      },
    ];
  });
}

/** The registrations of its device, and those with its name if the hardware of either is not known. */
function sameMachine({ device, registration }: Candidate): readonly Candidate[] {
  const known = isIdentified(device);
  return device.person.devices.flatMap((other) => {
    if (other === device) return other.registrations;
    if (known && isIdentified(other)) return [];
    return other.registrations.filter((one) => one.registration.device.name === registration.device.name);
  });
}

/** Pairs of one person's registrations that report one value but count as two machines. */
export function findDoubts(people: Iterable<Person>): Finding[] {
  const findings: Finding[] = [];
  for (const { doubts, email } of people) {
    for (const { pair, values, why } of doubts) {
      const [older, newer] = pair;
      const because = why === "serials" ? "report different serials" : "are both in use";
      const ids = pair.map(({ registration }) => registration.id).sort();
      findings.push({
        code: "doubtful-device",
        subject: ids,
        text: `${named(older.registration, email)} and ${named(newer.registration, email)} report the same ${spokenValues(values)}, but ${because}: they count as two machines, and neither is let in on that basis`,
        registrations: ids,
      });
    }
  }
  return findings;
}

/** Values that devices of several people report. This does not weaken anyone's entries. */
export function findShared(people: Iterable<Person>): Finding[] {
  const owned = [...people].filter(({ isNobody }) => !isNobody);
  const shared = Object.entries(MATCH_KEYS).flatMap(([name, { mayBeUnknown, reportedBy }]) => {
    const suspects = mayBeUnknown ? reportedBySeveral(owned, reportedBy) : new Set<string>();
    if (suspects.size === 0) return [];
    const all = owned
      .flatMap(({ devices }) => registrationsOf(devices))
      .filter((one) => suspects.has(reportedBy(one) ?? ""));
    return [...groupBy(all, (one) => `${name} ${reportedBy(one) ?? ""}`)];
  });
  return shared
    .sort(([a], [b]) => compare(a, b))
    .map(([value, candidates]) => {
      const owners = new Map(
        candidates.map((one) => [named(one.registration, one.device.person.email), one.device.person]),
      );
      // One of each user first: the rest may only be counted.
      const [first, others] = [new Map<Person, string>(), new Array<string>()];
      for (const [name, person] of [...owners].sort(([a], [b]) => compare(a, b)))
        if (first.has(person)) others.push(name);
        else first.set(person, name);
      const ids = candidates.map(({ registration }) => registration.id).sort();
      return {
        code: "shared-identity" as const,
        subject: [value, ...ids],
        text: `devices of several users report the same ${spokenValues([value])}: ${listed([...first.values(), ...others])}`,
        registrations: ids,
      };
    });
}

/** Finds the shared values first, because they are rare; the caller then looks up who reports them. */
function reportedBySeveral(
  people: readonly Person[],
  reportedBy: MatchKey["reportedBy"],
): ReadonlySet<string> {
  const several = new Set<string>();
  const first = new Map<string, Person>();
  for (const person of people)
    for (const { registrations } of person.devices)
      for (const one of registrations) {
        const value = reportedBy(one);
        if (value === undefined) continue;
        const known = first.get(value);
        if (!known) first.set(value, person);
        else if (known !== person) several.add(value);
      }
  return several;
}

/** Vendors' default serials that registrations in scope report. */
export function findUnusable(unusable: readonly Unusable[], decisions: readonly Decision[]): Finding[] {
  if (unusable.length === 0) return [];
  const serials = new Map(
    unusable.flatMap(({ serial, devices }) => [...devices].map((id) => [id, serial] as const)),
  );
  // If a device has two rows, the later one has its hardware.
  const bySerial = groupBy(decisions, ({ registration, hardware }) =>
    hardware?.serial === undefined ? serials.get(registration.device.id) : undefined,
  );
  return unusable
    .flatMap(({ serial }): Finding[] => {
      const group = bySerial.get(serial);
      if (!group) return [];
      const names = group.map(({ registration: { device, id } }) => `${clipped(device.name)} (${id})`);
      const ids = group.map(({ registration }) => registration.id);
      const text = `serial ${quoted(serial)} is a vendor's default, so no entry can match by it: ${listed(names)}`;
      return [{ code: "unusable-serial", subject: [serial, ...ids], text, registrations: ids }];
    })
    .sort((a, b) => compare(a.text, b.text));
}

/** The default profile is reported only if at most one device in this many has it. */
const RARE = 10;

/**
 * Device profiles that nobody intended. The default profile is reported only where it is rare: if nearly all connected
 * devices in scope have another profile, no profile's rule was written for this device. One finding for each person, or
 * for each deleted profile.
 */
export function findProfiles(decisions: readonly Decision[]): Finding[] {
  const deleted: { readonly policy: Profile; readonly decision: Decision }[] = [];
  const byDefault: Decision[] = [];
  let withProfile = 0;
  for (const decision of decisions) {
    if (decision.live !== "active" || !staysConnected(decision)) continue;
    const policy = profileOf(decision);
    if (!policy) continue;
    withProfile += 1;
    if (policy.deleted === true) deleted.push({ decision, policy });
    else if (policy.default === true && !isNoUser(decision.user)) byDefault.push(decision);
  }
  const isRare = byDefault.length * RARE <= withProfile;
  return [
    ...inOrder(groupBy(deleted, ({ policy }) => policy.id)).map(([id, group]): Finding => {
      const own = group.map(({ decision }) => decision);
      const name = quoted(group[0].policy.name ?? id);
      const text = `the device profile ${name} was deleted, but ${counted(own.length, "connected device")} still ${own.length === 1 ? "has" : "have"} it: ${listed(own.map(nameOf))}`;
      return aboutGroup("deleted-profile", [id], text, own);
    }),
    ...inOrder(groupBy(isRare ? byDefault : [], ({ user }) => user)).map(([user, group]): Finding => {
      const text = `${user}: ${listed(group.map(nameOf))} ${group.length === 1 ? "has" : "have"} the default device profile, but nearly all devices have another one`;
      return aboutGroup("default-profile", [user], text, group);
    }),
  ];
}

function inOrder<Value>(groups: ReadonlyMap<string, Value>): [string, Value][] {
  return [...groups].sort(([a], [b]) => compare(a, b));
}

function aboutGroup(
  code: FindingCode,
  subject: readonly string[],
  text: string,
  group: readonly Decision[],
): Finding {
  const ids = group.map(({ registration }) => registration.id);
  return { code, subject: [...subject, ...ids], text, registrations: ids };
}

function nameOf({ registration: { device, id } }: Decision): string {
  return `${clipped(device.name)} (${clipped(id)})`;
}

/** Nothing else depends on it, so its other fields may be missing. */
type Profile = Pick<RegistrationPolicy, "id"> & Partial<RegistrationPolicy>;

function profileOf({ registration }: Decision): Profile | undefined {
  const policy: Partial<RegistrationPolicy> | null | undefined = registration.policy;
  return policy && hasId(policy) ? policy : undefined;
}

function hasId(policy: Partial<RegistrationPolicy>): policy is Profile {
  return typeof policy.id === "string" && policy.id !== "";
}

/** Active registrations of suspended and offboarded people that a scope keeps out of reach. */
export function findOutOfReach(
  people: ReadonlyMap<string, Person>,
  { users, scope }: Pick<Allowlist, "users" | "scope">,
  asOf: Date,
): Finding[] {
  const findings: Finding[] = [];
  for (const { email, state } of users.values()) {
    if (!state || (state.since && !isInForce({ from: state.since }, asOf))) continue;
    const outside = registrationsOf(people.get(email)?.devices ?? []).filter(
      ({ registration: one }) => one.revoked_at == null && !isInScope(one, email, scope),
    );
    if (outside.length === 0) continue;
    const settings = [
      ...new Set(outside.flatMap(({ registration }) => excludingSettings(registration, email, scope))),
    ];
    const count = counted(outside.length, "active registration");
    const ids = outside.map(({ registration }) => registration.id).sort();
    findings.push({
      code: "state-out-of-scope",
      subject: [email, ...ids],
      text: `${email} is ${state.state}, but ${count} outside \`scope\` (${settings.join(", ")}) ${outside.length === 1 ? "stays" : "stay"} connected: widen \`scope\`, or revoke by hand`,
      source: state.source,
      registrations: ids,
    });
  }
  return findings;
}
