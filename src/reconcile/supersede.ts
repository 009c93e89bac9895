/** `policy.superseded`: older registrations of a device whose newer one goes on to connect. */

import { isNewer, newestOf, type Candidate } from "./candidate.js";
import { staysConnected, type Rule } from "./decision.js";
import type { Draft } from "./draft.js";
import type { Finding } from "./finding.js";
import { groupByDevice, hardwareKeys, ofOneType } from "./same-device.js";
import { DESIRED, byWhom, toDecision } from "./verdict.js";
import { named } from "./naming.js";

/** What is decided by these may turn out to be superseded; every other rule has spoken before this one. */
const OPEN: ReadonlySet<Rule> = new Set<Rule>([
  "entry",
  "older",
  "listed-revoked",
  "condition",
  "expired",
  "unlisted",
  "unknown-user",
  "no-user",
]);

/**
 * Without a newer registration that stays connected nothing is superseded: the device would be cut off. Names tell no
 * device here, since two devices of one name would cut each other off.
 *
 * @param retired What age retires, so that it does not go on to connect.
 */
export function supersede(
  drafts: readonly Draft[],
  retired: ReadonlySet<Candidate>,
  findings: Finding[],
): readonly Draft[] {
  const concerned = drafts.filter(({ candidate }) => candidate.policy.superseded.value !== undefined);
  if (concerned.length === 0) return drafts;
  const groups = groupByDevice(
    concerned.map(({ candidate }) => candidate),
    (candidate) => ofOneType(candidate, hardwareKeys(candidate)),
  );
  const connected = new Set(
    concerned
      .filter(({ candidate, decision }) => staysConnected(decision) && !retired.has(candidate))
      .map(({ candidate }) => candidate),
  );
  return drafts.map((draft) => {
    const group = groups.get(draft.candidate);
    if (!group || group.length === 1 || !isOpen(draft)) return draft;
    const [first, ...rest] = group.filter((one) => connected.has(one));
    const newest = first && newestOf([first, ...rest]);
    return newest && isNewer(newest, draft.candidate) ? decideOlder(draft, newest, findings) : draft;
  });
}

/** An entry that names the registration itself, or that refuses it, has the last word. */
function isOpen({ decision: { reason, entry } }: Draft): boolean {
  const final = entry && (entry.state !== "active" || entry.match.registration !== undefined);
  return OPEN.has(reason.code) && final !== true;
}

function decideOlder(draft: Draft, newest: Candidate, findings: Finding[]): Draft {
  const { candidate, decision } = draft;
  const { superseded } = candidate.policy;
  const text = `${newest.registration.id} is a newer registration of this device${byWhom(superseded)}`;
  if (superseded.value === undefined || superseded.value === "report") {
    if (staysConnected(decision)) findings.push(toFinding(candidate, text));
    return draft;
  }
  const desired = DESIRED[superseded.value];
  const verdict = { rule: "superseded", desired, text, source: superseded.source } as const;
  return { candidate, decision: toDecision(candidate, { ...verdict, entry: decision.entry }) };
}

function toFinding({ registration, email, policy }: Candidate, text: string): Finding {
  return {
    code: "superseded",
    text: `${named(registration, email)} is superseded: ${text}`,
    source: policy.superseded.source,
    registrations: [registration.id],
  };
}
