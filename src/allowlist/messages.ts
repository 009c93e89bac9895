import { isAbsolute, relative, sep } from "node:path";
import { escapeText } from "../text/escape.js";
import { excerpt } from "../text/lines.js";
import { compare, counted, shown } from "../text/words.js";

/** Something wrong with the desired state: where, what, and what to do. */
export interface Message {
  /** Stable, for machines: `allowlist/unknown-key`. */
  readonly code: MessageCode;
  readonly text: string;
  /** What to do about it. */
  readonly fix?: string;
  /** The lines of the file that would be right, as an example of the fix. */
  readonly right?: readonly string[];
  readonly source?: SourcePosition;
  /** The offending line as it stands in the file, without its line break. */
  readonly line?: string;
  /** Further places that have to do with it, as the other of two entries that contradict each other. */
  readonly related?: readonly { readonly text: string; readonly source: SourcePosition }[];
  /** Of a warning: what it speaks of, in facts that stay; with `code` it is the warning's identity. */
  readonly subject?: readonly string[];
}

/** The allowlist cannot be used. Carries every message that was found, in the order of files and lines. */
export class AllowlistError extends Error {
  override readonly name = "AllowlistError";

  constructor(readonly messages: readonly Message[]) {
    super(`the allowlist has ${counted(messages.length, "error")}`);
  }
}

/** A place in an allowlist file; `line` and `column` count from 1, `file` is relative to the project's folder. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** More messages than this are counted and not listed. */
export const mostMessages = 1000;

