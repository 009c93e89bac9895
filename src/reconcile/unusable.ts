import type { Candidate } from "./candidate.js";
import type { Finding } from "./finding.js";
import type { Unusable } from "./hardware.js";
import { clipped, quoted } from "./naming.js";

/** One finding for each serial that names no machine, as far as it concerns registrations in scope. */
export function reportUnusable(unusable: readonly Unusable[], candidates: readonly Candidate[]): Finding[] {
  if (unusable.length === 0) return [];
  const byDevice = new Map(
    unusable.flatMap((one) => [...one.devices].map((device) => [device, one] as const)),
  );
  const concerned = new Map<Unusable, Candidate[]>();
  for (const candidate of candidates) {
    const { hardware, registration } = candidate;
    const one = hardware?.serial === undefined ? byDevice.get(registration.device.id) : undefined;
    if (!one) continue;
    const group = concerned.get(one);
    if (group) group.push(candidate);
    else concerned.set(one, [candidate]);
  }
  return [...concerned].map(toFinding).sort((a, b) => (a.text < b.text ? -1 : 1));
}

function toFinding([{ serial, why }, group]: [Unusable, readonly Candidate[]]): Finding {
  const names = group
    .slice(0, 3)
    .map(({ registration: { device, id } }) => `${clipped(device.name)} (${id})`);
  const more = group.length > 3 ? ` and ${group.length - 3} more` : "";
  return {
    code: "unusable-serial",
    text: `serial ${quoted(serial)} ${why}, so no entry can match by it: ${names.join(", ")}${more}`,
    registrations: group.map(({ registration }) => registration.id),
  };
}
