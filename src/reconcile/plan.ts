/** The plan: every decision, what was noticed, how the guards judge it, and a fingerprint to approve it by. */

import { createHash } from "node:crypto";
import { ranksInWords } from "../allowlist/match-values.js";
import type { Message } from "../allowlist/messages.js";
import type { Allowlist, Entry, Freeze, Policy } from "../allowlist/model.js";
import { showDomains } from "../allowlist/values.js";
import type { PhysicalDevice } from "../cloudflare/types.js";
import { decideAll, type Decided } from "./decide.js";
import { type ActDecision, type Decision, type EarlierRuns, whoRevoked } from "./decision.js";
import { findAccess, findOverlap, type Sibling } from "./findings/account.js";
import {
  findAbsent,
  findDates,
  findExceptions,
  findRenewableGrace,
  findUnmatched,
  findWarning,
} from "./findings/allowlist.js";
import { type Finding, named } from "./findings/finding.js";
import {
  findCameBack,
  findDoubts,
  findLeftAlone,
  findOutOfReach,
  findProfiles,
  findShared,
  findUnusable,
} from "./findings/registrations.js";
import { type GuardVerdict, checkGuards } from "./guard.js";
import { type HardwareFacts, indexHardware } from "./hardware.js";
import { decideItems, factsOf, type Items, type ListedItems } from "./items.js";
import { unmatchedEntries } from "./match.js";
import { formDevices, type Person } from "./people.js";
import {
  differences,
  findSkipped,
  itemsNotDue,
  type PendingAct,
  type ReviewedPlan,
  schedule,
  scheduleItems,
  type SkippedAct,
} from "./schedule.js";

/** The live account, listed in full. `devices` is left out unless {@link needsHardware} asks for it. */
export interface Inventory extends ListedItems {
  readonly account: string;
  readonly devices?: readonly PhysicalDevice[] | undefined;
  /** What could not be listed and is not needed to decide, in words. */
  readonly notes?: readonly string[];
}

export interface Plan extends Items {
  readonly account: string;
  /** The moment as of which it was decided. */
  readonly asOf: Date;
  /** One for each live registration in scope, in the order of ids. */
  readonly decisions: readonly Decision[];
  /** The decisions that change the account in this run. */
  readonly acts: readonly ActDecision[];
  /** Acts that are due but wait, most urgent first. */
  readonly pending: readonly PendingAct[];
  /** Acts of the reviewed plan that are no longer due; empty without a reviewed plan. */
  readonly skipped: readonly SkippedAct[];
  readonly reviewed: ReviewedPlan | undefined;
  /** The freeze that applies now, if any. */
  readonly freeze: Freeze | undefined;
  readonly findings: readonly Finding[];
  /** What could not be checked, in words. */
  readonly notes: readonly string[];
  /** Contradictions that only the live account shows; with one of them nothing may be done. */
  readonly problems: readonly Message[];
  /** Over everything that is due and reviewed, whether or not this run does it. */
  readonly guards: readonly GuardVerdict[];
  /** Over the same acts as the guards. */
  readonly fingerprint: string;
  /** Live registrations. */
  readonly population: {
    /** Those that were decided. */
    readonly inScope: number;
    /** Those of them that are not revoked. */
    readonly active: number;
    /** Those that nothing was decided about. */
    readonly outOfScope: number;
  };
  /** The files of the allowlist, and how they write domains. */
  readonly files: Allowlist["files"];
  readonly domains: Allowlist["domains"];
}

/** The run that a plan is made for. */
export interface RunContext {
  /** Decides whether the freeze holds; `asOf` unless given. */
  readonly now?: Date;
  /** The reviewed plan: no act beyond it is done. */
  readonly reviewed?: ReviewedPlan | undefined;
  /** Other stacks on this account. */
  readonly siblings?: readonly Sibling[];
  /** What this stack revoked, if there is a record; `listedRevoked: ours` lets back in only that. */
  readonly own?: EarlierRuns | undefined;
}

