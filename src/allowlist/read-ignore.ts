import type { IgnoreRule } from "./allowlist.js";
import { normaliseDomain, normaliseEmail } from "./email.js";
import { isMatchKey, matchKeys, readMatchText, trustProblem } from "./entry-keys.js";
import type { PlacedRule } from "./placed.js";
import { addressProblem } from "./read-lists.js";
import type { ParsedFile } from "./root-file.js";
import type { Tell } from "./source-text.js";
import { matchTextProblem, requiredTextProblem } from "./text-values.js";
import { itemsOf, pairAt, textNode, valueAt, type TextNode, type TreeNode } from "./tree.js";

type MatchDraft = { -readonly [Key in keyof IgnoreRule["match"]]: IgnoreRule["match"][Key] };

const ignoreKeys = ["user", "emailDomain", ...matchKeys, "policyId"] as const;

/** What the root file says that another tool manages. */
export function readIgnore(root: ParsedFile, tell: Tell): readonly PlacedRule[] {
  return itemsOf(valueAt(root.tree, "ignore")).flatMap((node) => readRule(root, node, tell) ?? []);
}

function readRule(root: ParsedFile, node: TreeNode, tell: Tell): PlacedRule | undefined {
  if (node.kind !== "map") return undefined;
  const match: MatchDraft = {};
  let known = true;
  for (const { key, value } of node.pairs.values()) {
    const text = textNode(value);
    if (!isIgnoreKey(key)) known &&= key === "reason" || key === "trustName";
    else if (text !== undefined) match[key] = readKey(key, text, tell);
  }
  if (known && !ignoreKeys.some((key) => node.pairs.has(key)))
    tell({
      code: "allowlist/missing-key",
      offset: node.start,
      text: "the rule says no registration: it has none of the keys that match",
      fix: `add one of: ${ignoreKeys.join(", ")}`,
    });
  const reason = textNode(valueAt(node, "reason"));
  const trustName = textNode(valueAt(node, "trustName"));
  if (reason !== undefined) tell(requiredTextProblem(reason, "reason"));
  if (trustName !== undefined) {
    tell(requiredTextProblem(trustName, "trustName"));
    tell(trustProblem(match, pairAt(node, "trustName")?.keyStart ?? node.start));
  }
  if (reason === undefined) return undefined;
  const trusted = trustName === undefined ? {} : { trustName: trustName.value };
  const source = root.source.position(node.start);
  return { rule: { match, reason: reason.value, ...trusted, source }, node };
}

function isIgnoreKey(key: string): key is keyof MatchDraft {
  return (ignoreKeys as readonly string[]).includes(key);
}

function readKey(key: keyof MatchDraft, node: TextNode, tell: Tell): string {
  if (isMatchKey(key)) return readMatchText(key, node, tell);
  if (key === "policyId") {
    tell(matchTextProblem(node, key));
    return node.value;
  }
  const address = (key === "user" ? normaliseEmail : normaliseDomain)(node.value);
  if (node.value !== "")
    tell(
      addressProblem(address, {
        said: node.value,
        offset: node.start,
        kind: key === "user" ? "email" : "domain",
      }),
    );
  return address;
}
