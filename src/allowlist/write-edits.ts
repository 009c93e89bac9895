/** Changes of a text, told by their places in the text before any of them. */

/** Replaces `start` to `end`, both in UTF-16 code units. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The place cannot be changed without changing more than was asked for. */
export class CannotEdit extends Error {
  override readonly name = "CannotEdit";
}

export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let changed = "";
  let at = 0;
  for (const edit of inOrder(edits)) {
    changed += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return changed + text.slice(at);
}

/** By place; those at one place in the order in which they were made. */
export function inOrder(edits: readonly TextEdit[]): readonly TextEdit[] {
  return edits
    .map((edit, at) => ({ edit, at }))
    .sort((a, b) => a.edit.start - b.edit.start || a.at - b.at)
    .map(({ edit }) => edit);
}

/** The line, from 1, on which a line of the changed text stood before; for an added one, the line it was put before. */
export function lineBefore(text: string, edits: readonly TextEdit[], line: number): number {
  const changed = applyEdits(text, edits).split("\n");
  let offset = changed.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  for (const edit of inOrder(edits)) {
    if (offset <= edit.start) break;
    offset = Math.max(edit.start, offset - edit.text.length + (edit.end - edit.start));
  }
  return text.slice(0, offset).split("\n").length;
}
