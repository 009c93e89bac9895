import { compare } from "../compare.js";
import type { SourcePosition } from "./policy.js";
import type { Message } from "./message.js";

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
