import { styleText } from "node:util";
import { escapeText } from "./escape.js";

/** How wide a text is that goes to no terminal: into a log, a file, a mail. */
const PIPED = 80;

/** What a paragraph means to a reader, which a terminal shows as a colour. */
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

/** How a paragraph is laid out. */
export interface LineStyle {
  /** What lines after the first stand behind; two blanks more than the first, unless said. */
  readonly hanging?: string | undefined;
  /** Never broken, so that it can be copied. */
  readonly unbroken?: boolean | undefined;
  readonly tone?: Tone | undefined;
}

/** One paragraph of a text, escaped: broken into lines only when the width is known. */
export interface Line extends LineStyle {
  readonly indent: string;
  readonly text: string;
}

export function line(indent: string, text: string, style: LineStyle = {}): Line {
  return { indent, text, ...style };
}

/** Paragraphs as one text, no line of which is wider, but for what is never broken. */
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

/** Whether there are colours was decided by whoever asks; the text was escaped, so it brings none of its own. */
function coloured(row: string, tone: Tone): string {
  return styleText(STYLES[tone], row, { validateStream: false });
}

/** A text that is broken between its parts (`a; b`) alone, as long as they fit a line. */
export function together(text: string): string {
  const parts = text.split(/(?<=;) /u);
  return parts.map((part) => (columnsOf(part) < PIPED - 4 ? part.replaceAll(" ", GLUE) : part)).join(" ");
}

/** A blank at which no line is broken; no text holds one, since {@link escapeText} shows it as an escape. */
const GLUE = "\u00a0";

/** The place of a line, and an address: broken in two, neither could be copied or searched for. */
const unbreakable = /^[^\s]{1,200}\.ya?ml:\d+[);.,]*$|^[\w.+@-]{1,72}$/u;

/** What takes two columns: East Asian Width `W` and `F` (UAX #11), and what is drawn as an emoji by itself. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18aff}\u{1aff0}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

/** What takes none: marks on the letter before, vowels of Korean syllables, and what is there only to join or part. */
const none = /[\p{Mn}\p{Me}\u1160-\u11ff\u200b-\u200f\u2060-\u2064\ufeff]/u;

/** Makes an emoji, and so two columns, of the character before. */
const EMOJI_STYLE = "\ufe0f";

// Of our own: libraries for it that are kept up are ES modules alone, which Node 22 before 22.12 cannot `require`.

/** How many columns of a terminal a text takes; of emoji that are joined to one, as many as they take one by one. */
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

/** Breaks a line between words, and inside a word that is longer than a line; what follows stands further in. */
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

/**
 * A line of a file with a caret under a column, both indented alike; the line is escaped, and cut around the column
 * to fit {@link PIPED}.
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
  return cell === "\t" ? 8 : columnsOf(cell);
}