/** Compares the allowlist with the live account. The order of the data makes no difference. */
export function makePlan(
  allowlist: Allowlist,
  inventory: Inventory,
  asOf: Date,
  { now = asOf, reviewed, siblings = [], own }: RunContext = {},
): Plan {
  const { account, registrations } = inventory;
  const hardware = inventory.devices && indexHardware(inventory.devices);
  const people = formDevices(registrations, hardware?.index);
  const decided = decideAll(people.values(), { allowlist, asOf, devices: inventory.devices, own });
  const { decisions, agreed, acts, pending } = schedule(decided.decisions, allowlist, now, reviewed);
  const active = decisions.filter(({ live }) => live === "active").length;
  const of = decideItems(allowlist, inventory);
  const items = scheduleItems(of.items, allowlist, now, reviewed);
  const guarded = { acts: agreed, items, active, revoked: decisions.length - active };
  return {
    account,
    asOf,
    decisions,
    acts,
    pending,
    skipped: reviewed ? findSkipped(reviewed, decisions) : [],
    ...items,
    reviewed,
    freeze: allowlist.freeze && now < allowlist.freeze.until ? allowlist.freeze : undefined,
    findings: showWrittenDomains(allowlist, [
      ...(reviewed ? findDifferences(reviewed, allowlist, items) : []),
      ...of.findings,
      ...findAll({ allowlist, inventory, people, hardware, decided, asOf, now, own }),
      ...findOverlap(siblings, allowlist.scope, registrations),
      ...allowlist.warnings.map(findWarning),
    ]),
    notes: inventory.notes ?? [],
    problems: showWrittenDomains(allowlist, [...contradictions(decided), ...of.problems]),
    guards: checkGuards(guarded, allowlist.guards),
    fingerprint: fingerprint(account, agreed, items),
    population: {
      inScope: decisions.length,
      active,
      outOfScope: registrations.length - decisions.length,
    },
    files: allowlist.files,
    domains: allowlist.domains,
  };
}

/** The plan with each decision as `change` returns it, in every list; a decision that it returns unchanged stays. */
export function mapDecisions(plan: Plan, change: (decision: Decision) => Decision): Plan {
  const changed = new Map<Decision, Decision>();
  for (const decision of plan.decisions) {
    const next = change(decision);
    if (next !== decision) changed.set(decision, next);
  }
  if (changed.size === 0) return plan;
  const of = <D extends Decision>(decision: D): D => (changed.get(decision) as D | undefined) ?? decision;
  return {
    ...plan,
    decisions: plan.decisions.map(of),
    acts: plan.acts.map(of),
    pending: plan.pending.map((one) => ({ ...one, decision: of(one.decision) })),
  };
}

/** Whether any decision depends on what this stack revoked: `listedRevoked: ours`, for anyone. */
export function needsOwnRevocations({ policy, policies }: Pick<Allowlist, "policy" | "policies">): boolean {
  return [policy, ...policies.values()].some(({ listedRevoked }) => listedRevoked.value === "ours");
}

/** The plan with `revokedBy` in each decision that lets a registration back in, as far as the run knows. */
export function withWhoRevoked(plan: Plan, own: EarlierRuns | undefined): Plan {
  return mapDecisions(plan, (decision) =>
    decision.action === "unrevoke"
      ? { ...decision, revokedBy: whoRevoked(decision.registration, own) }
      : decision,
  );
}

/** Shows domains in texts as the files write them. */
export function showWrittenDomains<T extends { readonly text: string }>(
  { domains }: Pick<Allowlist, "domains">,
  messages: readonly T[],
): readonly T[] {
  const show = showDomains(domains);
  return domains.size === 0 ? messages : messages.map((one) => ({ ...one, text: show(one.text) }));
}

/** What the findings are made from. */
interface Seen {
  readonly allowlist: Allowlist;
  readonly inventory: Inventory;
  readonly people: ReadonlyMap<string, Person>;
  readonly hardware: HardwareFacts | undefined;
  readonly decided: Decided;
  readonly asOf: Date;
  readonly now: Date;
  readonly own: EarlierRuns | undefined;
}

function findAll({ allowlist, inventory, people, hardware, decided, asOf, now, own }: Seen): Finding[] {
  const { decisions, matched, matchOf } = decided;
  const { users } = allowlist;
  const unmatched = findUnmatched(unmatchedEntries(users, matched, asOf), people, decisions);
  return [
    // A stolen device that is connected is the worst that a listing can show.
    ...unmatched.filter(({ code }) => code === "elsewhere"),
    ...findLeftAlone(decisions),
    ...decided.findings,
    ...findOutOfReach(people, allowlist, asOf),
    ...findCameBack(decisions),
    ...findDoubts(people.values()),
    ...findShared(people.values()),
    ...unmatched.filter(({ code }) => code !== "elsewhere"),
    ...findAbsent(users, people),
    ...findAccess(allowlist, inventory.registrations, inventory.accessUsers),
    ...findProfiles(decisions),
    ...findUnusable(hardware?.unusable ?? [], decisions),
    ...findExceptions(allowlist, people, decisions, matchOf),
    ...findDates(allowlist, asOf, now),
    ...(own?.enrolled ? [] : findRenewableGrace(allowlist)),
  ];
}

