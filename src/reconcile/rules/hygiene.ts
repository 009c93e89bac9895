/** Rules about what a person has too much of: more machines than allowed, older registrations of one device. */

import type { Entry } from "../../allowlist/model.js";
import { counted } from "../../text/words.js";
import { aboutRule, removes } from "../decision.js";
import { named } from "../findings/finding.js";
import {
  agree,
  type Candidate,
  type Device,
  doubtsOf,
  haveTwoHardwareIds,
  isNewer,
  lastSign,
  machinesOf,
  newestOf,
  OVERLAP_MS,
  registrationsOf,
} from "../people.js";
import { areMachinesSkipped } from "./ages.js";
import {
  byWhom,
  DESIRED,
  liveOf,
  passed,
  type Passed,
  type Rule,
  type Subject,
  type Verdict,
  willConnect,
} from "./rule.js";

/** Devices that are, or may be, one machine, as they are after this run. */
interface RankedMachine {
  readonly devices: readonly Device[];
  /** The newest registration that connects. */
  readonly newest: Candidate;
  readonly isInScope: boolean;
  /** Whether it already connects. */
  readonly isConnected: boolean;
  /** Ids of registrations that this run lets in. */
  readonly letsIn: readonly string[];
}

const NO_LIMIT = passed("policy.maxDevices is not set");
const NOT_TIDIED = passed("policy.superseded is not set");

/** Of the machines that entries allow a person and that would be connected, the newest, up to the limit. */
export const maxDevices: Rule = {
  name: "too many devices",
  ask: (subject) => {
    const { maxDevices: setting } = subject.policy;
    const limit = setting.value;
    if (limit === undefined) return NO_LIMIT;
    if (areMachinesSkipped(subject))
      return passed("policy.maxDevices does not count what belongs to no person");
    const isWithin: Passed = {
      why: () => ({
        text: `its user may have at most ${counted(limit, "device")}${byWhom(setting)}: this one is within the limit, or does not count`,
        source: setting.source,
      }),
    };
    let ranked: Ranked | undefined;
    return (candidate) => {
      const { match } = subject.say(candidate);
      if (match.kind !== "allowed") return isWithin;
      ranked ??= rank(limit, subject);
      return decideOver(candidate, match.entry, limit, ranked, subject) ?? isWithin;
    };
  },
};

interface Ranked {
  /** Over the limit, counting only machines in scope; newest first. */
  readonly over: readonly RankedMachine[];
  /** Over the limit only if machines out of scope count too: not cut off, but not let in either. */
  readonly full: readonly RankedMachine[];
  readonly letsIn: readonly string[];
}

function rank(limit: number, subject: Subject): Ranked {
  const machines = connected(subject);
  const all = machines.slice(0, limit);
  const full: RankedMachine[] = [];
  let rest = machines.filter((machine) => machine.isInScope);
  // What is not let in leaves its place to the next.
  for (;;) {
    const out = rest.slice(0, limit).filter((machine) => !machine.isConnected && !all.includes(machine));
    if (out.length === 0) break;
    full.push(...out);
    rest = rest.filter((machine) => !out.includes(machine));
  }
  // A connected machine keeps its place, but no further registration of it is let in.
  const within = rest.slice(0, limit);
  full.push(...within.filter((machine) => !all.includes(machine)));
  return {
    over: rest.slice(limit),
    full,
    letsIn: within.filter((machine) => !full.includes(machine)).flatMap(({ letsIn }) => letsIn),
  };
}

/**
 * The machines that would be connected without the two rules of this file. A superseded registration leaves its machine
 * to a newer one, which connects.
 */
function connected(subject: Subject): RankedMachine[] {
  const machines = machinesOf(subject.person).flatMap((devices): RankedMachine[] => {
    const connecting = registrationsOf(devices).filter(
      (one) => subject.say(one).match.kind === "allowed" && takesPlace(one, subject),
    );
    const [first, ...rest] = connecting;
    if (!first) return [];
    return [
      {
        devices,
        newest: newestOf([first, ...rest]),
        isInScope: connecting.some((one) => subject.isInScope(one)),
        isConnected: connecting.some((one) => liveOf(one) === "active"),
        letsIn: connecting
          .filter((one) => liveOf(one) === "revoked" && subject.isInScope(one))
          .map(({ registration }) => registration.id),
      },
    ];
  });
  return machines.sort((a, b) => (isNewer(a.newest, b.newest) ? -1 : 1));
}

/**
 * Whether a registration counts towards the limit. An excepted one does not; one that only a wider scope would let in
 * does.
 */
function takesPlace(candidate: Candidate, subject: Subject): boolean {
  const without = [maxDevices, superseded];
  const { desired, rule } = subject.decide(candidate, without);
  if (!subject.isInScope(candidate)) return liveOf(candidate) === "active" || desired === "active";
  return willConnect(candidate, subject, without) && aboutRule(rule).kind !== "excepted";
}

