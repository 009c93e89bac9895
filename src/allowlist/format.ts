import type { SourcePosition } from "./allowlist.js";
import { counted } from "../counted.js";
import { escapeText } from "../escape.js";
import { excerpt } from "./excerpt.js";
import type { Message } from "./message.js";

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
