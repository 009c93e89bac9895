import type { Message } from "./message.js";
import { nearest } from "./nearest.js";
import type { SourceText } from "./source-text.js";
import { pairAt, type TreeNode } from "./tree.js";

/** The keys that stand in the root file only. */
export const rootKeys: readonly string[] = [
  "version",
  "account",
  "scope",
  "policy",
  "groups",
  "protected",
  "ignore",
  "owns",
  "guards",
  "limits",
  "freeze",
];

/** The keys that any file may have. */
export const sharedKeys: readonly string[] = ["users", "tests", "accessUsers"];

/** A file whose syntax is sound. */
export interface ParsedFile {
  readonly source: SourceText;
  readonly tree: TreeNode;
}

/**
 * Which file is the root file: the one that says `version`. Reports none and two; then, and where the word is
 * misspelt, still names the file that is held against the root file's schema, so that nothing is told twice.
 *
 * @param whole Whether every file could be read: a file that could not may be the root file.
 */
export function findRoot(
  files: readonly ParsedFile[],
  whole: boolean,
  report: (message: Message) => void,
): ReadonlySet<ParsedFile> {
  const roots = files.filter((file) => pairAt(file.tree, "version") !== undefined);
  const [first, second] = roots;
  if (first !== undefined && second !== undefined) reportTwo(first, roots.slice(1), report);
  if (first !== undefined) return new Set(roots);
  const misspelt = files.filter((file) =>
    keysOf(file.tree).some((key) => nearest(key, rootKeys) === "version"),
  );
  if (misspelt.length > 0) return new Set(misspelt);
  // A file that is no mapping is told by its schema, and may have been meant as the root file.
  if (whole && files.every(({ tree }) => tree.kind === "map")) reportNone(files, report);
  return new Set(files.filter((file) => keysOf(file.tree).some((key) => rootKeys.includes(key))));
}

function keysOf(tree: TreeNode): readonly string[] {
  return tree.kind === "map" ? [...tree.pairs.keys()] : [];
}

function reportTwo(
  first: ParsedFile,
  others: readonly ParsedFile[],
  report: (message: Message) => void,
): void {
  const place = (file: ParsedFile) => pairAt(file.tree, "version")?.keyStart ?? 0;
  for (const other of others)
    report(
      other.source.message({
        code: "allowlist/two-roots",
        offset: place(other),
        text: `${other.source.file} says \`version\`, and so does ${first.source.file}: there is one root file`,
        fix: "keep `version`, and what only the root file says, in one of them, and `users`, `tests` and `accessUsers` in the other",
        related: [{ text: "the other root file", source: first.source.position(place(first)) }],
      }),
    );
}

function reportNone(files: readonly ParsedFile[], report: (message: Message) => void): void {
  const names = files.map((file) => file.source.file);
  const listed = names.slice(0, 5).join(", ") + (names.length > 5 ? `, and ${names.length - 5} more` : "");
  report({
    code: "allowlist/no-root",
    text: `no file says \`version\`, so there is no root file; read: ${listed === "" ? "none at all" : listed}`,
    fix: "write `version: 1` as the first line of the root file (by habit allowlist.yaml)",
    related: files.slice(0, 5).map((file) => ({ text: "was read", source: file.source.position(0) })),
  });
}
