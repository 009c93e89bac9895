import { createHash } from "node:crypto";
import { compare } from "../compare.js";
import type { Allowlist, SourcePosition } from "./allowlist.js";
import { checkProtected, checkScope } from "./contradictions.js";
import { checkCharacters } from "./hidden-characters.js";
import type { Message } from "./message.js";
import { readGuards, readLimits, readPolicy } from "./read-settings.js";
import { readProtected, readScope } from "./read-lists.js";
import { readUsers } from "./read-users.js";
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

/** More messages than this are counted and not listed. */
export const mostMessages = 1000;

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
  const whole = before.length === 0 && parsed.length === files.length;
  const roots = findRoot(parsed, whole, report);
  for (const file of parsed) checkSchema(file, roots.has(file), report);
  const users = readUsers(parsed, report);
  const [root] = roots;
  if (root === undefined) return { messages: inOrder(messages) };
  const scope = readScope(root, report);
  const policy = readPolicy(root);
  const guards = readGuards(root, report);
  const protects = readProtected(root, report);
  checkScope(users.values(), scope, root, report);
  checkProtected(users.values(), protects, report);
  if (users.size === 0 && messages.length === 0) report(noUsers(root));
  if (messages.length > 0) return { messages: inOrder(messages) };
  const byEmail = new Map([...users].map(([email, placed]) => [email, placed.user]));
  const names = sorted.map(({ file, text }) => ({
    file,
    digest: createHash("sha256").update(text).digest("hex"),
  }));
  return {
    allowlist: {
      version: 1,
      scope,
      policy,
      policies: new Map(),
      protected: protects,
      ignore: [],
      guards,
      limits: readLimits(root),
      users: byEmail,
      tests: [],
      accessUsers: [],
      warnings: [],
      files: names,
    },
    messages: [],
  };
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

function inOrder(messages: readonly Message[]): readonly Message[] {
  const before: SourcePosition = { file: "", line: 0, column: 0 };
  const sorted = [...messages].sort((one, other) => {
    const a = one.source ?? before;
    const b = other.source ?? before;
    return compare(a.file, b.file) || a.line - b.line || a.column - b.column;
  });
  if (sorted.length <= mostMessages) return sorted;
  const more: Message = {
    code: "allowlist/too-many",
    text: `${sorted.length - mostMessages} more problems are not listed`,
    fix: "correct those above first",
  };
  return [...sorted.slice(0, mostMessages), more];
}
