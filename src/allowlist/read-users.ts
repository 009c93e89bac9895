import { groupBy, shown } from "../text/words.js";
import {
  isMatchKey,
  type MatchDraft,
  matchId,
  matchKeys,
  readMatchText,
  trustProblem,
} from "./match-values.js";
import type { AddMessage } from "./messages.js";
import {
  type Conditions,
  type Entry,
  type EntryState,
  overlap,
  type PlacedEntry,
  type PlacedUser,
  type PolicyLayer,
  type UserState,
  windowOf,
} from "./model.js";
import { readPolicyLayer, readSetting } from "./read-policy.js";
import {
  itemsOf,
  type MapNode,
  pairAt,
  type ParsedFile,
  type Problem,
  type SourceText,
  type AddProblem,
  textNode,
  type TextNode,
  type TreeNode,
  type TreePair,
  valueAt,
} from "./source.js";
import {
  readDay,
  fold,
  freeTextProblem,
  isEmail,
  matchTextProblem,
  normaliseEmail,
  requiredTextProblem,
} from "./values.js";

/** All users of all files by normalised e-mail. A second place of a user is reported and left out. */
export function readUsers(
  files: readonly ParsedFile[],
  addMessage: AddMessage,
): ReadonlyMap<string, PlacedUser> {
  const users = new Map<string, PlacedUser>();
  for (const { source, tree } of files) {
    const node = valueAt(tree, "users");
    if (node?.kind !== "map") continue;
    for (const pair of node.pairs.values()) {
      const placed = readUser(source, pair, addMessage);
      const known = users.get(placed.user.email);
      if (known !== undefined) addDuplicate(placed, known, addMessage);
      else if (isEmail(placed.user.email)) users.set(placed.user.email, placed);
      else addBadEmail(placed, addMessage);
    }
  }
  return users;
}

/** Keys under which other tools' lists have a user's address. */
const addressKey = /^(?:e-?mail|user|name|id|address)$/iu;

function addBadEmail({ source, pair }: PlacedUser, addMessage: AddMessage): void {
  const address = textNode(pair.value)?.value;
  if (address !== undefined && addressKey.test(pair.key) && isEmail(normaliseEmail(address))) {
    addMessage(
      source.message({
        code: "allowlist/bad-email",
        offset: pair.keyStart,
        text: `${shown(pair.key)} is not an e-mail address: the key of each user is the address`,
        fix: "write the address as the key, and the list of devices under it",
        right: ["users:", `  ${fold(address)}:`, "    - serial: …"],
      }),
    );
    return;
  }
  addMessage(
    source.message({
      code: "allowlist/bad-email",
      offset: pair.keyStart,
      text: `${shown(pair.key)} is not an e-mail address`,
      fix: "write the user's whole address, such as alice@example.com",
    }),
  );
}

function addDuplicate({ source, pair }: PlacedUser, known: PlacedUser, addMessage: AddMessage): void {
  const spelt = known.pair.key === pair.key ? "" : `, spelled ${shown(known.pair.key)}`;
  const { file, line } = known.user.source;
  addMessage(
    source.message({
      code: "allowlist/duplicate-user",
      offset: pair.keyStart,
      text: `the user ${shown(pair.key)} is already in ${file}:${line}${spelt}`,
      fix: "put all devices of a user in one place",
      related: [{ text: "the first place", source: known.user.source }],
    }),
  );
}

/** One user: a list of entries, or a mapping with the list under `devices`. */
function readUser(source: SourceText, pair: TreePair, addMessage: AddMessage): PlacedUser {
  const email = normaliseEmail(pair.key);
  const map = pair.value.kind === "map" ? pair.value : undefined;
  const placed: PlacedEntry[] = [];
  for (const node of itemsOf(map === undefined ? pair.value : valueAt(map, "devices"))) {
    const entry = readEntry(source, node, addMessage);
    if (entry !== undefined) placed.push({ entry, node });
  }
  checkSameMatches(source, fold(pair.key), placed, addMessage);
  const entries = placed.map(({ entry }) => entry);
  const written = fold(pair.key);
  const user = {
    email,
    written: written === email ? undefined : written,
    entries,
    source: source.position(pair.keyStart),
  };
  if (map === undefined) return { user, entries: placed, pair, source };
  const addProblem = source.problemsTo(addMessage);
  const state = readState(source, map, addProblem);
  const layer = readLayer(source, map, written, addProblem);
  return {
    user: { ...user, state },
    entries: placed,
    layer: Object.keys(layer).length === 0 ? undefined : layer,
    pair,
    source,
  };
}

