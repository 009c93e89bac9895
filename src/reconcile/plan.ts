/** The plan: every decision, what was noticed, how the guards judge it, and a fingerprint to approve it by. */

import type { Allowlist, Freeze } from "../allowlist/allowlist.js";
import { showDomains } from "../allowlist/email.js";
import type { Message } from "../allowlist/message.js";
import type { AccessUser } from "../cloudflare/access-types.js";
import type { PhysicalDevice, Registration } from "../cloudflare/types.js";
import type { AccessUserDecision } from "./access-user.js";
import { agreedUsers, deletionsNotDue, scheduleAccessUsers } from "./access-user-schedule.js";
import { decideAccessUsers, reportUnread } from "./access-users.js";
import { contradictions } from "./contradiction.js";
import { decideAll, type Decided } from "./decide.js";
import type { ActDecision, Decision } from "./decision.js";
import type { Finding } from "./finding.js";
import { findAccess, findOverlap, type Sibling } from "./findings/account.js";
import {
  findAbsent,
  findDates,
  findExceptions,
  findRenewableGrace,
  findUnmatched,
  findWarning,
} from "./findings/allowlist.js";
import {
  findCameBack,
  findDoubts,
  findLeftAlone,
  findOutOfReach,
  findShared,
  findUnusable,
} from "./findings/registrations.js";
import { fingerprint } from "./fingerprint.js";
import { judge, type GuardVerdict } from "./guard.js";
import { indexHardware, type HardwareFacts } from "./hardware.js";
import { unmatchedEntries } from "./match.js";
import { formDevices, type Person } from "./people.js";
import { differences, findSkipped, type ReviewedPlan, type SkippedAct } from "./reviewed.js";
import { schedule, type PendingAct } from "./schedule.js";

export { needsHardware } from "./needs-hardware.js";

/** The live account, listed whole. `devices` is left out where {@link needsHardware} says so. */
export interface Inventory {
  readonly account: string;
  readonly registrations: readonly Registration[];
  readonly devices?: readonly PhysicalDevice[] | undefined;
  /** Every Access user; left out where nobody asks for them. */
  readonly accessUsers?: readonly AccessUser[] | undefined;
  /** What could not be listed and is not needed to decide, in words. */
  readonly notes?: readonly string[];
}

export interface Plan {
  readonly account: string;
  /** The moment as of which it was decided. */
  readonly asOf: Date;
  /** One for each live registration in scope, in the order of ids, in which the account is listed. */
  readonly decisions: readonly Decision[];
  /** Those of the decisions that change the account in this run. */
  readonly acts: readonly ActDecision[];
  /** Acts that are due and wait, most urgent first. */
  readonly pending: readonly PendingAct[];
  /** Acts of the reviewed plan that are not due any more; empty without one. */
  readonly skipped: readonly SkippedAct[];
  /** One for each user of `accessUsers`, in the order of e-mails; an act that waits says why. */
  readonly accessUsers: readonly AccessUserDecision[];
  readonly reviewed: ReviewedPlan | undefined;
  /** The freeze that holds, where one does. */
  readonly freeze: Freeze | undefined;
  readonly findings: readonly Finding[];
  /** What could not be looked at, in words. */
  readonly notes: readonly string[];
  /** Contradictions that only the live account shows; with one of them nothing may be done. */
  readonly problems: readonly Message[];
  /** Over all that is due and reviewed, whether this run does it or not. */
  readonly guards: readonly GuardVerdict[];
  /** Over the same acts as the guards. */
  readonly fingerprint: string;
  readonly population: { readonly inScope: number; readonly active: number; readonly outOfScope: number };
  /** The files of the allowlist, and how they write domains. */
  readonly files: Allowlist["files"];
  readonly domains: Allowlist["domains"];
}

/** Of the run that a plan is made for. */
export interface RunTerms {
  /** By which the freeze is judged; `asOf` unless given. */
  readonly now?: Date;
  /** The plan that was reviewed: no act beyond it is done. */
  readonly reviewed?: ReviewedPlan | undefined;
  /** Other stacks on this account. */
  readonly siblings?: readonly Sibling[];
}

