/** Why one registration is decided as it is: the trace of the very loop that decides, and what would change it. */

import { showDomains } from "../allowlist/email.js";
import type { Allowlist, Scope, SourcePosition } from "../allowlist/allowlist.js";
import type { Registration } from "../cloudflare/types.js";
import { decideAll, subjectOf } from "./decide.js";
import { isAct, type Decision } from "./decision.js";
import { changesOf } from "./explain-changes.js";
import { indexHardware } from "./hardware.js";
import { formDevices, type Candidate } from "./people.js";
import type { Inventory } from "./plan.js";
import { RULES } from "./rules/index.js";
import { isVerdict, type Context, type Subject } from "./rules/rule.js";
import { schedule } from "./schedule.js";
import { userOf } from "./scope.js";

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

/** Everything that is to be said of one registration. */
export type Explanation =
  | {
      readonly kind: "decided";
      readonly decision: Decision;
      /** Every rule in the order in which they are asked. */
      readonly rules: readonly Consideration[];
      /** What would lead to another decision, or will with time. */
      readonly changes: readonly string[];
      /** Of an act that is due and waits: why. */
      readonly pending: string | undefined;
    }
  | {
      readonly kind: "out-of-scope";
      readonly registration: Registration;
      readonly user: string;
      readonly why: string;
    };

/**
 * Explains registrations by their ids, in that order; ids that are not there are left out.
 *
 * @param inventory As a plan takes it: hardware only where the allowlist needs it.
 * @param devices All of them, where they are known though the plan does not need them.
 */
export function explain(
  allowlist: Allowlist,
  inventory: Inventory,
  asOf: Date,
  ids: readonly string[],
  devices: Inventory["devices"] = inventory.devices,
): readonly Explanation[] {
  const known = devices && indexHardware(devices).index;
  const hardware = inventory.devices && indexHardware(inventory.devices);
  const people = formDevices(inventory.registrations, hardware?.index);
  const context: Context = { allowlist, asOf, devices: inventory.devices };
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
      const { subject } = subjectOf(candidate.device.person, context);
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

/** Why a registration is not looked at, in the order in which `isInScope` asks. */
function whyOutOfScope(registration: Registration, email: string, scope: Scope): string {
  if (registration.deleted_at != null) return `it was deleted on ${registration.deleted_at.slice(0, 10)}`;
  const type = registration.registration_type ?? "warp";
  if (!scope.registrationTypes.has(type))
    return `it is of type ${type}, and the scope has ${[...scope.registrationTypes].join(" and ")}`;
  if (scope.policyIds.size > 0 && !scope.policyIds.has(registration.policy?.id ?? ""))
    return `its device profile is ${registration.policy?.id ?? "not known"}, which scope.policyIds does not name`;
  return `scope.emails and scope.emailDomains do not name ${email === "" ? "registrations without a user" : email}`;
}
