import type { Setting } from "./policy.js";
import type { ParsedFile } from "./root-file.js";
import { pairAt, type TreePair } from "./tree.js";

/** A setting of the root file; where there is no value, its default, with the line that says `version`. */
export function settingOr<T>(
  root: ParsedFile,
  pair: TreePair | undefined,
  value: T | undefined,
  byDefault: T,
): Setting<T> {
  if (pair === undefined || value === undefined) return defaultSetting(root, byDefault);
  return { value, explicit: true, source: root.source.position(pair.keyStart) };
}

/** A documented default. */
export function defaultSetting<T>(root: ParsedFile, value: T): Setting<T> {
  const version = pairAt(root.tree, "version");
  return { value, explicit: false, source: root.source.position(version?.keyStart ?? 0) };
}
