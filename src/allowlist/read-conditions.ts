import type { Conditions } from "./allowlist.js";
import { shown } from "./nearest.js";
import type { Problem, Tell } from "./source-text.js";
import { matchTextProblem } from "./text-values.js";
import { textNode, type TextNode, type TreeNode } from "./tree.js";

type Draft = { -readonly [Key in keyof Conditions]: Conditions[Key] };

/** What a device must be besides; undefined where the schema has something against it. */
export function readConditions(node: TreeNode, tell: Tell): Conditions | undefined {
  if (node.kind !== "map") return undefined;
  const found: Draft = {};
  for (const { key, value } of node.pairs.values()) {
    const text = textNode(value);
    if (text === undefined) return undefined;
    if (key === "platform") found.platform = text.value;
    else if (key === "model") {
      tell(matchTextProblem(text, key));
      found.model = text.value;
    } else if (key === "minClientVersion") {
      tell(versionProblem(text, key));
      found.minClientVersion = text.value;
    }
  }
  return found;
}

/** What is wrong with the version of a client: numbers with dots between, as `2025.4.929.0`. */
export function versionProblem(node: TextNode, key: string): Problem | undefined {
  const { value, start } = node;
  const unclear = matchTextProblem(node, key);
  if (unclear !== undefined || value === "" || /^\d{1,9}(?:\.\d{1,9}){0,7}$/u.test(value)) return unclear;
  const bare = value.replace(/^v(?=\d)/iu, "");
  return {
    code: "allowlist/bad-value",
    offset: start,
    text: `\`${key}\` is ${shown(value)}, and not numbers with dots between`,
    fix: `write ${/^\d+(?:\.\d+)*$/u.test(bare) ? JSON.stringify(bare.slice(0, 80)) : 'it as "2025.4.929.0"'}`,
  };
}
