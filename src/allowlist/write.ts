/** Adds users and entries to a file of an allowlist, and leaves everything else unchanged. */

import {
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { compare } from "../text/words.js";
import { matchesPattern } from "./file-patterns.js";
import { type AllowlistFile, findRoot } from "./parse.js";
import { covers, readOwns } from "./read-lists.js";
import { type ParsedFile, SourceText } from "./source.js";
import { normaliseEmail } from "./values.js";
import { entryLines, type NewEntry, userLines } from "./write-entry.js";
import { parseSyntax, toTree } from "./yaml.js";

/** New entries by normalised e-mail. */
type Additions = ReadonlyMap<string, readonly NewEntry[]>;

/**
 * The changes to the text of a valid file. A user who is there already gets the new entries after the old ones. A new
 * user goes to the right place in the order of e-mails if the file has that order, else to the end.
 *
 * @throws CannotEdit if the file is written such that more would change.
 */
export function addToFile({ file, text }: AllowlistFile, additions: Additions): readonly TextEdit[] {
  const syntax = parseSyntax(new SourceText(file, text));
  const root = syntax.ok ? (syntax.document.contents as Node | null) : null;
  if (!isMap(root)) throw new CannotEdit("the file is not a mapping");
  const pair = pairOf(root, "users");
  if (!pair) return [addUsersKey(text, root, additions)];
  const { value } = pair;
  if (!isMap(value)) throw new CannotEdit("`users` is not a mapping");
  const users = value.items as TextPair[];
  const step = stepOf(text, users);
  const known = new Map(users.map((user) => [normaliseEmail(keyOf(user)), user]));
  const edits: TextEdit[] = [];
  const strangers: [string, readonly NewEntry[]][] = [];
  for (const [email, entries] of [...additions].sort(([a], [b]) => compare(a, b))) {
    const user = known.get(email);
    if (user) edits.push(addToUser(text, user, entries, step));
    else strangers.push([email, entries]);
  }
  return strangers.length === 0 ? edits : [...edits, ...addUsers(text, pair, value, strangers, step)];
}

function addUsers(
  text: string,
  pair: TextPair,
  map: YAMLMap,
  strangers: readonly (readonly [string, readonly NewEntry[]])[],
  step: string,
): TextEdit[] {
  const users = map.items as TextPair[];
  const last = users.at(-1);
  if (!last) {
    const colon = text.indexOf(":", endOfNode(pair.key)) + 1;
    const end = endOfNode(map);
    if (indentAt(text, startOf(pair.key)) === undefined || !/^ *\{ *\}$/u.test(text.slice(colon, end)))
      throw new CannotEdit(FLOW_STYLE);
    const lines = strangers.flatMap(([email, entries]) => userLines(email, entries, "  ", step));
    return [replaceWithLines(text, colon, end, lines)];
  }
  if (map.flow === true) throw new CannotEdit(FLOW_STYLE);
  const indent = indentAt(text, startOf(map));
  if (indent === undefined) throw new CannotEdit("`users` does not begin on a line of its own");
  const places = new Map<number, string[]>();
  for (const [email, entries] of strangers) {
    const before = isSorted(users)
      ? users.findLast((user) => compare(normaliseEmail(keyOf(user)), email) < 0)
      : last;
    const at = before ? behindUser(text, before, indent) : nextLine(text, endOfNode(pair.key));
    const apart = before !== undefined && isSpaced(text, users, before, indent) ? [""] : [];
    places.set(at, [...(places.get(at) ?? []), ...apart, ...userLines(email, entries, indent, step)]);
  }
  return [...places].map(([at, lines]) => insertLines(text, at, lines));
}

function addUsersKey(text: string, root: YAMLMap, additions: Additions): TextEdit {
  const last = root.items.at(-1) as TextPair | undefined;
  if (root.flow === true || !last) throw new CannotEdit(FLOW_STYLE);
  const lines = [...additions].flatMap(([email, entries]) => userLines(email, entries, "  ", "  "));
  const at = behindComments(text, nextLine(text, endOfPair(last)), "");
  return insertLines(text, at, ["", "users:", ...lines]);
}

/** How much further in than its key this file puts a list. */
function stepOf(text: string, users: readonly TextPair[]): string {
  for (const { key, value } of users) {
    const list = isMap(value) ? pairOf(value, "devices") : { key, value };
    if (!list || !isSeq(list.value) || list.value.flow === true || list.value.items.length === 0) continue;
    const [outer, inner] = [indentAt(text, startOf(list.key)), indentAt(text, startOf(list.value))];
    if (outer !== undefined && inner !== undefined) return " ".repeat(inner.length - outer.length);
  }
  return "  ";
}

function keyOf({ key }: TextPair): string {
  return isScalar(key) ? String(key.value) : "";
}

/** Whether the users are in order. A single user has no order. */
function isSorted(users: readonly TextPair[]): boolean {
  const keys = users.map((user) => normaliseEmail(keyOf(user)));
  return keys.length > 1 && keys.every((key, at) => at === 0 || compare(keys[at - 1] ?? "", key) < 0);
}

function behindUser(text: string, user: TextPair, indent: string): number {
  return behindComments(text, nextLine(text, endOfPair(user)), indent);
}

/** Whether there is a blank line after a user or, for the last one, before it. */
function isSpaced(text: string, users: readonly TextPair[], user: TextPair, indent: string): boolean {
  const at = users.indexOf(user);
  const before = at > 0 && at === users.length - 1 ? users[at - 1] : user;
  return (
    users.length > 1 && before !== undefined && /^\r?\n/u.test(text.slice(behindUser(text, before, indent)))
  );
}

// Adds entries to a user who is listed already, in the style of the present ones.

/** @param step How much further in than their key the dashes of a list are. */
function addToUser(text: string, pair: TextPair, entries: readonly NewEntry[], step: string): TextEdit {
  const { value } = pair;
  if (isSeq(value)) return addToList(text, pair, value, entries, step);
  if (!isMap(value)) throw new CannotEdit("the user has neither a list nor a mapping");
  const devices = pairOf(value, "devices");
  if (devices) return addToUser(text, devices, entries, step);
  return addDevices(text, value, entries, step);
}

function addToList(
  text: string,
  pair: TextPair,
  list: YAMLSeq,
  entries: readonly NewEntry[],
  step: string,
): TextEdit {
  const last = list.items.at(-1) as Node | undefined;
  if (last === undefined) return fillEmpty(text, pair, list, entries, step);
  if (list.flow === true) throw new CannotEdit(FLOW_STYLE);
  const indent = indentAt(text, startOf(list));
  if (indent === undefined) throw new CannotEdit("the list does not begin on a line of its own");
  return insertLines(
    text,
    behindComments(text, nextLine(text, endOfNode(last)), indent),
    entriesLines(entries, indent),
  );
}

/** Turns `[]` into a list of lines. A comment after it stays where it is. */
function fillEmpty(
  text: string,
  { key }: TextPair,
  list: Node,
  entries: readonly NewEntry[],
  step: string,
): TextEdit {
  const indent = indentAt(text, startOf(key));
  const colon = text.indexOf(":", endOfNode(key)) + 1;
  const end = endOfNode(list);
  if (indent === undefined || !/^ *\[ *\]$/u.test(text.slice(colon, end))) throw new CannotEdit(FLOW_STYLE);
  return replaceWithLines(text, colon, end, entriesLines(entries, indent + step));
}

function addDevices(text: string, user: YAMLMap, entries: readonly NewEntry[], step: string): TextEdit {
  const last = user.items.at(-1) as TextPair | undefined;
  const first = user.items[0] as TextPair | undefined;
  if (!first || !last) throw new CannotEdit("the user's mapping is empty");
  if (user.flow === true) throw new CannotEdit(FLOW_STYLE);
  const indent = indentAt(text, startOf(first.key));
  if (indent === undefined) throw new CannotEdit("the user's mapping does not begin on a line of its own");
  const at = behindComments(text, nextLine(text, endOfPair(last)), indent);
  return insertLines(text, at, [`${indent}devices:`, ...entriesLines(entries, indent + step)]);
}

/** Inserts whole lines at the beginning of a line. A last line without a line break gets one. */
function insertLines(text: string, at: number, lines: readonly string[]): TextEdit {
  const lineEnd = lineEndOf(text);
  const open = at > 0 && text[at - 1] !== "\n";
  const all = lines.map((line) => line + lineEnd).join("");
  return { start: at, end: at, text: open ? lineEnd + all : all };
}

/** Removes `start` to `end`, and inserts lines after that line. */
function replaceWithLines(text: string, start: number, end: number, lines: readonly string[]): TextEdit {
  const next = nextLine(text, end);
  const lineEnd = lineEndOf(text);
  const rest = text.slice(end, next);
  const all = lines.map((line) => line + lineEnd).join("");
  return { start, end: next, text: (rest.endsWith("\n") ? rest : rest + lineEnd) + all };
}

function entriesLines(entries: readonly NewEntry[], indent: string): string[] {
  return entries.flatMap((entry) => entryLines(entry, indent));
}

// Changes of a text. Their places are those in the text before any change.

/** Replaces `start` to `end`, both in UTF-16 code units. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The place cannot be changed without changing more than requested. */
export class CannotEdit extends Error {
  override readonly name = "CannotEdit";
}

export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let changed = "";
  let at = 0;
  for (const edit of inOrder(edits)) {
    changed += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return changed + text.slice(at);
}

/** The changes in the order of their places; those at one place in the order in which they were made. */
export function inOrder(edits: readonly TextEdit[]): readonly TextEdit[] {
  return edits
    .map((edit, at) => ({ edit, at }))
    .sort((a, b) => a.edit.start - b.edit.start || a.at - b.at)
    .map(({ edit }) => edit);
}

/** The line, from 1, that a line of the changed text had before; for an added line, the line it was put before. */
export function lineBefore(text: string, edits: readonly TextEdit[], line: number): number {
  const changed = applyEdits(text, edits).split("\n");
  let offset = changed.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  for (const edit of inOrder(edits)) {
    if (offset <= edit.start) break;
    offset = Math.max(edit.start, offset - edit.text.length + (edit.end - edit.start));
  }
  return text.slice(0, offset).split("\n").length;
}

// Places in a YAML text: lines, indentation, ends without the comments after them.

/** A pair from this folder's parser: its key is text. */
type TextPair = Pair<Node, Node | null>;

/** Only what is on lines of its own is changed. People who write flow style lay out lines by hand. */
const FLOW_STYLE = "it is written in flow style (`[…]` or `{…}`)";

/** The place after a node's last character. The rest of its line does not belong to it. */
function endOfNode(node: Node): number {
  if (isCollection(node) && node.flow !== true) {
    const last: unknown = node.items.at(-1);
    if (isPair(last)) return endOfPair(last as TextPair);
    if (last !== undefined && last !== null) return endOfNode(last as Node);
  }
  return node.range?.[1] ?? 0;
}

/** The same for a key with its value. */
function endOfPair({ key, value }: TextPair): number {
  return Math.max(endOfNode(key), value === null ? 0 : endOfNode(value));
}

function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}

