import { entityEscape } from "./entities.js";

/** So much of one text is shown; the JSON report has it whole. */
const LONGEST_XML = 1000;

const xmlEntities = entityEscape(/[&<>"']/);

/** Text for an element's content or a quoted attribute of XML 1.0, in which most controls are not allowed at all. */
export function escapeXml(text: string, max = LONGEST_XML): string {
  return xmlEntities(text, max);
}
