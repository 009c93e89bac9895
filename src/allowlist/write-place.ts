/** Which file a new user belongs into. */

import { matchesPattern } from "./glob.js";
import type { AllowlistFile } from "./parse.js";
import { covers, readOwns } from "./read-owns.js";
import { findRoot, type ParsedFile } from "./root-file.js";
import { SourceText } from "./source-text.js";
import { parseSyntax } from "./yaml-syntax.js";
import { toTree } from "./yaml-tree.js";

/**
 * The one file of whoever owns the address (`owns`), else the root file, which may list everybody. Undefined where
 * there is no root file.
 */
export function fileOfNewUser(files: readonly AllowlistFile[], email: string): string | undefined {
  const parsed = files.flatMap((file) => parse(file) ?? []);
  const [root] = findRoot(parsed, false, () => undefined);
  if (!root) return undefined;
  const owners = readOwns(root, () => undefined).filter((owner) => covers(owner, email));
  const owned = parsed
    .map(({ source }) => source.file)
    .filter(
      (file) => file !== root.source.file && owners.some(({ pattern }) => matchesPattern(pattern, file)),
    );
  const [only, other] = owned;
  return only !== undefined && other === undefined ? only : root.source.file;
}

function parse({ file, text }: AllowlistFile): ParsedFile | undefined {
  const source = new SourceText(file, text);
  const syntax = parseSyntax(source);
  const tree = syntax.ok ? toTree(source, syntax.document, () => undefined) : undefined;
  return tree && { source, tree };
}
