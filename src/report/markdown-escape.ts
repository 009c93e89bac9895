import { escapeText } from "../escape.js";
import { entityEscape } from "./entities.js";

/** A word that no forge makes a link, a mention, an issue, a commit or an emoji of. */
const plain =
  /^["'(]*(?!www\.|gh-|[0-9a-f]{7,64}$)[\p{L}\p{M}\p{N}]+(?:[.'-][\p{L}\p{M}\p{N}]+)*["'),.;:]*$/iu;

/** Every ASCII punctuation mark but those that mean nothing in the middle of a line. */
const markdownEntities = entityEscape(/[!-'*+/:<-@[-`{-~]/);

/** So many times as long as it is asked to be a text may become by escaping; beyond that, less of it is shown. */
const GROWTH = 4;

/**
 * Text for a table cell or a line of a Markdown comment on GitHub and GitLab. Punctuation that Markdown knows is an
 * entity, so that nothing of it is Markdown or HTML. Words that the forge would still act on after rendering
 * (`@everyone`, `#12`, addresses) stand in `<code>`, where it does not look for them, as {@link inCode} says.
 */
export function escapeMarkdown(text: string, max = 200): string {
  return bounded(max, (most) =>
    escapeText(text, most)
      .split(/ +/u)
      .filter((word) => word !== "")
      .map((word) =>
        plain.test(word) ? markdownEntities(word, Infinity) : inCode(markdownEntities(word, Infinity)),
      )
      .join(" ")
      .replaceAll("</code> <code>", " "),
  );
}

/** A name or an id. */
export function codeMarkdown(text: string, max = 100): string {
  return bounded(max, (most) => inCode(markdownEntities(text, most)));
}

/** Where an address begins to be one for GFM's autolinks, as it reads after escaping. */
const address = /(?<=www)(?=\.)|(?=&#64;)|(?<=&#58;)(?=&#47;)/giu;

/**
 * What is escaped, in an element where a forge looks for nothing. The parser itself makes links of addresses even
 * there, some of them after it has decoded the entities: but not across a tag, and `<wbr>` shows and copies as nothing.
 */
function inCode(escaped: string): string {
  return `<code>${escaped.replace(address, "<wbr>")}</code>`;
}

/** A comment has room for so much: one device's odd name must not crowd out the rows of others. */
function bounded(max: number, escaped: (most: number) => string): string {
  let most = max;
  let result = escaped(most);
  while (result.length > GROWTH * max && most > 1) {
    most = Math.floor(most / 2);
    result = escaped(most);
  }
  return result;
}
