import type { SourcePosition } from "../allowlist/allowlist.js";
import { escapeText } from "../escape.js";
import { wrap } from "./wrap.js";

/** A raw text with the line that says so behind it. */
export function withPlace(
  indent: string,
  text: string,
  source: SourcePosition | undefined,
  hanging?: string,
): string[] {
  const place = source ? ` (${escapeText(source.file, 200)}:${source.line})` : "";
  return wrap(indent, escapeText(text, 400) + place, hanging);
}