function readState(source: SourceText, map: MapNode, addProblem: AddProblem): UserState | undefined {
  const pair = pairAt(map, "state");
  const sincePair = pairAt(map, "since");
  const since = sincePair === undefined ? undefined : readDay(sincePair, addProblem);
  const reason = textNode(valueAt(map, "reason"));
  if (reason !== undefined) addProblem(freeTextProblem(reason, "reason"));
  for (const key of ["since", "reason"]) {
    const alone = pair === undefined ? pairAt(map, key) : undefined;
    if (alone === undefined) continue;
    addProblem({
      code: "allowlist/missing-key",
      offset: alone.keyStart,
      text: `\`${key}\` has no effect without \`state\``,
      fix: "add `state: suspended` or `state: offboarded`, or remove it",
    });
  }
  const state = textNode(pair?.value)?.value;
  // The schema refuses any other text, and with it the whole allowlist.
  if (pair === undefined || (state !== "suspended" && state !== "offboarded")) return undefined;
  return {
    state,
    since,
    reason: reason?.value,
    source: source.position(pair.keyStart),
  };
}

function readLayer(source: SourceText, map: MapNode, written: string, addProblem: AddProblem): PolicyLayer {
  const of = `user ${written}`;
  const layer = readPolicyLayer(source, valueAt(map, "policy"), of, addProblem);
  const short = pairAt(map, "maxDevices");
  if (short === undefined) return layer;
  const long = pairAt(valueAt(map, "policy"), "maxDevices");
  if (long !== undefined)
    addProblem({
      code: "allowlist/said-twice",
      offset: short.keyStart,
      text: "`maxDevices` is short for `policy.maxDevices`, which this user sets too",
      fix: "remove one of the two",
      related: [{ text: "the other one", source: source.position(long.keyStart) }],
    });
  const maxDevices = readSetting(source, short, "maxDevices", of, addProblem);
  return maxDevices === undefined ? layer : { ...layer, maxDevices };
}

const states: readonly string[] = ["active", "revoked", "deleted"];

/** What an entry sets besides its match. */
type Rest = { -readonly [Key in keyof Omit<Entry, "match" | "source">]?: Entry[Key] };

/** Sets what a key holds. Returns whether the schema accepts it. */
type KeyReader = (rest: Rest, pair: TreePair, addProblem: AddProblem) => boolean;

const readers: Readonly<Record<keyof Rest, KeyReader>> = {
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
  requires: (rest, { value }, addProblem) => {
    const found = readConditions(value, addProblem);
    if (found !== undefined) rest.requires = found;
    return found !== undefined;
  },
  trustName: (rest, { value }, addProblem) => {
    const text = textNode(value);
    if (text === undefined) return false;
    addProblem(requiredTextProblem(text, "trustName"));
    rest.trustName = text.value;
    return true;
  },
};

/** One entry as data, or undefined if something is wrong with it. Reports only what the schema does not check. */
function readEntry(source: SourceText, node: TreeNode, addMessage: AddMessage): Entry | undefined {
  if (node.kind !== "map") return undefined;
  let readable = true;
  let known = true;
  const addProblem = (problem: Problem | undefined) => {
    if (problem === undefined) return;
    readable = false;
    addMessage(source.message(problem));
  };
  const match: MatchDraft = {};
  const rest: Rest = {};
  for (const pair of node.pairs.values()) {
    const text = isMatchKey(pair.key) ? textNode(pair.value) : undefined;
    if (isMatchKey(pair.key)) {
      if (text !== undefined) match[pair.key] = readMatchText(pair.key, text, addProblem);
      readable &&= text !== undefined;
    } else if (isRestKey(pair.key)) {
      readable = readers[pair.key](rest, pair, addProblem) && readable;
    } else known = false;
  }
  // A misspelt match key is reported as such, and not also as a missing one.
  if (known && !matchKeys.some((key) => node.pairs.has(key))) addProblem(matchesNothing(node.start));
  addProblem(windowProblem(node, rest));
  addProblem(conditionProblem(node, rest));
  if (rest.trustName !== undefined)
    addProblem(trustProblem(match, pairAt(node, "trustName")?.keyStart ?? node.start));
  if (!readable || !known) return undefined;
  return { match, state: "active", ...rest, source: source.position(node.start) };
}

function isRestKey(key: string): key is keyof Rest {
  return Object.hasOwn(readers, key);
}

