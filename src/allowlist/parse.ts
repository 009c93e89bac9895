import { createHash } from "node:crypto";
import { compare } from "../compare.js";
import type { Allowlist } from "./allowlist.js";
import { checkCharacters } from "./hidden-characters.js";
import { inOrder } from "./message-order.js";
import type { Message } from "./message.js";
import { readWhole } from "./read-whole.js";
import { findRoot, type ParsedFile } from "./root-file.js";
import { schemaMessages } from "./schema-messages.js";
import { validator } from "./schemas.js";
import { SourceText } from "./source-text.js";
import { toPlain } from "./tree.js";
import { parseSyntax } from "./yaml-syntax.js";
import { toTree } from "./yaml-tree.js";

/** A file of the allowlist: its name relative to the project's folder, with `/`, and its text. */
export interface AllowlistFile {
  readonly file: string;
  readonly text: string;
}

/** An allowlist where nothing is wrong, else all that is wrong with it. */
export interface ParsedAllowlist {
  readonly allowlist?: Allowlist;
  readonly messages: readonly Message[];
}

/**
 * Reads the texts of an allowlist's files, whatever they hold; never throws for what they say. Messages stand in the
 * order of files and lines.
 *
 * @param before Messages about files that could not be read: with any, questions that only the whole allowlist
 * answers (is there a root file, are there users) are not asked.
 */
export function parseAllowlist(
  files: readonly AllowlistFile[],
  before: readonly Message[] = [],
): ParsedAllowlist {
  const messages: Message[] = [...before];
  const report = (message: Message) => void messages.push(message);
  const sorted = [...files].sort((a, b) => compare(a.file, b.file));
  const parsed = sorted.flatMap((file) => parseFile(file, report) ?? []);
  const isWhole = before.length === 0 && parsed.length === files.length;
  const roots = findRoot(parsed, isWhole, report);
  for (const file of parsed) checkSchema(file, roots.has(file), report);
  const [root] = roots;
  const found = readWhole(parsed, root, report);
  if (root !== undefined && found?.users.size === 0 && messages.length === 0) report(noUsers(root));
  if (found === undefined || messages.length > 0) return { messages: inOrder(messages) };
  const { warnings, ...said } = found;
  return {
    allowlist: { ...said, warnings: inOrder(warnings()), files: sorted.map(digested) },
    messages: [],
  };
}

/** The digest lets a later run name the files that changed. */
function digested({ file, text }: AllowlistFile): Allowlist["files"][number] {
  return { file, digest: createHash("sha256").update(text).digest("hex") };
}

function parseFile(
  { file, text }: AllowlistFile,
  report: (message: Message) => void,
): ParsedFile | undefined {
  const source = new SourceText(file, text.startsWith("\ufeff") ? text.slice(1) : text);
  if (!checkCharacters(source, report)) return undefined;
  const syntax = parseSyntax(source);
  if (!syntax.ok) {
    for (const message of syntax.messages) report(message);
    return undefined;
  }
  const tree = toTree(source, syntax.document, report);
  return tree === undefined ? undefined : { source, tree };
}

function checkSchema(file: ParsedFile, isRoot: boolean, report: (message: Message) => void): void {
  const kind = isRoot ? "root" : "users";
  const validate = validator(kind);
  if (validate(toPlain(file.tree))) return;
  // A file without `version` is held against the root file's schema only where that was reported already.
  const errors = (validate.errors ?? []).filter(
    ({ keyword, instancePath }) => !(isRoot && keyword === "required" && instancePath === ""),
  );
  schemaMessages(file.source, file.tree, kind, errors, report);
}

function noUsers(root: ParsedFile): Message {
  return root.source.message({
    code: "allowlist/no-users",
    offset: 0,
    text: "the allowlist names no user, so that no device would be listed at all",
    fix: "list at least one user under `users:`",
  });
}
