/** The one way from a text of unknown origin into a format with character entities (HTML, XML, Markdown). */

import { escapeText } from "./escape.js";

/** What {@link escapeText} makes of characters that are commands to Pulumi and CI runners. */
const commands = /\\u\{(?:3c|25|3a|23)\}/;

/**
 * Makes a function that escapes a format's special characters (a class, as `[&<>]`) to numeric entities.
 *
 * Hidden characters become visible as in {@link escapeText}. Characters that are commands to CI runners become entities
 * too: they look unchanged (`2001:db8::1`), and are not a command where the file is printed as it is.
 */
function entityEscape(special: RegExp): (text: string, max: number) => string {
  const pattern = new RegExp(`${commands.source}|${special.source}`, "g");
  return (text, max) => escapeText(text, max).replace(pattern, entity);
}

function entity(found: string): string {
  return found.length > 1 ? `&#x${found.slice(3, -1)};` : `&#${found.charCodeAt(0)};`;
}

/** At most this much of one text is shown. The JSON report has all of it. */
const LONGEST_HTML = 1000;

const htmlEntities = entityEscape(/[&<>"'`=]/);

export function escapeHtml(text: string, max = LONGEST_HTML): string {
  return htmlEntities(text, max);
}

/** Text in its own element, so that right-to-left letters do not reorder the text around them. */
export function isolated(text: string, max = LONGEST_HTML): string {
  return `<bdi>${escapeHtml(text, max)}</bdi>`;
}

/** A word that no forge turns into a link, a mention, an issue, a commit or an emoji. */
const plain =
  /^["'(]*(?!www\.|gh-|[0-9a-f]{7,64}$)[\p{L}\p{M}\p{N}]+(?:[.,'-][\p{L}\p{M}\p{N}]+)*["'),.;:]*$/iu;

/** Every ASCII punctuation mark except those without a meaning in the middle of a line. */
const markdownEntities = entityEscape(/[!-'*+/:<-@[-`{-~]/);

/** Escaped text may be at most this many times as long as `max`. If it is longer, less of the text is shown. */
const GROWTH = 4;

/**
 * Text for a table cell or a line of a Markdown comment on GitHub and GitLab. Punctuation with a meaning in Markdown
 * becomes an entity, so that the text holds no Markdown or HTML. Words that the forge would still act on after
 * rendering (`@everyone`, `#12`, addresses) are in `<code>`, where it ignores them: see {@link inCode}.
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

/** Punctuation around a word stays outside its `<code>`. */
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

/** A name or an id in `<code>`. */
export function codeMarkdown(text: string, max = 100): string {
  return bounded(max, (most) => inCode(markdownEntities(text, most)));
}

/** Where GFM's autolinks would recognise an address, in escaped text. */
const address = /(?<=www)(?=\.)|(?=&#64;)|(?<=&#58;)(?=&#47;)/giu;

/**
 * Puts escaped text into an element that a forge ignores. The parser itself makes links of addresses even there, some
 * of them after decoding the entities. It does not do so across a tag, and `<wbr>` is invisible and is not copied.
 */
function inCode(escaped: string): string {
  return `<code>${escaped.replace(address, "<wbr>")}</code>`;
}

/** Limits the length of a result: in a comment, one device's odd name must not crowd out the rows of others. */
function bounded(max: number, escaped: (most: number) => string): string {
  let most = max;
  let result = escaped(most);
  while (result.length > GROWTH * max && most > 1) {
    most = Math.floor(most / 2);
    result = escaped(most);
  }
  return result;
}

/** At most this much of one text is shown. The JSON report has all of it. */
const LONGEST_XML = 1000;

const xmlEntities = entityEscape(/[&<>"']/);

/** Text for an element's content or a quoted attribute of XML 1.0, which does not allow most controls. */
export function escapeXml(text: string, max = LONGEST_XML): string {
  return xmlEntities(text, max);
}
