import { readItems } from "./read-lists.js";
import { readPolicyLayer, type PolicyLayer } from "./read-policy.js";
import type { ParsedFile } from "./root-file.js";
import type { Tell } from "./source-text.js";
import { keyTextProblem } from "./text-values.js";
import { itemsOf, valueAt, type TextNode } from "./tree.js";

/** Some users by normalised e-mail, each with the item that lists them, and what holds for them. */
export interface Group {
  readonly name: string;
  readonly members: ReadonlyMap<string, TextNode>;
  readonly layer: PolicyLayer;
}

/** The root file's groups, in the file's order. */
export function readGroups(root: ParsedFile, tell: Tell): readonly Group[] {
  const node = valueAt(root.tree, "groups");
  if (node?.kind !== "map") return [];
  return [...node.pairs.values()].map((pair) => {
    tell(keyTextProblem(pair, "a group's name"));
    const { value, key: name } = pair;
    const items = itemsOf(value.kind === "list" ? value : valueAt(value, "users"));
    const members = readItems(items, name, "email", tell);
    const layer = readPolicyLayer(root.source, valueAt(value, "policy"), `group ${name}`, tell);
    return { name, members, layer };
  });
}
