/** What a change of entries and user states lets in that was not let in before. */

import type { AllowedUser, Entry } from "../allowlist/allowlist.js";
import { coversMatch, coversWindow, differences, isSameMatch } from "./change-cover.js";
import type { Change } from "./change-terms.js";
import type { Finding } from "./finding.js";
import { describeMatch } from "./verdict.js";

/** One finding for each entry that lets in more than the entries before it, and for each that kept somebody out. */
export function reportWidened({ base, head }: Change): Finding[] {
  const findings: Finding[] = [];
  for (const user of head.users.values()) {
    const before = base.users.get(user.email);
    findings.push(...reportNewUser(user, before), ...reportState(user, before));
    if (before !== undefined) findings.push(...reportEntries(user, before));
  }
  for (const user of base.users.values()) {
    if (!head.users.has(user.email)) findings.push(...reportGone(user, undefined));
  }
  return findings;
}

function reportNewUser({ email, entries, source }: AllowedUser, before: AllowedUser | undefined): Finding[] {
  const allowing = entries.filter(({ state }) => state === "active");
  if (before !== undefined || allowing.length === 0) return [];
  const what = allowing.slice(0, 3).map(describeMatch).join("; ");
  const more = allowing.length > 3 ? ` and ${allowing.length - 3} more` : "";
  return [widened(`the change adds the user ${email} with ${what}${more}`, source)];
}

function reportEntries(user: AllowedUser, before: AllowedUser): Finding[] {
  const allowed = before.entries.filter(({ state }) => state === "active");
  const widenedEntries = user.entries
    .filter((entry) => entry.state === "active" && !allowed.some((old) => covers(old, entry)))
    .map((entry) => {
      const { text, old } = whyWider(entry, before);
      const related = old && [{ text: "before the change", source: old.source }];
      return widened(`${describeMatch(entry)} of ${user.email} ${text}`, entry.source, related);
    });
  return [...widenedEntries, ...reportGone(before, user)];
}

function covers(old: Entry, entry: Entry): boolean {
  return coversMatch(old.match, entry.match) && coversWindow(old, entry);
}

function whyWider(entry: Entry, before: AllowedUser): { readonly text: string; readonly old?: Entry } {
  const same = before.entries.find((old) => isSameMatch(old.match, entry.match));
  if (same !== undefined) {
    if (same.state !== "active")
      return { text: `was to be ${same.state}, and is allowed by the change`, old: same };
    return { text: `is widened by the change: ${differences(same, entry).join(", ")}`, old: same };
  }
  const narrower = before.entries.find(
    (old) => old.state === "active" && coversMatch(entry.match, old.match),
  );
  if (narrower !== undefined) {
    return { text: `is less specific than ${describeMatch(narrower)} before the change`, old: narrower };
  }
  return { text: "is new" };
}

/** Entries that kept a device out, and do so no more. */
function reportGone(before: AllowedUser, now: AllowedUser | undefined): Finding[] {
  return before.entries
    .filter(({ state }) => state !== "active")
    .filter((old) => !now?.entries.some((entry) => entry.state !== "active" && covers(entry, old)))
    .filter(
      (old) => !now?.entries.some((entry) => entry.state === "active" && isSameMatch(entry.match, old.match)),
    )
    .map((old) => {
      const text = `the change removes or narrows ${describeMatch(old)} of ${before.email}, which was to be ${old.state}`;
      return widened(text, now?.source, [{ text: "before the change", source: old.source }]);
    });
}

/** A user who was to be cut off, and is not, or later. */
function reportState({ email, state, source }: AllowedUser, before: AllowedUser | undefined): Finding[] {
  const then = before?.state;
  if (then === undefined) return [];
  const related = [{ text: "before the change", source: then.source }];
  if (state === undefined) return [widened(`${email} is not ${then.state} any more`, source, related)];
  const later = (state.since?.start ?? 0) > (then.since?.start ?? 0);
  if (!later) return [];
  const text = `${email} is ${state.state} from ${state.since?.text ?? ""} on, which is later than before the change`;
  return [widened(text, state.source, related)];
}

function widened(text: string, source: Finding["source"], related?: Finding["related"]): Finding {
  return {
    code: "change-widened",
    text,
    ...(source && { source }),
    ...(related && { related }),
    registrations: [],
  };
}