function readText(key: "note" | "reason" | "owner" | "ticket"): KeyReader {
  return (rest, { value }, addProblem) => {
    const text = textNode(value);
    if (text === undefined) return false;
    addProblem(freeTextProblem(text, key));
    rest[key] = text.value;
    return true;
  };
}

function readDayKey(key: "from" | "expires"): KeyReader {
  return (rest, pair, addProblem) => {
    const day = readDay(pair, addProblem);
    if (day !== undefined) rest[key] = day;
    return day !== undefined;
  };
}

function matchesNothing(offset: number): Problem {
  return {
    code: "allowlist/missing-key",
    offset,
    text: "the entry matches nothing: it has none of the match keys",
    fix: `add one of: ${matchKeys.join(", ")}`,
  };
}

function windowProblem(node: MapNode, { from, expires }: Rest): Problem | undefined {
  if (from === undefined || expires === undefined || from.start <= expires.start) return undefined;
  return {
    code: "allowlist/contradiction",
    offset: pairAt(node, "expires")?.keyStart ?? node.start,
    text: `the entry expires on ${expires.text}, before it begins on ${from.text}, so it never applies`,
    fix: "correct one of the two days",
  };
}

/** Reports conditions on an entry that revokes or deletes: a device that fails one would stay in. */
function conditionProblem(node: MapNode, { state, requires }: Rest): Problem | undefined {
  if (requires === undefined || state === undefined || state === "active") return undefined;
  return {
    code: "allowlist/contradiction",
    offset: pairAt(node, "requires")?.keyStart ?? node.start,
    text: `\`requires\` sets what an allowed device must have, but this entry asks for \`${state}\``,
    fix: "remove `requires`, or `state`",
  };
}

type Draft = { -readonly [Key in keyof Conditions]: Conditions[Key] };

/** The conditions of an entry; undefined if the schema refuses them. */
function readConditions(node: TreeNode, addProblem: AddProblem): Conditions | undefined {
  if (node.kind !== "map") return undefined;
  const found: Draft = {};
  for (const { key, value } of node.pairs.values()) {
    const text = textNode(value);
    if (text === undefined) return undefined;
    if (key === "platform" || key === "tunnelType") found[key] = text.value;
    else if (key === "model" || key === "profile") {
      addProblem(matchTextProblem(text, key));
      found[key] = text.value;
    } else if (key === "minClientVersion" || key === "minOsVersion") {
      addProblem(versionProblem(text, key));
      found[key] = text.value;
    }
  }
  return found;
}

/** What is wrong with the version of a client or a system: it must be numbers separated by dots, as `2025.4.929.0`. */
export function versionProblem(node: TextNode, key: string): Problem | undefined {
  const { value, start } = node;
  const unclear = matchTextProblem(node, key);
  if (unclear !== undefined || value === "" || /^\d{1,9}(?:\.\d{1,9}){0,7}$/u.test(value)) return unclear;
  const bare = value.replace(/^v(?=\d)/iu, "");
  return {
    code: "allowlist/bad-value",
    offset: start,
    text: `\`${key}\` is ${shown(value)}, but must be numbers separated by dots`,
    fix: `write ${/^\d+(?:\.\d+)*$/u.test(bare) ? JSON.stringify(bare.slice(0, 80)) : 'it as "2025.4.929.0"'}`,
  };
}

/**
 * Two entries of a user with the same match and a day in common: the second adds nothing, or contradicts the first.
 * Entries whose days do not overlap are a change over time, and are fine.
 */
function checkSameMatches(
  source: SourceText,
  email: string,
  entries: readonly PlacedEntry[],
  addMessage: AddMessage,
): void {
  if (entries.length < 2) return;
  for (const same of groupBy(entries, ({ entry }) => matchId(entry.match)).values())
    for (const [first, second] of overlapping(same)) {
      const { state } = first.entry;
      const related = [{ text: `the first entry, ${state}`, source: first.entry.source }];
      const problem = sameMatch(email, first.entry.source.line, state, second.entry.state);
      addMessage(source.message({ ...problem, offset: second.node.start, related }));
    }
}

/** Each entry that has a day in common with an earlier one, paired with it in the order of the file. */
function overlapping(entries: readonly PlacedEntry[]): readonly (readonly [PlacedEntry, PlacedEntry])[] {
  const found: (readonly [PlacedEntry, PlacedEntry])[] = [];
  // In the order of their first days, an entry that overlaps any earlier one overlaps the earlier one that lasts
  // longest.
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
