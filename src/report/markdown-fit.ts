/** Sections of a comment within a budget of characters. */

/** A folded section. `rows` are whole lines, each a row of the table or an item that `head` begins. */
export interface MarkdownSection {
  /** Already escaped. */
  readonly title: string;
  readonly open: boolean;
  readonly head: readonly string[];
  readonly rows: readonly string[];
}

/** Enough for the line that counts what is left out. */
const COUNT_LINE = 80;

/** Earlier sections have their rows first; a section is cut at a row, closed, and says how many rows are missing. */
export function fitSections(sections: readonly MarkdownSection[], budget: number): string {
  const frames = sections.map((section) => frame(section, [], 0).length + COUNT_LINE);
  let left = budget - frames.reduce((sum, length) => sum + length, 0);
  return sections
    .map((section) => {
      let fitting = 0;
      for (const row of section.rows) {
        if (row.length + 1 > left) break;
        left -= row.length + 1;
        fitting++;
      }
      // One long row must not leave room for shorter ones of later sections: what is cut, is cut at one place.
      if (fitting < section.rows.length) left = 0;
      return frame(section, section.rows.slice(0, fitting), section.rows.length - fitting);
    })
    .join("");
}

function frame({ title, open, head }: MarkdownSection, rows: readonly string[], missing: number): string {
  const lines = rows.length === 0 && missing > 0 ? [] : [...head, ...rows];
  return [
    "",
    `<details${open ? " open" : ""}><summary>${title}</summary>`,
    "",
    ...lines,
    ...(missing > 0 ? ["", `And ${missing} more: the JSON and HTML reports have them all.`] : []),
    "",
    "</details>",
    "",
  ].join("\n");
}
