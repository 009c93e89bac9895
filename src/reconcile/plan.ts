/** The plan: every decision, what was noticed, how the guards judge it, and a fingerprint to approve it by. */

import type { Allowlist, Freeze } from "../allowlist/allowlist.js";
import type { Message } from "../allowlist/message.js";
import type { AccessUser } from "../cloudflare/access-types.js";
import type { PhysicalDevice, Registration } from "../cloudflare/types.js";
import type { AccessUserDecision } from "./access-user.js";
import { agreedDeletions, deletionsNotDue, scheduleAccessUsers } from "./access-user-schedule.js";
import { decideAccessUsers, reportUnread } from "./access-users.js";
import { reportCameBack } from "./came-back.js";
import { contradictions } from "./contradiction.js";
import { isAct, type ActDecision, type Decision } from "./decision.js";
import type { Finding } from "./finding.js";
import { fingerprint } from "./fingerprint.js";
import { gather } from "./gather.js";
import { judge, judgeDeletedUsers, type GuardVerdict } from "./guard.js";
import { indexHardware } from "./hardware.js";
import { reportLeft } from "./left.js";
import { Matcher } from "./match.js";
import { reportAbsent } from "./report-absent.js";
import { reportAccess } from "./report-access.js";
import { reportDates } from "./report-dates.js";
import { reportExceptions } from "./report-exceptions.js";
import { differences, findSkipped, type ReviewedPlan, type SkippedAct } from "./reviewed.js";
import { reportOverlap, type Sibling } from "./overlap.js";
import { decideAll } from "./rules.js";
import { schedule, type PendingAct } from "./schedule.js";
import { reportUnmatched } from "./unmatched.js";
import { reportUnusable } from "./unusable.js";
import { toFinding } from "./warning.js";

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
  /** The files of the allowlist. */
  readonly files: Allowlist["files"];
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
  const matcher = new Matcher(allowlist.users, asOf);
  const hardware = inventory.devices && indexHardware(inventory.devices);
  const candidates = gather(allowlist, matcher, hardware?.index, inventory.registrations);
  const { drafts, findings } = decideAll(allowlist, candidates, asOf);
  const decisions = drafts.map(({ decision }) => decision);
  const active = decisions.filter(({ live }) => live === "active").length;
  const { agreed, acts, pending } = schedule(decisions.filter(isAct), allowlist, now, reviewed);
  const users = decideAccessUsers(allowlist, inventory.accessUsers, inventory.registrations);
  const accessUsers = scheduleAccessUsers(users.decisions, allowlist, now, reviewed);
  const deletions = agreedDeletions(accessUsers);
  return {
    account: inventory.account,
    asOf,
    decisions,
    acts,
    pending,
    skipped: reviewed ? findSkipped(reviewed, decisions) : [],
    accessUsers,
    reviewed,
    freeze: allowlist.freeze && now < allowlist.freeze.until ? allowlist.freeze : undefined,
    findings: [
      ...(reviewed ? reportDifferences(reviewed, allowlist, accessUsers) : []),
      ...reportUnread(allowlist, inventory.accessUsers),
      ...reportLeft(decisions),
      ...findings,
      ...reportCameBack(drafts),
      ...reportUnmatched(matcher.unmatched(), candidates),
      ...reportAbsent(allowlist.users, candidates),
      ...reportAccess(allowlist, inventory.registrations, inventory.accessUsers),
      ...reportUnusable(hardware?.unusable ?? [], candidates),
      ...reportExceptions(allowlist, drafts),
      ...reportDates(allowlist, asOf, now),
      ...reportOverlap(siblings, allowlist.scope, inventory.registrations),
      ...allowlist.warnings.map(toFinding),
    ],
    notes: inventory.notes ?? [],
    problems: [...contradictions(drafts), ...users.problems],
    guards: [
      ...judge(agreed, allowlist.guards, active),
      ...(accessUsers.length > 0 ? [judgeDeletedUsers(deletions.length, allowlist.guards)] : []),
    ],
    fingerprint: fingerprint(inventory.account, agreed, deletions),
    population: {
      inScope: decisions.length,
      active,
      outOfScope: inventory.registrations.length - decisions.length,
    },
    files: allowlist.files,
  };
}

function reportDifferences(
  reviewed: ReviewedPlan,
  { files }: Allowlist,
  users: readonly AccessUserDecision[],
): Finding[] {
  const texts = [...differences(reviewed, files), ...deletionsNotDue(reviewed, users)];
  return texts.map((text) => ({ code: "reviewed-plan", text, registrations: [] }));
}
