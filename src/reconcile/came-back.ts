/** Devices that enrol again and again: what no reconciler can keep out. */

import { staysConnected, type Decision } from "./decision.js";
import type { Draft } from "./draft.js";
import type { Finding } from "./finding.js";
import { groupByDevice, hardwareOrNameKeys } from "./same-device.js";
import { named } from "./naming.js";

/** So many refused registrations of one device mean that it came back. */
const SEVERAL = 2;

/** One finding for each active device that no entry allows, and that was refused several times before. */
export function reportCameBack(drafts: readonly Draft[]): Finding[] {
  const present = drafts.filter(
    ({ candidate, decision }) => candidate.match.kind === "none" && decision.live === "active",
  );
  const revoked = new Set(
    drafts.filter(({ decision }) => decision.live === "revoked").map(({ candidate }) => candidate),
  );
  if (present.length === 0 || revoked.size < SEVERAL) return [];
  const users = new Set(present.map(({ candidate }) => candidate.email));
  const groups = groupByDevice(
    drafts.map(({ candidate }) => candidate).filter(({ email }) => users.has(email)),
    hardwareOrNameKeys,
  );
  const told = new Set<unknown>();
  return present.flatMap(({ candidate, decision }) => {
    const group = groups.get(candidate) ?? [candidate];
    const times = group.filter((one) => revoked.has(one)).length;
    if (times < SEVERAL || told.has(group)) return [];
    told.add(group);
    return [toFinding(decision, times, group.map(({ registration }) => registration.id).sort())];
  });
}

function toFinding(decision: Decision, times: number, registrations: readonly string[]): Finding {
  const { registration, user, source } = decision;
  const now = staysConnected(decision) ? "and is active again" : "and is back";
  return {
    code: "came-back",
    text: `${named(registration, user)} was revoked ${times} times ${now}: revoking does not keep a device out, the device enrolment policy or the identity provider does`,
    source,
    registrations,
  };
}