/** The blanks before a place on its line; undefined if there is anything else. */
function indentAt(text: string, offset: number): string | undefined {
  const before = text.slice(lineStart(text, offset), offset);
  return /^ *$/u.test(before) ? before : undefined;
}

/** The beginning of the line after a place. A block scalar already ends with its line. */
function nextLine(text: string, end: number): number {
  if (end > 0 && text[end - 1] === "\n") return end;
  const feed = text.indexOf("\n", end);
  return feed < 0 ? text.length : feed + 1;
}

/** The place after the comments that are deeper than `indent`: they belong to what ended. */
function behindComments(text: string, offset: number, indent: string): number {
  for (;;) {
    const next = nextLine(text, offset + 1);
    const [, blanks] = /^( *)#/u.exec(text.slice(offset, next)) ?? [];
    if (blanks === undefined || blanks.length <= indent.length) return offset;
    offset = next;
  }
}

/** The pair of a key. */
function pairOf(map: YAMLMap, key: string): TextPair | undefined {
  return (map.items as TextPair[]).find((pair) => isScalar(pair.key) && pair.key.value === key);
}

/** The line ending of the file. */
function lineEndOf(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}

// The file for a new user.

/**
 * The one file that `owns` gives the address to, else the root file, which may list everybody. Undefined if there is no
 * root file.
 */
export function fileOfNewUser(files: readonly AllowlistFile[], email: string): string | undefined {
  const parsed = files.flatMap((file) => parse(file) ?? []);
  const [root] = findRoot(parsed, false, () => undefined);
  if (!root) return undefined;
  const owners = readOwns(root, () => undefined).filter((owner) => covers(owner, email));
  const owned = parsed
    .map(({ source }) => source.file)
    .filter(
      (file) => file !== root.source.file && owners.some(({ pattern }) => matchesPattern(pattern, file)),
    );
  const [only, other] = owned;
  return only !== undefined && other === undefined ? only : root.source.file;
}

function parse({ file, text }: AllowlistFile): ParsedFile | undefined {
  const source = new SourceText(file, text);
  const syntax = parseSyntax(source);
  const tree = syntax.ok ? toTree(source, syntax.document, () => undefined) : undefined;
  return tree && { source, tree };
}
