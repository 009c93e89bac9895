/**
 * Exceptions: what is protected, belongs to the operator, or is managed by another tool. An exception by e-mail, device
 * id, registration id or name is absolute. One by serial or hardware id is not, since anyone can claim those: it spares
 * a device from the policy, but not from its user's state or from an entry that refuses it.
 */

import type { SourcePosition } from "../../allowlist/messages.js";
import type { IgnoreRule } from "../../allowlist/model.js";
import { domainOf, normaliseEmail } from "../../allowlist/values.js";
import { hardwareOf, valueKeys } from "../hardware.js";
import { type CompiledMatch, compileMatch, goesByHardware, passAll } from "../match-keys.js";
import type { Candidate, Device } from "../people.js";
import { type Context, passed, type Passed, type Rule, type Verdict } from "./rule.js";

type ExceptingLine = SourcePosition | undefined;

const UNPROTECTED = passed("no line protects it, its device, or its user");
const NO_HARDWARE_PROTECTED = passed("no serial or hardware id is protected");
const NOT_SELF = passed("its user is not in guards.self");
const NOTHING_IGNORED = passed("nothing is ignored");

/**
 * By e-mail and ids. The protection of a device id follows its machine: to the registrations of that device and, if
 * none has the id any more, to those of the same person that report what the device's record does.
 */
export const protectedRule: Rule = {
  name: "protected",
  ask: (subject) => {
    const {
      allowlist: { protected: list },
      person,
    } = subject;
    const user = find(list.users, person.email);
    if (!user && list.devices.size === 0 && list.registrations.size === 0) return UNPROTECTED;
    const machines = subject.protectedMachines().get(person.email);
    return ({ registration, device }) =>
      leave("protected", "registration", find(list.registrations, registration.id)) ??
      leave("protected", "device", deviceLine(list.devices, device)) ??
      leave("protected", "device", machines && machineLine(machines, device)) ??
      leave("protected", "user", user) ??
      UNPROTECTED;
  },
};

/** By serial and hardware id. */
export const protectedHardware: Rule = {
  name: "protected hardware",
  ask: ({ allowlist: { protected: list }, person }) => {
    if (list.serials.size === 0 && list.hardwareIds.size === 0) return NO_HARDWARE_PROTECTED;
    const lines = new Map(person.devices.map((device) => [device, hardwareLine(list, device)]));
    return ({ device }) =>
      leave("protected", "hardware", lines.get(device)) ??
      passed("its serial and its hardware id are not protected");
  },
};

function hardwareLine(
  { serials, hardwareIds }: { readonly serials: Lines; readonly hardwareIds: Lines },
  { registrations }: Device,
): ExceptingLine {
  for (const { hardware } of registrations) {
    const line =
      (hardware?.serialKey === undefined ? undefined : find(serials, hardware.serialKey)) ??
      (hardware?.hardwareIdKey === undefined ? undefined : find(hardwareIds, hardware.hardwareIdKey));
    if (line) return line;
  }
  return undefined;
}

type Lines = ReadonlyMap<string, SourcePosition>;

function deviceLine(lines: Lines, { registrations }: Device): ExceptingLine {
  for (const { registration } of registrations) {
    const line = lines.get(registration.device.id);
    if (line) return line;
  }
  return undefined;
}

/** By person: the serials and hardware ids in the records of protected devices, each with the line that protects it. */
export function findProtected({ allowlist, devices = [] }: Context): ReadonlyMap<string, Lines> {
  const byPerson = new Map<string, Map<string, SourcePosition>>();
  if (allowlist.protected.devices.size === 0) return byPerson;
  for (const record of devices) {
    const line = allowlist.protected.devices.get(record.id);
    const email = normaliseEmail(record.last_seen_user?.email ?? "");
    if (!line || record.deleted_at != null || email === "") continue;
    const values = byPerson.get(email) ?? new Map<string, SourcePosition>();
    for (const value of valueKeys(hardwareOf(record))) values.set(value, line);
    byPerson.set(email, values);
  }
  return byPerson;
}

