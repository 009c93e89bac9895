/** `policy.maxDevices`: of the devices that entries allow to a user, the newest so many. */

import { byUser, type Draft } from "./draft.js";
import { isNewer, newestOf, type Candidate } from "./candidate.js";
import { groupByDevice, hardwareKeys } from "./same-device.js";
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
  const allowed = drafts.filter(({ decision, candidate }) => {
    const { maxDevices } = candidate.policy;
    return (
      maxDevices.value !== undefined && decision.reason.code === "entry" && decision.desired === "active"
    );
  });
  if (allowed.length === 0) return drafts;
  const over = new Set<Candidate>();
  for (const [, own] of byUser(allowed)) {
    const excess = oldestDevices(
      own.map(({ candidate }) => candidate),
      retired,
    );
    for (const candidate of excess.flat()) over.add(candidate);
    report(
      excess.filter((device) => staying(device, retired)),
      findings,
    );
  }
  return drafts.map((draft) => (over.has(draft.candidate) ? decideExcess(draft) : draft));
}

type Device = readonly [Candidate, ...Candidate[]];

/** The devices of one user that are beyond the limit, each with all its registrations. */
function oldestDevices(own: readonly Candidate[], retired: ReadonlySet<Candidate>): readonly Device[] {
  const limit = own[0]?.policy.maxDevices.value ?? Infinity;
  const devices = [...new Set(groupByDevice(own, hardwareKeys).values())].map((device) => {
    const stays = staying(device, retired);
    return { device, stays: stays !== undefined, newest: newestOf(stays ?? device) };
  });
  let count = 0;
  return devices
    .sort((a, b) => (isNewer(a.newest, b.newest) ? -1 : 1))
    .filter(({ stays }) => (stays ? count++ : count) >= limit)
    .map(({ device }) => device);
}

/** The registrations that stay, where any does. */
function staying(device: Device, retired: ReadonlySet<Candidate>): Device | undefined {
  const [first, ...rest] = device.filter((candidate) => !retired.has(candidate));
  return first && [first, ...rest];
}

function decideExcess(draft: Draft): Draft {
  const { maxDevices, overMaxDevices } = draft.candidate.policy;
  if (overMaxDevices.value === "report") return draft;
  const text = `its user may have ${maxDevices.value} devices, and newer ones count${byWhom(maxDevices)}`;
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
  if (!first) return;
  const { email, policy } = first[0];
  const { maxDevices } = policy;
  const count = excess.length;
  findings.push({
    code: "max-devices",
    text: `${email} has ${count} ${count === 1 ? "device" : "devices"} more than the ${maxDevices.value} that policy.maxDevices allows`,
    source: maxDevices.source,
    registrations: excess
      .flat()
      .map(({ registration }) => registration.id)
      .sort(),
  });
}
