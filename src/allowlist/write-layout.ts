/** Where things stand in a YAML text: lines, indentation, ends without the comments behind them. */

import { isCollection, isPair, isScalar, type Node, type Pair, type YAMLMap } from "yaml";

/** A pair as the parser of this folder leaves it: keys are text. */
export type TextPair = Pair<Node, Node | null>;

/** Only what stands on lines of its own is changed: who writes flow style lays out lines by hand. */
export const FLOW_STYLE = "it is written in flow style (`[…]` or `{…}`)";

/** The place behind a node's last character; what follows on its line is not its own. */
export function endOfNode(node: Node): number {
  if (isCollection(node) && node.flow !== true) {
    const last: unknown = node.items.at(-1);
    if (isPair(last)) return endOfPair(last as TextPair);
    if (last !== undefined && last !== null) return endOfNode(last as Node);
  }
  return node.range?.[1] ?? 0;
}

/** The same of a key with its value. */
export function endOfPair({ key, value }: TextPair): number {
  return Math.max(endOfNode(key), value === null ? 0 : endOfNode(value));
}

export function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}

/** The blanks before a place on its line; undefined where something else stands there. */
export function indentAt(text: string, offset: number): string | undefined {
  const before = text.slice(lineStart(text, offset), offset);
  return /^ *$/u.test(before) ? before : undefined;
}

/** Behind the line in which something ends; a block scalar ends with its line. */
export function nextLine(text: string, end: number): number {
  if (end > 0 && text[end - 1] === "\n") return end;
  const feed = text.indexOf("\n", end);
  return feed < 0 ? text.length : feed + 1;
}

/** Further on, behind the comments that stand deeper than `indent`: they belong to what ended. */
export function behindComments(text: string, offset: number, indent: string): number {
  for (;;) {
    const next = nextLine(text, offset + 1);
    const [, blanks] = /^( *)#/u.exec(text.slice(offset, next)) ?? [];
    if (blanks === undefined || blanks.length <= indent.length) return offset;
    offset = next;
  }
}

/** The value of a text key. */
export function pairOf(map: YAMLMap, key: string): TextPair | undefined {
  return (map.items as TextPair[]).find((pair) => isScalar(pair.key) && pair.key.value === key);
}

/** How the file ends its lines. */
export function lineEndOf(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}
