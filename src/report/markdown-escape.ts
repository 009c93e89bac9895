import { escapeText } from "../escape.js";
import { entityEscape } from "./entities.js";

/** A word that no forge makes a link, a mention, an issue, a commit or an emoji of. */
const plain =
  /^["'(]*(?!www\.|gh-|[0-9a-f]{7,64}$)[\p{L}\p{M}\p{N}]+(?:[.'-][\p{L}\p{M}\p{N}]+)*["'),.;:]*$/iu;

/** Every ASCII punctuation mark but those that mean nothing in the middle of a line. */
const escape = entityEscape(/[!-'*+/:<-@[-`{-~]/);

/**
 * Text for a table cell or a line of a Markdown comment on GitHub and GitLab. Punctuation that Markdown knows is
 * an entity, so that nothing of it is Markdown or HTML. Words that the forge would still act on after rendering
 * (`@everyone`, `#12`, addresses) stand in `<code>`, where it does not look for them.
 */
export function escapeMarkdown(text: string, max = 300): string {
  return escapeText(text, max)
    .split(/ +/u)
    .filter((word) => word !== "")
    .map((word) => (plain.test(word) ? escape(word, Infinity) : codeMarkdown(word, Infinity)))
    .join(" ")
    .replaceAll("</code> <code>", " ");
}

/** A name or an id. */
export function codeMarkdown(text: string, max = 100): string {
  return `<code>${escape(text, max)}</code>`;
}
