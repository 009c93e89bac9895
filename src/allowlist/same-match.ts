import type { EntryState } from "./allowlist.js";
import type { Message } from "./message.js";
import { shown } from "./nearest.js";
import { matchKeys } from "./entry-keys.js";
import type { PlacedEntry } from "./placed.js";
import type { SourceText } from "./source-text.js";

/** Two entries of a user with the same match: the second adds nothing, or contradicts the first. */
export function checkSameMatches(
  source: SourceText,
  email: string,
  entries: readonly PlacedEntry[],
  report: (message: Message) => void,
): void {
  const seen = new Map<string, PlacedEntry>();
  for (const placed of entries) {
    const { match, state } = placed.entry;
    const key = JSON.stringify(matchKeys.map((name) => match[name] ?? null));
    const first = seen.get(key);
    if (first === undefined) {
      seen.set(key, placed);
      continue;
    }
    const related = [{ text: `the first entry, ${first.entry.state}`, source: first.entry.source }];
    const problem = sameMatch(email, first.entry.source.line, first.entry.state, state);
    report(source.message({ ...problem, offset: placed.node.start, related }));
  }
}

function sameMatch(email: string, line: number, first: EntryState, state: EntryState) {
  const same = `this entry of ${shown(email)} has the same match as the one in line ${line}`;
  if (first === state)
    return { code: "allowlist/duplicate-entry", text: same, fix: "remove one of the two" } as const;
  return {
    code: "allowlist/contradiction",
    text: `${same}: that one asks for \`${first}\`, this one for \`${state}\``,
    fix: "keep one of the two",
  } as const;
}
