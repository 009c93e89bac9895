import type { AllowedUser, Entry, IgnoreRule } from "./allowlist.js";
import type { PolicyLayer } from "./read-policy.js";
import type { SourceText } from "./source-text.js";
import type { TreeNode, TreePair } from "./tree.js";

/** An entry with the node that it was read from. */
export interface PlacedEntry {
  readonly entry: Entry;
  readonly node: TreeNode;
}

/** A user with what it takes to write messages about the place. */
export interface PlacedUser {
  readonly user: AllowedUser;
  readonly entries: readonly PlacedEntry[];
  /** What the user's own mapping says of the policy; undefined where it says nothing. */
  readonly layer?: PolicyLayer;
  readonly pair: TreePair;
  readonly source: SourceText;
}

/** A rule of what is left alone, with the node that it was read from. */
export interface PlacedRule {
  readonly rule: IgnoreRule;
  readonly node: TreeNode;
}
