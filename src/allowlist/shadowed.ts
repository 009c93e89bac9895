import type { EntryMatch } from "./allowlist.js";
import { matchId, matchKeys } from "./entry-keys.js";
import type { PlacedEntry, PlacedUser } from "./placed.js";
import type { Problem } from "./source-text.js";
import { encloses, overlap, windowOf } from "./window.js";

/** Entries of one match that are looked at; more than a few follow each other in time. */
const mostOfOneMatch = 8;

/**
 * Entries that match only where another entry of the user, of the same rank, matches as well: where both ask for the
 * same, this one says nothing; where they differ, each match of this one is a contradiction.
 */
export function shadowed({ entries }: PlacedUser): readonly Problem[] {
  const narrow = entries.filter(({ entry }) => Object.keys(entry.match).length > 1);
  if (narrow.length === 0 || entries.length < 2) return [];
  const byMatch = new Map<string, PlacedEntry[]>();
  for (const placed of entries) {
    const id = matchId(placed.entry.match);
    const known = byMatch.get(id);
    if (known === undefined) byMatch.set(id, [placed]);
    else if (known.length < mostOfOneMatch) known.push(placed);
  }
  return narrow.flatMap((placed) => {
    // One shadow is told; what lies in several is told once.
    for (const id of widerMatches(placed.entry.match))
      for (const wide of byMatch.get(id) ?? []) {
        const problem = compareEntries(placed, wide);
        if (problem !== undefined) return [problem];
      }
    return [];
  });
}

/** The matches of the same rank that have fewer of the keys; at most 62. */
function widerMatches(match: EntryMatch): readonly string[] {
  const keys = matchKeys.filter((key) => match[key] !== undefined);
  const found: string[] = [];
  for (let chosen = 1; chosen < 2 ** keys.length - 1; chosen++) {
    const wider = Object.fromEntries(
      keys.flatMap((key, index) => ((chosen >> index) & 1 ? [[key, match[key]]] : [])),
    ) as EntryMatch;
    if (rankOf(wider) === rankOf(match)) found.push(matchId(wider));
  }
  return found;
}

/** As strong as the strongest key: 0 for a registration id, 4 for a glob; a serial is as strong as a hardware id. */
function rankOf(match: EntryMatch): number {
  return ["registration", "serial", "device", "name", "nameGlob"].indexOf(
    matchKeys.find((key) => match[key] !== undefined)?.replace("hardwareId", "serial") ?? "",
  );
}

function compareEntries({ entry, node }: PlacedEntry, { entry: wide }: PlacedEntry): Problem | undefined {
  const own = windowOf(entry);
  const other = windowOf(wide);
  const { line } = wide.source;
  const related = [{ text: `the wider entry, ${wide.state}`, source: wide.source }];
  if (entry.state !== wide.state && overlap(own, other))
    return {
      code: "allowlist/may-contradict",
      offset: node.start,
      text: `whatever this entry matches, the one in line ${line} matches too: that one asks for \`${wide.state}\`, this one for \`${entry.state}\``,
      fix: "let the two match different devices, or keep one of them",
      related,
    };
  // With other conditions the narrower one may still let in what the wider one does not, or the other way round.
  const isSame = JSON.stringify(entry.requires) === JSON.stringify(wide.requires);
  if (entry.state !== wide.state || !isSame || !encloses(other, own)) return undefined;
  return {
    code: "allowlist/shadowed",
    offset: node.start,
    text: `whatever this entry matches, the one in line ${line} matches too, and asks for the same`,
    fix: "remove this one, or the wider one if it was not meant so",
    related,
  };
}