function findDifferences(reviewed: ReviewedPlan, { files }: Allowlist, items: Items): Finding[] {
  const found = [...differences(reviewed, files), ...itemsNotDue(reviewed, items)];
  return found.map((one) => ({ code: "reviewed-plan", ...one, registrations: [] }));
}

/**
 * Whether the physical devices must be listed. They must if anything is about a device and not about one registration,
 * because only hardware shows which registrations belong to one device. They must if anything deletes, because a deletion
 * must not let in another registration of the same device.
 */
export function needsHardware({ users, policy, policies, ignore, protected: list }: Allowlist): boolean {
  if (list.devices.size + list.serials.size + list.hardwareIds.size > 0) return true;
  for (const one of [policy, ...policies.values()]) if (comparesDevices(one) || mayDelete(one)) return true;
  if (ignore.some(({ match }) => hasDeviceKey(match))) return true;
  for (const { entries, state } of users.values()) {
    if (state?.state === "offboarded") return true;
    if (entries.some((entry) => isAboutDevice(entry) || entry.state === "deleted")) return true;
  }
  return false;
}

function isAboutDevice({ match, requires }: Entry): boolean {
  return hasDeviceKey(match) || requires !== undefined;
}

/** Registrations that belong to no person are joined by device id only: `noUser` needs no hardware. */
function mayDelete({ unlisted, unknownUsers }: Policy): boolean {
  return unlisted.value === "delete" || unknownUsers.value === "delete";
}

/** Keys about the registration or its user, which need nothing to be known about the device. */
const OF_REGISTRATION: readonly string[] = ["registration", "user", "emailDomain", "policyId"];

function hasDeviceKey(match: Allowlist["ignore"][number]["match"]): boolean {
  return Object.keys(match).some((key) => !OF_REGISTRATION.includes(key));
}

function comparesDevices({ grace, superseded, maxDevices, stale, revoked }: Policy): boolean {
  return (
    grace.value.ms > 0 ||
    superseded.value !== undefined ||
    maxDevices.value !== undefined ||
    stale.value !== undefined ||
    revoked.value !== undefined
  );
}

/** The version of the plan's meaning; a fingerprint of another version never matches. */
const PLAN_VERSION = 1;

/**
 * Identifies exactly these acts on this account in its present state: 16 hexadecimal digits over account, version, and
 * for each act the registration's id, the act, its live state and `updated_at`, in the order of ids. An approval is
 * bound to it, so it changes when a registration does. Of other items it covers the acts that a guard counts
 * (`items.ts`). A plan that deletes no Access user has the same fingerprint as one without Access users.
 */
export function fingerprint(
  account: string,
  acts: readonly ActDecision[],
  items: Partial<Items> = {},
): string {
  const rows = acts
    .map(({ registration, action, live }) => [registration.id, action, live, registration.updated_at])
    .sort(([a = ""], [b = ""]) => (a < b ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify([account, PLAN_VERSION, rows, ...factsOf(items)]))
    .digest("hex")
    .slice(0, 16);
}

// Entries that ask for different states of one registration: what only the live account shows.

/** Where an exception decides, contradicting entries have no effect. */
function contradictions({ decisions, matchOf }: Decided): Message[] {
  return decisions.flatMap(({ registration, user, reason, candidate }) => {
    const match = reason.code === "contradiction" ? matchOf(candidate) : undefined;
    if (match?.kind !== "contradiction") return [];
    const [one, other] = match.entries;
    return [
      {
        code: "allowlist/contradiction",
        text: `two entries ask for different states for ${named(registration, user)}: ${one.state} here, ${other.state} at line ${other.source.line}`,
        fix: `make one of them more specific (${ranksInWords()}), or remove one`,
        source: one.source,
        related: [{ text: `the entry that asks for ${other.state}`, source: other.source }],
      },
    ];
  });
}
