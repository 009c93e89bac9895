import type { Entry, EntryState } from "./allowlist.js";
import { isMatchKey, matchKeys, readMatchText, trustProblem, type MatchDraft } from "./entry-keys.js";
import type { Message } from "./message.js";
import { readConditions } from "./read-conditions.js";
import type { Problem, SourceText, Tell } from "./source-text.js";
import { freeTextProblem, requiredTextProblem } from "./text-values.js";
import { readDay } from "./time-values.js";
import { pairAt, textNode, type MapNode, type TreeNode, type TreePair } from "./tree.js";

const states: readonly string[] = ["active", "revoked", "deleted"];

/** What an entry says besides its match. */
type Rest = { -readonly [Key in keyof Omit<Entry, "match" | "source">]?: Entry[Key] };

/** Sets what a key says, and answers whether the schema has nothing against it. */
type Reader = (rest: Rest, pair: TreePair, tell: Tell) => boolean;

const readers: Readonly<Record<keyof Rest, Reader>> = {
  state: (rest, { value }) => {
    const text = textNode(value)?.value;
    if (text !== undefined) rest.state = text as EntryState;
    return text !== undefined && states.includes(text);
  },
  note: readText("note"),
  reason: readText("reason"),
  owner: readText("owner"),
  ticket: readText("ticket"),
  from: readDayKey("from"),
  expires: readDayKey("expires"),
  requires: (rest, { value }, tell) => {
    const found = readConditions(value, tell);
    if (found !== undefined) rest.requires = found;
    return found !== undefined;
  },
  trustName: (rest, { value }, tell) => {
    const text = textNode(value);
    if (text === undefined) return false;
    tell(requiredTextProblem(text, "trustName"));
    rest.trustName = text.value;
    return true;
  },
};

/**
 * One entry as data, or undefined where something about it is wrong: what the schema does not tell is reported
 * here, what it does tell is not told again.
 */
export function readEntry(
  source: SourceText,
  node: TreeNode,
  report: (message: Message) => void,
): Entry | undefined {
  if (node.kind !== "map") return undefined;
  let readable = true;
  let known = true;
  const tell = (problem: Problem | undefined) => {
    if (problem === undefined) return;
    readable = false;
    report(source.message(problem));
  };
  const match: MatchDraft = {};
  const rest: Rest = {};
  for (const pair of node.pairs.values()) {
    const text = isMatchKey(pair.key) ? textNode(pair.value) : undefined;
    if (isMatchKey(pair.key)) {
      if (text !== undefined) match[pair.key] = readMatchText(pair.key, text, tell);
      readable &&= text !== undefined;
    } else if (isRestKey(pair.key)) {
      readable = readers[pair.key](rest, pair, tell) && readable;
    } else known = false;
  }
  // A misspelt match key is reported as such, and not as a missing one besides.
  if (known && !matchKeys.some((key) => node.pairs.has(key))) tell(matchesNothing(node.start));
  tell(windowProblem(node, rest));
  tell(conditionProblem(node, rest));
  if (rest.trustName !== undefined)
    tell(trustProblem(match, pairAt(node, "trustName")?.keyStart ?? node.start));
  if (!readable || !known) return undefined;
  return { match, state: "active", ...rest, source: source.position(node.start) };
}

function isRestKey(key: string): key is keyof Rest {
  return Object.hasOwn(readers, key);
}

/** Whether an entry may say it. */
export function isEntryKey(key: string): boolean {
  return isMatchKey(key) || isRestKey(key);
}

function readText(key: "note" | "reason" | "owner" | "ticket"): Reader {
  return (rest, { value }, tell) => {
    const text = textNode(value);
    if (text === undefined) return false;
    tell(freeTextProblem(text, key));
    rest[key] = text.value;
    return true;
  };
}

function readDayKey(key: "from" | "expires"): Reader {
  return (rest, pair, tell) => {
    const day = readDay(pair, tell);
    if (day !== undefined) rest[key] = day;
    return day !== undefined;
  };
}

function matchesNothing(offset: number): Problem {
  return {
    code: "allowlist/missing-key",
    offset,
    text: "the entry says no device: it has none of the keys that match",
    fix: `add one of: ${matchKeys.join(", ")}`,
  };
}

function windowProblem(node: MapNode, { from, expires }: Rest): Problem | undefined {
  if (from === undefined || expires === undefined || from.start <= expires.start) return undefined;
  return {
    code: "allowlist/contradiction",
    offset: pairAt(node, "expires")?.keyStart ?? node.start,
    text: `the entry expires on ${expires.text}, before it begins on ${from.text}, and could never speak`,
    fix: "correct one of the two days",
  };
}

/** A condition that fails would leave in what the entry means to refuse. */
function conditionProblem(node: MapNode, { state, requires }: Rest): Problem | undefined {
  if (requires === undefined || state === undefined || state === "active") return undefined;
  return {
    code: "allowlist/contradiction",
    offset: pairAt(node, "requires")?.keyStart ?? node.start,
    text: `\`requires\` says what a device must be to be allowed, and this entry asks for \`${state}\``,
    fix: "remove `requires`, or `state`",
  };
}