function decideOver(
  candidate: Candidate,
  entry: Entry,
  limit: number,
  { over, full, letsIn }: Ranked,
  subject: Subject,
): Verdict | Passed | undefined {
  const { maxDevices: setting, overMaxDevices } = subject.policy;
  const { source } = setting;
  const isOf = ({ devices }: RankedMachine) => devices.includes(candidate.device);
  const text = `its user may have ${counted(limit, "device")}, and newer ones take precedence${byWhom(setting)}`;
  if (over.some(isOf)) {
    if (overMaxDevices.value === "report") return findOver(candidate, limit, over, subject);
    return {
      rule: "max-devices",
      desired: DESIRED[overMaxDevices.value],
      text,
      source,
      entry,
      ...(letsIn.length > 0 && { relies: letsIn }),
    };
  }
  const isLetIn = full.some(isOf) && liveOf(candidate) === "revoked" && overMaxDevices.value !== "report";
  if (!isLetIn) return undefined;
  return {
    rule: "max-devices",
    desired: "as-is",
    text: `${text}; some of them are out of scope`,
    source,
    entry,
  };
}

/** One finding for each person, with the first registration concerned. */
function findOver(
  candidate: Candidate,
  limit: number,
  over: readonly RankedMachine[],
  subject: Subject,
): Passed {
  const { maxDevices: setting } = subject.policy;
  const all = over.flatMap(({ devices }) => registrationsOf(devices));
  const first = all.find((one) => subject.isInScope(one) && subject.say(one).match.kind === "allowed");
  const why = () => ({
    text: "its user has more devices, and overMaxDevices is report",
    source: setting.source,
  });
  if (candidate !== first) return { why };
  const { email } = subject.person;
  const ids = all.map(({ registration }) => registration.id).sort();
  return {
    why,
    finding: {
      code: "max-devices",
      subject: [email, ...ids],
      text: `${email} has ${counted(over.length, "more device")} than the ${limit} that policy.maxDevices allows`,
      source: setting.source,
      registrations: ids,
    },
  };
}

/**
 * Older registrations of a device whose newest one connects. The rule removes nothing that may be in use or may be
 * another machine. If the newest stays out, it removes nothing.
 */
export const superseded: Rule = {
  name: "superseded",
  ask: (subject) => {
    const { superseded: setting } = subject.policy;
    const action = setting.value;
    if (action === undefined) return NOT_TIDIED;
    const { source } = setting;
    if (areMachinesSkipped(subject))
      return passed("policy.superseded skips what belongs to no person", source);
    const none = passed("no newer registration of this user on this device will be connected", source);
    return (candidate) => {
      const newest = newestLeft(candidate, subject);
      if (!newest) return none;
      const { match } = subject.say(candidate);
      const entry = match.kind === "allowed" ? match.entry : undefined;
      if (entry?.match.registration !== undefined)
        return passed("the entry names the registration itself, and takes precedence", entry.source);
      const by = supersedes(newest, subject);
      if (!by) return none;
      const text = `${newest.registration.id} is a newer registration of this device${byWhom(setting)}`;
      const doubt = whyNotRemoved(candidate, newest);
      if (action === "report" || doubt !== undefined)
        return findSuperseded(candidate, doubt === undefined ? text : `${text}; ${doubt}`, subject);
      return { rule: "superseded", desired: DESIRED[action], text, source, entry, ...by };
    };
  },
};

/** The newest registration of its device that is newer than this one and that this plan does not delete. */
function newestLeft(candidate: Candidate, subject: Subject): Candidate | undefined {
  const { registrations } = candidate.device;
  const newer = registrations.slice(0, registrations.indexOf(candidate));
  return newer.find((one) => !subject.isInScope(one) || subject.decide(one).desired !== "deleted");
}

/**
 * Whether the newest registration connects, and what that relies on. No rule acts on a device in its grace. A
 * registration out of scope counts only if a wider scope would leave it connected too: a narrower scope adds no act.
 */
function supersedes(newest: Candidate, subject: Subject): Pick<Verdict, "relies"> | undefined {
  if (!willConnect(newest, subject)) return undefined;
  if (!subject.isInScope(newest) && removes(subject.decide(newest).desired)) return undefined;
  if (liveOf(newest) === "revoked") return { relies: [newest.registration.id] };
  return subject.isInScope(newest) && subject.decide(newest).rule === "grace" ? undefined : {};
}

/** What a removal would risk. */
function whyNotRemoved(older: Candidate, newest: Candidate): string | undefined {
  const enrolled = Date.parse(newest.registration.created_at);
  if (lastSign(older) - enrolled > OVERLAP_MS)
    return "this one was seen after the newer one enrolled, so it may be in use";
  const [a, b] = [older.hardware?.deviceType, newest.hardware?.deviceType];
  if (a !== undefined && b !== undefined && a.toLowerCase() !== b.toLowerCase())
    return `this one is on ${a}, the newer one on ${b}`;
  if (haveTwoHardwareIds(older, newest)) return "their hardware ids differ";
  const doubts = doubtsOf(older);
  // If the newest joins two machines, it is only one of them, however well it agrees with both.
  const isInDoubt =
    doubts.length > 0 &&
    (!agree(older, newest) || doubts.some(({ pair }) => pair.every(({ device }) => device === older.device)));
  return isInDoubt ? "the two may not be one machine" : undefined;
}

function findSuperseded(older: Candidate, text: string, subject: Subject): Passed {
  const { source } = subject.policy.superseded;
  const { registration, device } = older;
  const why = () => ({ text: `only reported: ${text}`, source });
  if (!willConnect(older, subject, [superseded])) return { why };
  return {
    why,
    finding: {
      code: "superseded",
      subject: [registration.id],
      text: `${named(registration, device.person.email)} is superseded: ${text}`,
      source,
      registrations: [registration.id],
    },
  };
}
