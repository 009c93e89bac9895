/** How many characters of a text from outside are shown when nothing else is said. */
const DEFAULT_LIMIT = 300;

/** Control, format (bidi, zero-width), separator, private, unassigned and other characters that show nothing. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}\p{Default_Ignorable_Code_Point}]/gu;

function escapeCharacter(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/**
 * A text from outside made fit for a terminal and for Pulumi's output, on one line and at most `limit` source
 * characters long: what cannot be seen, and what Pulumi's CLI would expand (`<{%` to `%}>`), shows as `\u{…}`.
 */
export function visibleText(text: string, limit: number = DEFAULT_LIMIT): string {
  const cut = text.length > limit ? `${text.slice(0, limit)}…` : text;
  return cut.replace(UNSEEN, escapeCharacter).replaceAll("<{", "<\\u{7b}").replaceAll("}>", "\\u{7d}>");
}
