import { escapeText } from "./escape.js";

/** What fits a terminal of 100 columns. */
const COLUMNS = 96;

/** The place of a line, and an address: broken in two, neither could be copied or searched for. */
const unbreakable = /^[^\s]{1,200}\.ya?ml:\d+[);.,]*$|^[\w.+@-]{1,72}$/u;

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
export function wrap(indent: string, text: string, hanging = `${indent}  `, columns = COLUMNS): string[] {
  const lines: string[] = [];
  let line = indent;
  let begun = false;
  for (const word of text.split(" ").flatMap((whole) => pieces(whole, columns - hanging.length))) {
    if (begun && columnsOf(line) + 1 + columnsOf(word) > columns) {
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
  if (word.length * 2 <= columns || unbreakable.test(word)) return [word];
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

/** What terminals and log viewers show without wrapping. */
const widest = 100;

/** Characters that take two columns: East Asian wide and full-width ones, and most emoji. */
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/**
 * A line of a file with a caret under a column, both indented alike; the line is escaped, and cut around the column
 * to fit 100 columns.
 *
 * @param column From 1, in code points.
 */
export function excerpt(line: string, lineNumber: number, column: number): readonly [string, string] {
  const gutter = `  ${lineNumber} | `;
  const cells = Array.from(line, (character) => escapeText(character, Infinity, { keepTabs: true }));
  const caret = Math.min(Math.max(column - 1, 0), cells.length);
  const room = widest - gutter.length - 2;
  const [from, to] = totalWidth(cells) <= room ? [0, cells.length] : window(cells, caret, room);
  const before = (from > 0 ? "…" : "") + cells.slice(from, caret).join("");
  const after = cells.slice(caret, to).join("") + (to < cells.length ? "…" : "");
  // Once more as a whole: some of what is escaped is made of several characters.
  const shown = escapeText(before + after, Infinity, { keepTabs: true });
  return [gutter + shown, `${" ".repeat(gutter.length - 2)}| ${blank(before)}^`];
}

/** The cells around the caret that fit: at most two thirds of the room before it. */
function window(cells: readonly string[], caret: number, room: number): [number, number] {
  let from = caret;
  let to = caret;
  let used = 0;
  const take = (index: number, limit: number) => {
    const more = width(cells[index] ?? "");
    if (index < 0 || index >= cells.length || used + more > limit) return false;
    used += more;
    return true;
  };
  while (take(to, Math.floor(room / 3))) to += 1;
  while (take(from - 1, room)) from -= 1;
  while (take(to, room)) to += 1;
  return [from, to];
}

/** Blanks as wide as the text; tabs stay, since only the terminal knows their width. */
function blank(text: string): string {
  return Array.from(text, (character) => (character === "\t" ? "\t" : " ".repeat(width(character)))).join("");
}

function totalWidth(cells: readonly string[]): number {
  return cells.reduce((sum, cell) => sum + width(cell), 0);
}

/** The columns of one character, or of its escape. */
function width(cell: string): number {
  if (cell === "\t") return 8;
  if (/^\p{M}$/u.test(cell)) return 0;
  return wide.test(cell) ? 2 : cell.length === 2 && /^[\ud800-\udbff]/.test(cell) ? 1 : cell.length;
}