/** Messages in the order of files and lines, those without a place first. */
export function inOrder(messages: readonly Message[]): readonly Message[] {
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

/**
 * Every code that a message can carry, with its meaning in one line: those about the allowlist itself, and the few that
 * only the account, or the allowlist's own tests, bring up. Codes are stable.
 */
export const messageMeanings = {
  "access-users/ambiguous":
    "Several Access users have one address that `accessUsers` names, and which is meant cannot be told.",
  "allowlist/absent-and-listed":
    "Warning: an Access user is to be absent, and entries allow devices of that user.",
  "allowlist/alias":
    "The file has an anchor (`&name`) or an alias (`*name`): it would not mean what it says where it stands.",
  "allowlist/any-device": "Warning: an entry allows every device of its user.",
  "allowlist/bad-date": "A day or a time is not written as one, or is not in the calendar.",
  "allowlist/bad-duration":
    "A length of time is not a whole number with a unit, or is zero where that would loop.",
  "allowlist/bad-email":
    "Something that must be an e-mail address, or an e-mail domain, is not shaped like one.",
  "allowlist/bad-key": "A key is not text: a number, a boolean, nothing, a list or a mapping.",
  "allowlist/bad-pattern": "A pattern for files is an extended glob, or has too many alternatives.",
  "allowlist/bad-value": "A value has the right type and is still none of the values that are allowed there.",
  "allowlist/contradiction": "Two statements of the allowlist cannot both be followed.",
  "allowlist/directive":
    "The file holds a YAML directive (`%YAML`, `%TAG`); YAML 1.2 without directives is read.",
  "allowlist/duplicate-entry": "A user has the same match with the same state twice.",
  "allowlist/duplicate-key": "A mapping has the same key twice.",
  "allowlist/duplicate-user": "A user stands in two places, perhaps spelt differently.",
  "allowlist/empty-file": "A file holds nothing, or comments only.",
  "allowlist/group-conflict": "A user is in two groups that differ on a setting.",
  "allowlist/hidden-character":
    "The file holds a raw control, bidirectional or zero-width character that misleads a reviewer.",
  "allowlist/ignored-and-protected":
    "Warning: what is ignored is protected as well, so that the reason is never shown.",
  "allowlist/may-contradict":
    "Warning: wherever an entry matches, another entry of the user asks for another state.",
  "allowlist/merge-key": "The file uses the merge key `<<`, which YAML 1.2 does not have.",
  "allowlist/missing-file": "A pattern that was given matches no file.",
  "allowlist/missing-key": "A key that must be there is not.",
  "allowlist/needless-trust": "`trustName` stands where nothing goes by a name alone.",
  "allowlist/no-files": "The default patterns match no file: there is no allowlist yet.",
  "allowlist/no-root": "None of the files says `version`, so none is the root file.",
  "allowlist/no-users": "The allowlist names no user at all, and would leave everybody unlisted.",
  "allowlist/not-owned":
    "A user file speaks about an e-mail that `owns` gives to another file, or not to this one.",
  "allowlist/not-utf8": "A file is not UTF-8.",
  "allowlist/null-value": "A key or a list item has no value.",
  "allowlist/odd-serial":
    "Warning: a serial number or hardware id holds quotes, blanks or letters of another script.",
  "allowlist/other-account": "The allowlist is for another account (`account`) than the run.",
  "allowlist/out-of-scope": "A user is outside `scope`, so that the entries could never matter.",
  "allowlist/outside-project":
    "A file or pattern leads out of the project's folder, or through a linked folder.",
  "allowlist/owner-without-file": "Warning: a pattern of `owns` matches no user file.",
  "allowlist/past-entry": "Warning: the last day of an entry is past, so that it says nothing any more.",
  "allowlist/placeholder-serial":
    "A serial number is one that vendors leave on many machines, and tells no device apart.",
  "allowlist/quote-it": "Text is missing its quotes, and YAML reads it as something else.",
  "allowlist/root-only":
    "A key that belongs in the root file stands in a user file, or in the policy of a group or user.",
  "allowlist/said-twice": "One thing is said in two ways in the same place.",
  "allowlist/shadowed": "Warning: another entry of the user says the same wherever this one matches.",
  "allowlist/shared-machine":
    "Warning: two users may both have the machine with one serial number or hardware id.",
  "allowlist/syntax": "The file is not well-formed YAML.",
  "allowlist/tag": "The file uses a YAML tag (`!name`, `!!type`).",
  "allowlist/test-failed": "A test of the allowlist (`tests`) expects another decision than is made.",
  "allowlist/too-deep": "Collections are nested deeper than any allowlist needs.",
  "allowlist/too-large": "A file is larger, or has more parts, than is read.",
  "allowlist/too-long": "A text is longer than is allowed there.",
  "allowlist/too-many": "More problems were found than are listed.",
  "allowlist/two-roots": "More than one file says `version`.",
  "allowlist/unknown-key": "A key has no meaning there.",
  "allowlist/unread-file":
    "Warning: a file looks as if it belonged to the allowlist, and no pattern matches it.",
  "allowlist/unreadable": "A file or folder cannot be read.",
  "allowlist/unsupported-version": "The root file's `version` is not one that is understood.",
  "allowlist/weak-match":
    "Warning: something goes by a device's name alone, which the device's user can choose.",
  "allowlist/wrong-type": "A value is of the wrong kind, as a list where a mapping must stand.",
} as const;

/** The code of a message. */
export type MessageCode = keyof typeof messageMeanings;

/** All codes, sorted; a documentation page can be held against it. */
export const messageCodes = Object.keys(messageMeanings).sort() as readonly MessageCode[];

/** The longest piece of text in a message; what is longer comes from a file and not from this project. */
const longest = 1000;

/**
 * Messages for a terminal or a log: for each its place, text and code, the line with a caret, what to do, and the
 * places that have to do with it; then how many there are. Text from files is escaped (`escapeText`). Without a
 * line break at the end.
 */
export function formatMessages(messages: readonly Message[], what: "error" | "warning" = "error"): string {
  return [...messages.map(formatMessage), countLine(messages, what)].join("\n\n");
}

function formatMessage(message: Message): string {
  const { code, text, fix, right = [], source, line, related = [] } = message;
  const place = source === undefined ? "" : `${formatPosition(source)}: `;
  const rows = [`${place}${escapeText(text, longest)} [${escapeText(code)}]`];
  if (source !== undefined && line !== undefined && line.trim() !== "")
    rows.push(...excerpt(line, source.line, source.column));
  if (fix !== undefined) rows.push(`  fix: ${escapeText(fix, longest)}`);
  for (const one of right) rows.push(`    | ${escapeText(one, longest)}`);
  for (const other of related)
    rows.push(`  see: ${formatPosition(other.source)}: ${escapeText(other.text, longest)}`);
  return rows.join("\n");
}

/** A place as editors and terminals make links of it: `file:line:column`. */
function formatPosition({ file, line, column }: SourcePosition): string {
  return `${escapeText(file, longest)}:${line}:${column}`;
}

function countLine(messages: readonly Message[], what: string): string {
  const errors = counted(messages.length, what);
  const files = new Set(messages.flatMap(({ source }) => source?.file ?? [])).size;
  return files === 0 ? errors : `${errors} in ${counted(files, "file")}`;
}

/** Whether a real path is below the real path of the project's folder. */
export function inside(root: string, real: string): boolean {
  const way = relative(root, real);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** The beginning of a file: where a message about the file as a whole points. */
export function beginning(file: string): SourcePosition {
  return { file, line: 1, column: 1 };
}

/** A file or pattern that leads out of the project's folder. */
export function outside(what: string, file?: string): Message {
  return {
    code: "allowlist/outside-project",
    text: `${what} leads out of the project's folder, and is not read`,
    fix: "keep the allowlist in the project's folder, where its changes are reviewed",
    ...(file === undefined ? {} : { source: beginning(file) }),
  };
}

/** A folder that is a symbolic link, to wherever. */
export function linkedFolder(name: string, isInside: boolean): Message {
  return {
    code: "allowlist/outside-project",
    text: `the folder ${shown(name)} is a symbolic link${isInside ? "" : " out of the project's folder"}; linked folders are not read`,
    fix: "put the files into a folder of the project, or write a pattern that does not pass the link",
  };
}

/** A file or folder that the system does not let us read, or that is neither. */
export function unreadable(name: string, error: unknown): Message {
  const code = error instanceof Error && "code" in error ? String(error.code) : "it is not a regular file";
  return {
    code: "allowlist/unreadable",
    text: `${shown(name)} cannot be read: ${reasons[code] ?? code}`,
    fix: "correct its permissions, or remove it",
    source: beginning(name),
  };
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENOENT: "there is no such file (a link that leads nowhere?)",
  ELOOP: "its links lead in a circle",
  EISDIR: "it is a folder",
};
