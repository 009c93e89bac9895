import { isAbsolute, relative, sep } from "node:path";
import { escapeText } from "../text/escape.js";
import { codeOf, reasonOf } from "../text/files.js";
import { excerpt } from "../text/lines.js";
import { compare, counted, shown } from "../text/words.js";
import type { MessageCode } from "./message-codes.js";

/** Something wrong with the desired state: where it is, what it is, and what to do. */
export interface Message {
  /** Stable, for machines: `allowlist/contradiction`. @asType string @minLength 1 */
  readonly code: MessageCode;
  /** What is wrong. */
  readonly text: string;
  /** What to do about it. */
  readonly fix?: string | undefined;
  /** The lines of the file as they should be, as an example of the fix. */
  readonly right?: readonly string[] | undefined;
  /** The place that the message is about. */
  readonly source?: SourcePosition | undefined;
  /** That line of the file, without its line break. */
  readonly line?: string | undefined;
  /** Further places that matter, such as the other of two entries that contradict each other. @title Related places */
  readonly related?: readonly RelatedPlace[] | undefined;
  /** Only for a warning: what it is about, in facts that do not change. With `code` it identifies the warning. */
  readonly subject?: readonly string[];
}

/** Takes a message to be shown. */
export type AddMessage = (message: Message) => void;

/** The allowlist cannot be used. Carries every message, in the order of files and lines. */
export class AllowlistError extends Error {
  override readonly name = "AllowlistError";

  constructor(readonly messages: readonly Message[]) {
    super(`the allowlist has ${counted(messages.length, "error")}`);
  }
}

/** A place in a file of the allowlist. @title Place */
export interface SourcePosition {
  /** Relative to the project's folder. */
  readonly file: string;
  /** Counts from 1. @minimum 1 */
  readonly line: number;
  /** Counts from 1. @minimum 1 */
  readonly column: number;
}

/** One further place. @title Related place */
export interface RelatedPlace {
  /** What is there. @title What */
  readonly text: string;
  /** Where it is. */
  readonly source: SourcePosition;
}

/** The most messages that are listed. Further ones are only counted. */
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
    fix: "correct the ones above first",
  };
  return [...sorted.slice(0, mostMessages), more];
}

/** The longest piece of text in a message. Longer text comes from a file, not from this project. */
const longest = 1000;

/**
 * Messages for a terminal or a log. Each has its place, text and code, the line with a caret, what to do, and related
 * places. The number of messages comes last. Text from files is escaped (`escapeText`). There is no line break at the
 * end.
 */
export function formatMessages(messages: readonly Message[], what: "error" | "warning" = "error"): string {
  return [...messages.map(formatMessage), countLine(messages, what)].join("\n\n");
}

/** Formats one message. */
export function formatMessage(message: Message): string {
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

/** A place in the form that editors and terminals turn into a link: `file:line:column`. */
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

/** The beginning of a file, for a message about the whole file. */
export function beginning(file: string): SourcePosition {
  return { file, line: 1, column: 1 };
}

/** A file or pattern that leads out of the project's folder. */
export function outside(what: string, file?: string): Message {
  return {
    code: "allowlist/outside-project",
    text: `${what} is outside the project's folder, and is not read`,
    fix: "keep the allowlist in the project's folder, where its changes are reviewed",
    source: file === undefined ? undefined : beginning(file),
  };
}

/** A folder that is a symbolic link, wherever it leads. */
export function linkedFolder(name: string, isInside: boolean): Message {
  return {
    code: "allowlist/outside-project",
    text: `the folder ${shown(name)} is a symbolic link${isInside ? "" : " to outside the project's folder"}; linked folders are not read`,
    fix: "move the files to a folder of the project, or write a pattern that does not go through the link",
  };
}

/** A file or folder that the system does not let us read, or a path that is neither. */
export function unreadable(name: string, error: unknown): Message {
  const isMissing = codeOf(error) === "ENOENT";
  const why = isMissing ? "there is no such file (a broken link?)" : reasonOf(error);
  return {
    code: "allowlist/unreadable",
    text: `${shown(name)} cannot be read: ${why}`,
    fix: "correct its permissions, or remove it",
    source: beginning(name),
  };
}
