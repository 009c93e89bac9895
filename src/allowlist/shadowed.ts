import type { EntryMatch } from "./allowlist.js";
import { matchId, matchKeys, rankOfKey } from "./entry-keys.js";
import type { PlacedEntry, PlacedUser } from "./placed.js";
import type { Problem } from "./source-text.js";
import { encloses, overlap, windowOf } from "./window.js";

/** Entries of one match that are looked at; more than a few follow each other in time. */
const mostOfOneMatch = 8;

/**
 * Entries that match only where another entry of the user, of the same rank, matches as well: where both ask for the
 * same, this one says nothing; where they differ, each match of this one is a contradiction.
 */
export function shadowed({
  entries,
}: Pick<PlacedUser, "entries">): readonly { readonly placed: PlacedEntry; readonly problem: Problem }[] {
  if (entries.length < 2) return [];
  const shapes = new Set(entries.map(({ entry }) => shapeOf(entry.match)));
  // Nearly always all entries of a user have the same one key.
  if (shapes.size < 2) return [];
  const byMatch = new Map<string, PlacedEntry[]>();
  for (const placed of entries) {
    const id = matchId(placed.entry.match);
    const known = byMatch.get(id);
    if (known === undefined) byMatch.set(id, [placed]);
    else if (known.length < mostOfOneMatch) known.push(placed);
  }
  return entries.flatMap((placed) => {
    const own = shapeOf(placed.entry.match);
    // One shadow is told; what lies in several is told once.
    for (const shape of shapes) {
      if (!isWider(shape, own)) continue;
      for (const wide of byMatch.get(matchId(partOf(placed.entry.match, shape))) ?? []) {
        const problem = compareEntries(placed, wide);
        if (problem !== undefined) return [{ placed, problem }];
      }
    }
    return [];
  });
}

/** Which of the keys a match has, as bits in the order of `matchKeys`. */
function shapeOf(match: EntryMatch): number {
  return matchKeys.reduce((bits, key, index) => bits | (match[key] === undefined ? 0 : 1 << index), 0);
}

/** Whether one shape has some of the other's keys, not all, and its strongest key is as strong. */
function isWider(shape: number, than: number): boolean {
  return shape !== than && (shape & than) === shape && rankOf(shape) === rankOf(than);
}

/** The rank of the strongest key. */
function rankOf(shape: number): number {
  const key = matchKeys[31 - Math.clz32(shape & -shape)];
  return key === undefined ? -1 : rankOfKey(key);
}

function partOf(match: EntryMatch, shape: number): EntryMatch {
  const kept = matchKeys.filter((_key, index) => (shape >> index) & 1);
  return Object.fromEntries(kept.map((key) => [key, match[key]]));
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
