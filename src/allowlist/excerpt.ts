import { escapeText } from "../escape.js";

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
