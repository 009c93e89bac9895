/** What would lead to another decision, or will with time. */

import { bestMatch } from "../allowlist/write-match.js";
import { minute } from "../minute.js";
import { upcomingAges } from "./explain-age.js";
import type { Grounds } from "./explain.js";
import { endOfGrace } from "./grace.js";
import { byWhom, describeMatch } from "./verdict.js";

export function changesOf(grounds: Grounds): readonly string[] {
  return [...now(grounds), ...later(grounds)];
}

function now(grounds: Grounds): string[] {
  const { decision } = grounds.draft;
  const { candidate } = grounds;
  const { file, line } = decision.source;
  const here = `${file}:${line}`;
  switch (decision.reason.code) {
    case "protected":
    case "self":
    case "ignored":
      return [`without ${here} the other rules would be asked`];
    case "offboarded":
    case "suspended":
      return [`without the state at ${here} its user's entries would be asked`];
    case "contradiction":
      return ["one of the two entries has to go, or to be more specific"];
    case "unknown-hardware":
    case "condition":
    case "expired":
    case "unlisted":
    case "unknown-user":
    case "grace":
      return [addEntry(grounds)];
    case "stale":
    case "revoked-age":
      return decision.entry === undefined ? [addEntry(grounds)] : [`without ${here} its entry would decide`];
    case "superseded":
      return [
        `an entry by registration ${JSON.stringify(decision.registration.id)} would decide before ${here}`,
      ];
    case "max-devices":
      return [`a higher maxDevices at ${here}, or one device less of its user`];
    case "older":
      return ["only if the newest registration of this device is deleted would this one be asked about"];
    case "listed-revoked":
      return [`with listedRevoked: unrevoke at ${here} it would be let in`];
    case "no-user":
      return [`policy.noUser decides (${candidate.policy.noUser.value}), unless it is protected or ignored`];
    case "entry":
      return [
        `without the entry at ${here} policy.unlisted would decide (${candidate.policy.unlisted.value}${byWhom(candidate.policy.unlisted)})`,
      ];
  }
}

function addEntry({ draft, known }: Grounds): string {
  const { registration } = draft.decision;
  const match = bestMatch({ ...known, device: registration.device.id, registration: registration.id });
  const by = match ? ` by ${describeMatch({ match })}` : "";
  return `add an entry${by}: warp-registrations accept ${registration.id}`;
}

function later(grounds: Grounds): string[] {
  const { candidate, draft, asOf } = grounds;
  const { reason, entry } = draft.decision;
  const times: string[] = [];
  if (reason.code === "grace") times.push(`grace ends ${minute(endOfGrace(candidate))}`);
  const { state } = candidate.user ?? {};
  if (state?.since && state.since.start > asOf.getTime())
    times.push(
      `its user is ${state.state} from ${state.since.text} on (${state.source.file}:${state.source.line})`,
    );
  if (entry?.expires) {
    const { unlisted } = candidate.policy;
    times.push(
      `its entry expires after ${entry.expires.text}; then policy.unlisted decides (${unlisted.value})`,
    );
  }
  for (const one of candidate.user?.entries ?? [])
    if (one.from && one.from.start > asOf.getTime())
      times.push(`the entry at ${one.source.file}:${one.source.line} begins on ${one.from.text}`);
  if (!["protected", "self", "ignored", "suspended", "offboarded"].includes(reason.code))
    times.push(...upcomingAges(grounds));
  return times;
}
