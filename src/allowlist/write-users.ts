/** Adds users and entries to a file of an allowlist, and leaves everything else as it stands. */

import { isMap, isScalar, isSeq, type Node, type YAMLMap } from "yaml";
import { compare } from "../compare.js";
import { normaliseEmail } from "./email.js";
import type { AllowlistFile } from "./parse.js";
import { SourceText } from "./source-text.js";
import { CannotEdit, type TextEdit } from "./write-edits.js";
import { addToUser, insertLines, replaceWithLines } from "./write-entries.js";
import { userLines, type NewEntry } from "./write-entry.js";
import {
  behindComments,
  endOfNode,
  endOfPair,
  indentAt,
  nextLine,
  pairOf,
  FLOW_STYLE,
  startOf,
  type TextPair,
} from "./write-layout.js";
import { parseSyntax } from "./yaml-syntax.js";

/** New entries by normalised e-mail. */
export type Additions = ReadonlyMap<string, readonly NewEntry[]>;

/**
 * What has to be changed in the text of a valid file. Users who are there get their entries behind those that they
 * have; others are put where they belong in the order of e-mails, if the file has one, else at the end.
 *
 * @throws CannotEdit where the file is written such that more would change.
 */
export function addToFile({ file, text }: AllowlistFile, additions: Additions): readonly TextEdit[] {
  const syntax = parseSyntax(new SourceText(file, text));
  const root = syntax.ok ? (syntax.document.contents as Node | null) : null;
  if (!isMap(root)) throw new CannotEdit("the file is no mapping");
  const pair = pairOf(root, "users");
  if (!pair) return [addUsersKey(text, root, additions)];
  const { value } = pair;
  if (!isMap(value)) throw new CannotEdit("`users` is no mapping");
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

/** How much further in than its key a list of this file stands. */
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

/** One user has no order. */
function isSorted(users: readonly TextPair[]): boolean {
  const keys = users.map((user) => normaliseEmail(keyOf(user)));
  return keys.length > 1 && keys.every((key, at) => at === 0 || compare(keys[at - 1] ?? "", key) < 0);
}

function behindUser(text: string, user: TextPair, indent: string): number {
  return behindComments(text, nextLine(text, endOfPair(user)), indent);
}

/** Whether a blank line stands behind a user, or, behind the last one, before it. */
function isSpaced(text: string, users: readonly TextPair[], user: TextPair, indent: string): boolean {
  const at = users.indexOf(user);
  const before = at > 0 && at === users.length - 1 ? users[at - 1] : user;
  return (
    users.length > 1 && before !== undefined && /^\r?\n/u.test(text.slice(behindUser(text, before, indent)))
  );
}
