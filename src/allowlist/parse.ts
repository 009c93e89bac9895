import { createHash } from "node:crypto";
import { compare, nearest } from "../text/words.js";
import { checkOwners, checkProtected, checkScope, readTests } from "./checks.js";
import { rootKeys } from "./keys/root.js";
import { type AddMessage, inOrder, type Message } from "./messages.js";
import type { Allowlist } from "./model.js";
import { readAccessUsers, readIgnore, ownedBy, readOwns, readProtected, readScope } from "./read-lists.js";
import {
  closestPolicies,
  readFreeze,
  readGroups,
  readGuards,
  readLimits,
  readPolicy,
} from "./read-policy.js";
import { readUsers } from "./read-users.js";
import { schemaMessages, validator } from "./schema-errors.js";
import { pairAt, type ParsedFile, SourceText, textsOf, toPlain, type TreeNode } from "./source.js";
import { checkCharacters, readAccount, writtenDomain, type WrittenDomains } from "./values.js";
import { findWarnings } from "./warnings.js";
import { parseTree } from "./yaml.js";

/** A file of the allowlist: its name relative to the project's folder, with `/`, and its text. */
export interface AllowlistFile {
  readonly file: string;
  readonly text: string;
}

/** An allowlist without errors, or the errors. */
interface ParsedAllowlist {
  readonly allowlist?: Allowlist;
  readonly messages: readonly Message[];
}

/**
 * Reads the texts of an allowlist's files. It throws for no content. Messages are in the order of files and lines.
 *
 * @param before Messages about files that could not be read. If there are any, questions that only the whole allowlist
 * answers (is there a root file, are there users) are not asked.
 */
export function parseAllowlist(
  files: readonly AllowlistFile[],
  before: readonly Message[] = [],
): ParsedAllowlist {
  const messages: Message[] = [...before];
  const addMessage = (message: Message) => void messages.push(message);
  const sorted = [...files].sort((a, b) => compare(a.file, b.file));
  const parsed = sorted.flatMap((file) => parseFile(file, addMessage) ?? []);
  const allRead = before.length === 0 && parsed.length === files.length;
  const roots = findRoot(parsed, allRead, addMessage);
  for (const file of parsed) checkSchema(file, roots.has(file), addMessage);
  const [root] = roots;
  const found = readContents(parsed, root, addMessage);
  if (root !== undefined && found?.users.size === 0 && messages.length === 0) addMessage(noUsers(root));
  if (found === undefined || messages.length > 0) return { messages: inOrder(messages) };
  const { warnings, ...said } = found;
  return {
    allowlist: { ...said, warnings: inOrder(warnings()), files: sorted.map(digested) },
    messages: [],
  };
}

/** With the digest, a later run can name the files that changed. */
function digested({ file, text }: AllowlistFile): Allowlist["files"][number] {
  return { file, digest: createHash("sha256").update(text).digest("hex") };
}

function parseFile({ file, text }: AllowlistFile, addMessage: AddMessage): ParsedFile | undefined {
  const source = new SourceText(file, text.startsWith("\ufeff") ? text.slice(1) : text);
  if (!checkCharacters(source, addMessage)) return undefined;
  const tree = parseTree(source, addMessage);
  return tree === undefined ? undefined : { source, tree };
}

function checkSchema(file: ParsedFile, isRoot: boolean, addMessage: AddMessage): void {
  const kind = isRoot ? "root" : "users";
  const validate = validator(kind);
  if (validate(toPlain(file.tree))) return;
  // A file without `version` is checked against the root file's schema only if another message reports that.
  const errors = (validate.errors ?? []).filter(
    ({ keyword, instancePath }) => !(isRoot && keyword === "required" && instancePath === ""),
  );
  schemaMessages(file.source, file.tree, kind, errors, addMessage);
}

function noUsers(root: ParsedFile): Message {
  return root.source.message({
    code: "allowlist/no-users",
    offset: 0,
    text: "the allowlist has no users, so no device would be listed",
    fix: "list at least one user under `users:`",
  });
}

/** What the files set, without the files themselves. Undefined without a root file. */
type Contents = Omit<Allowlist, "files" | "warnings"> & {
  /** Found only on demand: if there are errors, nobody reads the warnings. */
  readonly warnings: () => readonly Message[];
};

/**
 * Reads what the files set, and checks what only the whole allowlist shows. Reads the users, tests and Access users of
 * every file even without a root file, so that all errors are reported at once.
 */
