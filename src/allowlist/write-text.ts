/** Pieces of YAML made from text of unknown origin, such that the readers of this folder take them for just that text. */

import { stringify } from "yaml";
import { escapeText } from "../escape.js";

const OPTIONS = { lineWidth: 0, doubleQuotedAsJSON: true } as const;

/** What stands in double quotes and is not to be seen raw: `hidden-characters.ts` refuses most of it. */
const hidden = /\p{C}|\p{Zl}|\p{Zp}/gu;

/**
 * A text in double quotes, on one line: without them YAML and its older readers take some serial numbers for numbers,
 * dates or a yes. Characters that a reader does not see are written as escapes.
 */
export function quotedText(text: string): string {
  const quoted = stringify(text, { ...OPTIONS, defaultStringType: "QUOTE_DOUBLE" }).trimEnd();
  return quoted.replace(hidden, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return code.length > 4 ? `\\U${code.padStart(8, "0")}` : `\\u${code.padStart(4, "0")}`;
  });
}

/** A key, quoted where YAML needs it. */
export function keyText(key: string): string {
  const plain = stringify({ [key]: 0 }, OPTIONS)
    .trimEnd()
    .slice(0, -": 0".length);
  return /^[\x21-\x7e]*$/u.test(plain) && !plain.startsWith("? ") ? plain : quotedText(key);
}

/** A comment's text on one line, whatever stands in it; cut to `most` characters. */
export function commentText(text: string, most = 100): string {
  return `# ${escapeText(text, most)}`.trimEnd();
}
