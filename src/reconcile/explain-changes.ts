/** What would lead to another decision, or will with time. */

import type { AgeRule, Setting } from "../allowlist/allowlist.js";
import { bestMatch } from "../allowlist/write-match.js";
import { minute } from "../minute.js";
import { aboutRule, type Decision } from "./decision.js";
import type { Hardware } from "./hardware.js";
import { describeMatch } from "./naming.js";
import { lastSign } from "./people.js";
import { areMachinesSkipped } from "./rules/ages.js";
import { byWhom, type Subject } from "./rules/rule.js";
import { endOfGrace } from "./rules/unlisted.js";

/** @param known What is known of its device, for the entry that is proposed. */
export function changesOf(
  decision: Decision,
  subject: Subject,
  known: Hardware | undefined,
): readonly string[] {
  return [...now(decision, subject, known), ...later(decision, subject)];
}

function now(decision: Decision, { policy }: Subject, known: Hardware | undefined): string[] {
  const { reason, source, entry, registration } = decision;
  const here = `${source.file}:${source.line}`;
  switch (reason.code) {
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
      return [addEntry(decision, known)];
    case "stale":
    case "revoked-age":
      return entry === undefined ? [addEntry(decision, known)] : [`without ${here} its entry would decide`];
    case "superseded":
      return [`an entry by registration ${JSON.stringify(registration.id)} would decide before ${here}`];
    case "max-devices":
      return [`a higher maxDevices at ${here}, or one device less of its user`];
    case "older":
      return [
        "only an entry by its registration id would let it in: of a device the newest registration connects",
      ];
    case "doubt":
      return [
        `an entry by registration ${JSON.stringify(registration.id)} would let it in, whatever machine it is`,
      ];
    case "listed-revoked":
      return [`with listedRevoked: unrevoke at ${here} it would be let in`];
    case "no-user":
      return [`policy.noUser decides (${policy.noUser.value}), unless it is protected or ignored`];
    case "entry":
      return [
        `without the entry at ${here} policy.unlisted would decide (${policy.unlisted.value}${byWhom(policy.unlisted)})`,
      ];
  }
}

function addEntry({ registration }: Decision, known: Hardware | undefined): string {
  const match = bestMatch({ ...known, device: registration.device.id, registration: registration.id });
  const by = match ? ` by ${describeMatch({ match })}` : "";
  return `add an entry${by}: warp-registrations accept ${registration.id}`;
}

function later(decision: Decision, subject: Subject): string[] {
  const { reason, entry, candidate } = decision;
  const { user, policy, asOf } = subject;
  const times: string[] = [];
  if (reason.code === "grace") times.push(`grace ends ${minute(new Date(endOfGrace(candidate, subject)))}`);
  const { state } = user ?? {};
  if (state?.since && state.since.start > asOf.getTime())
    times.push(
      `its user is ${state.state} from ${state.since.text} on (${state.source.file}:${state.source.line})`,
    );
  if (entry?.expires)
    times.push(
      `its entry expires after ${entry.expires.text}; then policy.unlisted decides (${policy.unlisted.value})`,
    );
  for (const one of user?.entries ?? [])
    if (one.from && one.from.start > asOf.getTime())
      times.push(`the entry at ${one.source.file}:${one.source.line} begins on ${one.from.text}`);
  const { kind } = aboutRule(reason.code);
  if (kind !== "excepted" && kind !== "state") times.push(...upcomingAges(decision, subject));
  return times;
}

/** The days on which the rules by age will act, where they will. */
function upcomingAges({ candidate, registration }: Decision, subject: Subject): string[] {
  const { policy, asOf, say } = subject;
  const { match, upcoming } = say(candidate);
  if (areMachinesSkipped(subject) || upcoming) return [];
  const isListed = match.kind === "allowed" || match.kind === "refused";
  const due = (setting: Setting<AgeRule | undefined>, since: number, unless: string) => {
    const rule = setting.value;
    if (rule === undefined || rule.action === "report" || (isListed && !rule.includeListed)) return [];
    const moment = since + rule.after.ms;
    if (Number.isNaN(moment) || moment < asOf.getTime()) return [];
    const { file, line } = setting.source;
    const day = new Date(moment).toISOString().slice(0, 10);
    return [`${rule.action} is due after ${day}${unless} (${file}:${line})`];
  };
  const { registrations } = candidate.device;
  const seen =
    candidate === registrations[0] ? Math.max(...registrations.map(lastSign)) : lastSign(candidate);
  return [
    ...due(policy.stale, seen, ", unless it is seen again"),
    ...due(policy.revoked, Date.parse(registration.revoked_at ?? ""), ""),
  ];
}
