/** The one way from a text of unknown origin into a sink that knows character entities (HTML, XML, Markdown). */

import { escapeText } from "../escape.js";

/** What {@link escapeText} makes of the characters by which Pulumi and CI runners are commanded. */
const commands = /\\u\{(?:3c|25|3a|23)\}/;

/**
 * Makes an escape of the characters that mean something to a sink (a class, as `[&<>]`): they become numeric entities.
 *
 * Hidden characters become visible as {@link escapeText} says. The characters that command CI runners become entities
 * too, so that they read as they are (`2001:db8::1`) and still command nobody where the file is printed as it stands.
 */
export function entityEscape(special: RegExp): (text: string, max: number) => string {
  const pattern = new RegExp(`${commands.source}|${special.source}`, "g");
  return (text, max) => escapeText(text, max).replace(pattern, entity);
}

function entity(found: string): string {
  return found.length > 1 ? `&#x${found.slice(3, -1)};` : `&#${found.charCodeAt(0)};`;
}
