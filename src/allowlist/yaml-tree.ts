import { isAlias, isMap, isScalar, isSeq, type Document, type Node, type Pair, type Scalar } from "yaml";
import type { Message } from "./message.js";
import { shown } from "./nearest.js";
import type { Problem, SourceText } from "./source-text.js";
import type { ListNode, MapNode, ScalarNode, TreeNode, TreePair } from "./tree.js";

/** Levels of collections, those that aliases add included; a well-formed allowlist has five. */
export const deepest = 32;

/** Nodes that aliases may add to a file: each later step takes time and memory by the expanded size. */
const mostAliased = 100_000;

class TooLarge extends Error {}

/** A converted node with what it amounts to once its aliases are expanded. */
interface Built {
  readonly node: TreeNode;
  readonly size: number;
  readonly height: number;
}

/**
 * Turns a document into a tree: aliases become shared nodes within bounds, and what the tree leaves out (duplicate
 * keys, keys that are not text, merge keys) is reported. Undefined where the file is empty or expands too far.
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
  try {
    return new Converter(source, report).convert(contents, 0).node;
  } catch (error) {
    if (error instanceof TooLarge) return undefined;
    throw error;
  }
}

class Converter {
  /** Anchors seen so far; undefined while the anchored node itself is being converted. */
  readonly #anchors = new Map<string, Built | undefined>();
  #aliased = 0;

  constructor(
    readonly source: SourceText,
    readonly report: (message: Message) => void,
  ) {}

  convert(node: Node, at: number): Built {
    const start = node.range?.[0] ?? at;
    if (isAlias(node)) return this.#alias(node.source, start);
    const anchor = (node as { anchor?: string }).anchor;
    if (anchor !== undefined) this.#anchors.set(anchor, undefined);
    const built = isMap<Node, Node | null>(node)
      ? this.#map(node.items, start)
      : isSeq<Node>(node)
        ? this.#list(node.items, start)
        : this.#scalar(node as Scalar, start);
    if (anchor !== undefined) this.#anchors.set(anchor, built);
    return built;
  }

  #scalar(node: Scalar, start: number): Built {
    const value = node.value as ScalarNode["value"];
    const raw = node.source ?? "";
    return { node: { kind: "scalar", start, value, raw, plain: node.type === "PLAIN" }, size: 1, height: 0 };
  }

  #list(nodes: readonly Node[], start: number): Built {
    const items = nodes.map((item) => this.convert(item, start));
    const node: ListNode = { kind: "list", start, items: items.map((item) => item.node) };
    return collection(node, items);
  }

  #map(items: readonly Pair<Node, Node | null>[], start: number): Built {
    const pairs = new Map<string, TreePair>();
    const values: Built[] = [];
    for (const pair of items) {
      const keyStart = pair.key.range?.[0] ?? start;
      const key = this.#key(pair.key, keyStart);
      const value = pair.value === null ? nothing(keyStart) : this.convert(pair.value, keyStart);
      if (key === undefined) continue;
      const first = pairs.get(key);
      if (first !== undefined) this.#duplicate(key, first.keyStart, keyStart);
      else {
        pairs.set(key, { key, keyStart, value: value.node });
        values.push(value);
      }
    }
    const node: MapNode = { kind: "map", start, pairs };
    return collection(node, values);
  }

  #key(node: Node, offset: number): string | undefined {
    if (isScalar(node) && typeof node.value === "string") {
      const anchor = (node as { anchor?: string }).anchor;
      if (anchor !== undefined) this.#anchors.set(anchor, this.#scalar(node, offset));
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

  #alias(name: string, offset: number): Built {
    const known = this.#anchors.has(name);
    const built = this.#anchors.get(name);
    if (built === undefined) {
      if (known)
        this.#giveUp({
          code: "allowlist/alias-bomb",
          offset,
          text: `${shown(`*${name}`)} contains itself`,
          fix: "write the value out",
        });
      this.#giveUp({
        code: "allowlist/syntax",
        offset,
        text: `${shown(`*${name}`)} has no anchor before it`,
        fix: `write ${shown(`&${name}`)} before the value that it stands for, or put the text in quotes`,
      });
    }
    this.#aliased += built.size;
    if (this.#aliased > mostAliased) {
      const text = `aliases expand this file by more than ${mostAliased} values`;
      this.#giveUp({ code: "allowlist/alias-bomb", offset, text, fix: "write the entries out" });
    }
    if (built.height > deepest)
      this.#giveUp({
        code: "allowlist/too-deep",
        offset,
        text: "aliases nest collections too deep here",
        fix: "write the values out",
      });
    return { ...built, node: { ...built.node, start: offset } };
  }

  #duplicate(key: string, first: number, offset: number): void {
    const related = [{ text: "the first one", source: this.source.position(first) }];
    const text = `the key ${shown(key)} stands here a second time`;
    this.#problem({ code: "allowlist/duplicate-key", offset, text, fix: "remove one of the two", related });
  }

  #problem(problem: Problem): void {
    this.report(this.source.message(problem));
  }

  #giveUp(problem: Problem): never {
    this.#problem(problem);
    throw new TooLarge();
  }
}

/** A key without a value. It stands where its key does: an empty value has no place of its own. */
function nothing(start: number): Built {
  return { node: { kind: "scalar", start, value: null, raw: "", plain: true }, size: 1, height: 0 };
}

function collection(node: TreeNode, parts: readonly Built[]): Built {
  let size = 1;
  let height = 0;
  for (const part of parts) {
    size += part.size;
    height = Math.max(height, part.height);
  }
  return { node, size, height: height + 1 };
}
