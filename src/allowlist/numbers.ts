import { shown } from "./nearest.js";
import type { Tell } from "./source-text.js";
import type { TreePair } from "./tree.js";

/** A number, as far as it is one; what is wrong with its kind and size is the schema's to tell. */
export function readNumber(pair: TreePair | undefined, tell: Tell): number | undefined {
  const node = pair?.value;
  if (node?.kind !== "scalar" || typeof node.value !== "number" || !Number.isFinite(node.value))
    return undefined;
  // `010` is ten to YAML 1.2 and eight to many readers; a limit is written so that all read the same.
  if (!/^-?(?:0|[1-9]\d*)(?:\.\d+)?$/u.test(node.raw))
    tell({
      code: "allowlist/bad-value",
      offset: node.start,
      text: `${shown(pair?.key ?? "")} is ${shown(node.raw)}, which readers of YAML take for different numbers`,
      fix: `write ${String(node.value)}`,
    });
  return node.value;
}