function machineLine(machines: Lines, { registrations }: Device): ExceptingLine {
  for (const { hardware } of registrations)
    for (const value of valueKeys(hardware)) {
      const line = machines.get(value);
      if (line) return line;
    }
  return undefined;
}

function leave(rule: "protected", what: string, source: ExceptingLine): Verdict | undefined {
  return source && { rule, desired: "as-is", text: `protected ${what}, never touched`, source };
}

/** Usually nothing is protected, and then no key has to be hashed. */
function find(list: Lines, key: string): ExceptingLine {
  return list.size === 0 ? undefined : list.get(key);
}

/** The operator's own registrations: nobody can fix a plan from a device that it cut off. */
export const self: Rule = {
  name: "the operator's own",
  ask: ({ allowlist: { guards }, person }) => {
    const source = find(guards.self, person.email);
    if (!source) return NOT_SELF;
    const text = "its user runs this tool, so it is never touched";
    return () => ({ rule: "self", desired: "as-is", text, source });
  },
};

/** What another tool manages. */
export const ignored: Rule = ignoring("ignored", (rule) => !isWeak(rule));

/** What another tool manages, by serial or hardware id only. */
export const ignoredHardware: Rule = ignoring("ignored hardware", isWeak);

/**
 * Whether a rule goes by hardware that anyone can claim. Nobody else can claim a person's address, or an id that the
 * account assigned.
 */
function isWeak({ match }: IgnoreRule): boolean {
  const { user, device, registration } = match;
  return (
    goesByHardware({ match }) && user === undefined && device === undefined && registration === undefined
  );
}

function ignoring(name: string, isMeant: (rule: IgnoreRule) => boolean): Rule {
  return {
    name,
    ask: ({ allowlist: { ignore }, person }) => {
      if (ignore.length === 0) return NOTHING_IGNORED;
      const rules = ignore.filter((rule) => isMeant(rule) && concernsPerson(rule, person.email));
      const none: Passed = { why: () => notIgnored(ignore.length) };
      const compiled = rules.map((rule) => [rule, compiledOf(rule)] as const);
      return (candidate) => {
        const found = compiled.find(([rule, match]) => ignores(rule, match, candidate))?.[0];
        if (!found) return none;
        const { reason, source } = found;
        return { rule: "ignored", desired: "as-is", text: `ignored: ${reason}`, source };
      };
    },
  };
}

function notIgnored(count: number) {
  return {
    text: count === 1 ? "the ignore rule does not match it" : `none of the ${count} ignore rules matches it`,
  };
}

function concernsPerson({ match: { user, emailDomain } }: IgnoreRule, email: string): boolean {
  return (
    (user === undefined || user === email) && (emailDomain === undefined || emailDomain === domainOf(email))
  );
}

const compiledRules = new WeakMap<IgnoreRule, CompiledMatch>();

function compiledOf(rule: IgnoreRule): CompiledMatch {
  let compiled = compiledRules.get(rule);
  if (!compiled) compiledRules.set(rule, (compiled = compileMatch(rule.match)));
  return compiled;
}

/** What a machine reports applies to all its registrations; what a registration itself reports, only to that one. */
function ignores(
  { match: { policyId } }: IgnoreRule,
  compiled: CompiledMatch,
  candidate: Candidate,
): boolean {
  const { registration, device } = candidate;
  return (
    (policyId === undefined || policyId === registration.policy?.id) &&
    passAll(compiled.registration, candidate) &&
    passAll(compiled.newest, candidate) &&
    device.registrations.some((one) => passAll(compiled.machine, one))
  );
}

/** Whether an ignore rule matches a registration. */
export function isIgnored(candidate: Candidate, rule: IgnoreRule): boolean {
  return concernsPerson(rule, candidate.device.person.email) && ignores(rule, compiledOf(rule), candidate);
}
