/** The plan: every decision, what was noticed, how the guards judge it, and a fingerprint to approve it by. */

import { compare } from "../compare.js";
import type { Allowlist, Entry } from "../allowlist/allowlist.js";
import type { Message } from "../allowlist/message.js";
import type { PhysicalDevice, Registration } from "../cloudflare/types.js";
import type { Candidate } from "./candidate.js";
import { decide } from "./decide.js";
import { isAct, type ActDecision, type Decision } from "./decision.js";
import type { Finding } from "./finding.js";
import { fingerprint } from "./fingerprint.js";
import { judge, type GuardVerdict } from "./guard.js";
import { indexHardware, type HardwareIndex } from "./hardware.js";
import { Matcher, goesByHardware, type Match } from "./match.js";
import { newestOfEachDevice } from "./newest.js";
import { protect } from "./protect.js";
import { reportLeft } from "./left.js";
import { isInScope, userOf } from "./scope.js";
import { reportUnmatched } from "./unmatched.js";
import { reportUnusable } from "./unusable.js";

/** The live account, listed whole. `devices` is left out where {@link needsHardware} says so. */
export interface Inventory {
  readonly account: string;
  readonly registrations: readonly Registration[];
  readonly devices?: readonly PhysicalDevice[] | undefined;
}

export interface Plan {
  readonly account: string;
  /** The moment as of which it was decided. */
  readonly asOf: Date;
  /** One for each live registration in scope, in the order of ids, in which the account is listed. */
  readonly decisions: readonly Decision[];
  /** Those of the decisions that change the account. */
  readonly acts: readonly ActDecision[];
  readonly findings: readonly Finding[];
  /** Contradictions that only the live account shows; with one of them nothing may be done. */
  readonly problems: readonly Message[];
  readonly guards: readonly GuardVerdict[];
  readonly fingerprint: string;
  readonly population: { readonly inScope: number; readonly active: number; readonly outOfScope: number };
}

/**
 * Whether the physical devices have to be listed: where an entry goes by serial or hardware id, and where one goes by
 * a glob, whose devices only their hardware tells apart.
 */
export function needsHardware(allowlist: Allowlist): boolean {
  const needs = (entry: Entry) => goesByHardware(entry) || entry.match.nameGlob !== undefined;
  for (const user of allowlist.users.values()) if (user.entries.some(needs)) return true;
  return false;
}

/** Compares the allowlist with the live account. The same data in whatever order gives the same plan. */
export function makePlan(allowlist: Allowlist, inventory: Inventory, asOf: Date): Plan {
  const matcher = new Matcher(allowlist.users);
  const hardware = inventory.devices && indexHardware(inventory.devices);
  const candidates = gather(allowlist, matcher, hardware?.index, inventory.registrations);
  const newest = newestOfEachDevice(candidates);
  const decisions = candidates.map((one) =>
    protect(decide(one, allowlist.policy, newest), one, allowlist.protected),
  );
  const acts = decisions.filter(isAct);
  const active = decisions.filter((decision) => decision.live === "active").length;
  return {
    account: inventory.account,
    asOf,
    decisions,
    acts,
    findings: [
      ...reportLeft(decisions),
      ...reportUnmatched(matcher.unmatched(), candidates),
      ...reportUnusable(hardware?.unusable ?? [], candidates),
    ],
    problems: contradictions(candidates, decisions),
    guards: judge(decisions, allowlist.guards, active),
    fingerprint: fingerprint(inventory.account, acts),
    population: {
      inScope: decisions.length,
      active,
      outOfScope: inventory.registrations.length - decisions.length,
    },
  };
}

function gather(
  allowlist: Allowlist,
  matcher: Matcher,
  hardware: HardwareIndex | undefined,
  registrations: readonly Registration[],
): readonly Candidate[] {
  const candidates: Candidate[] = [];
  for (const registration of registrations) {
    const email = userOf(registration);
    if (!isInScope(registration, email, allowlist.scope)) continue;
    const known = hardware?.get(registration.device.id);
    const user = allowlist.users.get(email);
    const match = matcher.match(user, registration, known);
    candidates.push({ registration, email, hardware: known, user, match });
  }
  return candidates.sort((a, b) => compare(a.registration.id, b.registration.id));
}

/** A protected registration is left alone whatever its entries say, so that it contradicts nothing. */
function contradictions(candidates: readonly Candidate[], decisions: readonly Decision[]): Message[] {
  return candidates.flatMap(({ match, registration, email }, i) =>
    match.kind === "contradiction" && decisions[i]?.reason.code === "contradiction"
      ? [toMessage(match, registration, email)]
      : [],
  );
}

function toMessage(
  { entries: [one, other] }: Match & { kind: "contradiction" },
  registration: Registration,
  email: string,
): Message {
  return {
    code: "allowlist/contradiction",
    text: `two entries of ${email} ask for different states of ${registration.device.name} (${registration.id}): ${one.state} here, ${other.state} at line ${other.source.line}`,
    fix: "make one of them more specific (registration beats serial and hardwareId, then device, name, nameGlob), or remove one",
    source: one.source,
    related: [{ text: `the entry that asks for ${other.state}`, source: other.source }],
  };
}
