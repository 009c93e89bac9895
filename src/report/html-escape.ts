import { entityEscape } from "./entities.js";

/** So much of one text is shown; the JSON report has it whole. */
const LONGEST_HTML = 1000;

const htmlEntities = entityEscape(/[&<>"'`=]/);

/** Text for an element's content or a quoted attribute. */
export function escapeHtml(text: string, max = LONGEST_HTML): string {
  return htmlEntities(text, max);
}

/** Text in an element of its own, so that letters that run right to left do not reorder what stands around them. */
export function isolated(text: string, max = LONGEST_HTML): string {
  return `<bdi>${escapeHtml(text, max)}</bdi>`;
}
