import { isMap, isScalar, isSeq, type Document, type Node, type Pair, type Scalar } from "yaml";
import type { Message } from "./message.js";
import { shown } from "./nearest.js";
import type { Problem, SourceText } from "./source-text.js";
import type { ListNode, MapNode, ScalarNode, TreeNode, TreePair } from "./tree.js";

/**
 * Turns a document into a tree; what the tree leaves out (duplicate keys, keys that are not text, merge keys) is
 * reported. Undefined where the file is empty.
 */
export function toTree(
  source: SourceText,
  document: Document.Parsed,
  report: (message: Message) => void,
): TreeNode | undefined {
  const contents = document.contents as Node | null;
  if (contents === null || (isScalar(contents) && contents.value === null && contents.source === "")) {
    report({
      code: "allowlist/empty-file",
      text: "the file is empty",
      fix: "begin it with `version: 1` (the root file) or with `users:` (a file of users), or remove it",
      source: source.position(0),
    });
    return undefined;
  }
  return new Converter(source, report).convert(contents, 0);
}

class Converter {
  constructor(
    readonly source: SourceText,
    readonly report: (message: Message) => void,
  ) {}

  convert(node: Node, at: number): TreeNode {
    const start = node.range?.[0] ?? at;
    if (isMap<Node, Node | null>(node)) return this.#map(node.items, start);
    return isSeq<Node>(node) ? this.#list(node.items, start) : this.#scalar(node as Scalar, start);
  }

  #scalar(node: Scalar, start: number): ScalarNode {
    const value = node.value as ScalarNode["value"];
    return { kind: "scalar", start, value, raw: node.source ?? "", plain: node.type === "PLAIN" };
  }

  #list(nodes: readonly Node[], start: number): ListNode {
    return { kind: "list", start, items: nodes.map((item) => this.convert(item, start)) };
  }

  #map(items: readonly Pair<Node, Node | null>[], start: number): MapNode {
    const pairs = new Map<string, TreePair>();
    for (const pair of items) {
      const keyStart = pair.key.range?.[0] ?? start;
      const key = this.#key(pair.key, keyStart);
      const value = pair.value === null ? nothing(keyStart) : this.convert(pair.value, keyStart);
      if (key === undefined) continue;
      const first = pairs.get(key);
      if (first === undefined) pairs.set(key, { key, keyStart, value });
      else this.#duplicate(key, first.keyStart, keyStart);
    }
    return { kind: "map", start, pairs };
  }

  #key(node: Node, offset: number): string | undefined {
    if (isScalar(node) && typeof node.value === "string") {
      if (node.value !== "<<" || node.type !== "PLAIN") return node.value;
      const text = "the merge key `<<` is not part of YAML 1.2, and would be read as a plain key";
      this.#problem({ code: "allowlist/merge-key", offset, text, fix: "write the keys out" });
      return undefined;
    }
    const raw = isScalar(node) ? (node.source ?? "") : "";
    const text = raw === "" ? "this key is not text" : `the key ${shown(raw)} is not text to YAML`;
    const fix = raw === "" ? "write the key out as text" : `quote it: ${JSON.stringify(raw.slice(0, 60))}`;
    this.#problem({ code: "allowlist/bad-key", offset, text, fix });
    return undefined;
  }

  #duplicate(key: string, first: number, offset: number): void {
    const related = [{ text: "the first one", source: this.source.position(first) }];
    const text = `the key ${shown(key)} stands here a second time`;
    this.#problem({ code: "allowlist/duplicate-key", offset, text, fix: "remove one of the two", related });
  }

  #problem(problem: Problem): void {
    this.report(this.source.message(problem));
  }
}

/** A key without a value. It stands where its key does: an empty value has no place of its own. */
function nothing(start: number): ScalarNode {
  return { kind: "scalar", start, value: null, raw: "", plain: true };
}
