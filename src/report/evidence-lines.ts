/** Evidence in words, one line each; raw. */

import type { Evidence } from "./evidence.js";
import { counted } from "../counted.js";
import { minute } from "../minute.js";

/** So many failed logins are told; the rest is counted. */
const MOST_FAILED = 5;

export function evidenceLines(evidence: Evidence): string[] {
  const { lastSuccessfulLogin, activeSessions, failedLogins = [], seats, activeDevices, missing } = evidence;
  const lines: string[] = [];
  if (lastSuccessfulLogin !== undefined) lines.push(`last sign-in ${minute(lastSuccessfulLogin)}`);
  lines.push(...identityLines(evidence.identity));
  if (activeSessions !== undefined) lines.push(counted(activeSessions, "active session"));
  for (const { at, detail } of failedLogins.slice(0, MOST_FAILED))
    lines.push(`failed sign-in ${minute(at)}${detail === undefined ? "" : `: ${detail}`}`);
  if (failedLogins.length > MOST_FAILED)
    lines.push(`and ${failedLogins.length - MOST_FAILED} more failed sign-ins`);
  if (seats) lines.push(`seats: Access ${yesNo(seats.access)}, Gateway ${yesNo(seats.gateway)}`);
  if (activeDevices !== undefined) lines.push(counted(activeDevices, "active device"));
  lines.push(...missing.map((what) => `not known: ${what}`));
  return lines;
}

function identityLines(identity: Evidence["identity"]): string[] {
  if (!identity) return [];
  const { ip, country, groups, posture = [] } = identity;
  const from = [ip, country].filter((text) => text !== undefined);
  return [
    ...(from.length > 0 ? [`signed in from ${from.join(", ")}`] : []),
    ...(groups && groups.length > 0 ? [`groups: ${groups.join(", ")}`] : []),
    ...posture.map(({ name, passed }) => `posture ${name}: ${passed ? "passed" : "FAILED"}`),
  ];
}

function yesNo(value: boolean): string {
  return value ? "yes" : "no";
}
