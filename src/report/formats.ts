/** Every format of a report, and of the messages about an allowlist. */

import { formatMessages, type Message } from "../allowlist/messages.js";
import { showDomains } from "../allowlist/values.js";
import { itemFields } from "../reconcile/items.js";
import { jsonText } from "../text/escape.js";
import type { ReportDocument } from "./document.js";
import { renderGithub, renderGithubMessages } from "./github.js";
import { renderHtml } from "./html.js";
import { renderJunit, renderJunitMessages } from "./junit.js";
import { renderMarkdown } from "./markdown.js";
import { renderSarif, renderSarifMessages } from "./sarif.js";
import { renderText } from "./text.js";
import type { RenderOptions } from "./words.js";

export const formatNames = ["text", "markdown", "html", "json", "sarif", "junit", "github"] as const;

export type Format = (typeof formatNames)[number];

/** The formats of messages about an allowlist. */
export const messageFormatNames = ["text", "json", "sarif", "junit", "github"] as const;

export type MessageFormat = (typeof messageFormatNames)[number];

export const formats: Readonly<
  Record<Format, (document: ReportDocument, options?: RenderOptions) => string>
> = {
  text: (document, options) => `${renderText(document, options)}\n`,
  markdown: renderMarkdown,
  html: renderHtml,
  json: (document) => `${jsonText(document, 2)}\n`,
  sarif: renderSarif,
  junit: renderJunit,
  github: renderGithub,
};

const messageFormats: Readonly<Record<MessageFormat, (messages: readonly Message[]) => string>> = {
  text: (messages) => (messages.length === 0 ? "" : `${formatMessages(messages)}\n`),
  json: (messages) => `${jsonText({ version: 1, messages }, 2)}\n`,
  sarif: renderSarifMessages,
  junit: renderJunitMessages,
  github: renderGithubMessages,
};

/**
 * A whole document as one text that ends with a line break; Markdown and GitHub are empty if there is nothing to say.
 */
export function render(format: Format, document: ReportDocument, options: RenderOptions = {}): string {
  return formats[format](format === "json" ? document : forPeople(document), options);
}

/** The document with addresses as its texts show them: with domains as the allowlist writes them. */
function forPeople(document: ReportDocument): ReportDocument {
  const { domains, decisions, skipped } = document;
  if (domains === undefined) return document;
  const show = showDomains(new Map(Object.entries(domains)));
  const shown = <T extends { readonly email?: string }>(one: T): T =>
    one.email === undefined ? one : { ...one, email: show(one.email) };
  return {
    ...document,
    decisions: decisions.map((one) => ({
      ...one,
      registration: { ...one.registration, user: shown(one.registration.user) },
    })),
    ...Object.fromEntries(itemFields.map((field) => [field, document[field]?.map(shown)])),
    skipped: skipped.map((one) => ({ ...one, user: show(one.user) })),
    guards: document.guards.map(({ users, ...guard }) => ({
      ...guard,
      ...(users && { users: users.map(show) }),
    })),
  };
}

/** The messages about an allowlist as one text; text and GitHub are empty if there are none. */
export function renderMessages(format: MessageFormat, messages: readonly Message[]): string {
  return messageFormats[format](messages);
}
