import { shown } from "../text/words.js";
import type { MessageCode } from "./message-codes.js";
import type { AddMessage, Message, SourcePosition } from "./messages.js";

/** The longest line that a message shows. A longer one does not help a reader, and many messages may carry it. */
const longestShownLine = 10_000;

/** What a check reports about a place in a file. `offset` is in UTF-16 code units. */
export interface Problem {
  readonly code: MessageCode;
  readonly offset: number;
  readonly text: string;
  readonly fix?: string | undefined;
  readonly right?: Message["right"];
  readonly related?: Message["related"];
}

/** Takes a problem, if there is one. */
export type AddProblem = (problem: Problem | undefined) => void;

/** A file's text, which can turn offsets into lines and columns. */
export class SourceText {
  readonly #lineStarts: number[] = [0];
  /** Where the second halves of surrogate pairs are. Columns count characters, offsets count code units. */
  readonly #trailing: number[] = [];

  constructor(
    readonly file: string,
    readonly text: string,
  ) {
    for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1))
      this.#lineStarts.push(at + 1);
    for (const pair of text.matchAll(/[\u{10000}-\u{10ffff}]/gu)) this.#trailing.push(pair.index + 1);
  }

  /** The place of an offset. Line and column start at 1; a column counts code points. */
  position(offset: number): SourcePosition {
    const line = upperBound(this.#lineStarts, offset);
    const start = this.#lineStarts[line - 1] ?? 0;
    const pairs = upperBound(this.#trailing, offset - 1) - upperBound(this.#trailing, start - 1);
    return { file: this.file, line, column: offset - start - pairs + 1 };
  }

  /** Returns a function that reports problems of this file as messages. */
  problemsTo(addMessage: AddMessage): AddProblem {
    return (problem) => {
      if (problem !== undefined) addMessage(this.message(problem));
    };
  }

  /** A message about a place in this file, with its position and its line. */
  message(problem: Problem): Message {
    const source = this.position(Math.max(0, Math.min(problem.offset, this.text.length)));
    const line = this.#line(source.line);
    return {
      code: problem.code,
      text: problem.text,
      fix: problem.fix,
      right: problem.right,
      source,
      line: line.length > longestShownLine ? undefined : line,
      related: problem.related,
    };
  }

  #line(line: number): string {
    const start = this.#lineStarts[line - 1] ?? 0;
    const next = this.#lineStarts[line] ?? this.text.length + 1;
    const text = this.text.slice(start, next - 1);
    return text.endsWith("\r") ? text.slice(0, -1) : text;
  }
}

/** How many of the ascending numbers are at most `value`. */
function upperBound(ascending: readonly number[], value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? Infinity) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * A YAML document as plain data with places. It has no tags, aliases, merge keys, duplicate keys or keys that are not
 * text. Offsets are in UTF-16 code units.
 */
export type TreeNode = MapNode | ListNode | ScalarNode;

/** A mapping; keys in the file's order. */
export interface MapNode {
  readonly kind: "map";
  readonly start: number;
  readonly pairs: ReadonlyMap<string, TreePair>;
}

/** One key of a mapping with its value. */
export interface TreePair {
  readonly key: string;
  readonly keyStart: number;
  readonly value: TreeNode;
}

/** A sequence. */
export interface ListNode {
  readonly kind: "list";
  readonly start: number;
  readonly items: readonly TreeNode[];
}

/** A scalar as YAML 1.2's core schema reads it, with the text in the file. */
export interface ScalarNode {
  readonly kind: "scalar";
  readonly start: number;
  readonly value: string | number | boolean | null;
  /** The content as written, without quotes and before YAML gave it a type. */
  readonly raw: string;
  /** Written without quotes: YAML readers differ on such a scalar. */
  readonly plain: boolean;
}

/** A scalar that holds text. */
export type TextNode = ScalarNode & { readonly value: string };

/** The value of a key, if the node is a mapping that has it. */
export function valueAt(node: TreeNode | undefined, key: string): TreeNode | undefined {
  return pairAt(node, key)?.value;
}

/** The pair of a key, if the node is a mapping that has it. */
export function pairAt(node: TreeNode | undefined, key: string): TreePair | undefined {
  return node?.kind === "map" ? node.pairs.get(key) : undefined;
}

/** The items, if the node is a list; no items for anything else, which the schema reports. */
export function itemsOf(node: TreeNode | undefined): readonly TreeNode[] {
  return node?.kind === "list" ? node.items : [];
}

/** The scalar, if the node is one that holds text. */
export function textNode(node: TreeNode | undefined): TextNode | undefined {
  return node?.kind === "scalar" && typeof node.value === "string" ? (node as TextNode) : undefined;
}

/** The node as JSON data for the schema. Mappings have no prototype, so that `__proto__` is a key like any other. */
export function toPlain(node: TreeNode): unknown {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "list") return node.items.map(toPlain);
  const plain = Object.create(null) as Record<string, unknown>;
  for (const pair of node.pairs.values()) plain[pair.key] = toPlain(pair.value);
  return plain;
}

/** Every key and every text of a node, in the file's order. */
export function* textsOf(node: TreeNode): Generator<string, void> {
  if (node.kind === "scalar") {
    if (typeof node.value === "string") yield node.value;
  } else if (node.kind === "list") for (const item of node.items) yield* textsOf(item);
  else
    for (const { key, value } of node.pairs.values()) {
      yield key;
      yield* textsOf(value);
    }
}

/** A place that a schema error points to: the node, the pair that holds it, and its name for readers. */
export interface Place {
  readonly node: TreeNode;
  /** The pair that has the node as its value; undefined for the document and for list items. */
  readonly pair: TreePair | undefined;
  readonly path: readonly string[];
  readonly name: string;
}

/** What the items of a file's top-level lists are called. */
const itemNames: ReadonlyMap<string | undefined, string> = new Map([
  ["users", "entry"],
  ["tests", "test"],
  ["ignore", "rule"],
]);

/** The node that a JSON pointer leads to, as far as the tree has it. */
export function locate(root: TreeNode, pointer: string): Place {
  let node = root;
  let pair: TreePair | undefined;
  const path: string[] = [];
  for (const step of pointer.split("/").slice(1)) {
    const key = step.replace(/~1/g, "/").replace(/~0/g, "~");
    pair = node.kind === "map" ? node.pairs.get(key) : undefined;
    const next = node.kind === "list" ? node.items[Number(key)] : pair?.value;
    if (next === undefined) break;
    node = next;
    path.push(key);
  }
  return { node, pair, path, name: nameOf(path, pair) };
}

/** Whether the place is the value under a user's e-mail. */
export function isUser({ path }: Place): boolean {
  return path.length === 2 && path[0] === "users";
}

function nameOf(path: readonly string[], pair: TreePair | undefined): string {
  const last = path.at(-1);
  if (last === undefined) return "the file";
  if (pair !== undefined) return shown(last);
  return `${itemNames.get(path[0]) ?? "item"} ${Number(last) + 1} of ${shown(path.at(-2) ?? "")}`;
}

/** A file whose syntax is valid. */
export interface ParsedFile {
  readonly source: SourceText;
  readonly tree: TreeNode;
}
