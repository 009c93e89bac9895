/**
 * A YAML document as plain data with places. What stands here is free of tags, aliases, merge keys, duplicate and
 * non-text keys; offsets are in UTF-16 code units.
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

/** A scalar as YAML 1.2's core schema reads it, with the text that stands in the file. */
export interface ScalarNode {
  readonly kind: "scalar";
  readonly start: number;
  readonly value: string | number | boolean | null;
  /** The content as written, before YAML gave it a type; without quotes. */
  readonly raw: string;
  /** Written without quotes, on which YAML readers differ. */
  readonly plain: boolean;
}

/** A scalar that holds text. */
export type TextNode = ScalarNode & { readonly value: string };

/** The value of a key where the node is a mapping that has it. */
export function valueAt(node: TreeNode | undefined, key: string): TreeNode | undefined {
  return pairAt(node, key)?.value;
}

/** A key with its value where the node is a mapping that has it. */
export function pairAt(node: TreeNode | undefined, key: string): TreePair | undefined {
  return node?.kind === "map" ? node.pairs.get(key) : undefined;
}

/** The items where the node is a list, else none: what is wrong with it is the schema's to say. */
export function itemsOf(node: TreeNode | undefined): readonly TreeNode[] {
  return node?.kind === "list" ? node.items : [];
}

/** The scalar where the node is one that holds text. */
export function textNode(node: TreeNode | undefined): TextNode | undefined {
  return node?.kind === "scalar" && typeof node.value === "string" ? (node as TextNode) : undefined;
}

/** The node as JSON data for the schema. Mappings have no prototype, so that `__proto__` is a key like others. */
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
