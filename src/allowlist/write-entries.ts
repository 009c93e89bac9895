/** Adds entries to a user who is listed already, in the style of what is there. */

import { isMap, isSeq, type Node, type YAMLMap, type YAMLSeq } from "yaml";
import { CannotEdit, type TextEdit } from "./write-edits.js";
import { entryLines, type NewEntry } from "./write-entry.js";
import {
  behindComments,
  endOfNode,
  endOfPair,
  FLOW_STYLE,
  indentAt,
  lineEndOf,
  nextLine,
  pairOf,
  startOf,
  type TextPair,
} from "./write-layout.js";

/** @param step How much further in than their key the dashes of a list stand. */
export function addToUser(
  text: string,
  pair: TextPair,
  entries: readonly NewEntry[],
  step: string,
): TextEdit {
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

/** `[]` becomes a list of lines; a comment behind it stays where it is. */
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

/** Whole lines at the beginning of a line; a last line without an end gets one. */
export function insertLines(text: string, at: number, lines: readonly string[]): TextEdit {
  const lineEnd = lineEndOf(text);
  const open = at > 0 && text[at - 1] !== "\n";
  const all = lines.map((line) => line + lineEnd).join("");
  return { start: at, end: at, text: open ? lineEnd + all : all };
}

/** Takes out `start` to `end`, and puts lines behind the line. */
export function replaceWithLines(
  text: string,
  start: number,
  end: number,
  lines: readonly string[],
): TextEdit {
  const next = nextLine(text, end);
  const lineEnd = lineEndOf(text);
  const rest = text.slice(end, next);
  const all = lines.map((line) => line + lineEnd).join("");
  return { start, end: next, text: (rest.endsWith("\n") ? rest : rest + lineEnd) + all };
}

function entriesLines(entries: readonly NewEntry[], indent: string): string[] {
  return entries.flatMap((entry) => entryLines(entry, indent));
}
