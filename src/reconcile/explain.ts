/**
 * Explains the decision for a registration: a trace of the same rules that decide, and what would change the outcome.
 */

import type { AgeRule } from "../allowlist/keys/policy.js";
import type { SourcePosition } from "../allowlist/messages.js";
import type { Allowlist, Scope, Setting } from "../allowlist/model.js";
import { showDomains } from "../allowlist/values.js";
import { bestMatch } from "../allowlist/write-entry.js";
import type { Registration } from "../cloudflare/types.js";
import { minute } from "../text/words.js";
import { AskedPerson, decideAll, RULES } from "./decide.js";
import { aboutRule, type Decision, isAct } from "./decision.js";
import { describeMatch } from "./findings/finding.js";
import { type Hardware, indexHardware } from "./hardware.js";
import { type Candidate, formDevices, lastSign } from "./people.js";
import type { Inventory } from "./plan.js";
import { areMachinesSkipped } from "./rules/ages.js";
import { byWhom, type Context, isVerdict, type Subject } from "./rules/rule.js";
import { endOfGrace } from "./rules/unlisted.js";
import { schedule } from "./schedule.js";
import { entryOfMatch, excludingSettings, userOf } from "./scope.js";

/** One rule of `docs/policy.md`, and what it said. */
export interface Consideration {
  /** From 1, as the page counts. */
  readonly place: number;
  readonly name: string;
  /** `decides`: it did; `passes`: it was asked and did not; `not-asked`: an earlier rule had decided. */
  readonly outcome: "decides" | "passes" | "not-asked";
  readonly text: string;
  readonly source?: SourcePosition;
}

/** What there is to say about one registration. */
export type Explanation =
  | {
      readonly kind: "decided";
      readonly decision: Decision;
      /** Every rule in the order in which they are asked. */
      readonly rules: readonly Consideration[];
      /** What would lead to another decision, or will with time. */
      readonly changes: readonly string[];
      /** Why an act that is due waits. */
      readonly pending: string | undefined;
    }
  | {
      readonly kind: "out-of-scope";
      readonly registration: Registration;
      readonly user: string;
      readonly why: string;
    };

/** What is known in addition to a plan's inputs. */
interface KnownBesides extends Pick<Context, "own"> {
  /** All physical devices, if they are known although the plan does not need them. */
  readonly devices?: Inventory["devices"];
}

/**
 * Explains registrations in the order of the given ids; unknown ids are left out.
 *
 * @param inventory As for a plan: hardware only if the allowlist needs it.
 */
export function explain(
  allowlist: Allowlist,
  inventory: Inventory,
  asOf: Date,
  ids: readonly string[],
  { devices = inventory.devices, own }: KnownBesides = {},
): readonly Explanation[] {
  const known = devices && indexHardware(devices).index;
  const hardware = inventory.devices && indexHardware(inventory.devices);
  const people = formDevices(inventory.registrations, hardware?.index);
  const context: Context = { allowlist, asOf, devices: inventory.devices, own };
  const { decisions, pending } = schedule(
    decideAll(people.values(), context).decisions,
    allowlist,
    asOf,
    undefined,
  );
  const show = showDomains(allowlist.domains);
  const byId = new Map(decisions.map((decision) => [decision.registration.id, decision]));
  const waits = new Map<Decision, string>(pending.map(({ decision, text }) => [decision, text]));
  return ids.flatMap((id): Explanation[] => {
    const decision = byId.get(id);
    if (decision) {
      const { candidate, registration } = decision;
      const subject = new AskedPerson(candidate.device.person, context);
      return [
        {
          kind: "decided",
          decision: { ...decision, reason: { ...decision.reason, text: show(decision.reason.text) } },
          rules: trace(candidate, decision, subject).map((one) => ({ ...one, text: show(one.text) })),
          changes: changesOf(decision, subject, known?.get(registration.device.id)),
          pending: isAct(decision) ? waits.get(decision) : undefined,
        },
      ];
    }
    const registration = inventory.registrations.find((one) => one.id === id);
    if (!registration) return [];
    const user = userOf(registration);
    const why = whyOutOfScope(registration, user, allowlist.scope);
    return [{ kind: "out-of-scope", registration, user, why: show(why) }];
  });
}

function trace(
  candidate: Candidate,
  { reason, source }: Decision,
  subject: Subject,
): readonly Consideration[] {
  let decided: number | undefined;
  return RULES.map(({ name, ask }, at): Consideration => {
    const place = at + 1;
    if (decided !== undefined) return { place, name, outcome: "not-asked", text: `${decided} comes first` };
    const asked = ask(subject);
    const answer = typeof asked === "function" ? asked(candidate) : asked;
    if (isVerdict(answer)) {
      decided = place;
      return { place, name, outcome: "decides", text: reason.text, source };
    }
    const why = answer.why();
    return { place, name, outcome: "passes", text: why.text, ...(why.source && { source: why.source }) };
  });
}

function whyOutOfScope(registration: Registration, email: string, scope: Scope): string {
  if (registration.deleted_at != null) return `it was deleted on ${registration.deleted_at.slice(0, 10)}`;
  const [setting] = excludingSettings(registration, email, scope);
  if (setting === "registrationTypes")
    return `its type is ${registration.registration_type ?? "warp"}, but the scope has only ${[...scope.registrationTypes].join(" and ")}`;
  if (setting === "policyIds")
    return `its device profile is ${registration.policy?.id ?? "not known"}, which scope.policyIds does not list`;
  return `scope.emails and scope.emailDomains do not list ${email === "" ? "registrations without a user" : email}`;
}