/** Compares the allowlist with the live account. The same data in whatever order gives the same plan. */
export function makePlan(
  allowlist: Allowlist,
  inventory: Inventory,
  asOf: Date,
  { now = asOf, reviewed, siblings = [] }: RunTerms = {},
): Plan {
  const { account, registrations } = inventory;
  const hardware = inventory.devices && indexHardware(inventory.devices);
  const people = formDevices(registrations, hardware?.index);
  const decided = decideAll(people.values(), { allowlist, asOf, devices: inventory.devices });
  const { decisions, agreed, acts, pending } = schedule(decided.decisions, allowlist, now, reviewed);
  const active = decisions.filter(({ live }) => live === "active").length;
  const users = decideAccessUsers(allowlist, inventory.accessUsers, registrations);
  const accessUsers = scheduleAccessUsers(users.decisions, allowlist, now, reviewed);
  const agreedChanges = agreedUsers(accessUsers);
  const deletions = agreedChanges.filter(({ action }) => action === "delete");
  const judged = {
    acts: agreed,
    accessUsers: accessUsers.length > 0 ? agreedChanges : undefined,
    active,
    revoked: decisions.length - active,
  };
  return {
    account,
    asOf,
    decisions,
    acts,
    pending,
    skipped: reviewed ? findSkipped(reviewed, decisions) : [],
    accessUsers,
    reviewed,
    freeze: allowlist.freeze && now < allowlist.freeze.until ? allowlist.freeze : undefined,
    findings: asWritten(allowlist, [
      ...(reviewed ? findDifferences(reviewed, allowlist, accessUsers) : []),
      ...reportUnread(allowlist, inventory.accessUsers),
      ...findAll({ allowlist, inventory, people, hardware, decided, asOf, now }),
      ...findOverlap(siblings, allowlist.scope, registrations),
      ...allowlist.warnings.map(findWarning),
    ]),
    notes: inventory.notes ?? [],
    problems: asWritten(allowlist, [...contradictions(decided), ...users.problems]),
    guards: judge(judged, allowlist.guards),
    fingerprint: fingerprint(account, agreed, deletions),
    population: {
      inScope: decisions.length,
      active,
      outOfScope: registrations.length - decisions.length,
    },
    files: allowlist.files,
    domains: allowlist.domains,
  };
}

/** Texts that show domains as the files write them. */
export function asWritten<T extends { readonly text: string }>(
  { domains }: Pick<Allowlist, "domains">,
  told: readonly T[],
): readonly T[] {
  const show = showDomains(domains);
  return domains.size === 0 ? told : told.map((one) => ({ ...one, text: show(one.text) }));
}

/** What is looked at for findings. */
interface Seen {
  readonly allowlist: Allowlist;
  readonly inventory: Inventory;
  readonly people: ReadonlyMap<string, Person>;
  readonly hardware: HardwareFacts | undefined;
  readonly decided: Decided;
  readonly asOf: Date;
  readonly now: Date;
}

function findAll({ allowlist, inventory, people, hardware, decided, asOf, now }: Seen): Finding[] {
  const { decisions, matched, matchOf } = decided;
  const { users } = allowlist;
  const unmatched = findUnmatched(unmatchedEntries(users, matched, asOf), people, decisions);
  return [
    // A stolen device that is connected is the worst that a listing can show.
    ...unmatched.filter(({ code }) => code === "elsewhere"),
    ...findLeftAlone(decisions),
    ...decided.findings,
    ...findOutOfReach(people.values(), allowlist, asOf),
    ...findCameBack(decisions),
    ...findDoubts(people.values()),
    ...findShared(people.values()),
    ...unmatched.filter(({ code }) => code !== "elsewhere"),
    ...findAbsent(users, people),
    ...findAccess(allowlist, inventory.registrations, inventory.accessUsers),
    ...findUnusable(hardware?.unusable ?? [], decisions),
    ...findExceptions(allowlist, people, decisions, matchOf),
    ...findDates(allowlist, asOf, now),
    ...findRenewableGrace(allowlist),
  ];
}

function findDifferences(
  reviewed: ReviewedPlan,
  { files }: Allowlist,
  users: readonly AccessUserDecision[],
): Finding[] {
  const found = [...differences(reviewed, files), ...deletionsNotDue(reviewed, users)];
  return found.map((one) => ({ code: "reviewed-plan", ...one, registrations: [] }));
}
