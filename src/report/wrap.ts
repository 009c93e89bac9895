/** What fits a terminal of 100 columns within Pulumi's own indentation. */
export const COLUMNS = 96;

/** Breaks a line between words, and inside a word that is longer than a line; what follows stands further in. */
export function wrap(indent: string, text: string, hanging = `${indent}  `): string[] {
  const piece = new RegExp(`.{1,${COLUMNS - hanging.length}}`, "gu");
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(" ").flatMap((whole) => whole.match(piece) ?? [""])) {
    const begun = line.length > (lines.length === 0 ? indent : hanging).length;
    if (begun && line.length + 1 + word.length > COLUMNS) {
      lines.push(line);
      line = hanging + word;
    } else {
      line += begun ? ` ${word}` : word;
    }
  }
  return [...lines, line];
}
