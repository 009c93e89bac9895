/** The change of an allowlist that allows some registrations, proven by reading and planning it. */

import type { Allowlist, Entry } from "../allowlist/allowlist.js";
import { AllowlistError } from "../allowlist/message.js";
import { parseAllowlist, type AllowlistFile } from "../allowlist/parse.js";
import { applyEdits, CannotEdit, type TextEdit } from "../allowlist/write-edits.js";
import { entryLines, type NewEntry } from "../allowlist/write-entry.js";
import { fileOfNewUser } from "../allowlist/write-place.js";
import { addToFile } from "../allowlist/write-users.js";
import type { WholeInventory } from "../inventory.js";
import { narrowInventory } from "../inventory.js";
import { makePlan, type Plan } from "../reconcile/plan.js";
import { hasOnlyGained } from "./accept-gained.js";
import type { OpenAllowlist } from "./accept-files.js";
import { UserError } from "./user-error.js";

/** A user's new entry. */
export interface Wanted {
  readonly email: string;
  readonly entry: NewEntry;
}

export interface ChangedFile extends AllowlistFile {
  readonly before: string;
  readonly edits: readonly TextEdit[];
}

export interface AllowlistChange {
  readonly files: readonly ChangedFile[];
  readonly plan: Plan;
}

export interface ChangeTerms {
  readonly whole: WholeInventory;
  readonly asOf: Date;
  /** Where users are put who are not listed yet. */
  readonly file?: string | undefined;
}

/** Plans as the terms say. */
export function planOf(allowlist: Allowlist, { whole, asOf }: ChangeTerms): Plan {
  return makePlan(allowlist, narrowInventory(whole, allowlist), asOf);
}

/**
 * Adds the entries, reads the result and plans it.
 *
 * @throws AllowlistError where the result would not be valid
 * @throws UserError where a file cannot be changed without changing more than that
 */
export function changeAllowlist(
  open: OpenAllowlist,
  wanted: readonly Wanted[],
  terms: ChangeTerms,
): AllowlistChange {
  const byFile = new Map<string, Map<string, NewEntry[]>>();
  for (const { email, entry } of wanted) {
    const file = fileFor(open, email, terms.file);
    const users = byFile.get(file) ?? new Map<string, NewEntry[]>();
    byFile.set(file, users.set(email, [...(users.get(email) ?? []), entry]));
  }
  const changed = open.files.flatMap((file): ChangedFile[] => {
    const additions = byFile.get(file.file);
    if (!additions) return [];
    const edits = edit(file, additions);
    return [{ file: file.file, before: file.text, text: applyEdits(file.text, edits), edits }];
  });
  const texts = new Map(changed.map(({ file, text }) => [file, text]));
  const after = open.files.map(({ file, text }) => ({ file, text: texts.get(file) ?? text }));
  const { allowlist, messages } = parseAllowlist(after);
  if (!allowlist) throw new AllowlistError(messages);
  const [first] = changed;
  if (!hasOnlyGained(open.allowlist, allowlist, wanted))
    throw byHand(first?.file ?? "", "the change would do more than add entries", wanted);
  return { files: changed, plan: planOf(allowlist, terms) };
}

function fileFor({ allowlist, files }: OpenAllowlist, email: string, wanted: string | undefined): string {
  const there = allowlist.users.get(email)?.source.file;
  if (there !== undefined) {
    if (wanted === undefined || wanted === there) return there;
    throw new UserError(`${email}: stands in ${there}, and one user stands in one file`, "leave out --file");
  }
  const file = wanted ?? fileOfNewUser(files, email) ?? "";
  if (files.some((known) => known.file === file)) return file;
  throw new UserError(
    `${file}: is no file of this allowlist`,
    `give one of: ${files.map((known) => known.file).join(", ")}; or make it first, with the text: users: {}`,
  );
}

function edit(file: AllowlistFile, additions: ReadonlyMap<string, readonly NewEntry[]>): readonly TextEdit[] {
  try {
    return addToFile(file, additions);
  } catch (error) {
    if (!(error instanceof CannotEdit)) throw error;
    const wanted = [...additions].flatMap(([email, entries]) => entries.map((entry) => ({ email, entry })));
    throw byHand(file.file, error.message, wanted);
  }
}

function byHand(file: string, why: string, wanted: readonly Wanted[]): UserError {
  const lines = wanted.flatMap(({ email, entry }) => [`    ${email}:`, ...entryLines(entry, "      ")]);
  return new UserError(
    `${file}: cannot be changed by this command: ${why}`,
    `add by hand:\n${lines.join("\n")}`,
  );
}

/** Whether two entries match by the same keys and values. */
export function sameEntry(one: Pick<Entry, "match">, other: Pick<Entry, "match">): boolean {
  return JSON.stringify(one.match) === JSON.stringify(other.match);
}
