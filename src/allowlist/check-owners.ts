import { fold } from "./email.js";
import { matchesPattern } from "./glob.js";
import type { Message } from "./message.js";
import { shown } from "./nearest.js";
import type { PlacedUser } from "./placed.js";
import type { PlacedAccessUser } from "./read-access-users.js";
import { covers, type Owner } from "./read-owns.js";
import type { PlacedTest } from "./read-tests.js";
import type { ParsedFile } from "./root-file.js";
import type { SourceText } from "./source-text.js";

/** Everything that speaks about an e-mail. */
export interface Speakers {
  readonly users: ReadonlyMap<string, PlacedUser>;
  readonly tests: readonly PlacedTest[];
  readonly access: ReadonlyMap<string, PlacedAccessUser>;
}

/**
 * An owner's files may speak about its e-mails only, and no other user file may speak about them. The root file may
 * speak about everybody.
 */
export function checkOwners(
  root: ParsedFile,
  owners: readonly Owner[],
  { users, tests, access }: Speakers,
  report: (message: Message) => void,
): void {
  if (owners.length === 0) return;
  const files = new Map<Owner, Map<string, boolean>>(owners.map((owner) => [owner, new Map()]));
  const isFileOf = (owner: Owner, file: string): boolean => {
    const known = files.get(owner);
    const matched = known?.get(file) ?? matchesPattern(owner.pattern, file);
    known?.set(file, matched);
    return matched;
  };
  const check = (email: string, written: string, offset: number, source: SourceText) => {
    if (source === root.source || email === "") return;
    // One breach is told for each e-mail; the others go with it.
    const owner = owners.find((each) => isFileOf(each, source.file) !== covers(each, email));
    if (owner !== undefined) report(breach(root, owner, { email, written, offset, source }));
  };
  for (const { user, pair, source } of users.values()) check(user.email, pair.key, pair.keyStart, source);
  for (const { wanted, pair, source } of access.values())
    check(wanted.email, pair.key, pair.keyStart, source);
  for (const { test, user, source } of tests) check(test.given.user, user.value, user.start, source);
}

interface Place {
  readonly email: string;
  readonly written: string;
  readonly offset: number;
  readonly source: SourceText;
}

function breach(root: ParsedFile, owner: Owner, { email, written, offset, source }: Place): Message {
  const line = root.source.position(owner.pair.keyStart);
  const owns = `${line.file}:${line.line}`;
  const isElsewhere = covers(owner, email);
  return source.message({
    code: "allowlist/not-owned",
    offset,
    text: isElsewhere
      ? `${shown(fold(written))} stands in ${source.file}, but ${owns} gives that e-mail to ${shown(owner.pattern)}`
      : `${shown(fold(written))} stands in ${source.file}, and is none of the e-mails that ${owns} gives to ${shown(owner.pattern)}`,
    fix: isElsewhere
      ? "move it to a file of its owner, or to the root file"
      : "move it to another file, or add the e-mail to `owns`",
    related: [{ text: "the owner", source: line }],
  });
}