// What would lead to another decision, or will with time.

/** @param known What is known about its device, for the proposed entry. */
function changesOf(decision: Decision, subject: Subject, known: Hardware | undefined): readonly string[] {
  return [...now(decision, subject, known), ...later(decision, subject)];
}

function now(decision: Decision, subject: Subject, known: Hardware | undefined): string[] {
  const { policy } = subject;
  const { reason, source, registration } = decision;
  const here = `${source.file}:${source.line}`;
  switch (reason.code) {
    case "contradiction":
      return ["remove one of the two entries, or make it more specific"];
    case "superseded":
      return [`an entry by registration ${JSON.stringify(registration.id)} would decide before ${here}`];
    case "max-devices":
      return [`raise maxDevices at ${here}, or remove one of its user's devices`];
    case "older":
      return [
        "only an entry by its registration id would let it in: of each device, only the newest registration is let in",
      ];
    case "doubt":
      return [
        `an entry by registration ${JSON.stringify(registration.id)} would let it in, whichever machine it is`,
      ];
    case "listed-revoked":
      return [`with listedRevoked: unrevoke at ${here}, it would be let in`];
    case "no-user":
      return [
        `policy.noUser decides (now: ${policy.noUser.value}): change it, or protect or ignore this registration`,
      ];
    case "entry":
      return [
        `without the entry at ${here}, policy.unlisted would decide (${policy.unlisted.value}${byWhom(policy.unlisted)})`,
      ];
    case "condition":
      return [`change what the entry at ${here} requires`];
    case "unknown-hardware":
      return [
        addEntry(decision, subject, known),
        ...(policy.unknownHardware.value === "report"
          ? ["with policy.unknownHardware: revoke, it would be revoked"]
          : []),
      ];
    default:
      return byKindOfRule(decision, here, subject, known);
  }
}

/** What rules of one kind have in common. A rule with more to say has its own case above. */
function byKindOfRule(
  decision: Decision,
  here: string,
  subject: Subject,
  known: Hardware | undefined,
): string[] {
  switch (aboutRule(decision.reason.code).kind) {
    case "excepted":
      return [`without ${here}, the other rules would apply`];
    case "state":
      return [`without the state at ${here}, its user's entries would apply`];
    case "hygiene":
      return decision.entry
        ? [`without ${here}, its entry would decide`]
        : [addEntry(decision, subject, known)];
    case "listed":
    case "unlisted":
      return [addEntry(decision, subject, known)];
  }
}

/**
 * Proposes the entry that `accept` adds. For an older, revoked registration it matches by registration id: an entry by
 * hardware would let in only the newest.
 */
function addEntry(
  { registration, candidate, live }: Decision,
  { user, asOf }: Subject,
  known: Hardware | undefined,
): string {
  const { id, device } = registration;
  const isOlder = live === "revoked" && candidate !== candidate.device.registrations[0];
  const match = isOlder ? { registration: id } : bestMatch({ ...known, device: device.id, registration: id });
  const same = match && entryOfMatch(user, match, asOf);
  if (same) return `change the entry at ${same.source.file}:${same.source.line}, which has the same match`;
  const by = match ? ` by ${describeMatch({ match })}` : "";
  return `add an entry${by}: warp-registrations accept ${id}`;
}

function later(decision: Decision, subject: Subject): string[] {
  const { reason, entry, candidate } = decision;
  const { user, policy, asOf } = subject;
  const times: string[] = [];
  if (reason.code === "grace")
    times.push(`its grace ends at ${minute(new Date(endOfGrace(candidate, subject)))}`);
  const { state } = user ?? {};
  if (state?.since && state.since.start > asOf.getTime())
    times.push(
      `its user is ${state.state} from ${state.since.text} on (${state.source.file}:${state.source.line})`,
    );
  if (entry?.expires)
    times.push(
      `its entry expires after ${entry.expires.text}; then policy.unlisted decides (${policy.unlisted.value})`,
    );
  for (const one of user?.entries ?? [])
    if (one.from && one.from.start > asOf.getTime())
      times.push(`the entry at ${one.source.file}:${one.source.line} begins on ${one.from.text}`);
  const { kind } = aboutRule(reason.code);
  if (kind !== "excepted" && kind !== "state") times.push(...upcomingAges(decision, subject));
  return times;
}

/** The days on which the rules by age will act, if they will. */
function upcomingAges({ candidate, registration }: Decision, subject: Subject): string[] {
  const { policy, asOf } = subject;
  const { match, upcoming } = subject.say(candidate);
  if (areMachinesSkipped(subject) || upcoming) return [];
  const isListed = match.kind === "allowed" || match.kind === "refused";
  const due = (setting: Setting<AgeRule | undefined>, since: number, unless: string) => {
    const rule = setting.value;
    if (rule === undefined || rule.action === "report" || (isListed && !rule.includeListed)) return [];
    const moment = since + rule.after.ms;
    if (Number.isNaN(moment) || moment < asOf.getTime()) return [];
    const { file, line } = setting.source;
    const day = new Date(moment).toISOString().slice(0, 10);
    return [`${rule.action} is due after ${day}${unless} (${file}:${line})`];
  };
  const { registrations } = candidate.device;
  const seen =
    candidate === registrations[0] ? Math.max(...registrations.map(lastSign)) : lastSign(candidate);
  return [
    ...due(policy.stale, seen, ", unless it is seen again"),
    ...due(policy.revoked, Date.parse(registration.revoked_at ?? ""), ""),
  ];
}
