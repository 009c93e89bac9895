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
