import { styleText } from "node:util";
import { escapeText } from "./escape.js";

/** The width of a text that does not go to a terminal: for a log, a file, a mail. */
const PIPED = 80;

/** What a paragraph means to a reader. A terminal shows it as a colour. */
export type Tone = keyof typeof STYLES;

const STYLES = {
  title: ["bold"],
  problem: ["bold", "red"],
  /** What cannot be undone. */
  final: ["bold", "red"],
  alert: ["bold", "magenta"],
  "cut-off": ["yellow"],
  "let-in": ["green"],
} satisfies Record<string, Parameters<typeof styleText>[0]>;

export interface LineStyle {
  /** The beginning of every line after the first. Default: the indent of the first with two more blanks. */
  readonly hanging?: string | undefined;
  /** Never broken, so that it can be copied. */
  readonly unbroken?: boolean | undefined;
  readonly tone?: Tone | undefined;
}

/** One paragraph of a text, escaped. It is broken into lines once the width is known. */
export interface Line extends LineStyle {
  readonly indent: string;
  readonly text: string;
}

export function line(indent: string, text: string, style: LineStyle = {}): Line {
  return { indent, text, ...style };
}

/** Paragraphs as one text. No line is wider than `columns`, except what is never broken. */
export function layOut(
  lines: readonly Line[],
  {
    columns,
    colour = false,
  }: { readonly columns?: number | undefined; readonly colour?: boolean | undefined } = {},
): string {
  return lines
    .flatMap(({ indent, text, hanging, unbroken, tone }) => {
      const rows = unbroken === true ? [indent + text] : wrap(indent, text, hanging, columns);
      return colour && tone !== undefined ? rows.map((row) => coloured(row, tone)) : rows;
    })
    .join("\n")
    .replaceAll(GLUE, " ");
}

/** The caller decides whether there are colours. The text was escaped, so it has no colours of its own. */
function coloured(row: string, tone: Tone): string {
  return styleText(STYLES[tone], row, { validateStream: false });
}

/** A text that is broken only between its parts (`a; b`), if each part fits on a line. */
export function together(text: string): string {
  const parts = text.split(/(?<=;) /u);
  return parts.map((part) => (columnsOf(part) < PIPED - 4 ? part.replaceAll(" ", GLUE) : part)).join(" ");
}

/** A blank at which no line is broken. No text contains one, because {@link escapeText} shows it as an escape. */
const GLUE = "\u00a0";

/** The place of a line, and an address: if it were broken in two, nobody could copy or search for it. */
const unbreakable = /^[^\s]{1,200}\.ya?ml:\d+[);.,]*$|^[\w.+@-]{1,72}$/u;

/** Characters with two columns: East Asian Width `W` and `F` (UAX #11), and those that are an emoji by default. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18aff}\u{1aff0}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

/** Characters without a column: marks on the letter before, vowels of Korean syllables, and joiners and separators. */
const none = /[\p{Mn}\p{Me}\u1160-\u11ff\u200b-\u200f\u2060-\u2064\ufeff]/u;

/** Makes an emoji, and so two columns, of the character before it. */
const EMOJI_STYLE = "\ufe0f";

// This is our own: maintained libraries for it are ES modules only, which Node 22 before 22.12 cannot `require`.

/** The columns that a text takes on a terminal. Emoji that are joined to one count as many columns as separate ones. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text)
    columns += character < "\u0300" || character === EMOJI_STYLE ? 1 : columnsOfOne(character);
  return columns;
}

function columnsOfOne(character: string): number {
  if (none.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

/** Breaks a line between words, and inside a word that is longer than a line. Later lines are indented further. */
function wrap(indent: string, text: string, hanging = `${indent}  `, columns = PIPED): string[] {
  const lines: string[] = [];
  let row = indent;
  let begun = false;
  for (const word of text.split(" ").flatMap((whole) => pieces(whole, columns - hanging.length))) {
    if (begun && columnsOf(row) + 1 + columnsOf(word) > columns) {
      lines.push(row);
      row = hanging + word;
    } else {
      row += begun ? ` ${word}` : word;
    }
    begun = true;
  }
  return [...lines, row];
}

/** A word in pieces that each fit on a line. */
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

/**
 * A line of a file with a caret under a column, both with the same indent. The line is escaped, and cut around the
 * column to fit {@link PIPED}.
 *
 * @param column From 1, in code points.
 */
export function excerpt(line: string, lineNumber: number, column: number): readonly [string, string] {
  const gutter = `  ${lineNumber} | `;
  const cells = Array.from(line, (character) => escapeText(character, Infinity, { keepTabs: true }));
  const caret = Math.min(Math.max(column - 1, 0), cells.length);
  const room = PIPED - gutter.length - 2;
  const [from, to] = totalWidth(cells) <= room ? [0, cells.length] : window(cells, caret, room);
  const before = (from > 0 ? "…" : "") + cells.slice(from, caret).join("");
  const after = cells.slice(caret, to).join("") + (to < cells.length ? "…" : "");
  // Escape the whole again: some of what is escaped consists of several characters.
  const shown = escapeText(before + after, Infinity, { keepTabs: true });
  return [gutter + shown, `${" ".repeat(gutter.length - 2)}| ${blank(before)}^`];
}

/** The cells around the caret that fit. Those before it take at most two thirds of the room, unless fewer follow. */
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

/** Blanks as wide as the text. Tabs stay, because only the terminal knows their width. */
function blank(text: string): string {
  return Array.from(text, (character) => (character === "\t" ? "\t" : " ".repeat(width(character)))).join("");
}

function totalWidth(cells: readonly string[]): number {
  return cells.reduce((sum, cell) => sum + width(cell), 0);
}

/** The columns of one character, or of its escape. */
function width(cell: string): number {
  return cell === "\t" ? 8 : columnsOf(cell);
}
