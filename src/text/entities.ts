/** The one way from a text of unknown origin into a sink that knows character entities (HTML, XML, Markdown). */

import { escapeText } from "./escape.js";

/** What {@link escapeText} makes of the characters by which Pulumi and CI runners are commanded. */
const commands = /\\u\{(?:3c|25|3a|23)\}/;

/**
 * Makes an escape of the characters that mean something to a sink (a class, as `[&<>]`): they become numeric entities.
 *
 * Hidden characters become visible as {@link escapeText} says. The characters that command CI runners become entities
 * too, so that they read as they are (`2001:db8::1`) and still command nobody where the file is printed as it stands.
 */
function entityEscape(special: RegExp): (text: string, max: number) => string {
  const pattern = new RegExp(`${commands.source}|${special.source}`, "g");
  return (text, max) => escapeText(text, max).replace(pattern, entity);
}

function entity(found: string): string {
  return found.length > 1 ? `&#x${found.slice(3, -1)};` : `&#${found.charCodeAt(0)};`;
}

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

/** A word that no forge makes a link, a mention, an issue, a commit or an emoji of. */
const plain =
  /^["'(]*(?!www\.|gh-|[0-9a-f]{7,64}$)[\p{L}\p{M}\p{N}]+(?:[.,'-][\p{L}\p{M}\p{N}]+)*["'),.;:]*$/iu;

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
      .split(/`([^`]+)`/u)
      .map((part, index) => (index % 2 === 1 ? inCode(markdownEntities(part, Infinity)) : words(part)))
      .join("")
      .replaceAll("</code> <code>", " ")
      .trim(),
  );
}

/** Punctuation around a word stays outside of the code that the word is put into. */
const wrapped = /^(["'(]*)(.*?)(["'),.;:]*)$/su;

function words(text: string): string {
  return text
    .split(/( +)/u)
    .map((word, index) => {
      if (index % 2 === 1) return " ";
      const [, before = "", core = "", after = ""] = wrapped.exec(word) ?? [];
      if (core === "" || plain.test(word)) return markdownEntities(word, Infinity);
      const [left, inside, right] = [before, core, after].map((one) => markdownEntities(one, Infinity));
      return `${left ?? ""}${inCode(inside ?? "")}${right ?? ""}`;
    })
    .join("");
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

/** So much of one text is shown; the JSON report has it whole. */
const LONGEST_XML = 1000;

const xmlEntities = entityEscape(/[&<>"']/);

/** Text for an element's content or a quoted attribute of XML 1.0, in which most controls are not allowed at all. */
export function escapeXml(text: string, max = LONGEST_XML): string {
  return xmlEntities(text, max);
}
