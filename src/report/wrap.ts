/** What fits a terminal of 100 columns within Pulumi's own indentation. */
export const COLUMNS = 96;

/** What terminals draw two columns wide: East Asian letters, full-width forms and emoji. */
const twoColumns =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u3001-\u303e\uff01-\uff60\uffe0-\uffe6]/u;

/** How many columns of a terminal a text takes, at most: a combining mark counts as one. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += character > "\u10ff" && twoColumns.test(character) ? 2 : 1;
  return columns;
}

/** Breaks a line between words, and inside a word that is longer than a line; what follows stands further in. */
export function wrap(indent: string, text: string, hanging = `${indent}  `): string[] {
  const lines: string[] = [];
  let line = indent;
  let begun = false;
  for (const word of text.split(" ").flatMap((whole) => pieces(whole, COLUMNS - hanging.length))) {
    if (begun && columnsOf(line) + 1 + columnsOf(word) > COLUMNS) {
      lines.push(line);
      line = hanging + word;
    } else {
      line += begun ? ` ${word}` : word;
    }
    begun = true;
  }
  return [...lines, line];
}

/** A word in pieces that each fit. */
function pieces(word: string, columns: number): string[] {
  if (word.length * 2 <= columns) return [word];
  const found: string[] = [];
  let piece = "";
  let width = 0;
  for (const character of word) {
    width += columnsOf(character);
    if (width > columns) {
      found.push(piece);
      piece = "";
      width = columnsOf(character);
    }
    piece += character;
  }
  return [...found, piece];
}
