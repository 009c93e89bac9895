/** `policy.maxDevices`: of the devices that entries allow to a user, the newest so many. */

import { byUser, type Draft } from "./draft.js";
import { isNewer, newestOf, type Candidate } from "./candidate.js";
import { groupByDevice, hardwareKeys } from "./same-device.js";
import { DESIRED, byWhom, toDecision } from "./verdict.js";
import type { Finding } from "./finding.js";

/** Decides the devices above the limit by `overMaxDevices`; with `report` they become a finding. */
export function limitDevices(drafts: readonly Draft[], findings: Finding[]): readonly Draft[] {
  const allowed = drafts.filter(({ decision, candidate }) => {
    const { maxDevices } = candidate.policy;
    return (
      maxDevices.value !== undefined && decision.reason.code === "entry" && decision.desired === "active"
    );
  });
  if (allowed.length === 0) return drafts;
  const over = new Set<Draft>();
  for (const [, own] of byUser(allowed)) {
    const excess = oldestDevices(own);
    for (const draft of excess) over.add(draft);
    const [first] = excess;
    if (first) report(first.candidate, excess, findings);
  }
  return drafts.map((draft) => (over.has(draft) ? decideExcess(draft) : draft));
}

/** All registrations on the devices of one user that are beyond the limit. */
function oldestDevices(own: readonly Draft[]): readonly Draft[] {
  const limit = own[0]?.candidate.policy.maxDevices.value ?? Infinity;
  const groups = groupByDevice(
    own.map(({ candidate }) => candidate),
    hardwareKeys,
  );
  const devices = [...new Set(groups.values())].sort((a, b) => (isNewer(newestOf(a), newestOf(b)) ? -1 : 1));
  const excess = new Set(devices.slice(limit).flat());
  return own.filter(({ candidate }) => excess.has(candidate));
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

function report({ email, policy }: Candidate, excess: readonly Draft[], findings: Finding[]): void {
  const count = new Set(excess.map(({ candidate }) => candidate.registration.device.id)).size;
  findings.push({
    code: "max-devices",
    text: `${email} has ${count} ${count === 1 ? "device" : "devices"} more than the ${policy.maxDevices.value} that policy.maxDevices allows`,
    source: policy.maxDevices.source,
    registrations: excess.map(({ candidate }) => candidate.registration.id),
  });
}