function readContents(
  files: readonly ParsedFile[],
  root: ParsedFile | undefined,
  addMessage: AddMessage,
): Contents | undefined {
  const placed = readUsers(files, addMessage);
  const placedTests = readTests(files, addMessage);
  const placedAccess = readAccessUsers(files, addMessage);
  if (root === undefined) return undefined;
  const addProblem = root.source.problemsTo(addMessage);
  const account = readAccount(root, addProblem);
  const scope = readScope(root, addProblem);
  const policy = readPolicy(root, addProblem);
  const groups = readGroups(root, addProblem);
  const policies = closestPolicies(root, policy, groups, placed, addMessage);
  const guards = readGuards(root, addProblem);
  const protects = readProtected(root, addProblem);
  const ignore = readIgnore(root, addProblem);
  const owners = readOwns(root, addProblem);
  const limits = readLimits(root, addProblem);
  const freeze = readFreeze(root, addProblem);
  checkScope(placed.values(), scope, root, addMessage);
  checkProtected(placed.values(), { protects, self: guards.self }, addMessage);
  checkOwners(root, owners, { users: placed, tests: placedTests, access: placedAccess }, addMessage);
  return {
    version: 1,
    account,
    scope,
    policy,
    policies,
    owns: new Map(owners.map((owner) => [owner.pattern, ownedBy(owner, root)])),
    protected: protects,
    ignore: ignore.map(({ rule }) => rule),
    guards,
    limits,
    freeze,
    users: new Map([...placed].map(([email, { user }]) => [email, user])),
    tests: placedTests.map(({ test }) => test),
    accessUsers: [...placedAccess.values()].map(({ wanted }) => wanted),
    domains: readDomains(files),
    warnings: () =>
      findWarnings({ files, root, users: placed, ignore, protects, owners, access: placedAccess }),
  };
}

/** How the files write their domains. The first spelling counts. */
function readDomains(files: readonly ParsedFile[]): WrittenDomains {
  const found = new Map<string, string>();
  for (const { source, tree } of files) {
    // Nearly every file is in ASCII. An escape can hide a letter that is not.
    if (!/\P{ASCII}|\\/u.test(source.text)) continue;
    for (const text of textsOf(tree)) {
      const [compared, written] = writtenDomain(text) ?? [];
      if (compared !== undefined && written !== undefined && !found.has(compared))
        found.set(compared, written);
    }
  }
  return found;
}

/**
 * Finds the root file: the one that sets `version`. Reports if there is none, or more than one. In both cases, and if
 * the key is misspelt, it still returns the files to check against the root file's schema, so that no error is reported
 * twice.
 *
 * @param allRead Whether every file could be read. A file that could not may be the root file.
 */
export function findRoot(
  files: readonly ParsedFile[],
  allRead: boolean,
  addMessage: AddMessage,
): ReadonlySet<ParsedFile> {
  const roots = files.filter((file) => pairAt(file.tree, "version") !== undefined);
  const [first, second] = roots;
  if (first !== undefined && second !== undefined) addTwoRoots(first, roots.slice(1), addMessage);
  if (first !== undefined) return new Set(roots);
  const misspelt = files.filter((file) =>
    keysOf(file.tree).some((key) => nearest(key, rootKeys) === "version"),
  );
  if (misspelt.length > 0) return new Set(misspelt);
  // The schema reports a file that is not a mapping, and that file may have been meant as the root file.
  if (allRead && files.every(({ tree }) => tree.kind === "map")) addNoRoot(files, addMessage);
  return new Set(files.filter((file) => keysOf(file.tree).some((key) => rootKeys.includes(key))));
}

function keysOf(tree: TreeNode): readonly string[] {
  return tree.kind === "map" ? [...tree.pairs.keys()] : [];
}

function addTwoRoots(first: ParsedFile, others: readonly ParsedFile[], addMessage: AddMessage): void {
  const place = (file: ParsedFile) => pairAt(file.tree, "version")?.keyStart ?? 0;
  for (const other of others)
    addMessage(
      other.source.message({
        code: "allowlist/two-roots",
        offset: place(other),
        text: `${other.source.file} sets \`version\`, and so does ${first.source.file}: only one file can be the root file`,
        fix: "keep `version` and the other keys of the root file in one of them, and only `users`, `tests` and `accessUsers` in the other",
        related: [{ text: "the other root file", source: first.source.position(place(first)) }],
      }),
    );
}

function addNoRoot(files: readonly ParsedFile[], addMessage: AddMessage): void {
  const names = files.map((file) => file.source.file);
  const listed = names.slice(0, 5).join(", ") + (names.length > 5 ? `, and ${names.length - 5} more` : "");
  addMessage({
    code: "allowlist/no-root",
    text: `no file sets \`version\`, so there is no root file; files read: ${listed === "" ? "none" : listed}`,
    fix: "write `version: 1` as the first line of the root file (usually allowlist.yaml)",
    related: files.slice(0, 5).map((file) => ({ text: "was read", source: file.source.position(0) })),
  });
}
