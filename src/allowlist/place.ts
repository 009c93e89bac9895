import { shown } from "./nearest.js";
import type { TreeNode, TreePair } from "./tree.js";

/** A place that a schema error points to: the node, the key that holds it, and how a reader calls it. */
export interface Place {
  readonly node: TreeNode;
  /** The pair whose value the node is; undefined for the document and for list items. */
  readonly pair: TreePair | undefined;
  readonly path: readonly string[];
  readonly name: string;
}

/** What the items of the lists at the top of a file are called. */
const itemNames: ReadonlyMap<string | undefined, string> = new Map([
  ["users", "entry"],
  ["tests", "test"],
  ["ignore", "rule"],
]);

/** The place that a JSON pointer names, as far as the tree has it. */
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

/** Whether the place is what stands under a user's e-mail. */
export function isUser({ path }: Place): boolean {
  return path.length === 2 && path[0] === "users";
}

function nameOf(path: readonly string[], pair: TreePair | undefined): string {
  const last = path.at(-1);
  if (last === undefined) return "the file";
  if (pair !== undefined) return shown(last);
  return `${itemNames.get(path[0]) ?? "item"} ${Number(last) + 1} of ${shown(path.at(-2) ?? "")}`;
}
