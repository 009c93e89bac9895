/** Why one registration is decided as it is, and what would change that. */

import type { Allowlist } from "../allowlist/allowlist.js";
import type { Registration } from "../cloudflare/types.js";
import type { Candidate } from "./candidate.js";
import type { Decision } from "./decision.js";
import type { Draft } from "./draft.js";
import { changesOf } from "./explain-changes.js";
import { considerRules, type Consideration } from "./explain-rules.js";
import { whyOutOfScope } from "./explain-scope.js";
import { gather } from "./gather.js";
import { indexHardware, type Hardware } from "./hardware.js";
import { Matcher } from "./match.js";
import type { Inventory } from "./plan.js";
import { decideAll } from "./rules.js";
import { schedule } from "./schedule.js";
import { isAct } from "./decision.js";
import { userOf } from "./scope.js";

/** Everything that is to be said of one registration. */
export type Explanation =
  | {
      readonly kind: "decided";
      readonly decision: Decision;
      /** Every rule in the order in which they are asked (`docs/policy.md`). */
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

/** What an explanation is drawn from. */
export interface Grounds {
  readonly allowlist: Allowlist;
  readonly asOf: Date;
  readonly candidate: Candidate;
  readonly draft: Draft;
  /** What is known of its device, for the entry that is proposed. */
  readonly known: Hardware | undefined;
}

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
  const matcher = new Matcher(allowlist.users, asOf);
  const candidates = gather(allowlist, matcher, hardware?.index, inventory.registrations);
  const { drafts } = decideAll(allowlist, candidates, asOf);
  const byId = new Map(drafts.map((draft) => [draft.decision.registration.id, draft]));
  const due = drafts.map(({ decision }) => decision).filter(isAct);
  const waits = new Map(
    schedule(due, allowlist, asOf, undefined).pending.map(({ decision, text }) => [decision, text]),
  );
  return ids.flatMap((id): Explanation[] => {
    const draft = byId.get(id);
    if (draft) {
      const { candidate, decision } = draft;
      const grounds: Grounds = {
        allowlist,
        asOf,
        candidate,
        draft,
        known: known?.get(candidate.registration.device.id),
      };
      const pending = isAct(decision) ? waits.get(decision) : undefined;
      return [
        { kind: "decided", decision, rules: considerRules(grounds), changes: changesOf(grounds), pending },
      ];
    }
    const registration = inventory.registrations.find((one) => one.id === id);
    if (!registration) return [];
    const user = userOf(registration);
    return [
      { kind: "out-of-scope", registration, user, why: whyOutOfScope(registration, user, allowlist.scope) },
    ];
  });
}
