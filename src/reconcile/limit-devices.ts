/** `policy.maxDevices`: of the devices that entries allow to a user, the newest so many. */

import { counted } from "../counted.js";
import { byUser, type Draft } from "./draft.js";
import { isNewer, newestOf, type Candidate } from "./candidate.js";
import { groupByDevice, hardwareKeys } from "./same-device.js";
import type { Rule } from "./decision.js";
import { DESIRED, byWhom, toDecision } from "./verdict.js";
import type { Finding } from "./finding.js";

/**
 * Decides the devices above the limit by `overMaxDevices`; with `report` they become a finding.
 *
 * @param retired What age retires: it takes no place from a device that stays.
 */
export function limitDevices(
  drafts: readonly Draft[],
  retired: ReadonlySet<Candidate>,
  findings: Finding[],
): readonly Draft[] {
  const allowed = drafts.filter(isLimited);
  if (allowed.length === 0) return drafts;
  const over = new Set<Draft>();
  for (const [, own] of byUser(allowed)) {
    const excess = oldestDevices(own, retired);
    for (const { drafts: all } of excess) for (const draft of all) over.add(draft);
    report(
      excess.filter(({ counts }) => counts),
      findings,
    );
  }
  return drafts.map((draft) => (over.has(draft) ? decideExcess(draft) : draft));
}

/** What an entry allows, whether it connects or not. */
const ALLOWED: ReadonlySet<Rule> = new Set<Rule>(["entry", "older", "listed-revoked"]);

function isLimited({ candidate, decision: { reason, desired } }: Draft): boolean {
  if (candidate.policy.maxDevices.value === undefined || !ALLOWED.has(reason.code)) return false;
  return desired === "active" || desired === "as-is";
}

interface Device {
  readonly drafts: readonly Draft[];
  readonly newest: Candidate;
  /** Whether one of its registrations is to connect. */
  readonly counts: boolean;
}

/** The devices of one user that are beyond the limit, each with all its registrations. */
function oldestDevices(own: readonly Draft[], retired: ReadonlySet<Candidate>): readonly Device[] {
  const limit = own[0]?.candidate.policy.maxDevices.value ?? Infinity;
  const decisions = new Map(own.map((draft) => [draft.candidate, draft]));
  const groups = new Set(groupByDevice([...decisions.keys()], hardwareKeys).values());
  const devices = [...groups].map((group): Device => {
    const [first, ...rest] = group.filter((candidate) => !retired.has(candidate));
    const drafts = group.flatMap((candidate) => decisions.get(candidate) ?? []);
    return {
      drafts,
      newest: first ? newestOf([first, ...rest]) : newestOf(group),
      counts: drafts.some(
        ({ candidate, decision }) => decision.desired === "active" && !retired.has(candidate),
      ),
    };
  });
  let count = 0;
  return devices
    .sort((a, b) => (isNewer(a.newest, b.newest) ? -1 : 1))
    .filter(({ counts }) => (counts ? count++ : count) >= limit);
}

function decideExcess(draft: Draft): Draft {
  const { maxDevices, overMaxDevices } = draft.candidate.policy;
  if (overMaxDevices.value === "report" || maxDevices.value === undefined) return draft;
  const text = `its user may have ${counted(maxDevices.value, "device")}, and newer ones count${byWhom(maxDevices)}`;
  const decision = toDecision(draft.candidate, {
    rule: "max-devices",
    desired: DESIRED[overMaxDevices.value],
    text,
    source: maxDevices.source,
    entry: draft.decision.entry,
  });
  return { ...draft, decision };
}

function report(excess: readonly Device[], findings: Finding[]): void {
  const [first] = excess;
  if (first?.newest.policy.overMaxDevices.value !== "report") return;
  const { email, policy } = first.newest;
  const { maxDevices } = policy;
  findings.push({
    code: "max-devices",
    text: `${email} has ${counted(excess.length, "device")} more than the ${maxDevices.value} that policy.maxDevices allows`,
    source: maxDevices.source,
    registrations: excess
      .flatMap(({ drafts }) => drafts.map(({ candidate }) => candidate.registration.id))
      .sort(),
  });
}
