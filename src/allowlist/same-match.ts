import type { EntryState } from "./allowlist.js";
import { matchId } from "./entry-keys.js";
import type { Message } from "./message.js";
import { shown } from "./nearest.js";
import type { PlacedEntry } from "./placed.js";
import type { SourceText } from "./source-text.js";
import { overlap, windowOf } from "./window.js";

/**
 * Two entries of a user with the same match and a day in common: the second adds nothing, or contradicts the first.
 * One that speaks when the other is over is a change in time, and welcome.
 */
export function checkSameMatches(
  source: SourceText,
  email: string,
  entries: readonly PlacedEntry[],
  report: (message: Message) => void,
): void {
  if (entries.length < 2) return;
  const byMatch = new Map<string, PlacedEntry[]>();
  for (const placed of entries) {
    const id = matchId(placed.entry.match);
    const known = byMatch.get(id);
    if (known === undefined) byMatch.set(id, [placed]);
    else known.push(placed);
  }
  for (const same of byMatch.values())
    for (const [first, second] of overlapping(same)) {
      const { state } = first.entry;
      const related = [{ text: `the first entry, ${state}`, source: first.entry.source }];
      const problem = sameMatch(email, first.entry.source.line, state, second.entry.state);
      report(source.message({ ...problem, offset: second.node.start, related }));
    }
}

/** For each entry that has a day in common with an earlier one, the two in the order of the file. */
function overlapping(entries: readonly PlacedEntry[]): readonly (readonly [PlacedEntry, PlacedEntry])[] {
  const found: (readonly [PlacedEntry, PlacedEntry])[] = [];
  // In the order of their first days, whatever meets any earlier one meets the one of them that lasts longest.
  const sorted = [...entries].sort(
    (a, b) => Math.sign(windowOf(a.entry).first - windowOf(b.entry).first) || 0,
  );
  let longest: PlacedEntry | undefined;
  for (const placed of sorted) {
    if (longest !== undefined && overlap(windowOf(longest.entry), windowOf(placed.entry)))
      found.push(longest.node.start <= placed.node.start ? [longest, placed] : [placed, longest]);
    if (longest === undefined || windowOf(placed.entry).last > windowOf(longest.entry).last) longest = placed;
  }
  return found;
}

function sameMatch(email: string, line: number, first: EntryState, state: EntryState) {
  const same = `this entry of ${shown(email)} has the same match as the one in line ${line}`;
  if (first === state)
    return { code: "allowlist/duplicate-entry", text: same, fix: "remove one of the two" } as const;
  return {
    code: "allowlist/contradiction",
    text: `${same}: that one asks for \`${first}\`, this one for \`${state}\``,
    fix: "keep one of the two, or let one expire before the other begins",
  } as const;
}
