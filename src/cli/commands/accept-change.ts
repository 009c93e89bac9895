/** The change of an allowlist that allows some registrations. It is proven by reading and planning the result. */

import { createHash } from "node:crypto";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { AllowlistError } from "../../allowlist/messages.js";
import type { Allowlist, Entry } from "../../allowlist/model.js";
import { type AllowlistFile, parseAllowlist } from "../../allowlist/parse.js";
import { entryLines, type NewEntry } from "../../allowlist/write-entry.js";
import { addToFile, applyEdits, CannotEdit, fileOfNewUser, type TextEdit } from "../../allowlist/write.js";
import { makePlan, type Plan } from "../../reconcile/plan.js";
import { narrowInventory, type FullInventory } from "../../run/account.js";
import { readTestedAllowlist } from "../../run/reconcile.js";
import { LARGEST_YAML, readInput, reasonOf } from "../../text/files.js";
import { groupBy } from "../../text/words.js";
import { UserError } from "../command.js";

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

export interface ChangeContext {
  readonly full: FullInventory;
  readonly asOf: Date;
  /** The file for users who are not listed yet. */
  readonly file?: string | undefined;
}

/** Makes a plan in this context. */
export function planOf(allowlist: Allowlist, { full, asOf }: ChangeContext): Plan {
  return makePlan(allowlist, narrowInventory(full, allowlist), asOf);
}

/**
 * Adds the entries, reads the result and plans it.
 *
 * @throws AllowlistError if the result would not be valid
 * @throws UserError if a file cannot be changed without changing more than that
 */
export function changeAllowlist(
  open: OpenAllowlist,
  wanted: readonly Wanted[],
  context: ChangeContext,
): AllowlistChange {
  const byFile = groupBy(wanted, ({ email }) => fileFor(open, email, context.file));
  const changed = open.files.flatMap((file): ChangedFile[] => {
    const own = byFile.get(file.file);
    if (!own) return [];
    const edits = edit(file, own);
    return [{ file: file.file, before: file.text, text: applyEdits(file.text, edits), edits }];
  });
  const texts = new Map(changed.map(({ file, text }) => [file, text]));
  const after = open.files.map(({ file, text }) => ({ file, text: texts.get(file) ?? text }));
  const { allowlist, messages } = parseAllowlist(after);
  if (!allowlist) throw new AllowlistError(messages);
  const [first] = changed;
  if (!hasOnlyGained(open.allowlist, allowlist, wanted))
    throw byHand(first?.file ?? "", "the change would do more than add entries", wanted);
  return { files: changed, plan: planOf(allowlist, context) };
}

function fileFor({ allowlist, files }: OpenAllowlist, email: string, wanted: string | undefined): string {
  const there = allowlist.users.get(email)?.source.file;
  if (there !== undefined) {
    if (wanted === undefined || wanted === there) return there;
    throw new UserError(
      `${email}: is already in ${there}, and one file holds all entries of a user`,
      "omit --file",
    );
  }
  const file = wanted ?? fileOfNewUser(files, email) ?? "";
  if (files.some((known) => known.file === file)) return file;
  throw new UserError(
    `${file}: is not a file of this allowlist`,
    `give one of: ${files.map((known) => known.file).join(", ")}; or create it first, with the text: users: {}`,
  );
}

function edit(file: AllowlistFile, wanted: readonly Wanted[]): readonly TextEdit[] {
  const byUser = groupBy(wanted, ({ email }) => email);
  const entriesOf = (all: readonly Wanted[]) => all.map(({ entry }) => entry);
  try {
    return addToFile(file, new Map([...byUser].map(([email, all]) => [email, entriesOf(all)])));
  } catch (error) {
    if (!(error instanceof CannotEdit)) throw error;
    throw byHand(file.file, error.message, [...byUser.values()].flat());
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

// Whether a change added these entries and nothing else, whatever the text of a file looks like.

export function hasOnlyGained(before: Allowlist, after: Allowlist, wanted: readonly Wanted[]): boolean {
  const users = new Map(
    [...before.users].map(([email, { entries, state }]) => [email, { entries: [...entries], state }]),
  );
  const expected = new Map<string, { entries: object[]; state: unknown }>(users);
  for (const { email, entry } of wanted) {
    const user = expected.get(email) ?? { entries: [], state: undefined };
    expected.set(email, { ...user, entries: [...user.entries, entry] });
  }
  const found = new Map([...after.users].map(([email, { entries, state }]) => [email, { entries, state }]));
  return (
    isDeepStrictEqual(plain(rest(before)), plain(rest(after))) &&
    isDeepStrictEqual(plain(expected), plain(found))
  );
}

/** The allowlist without its users, and without facts about its files. */
function rest({
  users: _users,
  files: _files,
  warnings: _warnings,
  domains: _domains,
  ...others
}: Allowlist): object {
  return others;
}

/** The value without places. Only lists keep an order. */
function plain(value: unknown): unknown {
  if (value instanceof Map) return new Map([...value].map(([key, one]) => [key, plain(one)]));
  if (value instanceof Set || value instanceof Date) return value;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, one]) => key !== "source" && one !== undefined)
      .map(([key, one]) => [key, plain(one)]),
  );
}

// The allowlist with the texts of its files, ready to be changed and read again.

export interface OpenAllowlist {
  readonly allowlist: Allowlist;
  readonly files: readonly AllowlistFile[];
}

/** The byte order mark that some editors put before the text. Reading removes it. */
export const BOM = "\ufeff";

export async function openAllowlist(
  folder: string,
  patterns: readonly string[] = [],
  now: Date,
): Promise<OpenAllowlist> {
  const allowlist = await readTestedAllowlist({ root: folder, patterns }, now);
  const files = allowlist.files.map(({ file, digest }) => {
    const text = readFileText(folder, file).replace(BOM, "");
    if (createHash("sha256").update(text).digest("hex") !== digest)
      throw new UserError(`${file}: changed while it was read`, "run the command again");
    return { file, text };
  });
  return { allowlist, files };
}

/** The file's text with its byte order mark. */
export function readFileText(folder: string, file: string): string {
  try {
    return readInput(join(folder, file), LARGEST_YAML);
  } catch (error) {
    throw new UserError(`${file}: cannot be read: ${reasonOf(error)}`, undefined, { cause: error });
  }
}
