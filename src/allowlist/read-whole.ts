import type { Allowlist } from "./allowlist.js";
import { readAccount } from "./account.js";
import { checkOwners } from "./check-owners.js";
import { closestPolicies } from "./closest-policy.js";
import { checkProtected } from "./check-protected.js";
import { checkScope } from "./check-scope.js";
import { writtenDomain, type WrittenDomains } from "./email.js";
import type { Message } from "./message.js";
import { readAccessUsers } from "./read-access-users.js";
import { readGroups } from "./read-groups.js";
import { readGuards } from "./read-guards.js";
import { readIgnore } from "./read-ignore.js";
import { readFreeze, readLimits } from "./read-limits.js";
import { readProtected, readScope } from "./read-lists.js";
import { readOwns } from "./read-owns.js";
import { readPolicy } from "./read-policy.js";
import { readTests } from "./read-tests.js";
import { readUsers } from "./read-users.js";
import type { ParsedFile } from "./root-file.js";
import { textsOf } from "./tree.js";
import { findWarnings } from "./warnings.js";

type Report = (message: Message) => void;

/** What the files say, without what was read from where; undefined without a root file. */
export type Whole = Omit<Allowlist, "files" | "warnings"> & {
  /** Found only when they are asked for: where something is wrong, nobody looks at them. */
  readonly warnings: () => readonly Message[];
};

/**
 * Reads what the files say, and checks what only the whole can tell. Every file's users, tests and Access users are
 * read even where there is no root file, so that all that is wrong is told at once.
 */
export function readWhole(
  files: readonly ParsedFile[],
  root: ParsedFile | undefined,
  report: Report,
): Whole | undefined {
  const placed = readUsers(files, report);
  const placedTests = readTests(files, report);
  const placedAccess = readAccessUsers(files, report);
  if (root === undefined) return undefined;
  const tell = root.source.teller(report);
  const account = readAccount(root, tell);
  const scope = readScope(root, tell);
  const policy = readPolicy(root, tell);
  const groups = readGroups(root, tell);
  const policies = closestPolicies(root, policy, groups, placed, report);
  const guards = readGuards(root, tell);
  const protects = readProtected(root, tell);
  const ignore = readIgnore(root, tell);
  const owners = readOwns(root, tell);
  const limits = readLimits(root, tell);
  const freeze = readFreeze(root, tell);
  checkScope(placed.values(), scope, root, report);
  checkProtected(placed.values(), { protects, self: guards.self }, report);
  checkOwners(root, owners, { users: placed, tests: placedTests, access: placedAccess }, report);
  return {
    version: 1,
    account,
    scope,
    policy,
    policies,
    protected: protects,
    ignore: ignore.map(({ rule }) => rule),
    guards,
    limits,
    ...(freeze === undefined ? {} : { freeze }),
    users: new Map([...placed].map(([email, { user }]) => [email, user])),
    tests: placedTests.map(({ test }) => test),
    accessUsers: [...placedAccess.values()].map(({ wanted }) => wanted),
    domains: readDomains(files),
    warnings: () =>
      findWarnings({ files, root, users: placed, ignore, protects, owners, access: placedAccess }),
  };
}

/** How the files write their domains, wherever they do so; the first way counts. */
function readDomains(files: readonly ParsedFile[]): WrittenDomains {
  const found = new Map<string, string>();
  for (const { source, tree } of files) {
    // Nearly every file is in ASCII; an escape can hide a letter that is not.
    if (!/\P{ASCII}|\\/u.test(source.text)) continue;
    for (const text of textsOf(tree)) {
      const [compared, written] = writtenDomain(text) ?? [];
      if (compared !== undefined && written !== undefined && !found.has(compared))
        found.set(compared, written);
    }
  }
  return found;
}
