/** What a change of entries and user states lets in that was not let in before. */

import type { AllowedUser, Entry } from "../allowlist/allowlist.js";
import { coversMatch, coversWindow, differences, isSameMatch } from "./change-cover.js";
import { places } from "./change-places.js";
import type { Change } from "./change-terms.js";
import type { Finding } from "./finding.js";
import { describeMatch } from "./naming.js";

/** One finding for each entry that lets in more than the entries before it, and for each that kept somebody out. */
export function reportWidened({ base, head }: Change): Finding[] {
  const findings: Finding[] = [];
  for (const user of head.users.values()) {
    const before = base.users.get(user.email);
    if (before === undefined) findings.push(...reportNewUser(user));
    else findings.push(...reportState(before, user), ...reportEntries(before, user));
  }
  for (const user of base.users.values()) {
    if (!head.users.has(user.email)) {
      findings.push(...reportState(user, undefined), ...reportGone(user, undefined, new Set()));
    }
  }
  return findings;
}

function reportNewUser({ email, entries, source }: AllowedUser): Finding[] {
  const allowing = entries.filter(isAllowing);
  if (allowing.length === 0) return [];
  const what = allowing.slice(0, 3).map(describeMatch).join("; ");
  const more = allowing.length > 3 ? ` and ${allowing.length - 3} more` : "";
  return [widened(`the change adds the user ${email} with ${what}${more}`, source, undefined)];
}

function reportEntries(before: AllowedUser, now: AllowedUser): Finding[] {
  const allowed = before.entries.filter(isAllowing);
  const wider = now.entries.filter(
    (entry) => isAllowing(entry) && !allowed.some((old) => covers(old, entry)),
  );
  const findings: Finding[] = [];
  const told = new Set<Entry>();
  for (const entry of wider) {
    const { text, old } = whyWider(entry, before);
    findings.push(widened(`${describeMatch(entry)} of ${now.email} ${text}`, entry.source, old?.source));
    if (old !== undefined) told.add(old);
  }
  return [...findings, ...reportGone(before, now, told)];
}

function isAllowing({ state }: Entry): boolean {
  return state === "active";
}

function covers(old: Entry, entry: Entry): boolean {
  return coversMatch(old.match, entry.match) && coversWindow(old, entry);
}

function whyWider(entry: Entry, before: AllowedUser): { readonly text: string; readonly old?: Entry } {
  const same = before.entries.filter((old) => isSameMatch(old.match, entry.match));
  // On other days the same device may have been kept out, which the change need not touch.
  const old = same.find(isAllowing) ?? same[0];
  if (old !== undefined) {
    const text = isAllowing(old)
      ? `is widened by the change: ${differences(old, entry).join(", ")}`
      : `was to be ${old.state}, and is allowed by the change`;
    return { text, old };
  }
  const narrower = before.entries.find((old) => isAllowing(old) && coversMatch(entry.match, old.match));
  if (narrower !== undefined) {
    return { text: `is less specific than ${describeMatch(narrower)} before the change`, old: narrower };
  }
  return { text: "is new" };
}

/** Entries that kept a device out, and do so no more; without those that are told with what took their place. */
function reportGone(before: AllowedUser, now: AllowedUser | undefined, told: ReadonlySet<Entry>): Finding[] {
  const keepsOut = (now?.entries ?? []).filter((entry) => !isAllowing(entry));
  return before.entries
    .filter((old) => !isAllowing(old) && !told.has(old))
    .filter((old) => !keepsOut.some((entry) => covers(entry, old)))
    .map((old) => {
      const text = `the change removes or narrows ${describeMatch(old)} of ${before.email}, which was to be ${old.state}`;
      return widened(text, now?.source, old.source);
    });
}

/** A user who was to be cut off, and is not, or later. */
function reportState({ email, state: then }: AllowedUser, now: AllowedUser | undefined): Finding[] {
  if (then === undefined) return [];
  const state = now?.state;
  if (state === undefined)
    return [widened(`${email} is not ${then.state} any more`, now?.source, then.source)];
  const { since } = state;
  if (since === undefined || since.start <= (then.since?.start ?? -Infinity)) return [];
  const text = `${email} is ${state.state} from ${since.text} on, which is later than before the change`;
  return [widened(text, state.source, then.source)];
}

function widened(text: string, ...where: Parameters<typeof places>): Finding {
  return { code: "change-widened", text, ...places(...where), registrations: [] };
}
