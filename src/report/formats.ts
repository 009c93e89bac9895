/** Every form in which a report, or the messages about an allowlist, can be had. */

import type { Message } from "../allowlist/message.js";
import type { ReportDocument } from "./document.js";
import { renderText } from "./text.js";

/** What a renderer may be told besides the document. */
export interface RenderOptions {
  /** Show personal data (evidence) in text, Markdown and annotations too; HTML and JSON always show what there is. */
  readonly evidence?: boolean | undefined;
  /** Tells one stack's pull request comment from another's; it goes into the comment's first line. */
  readonly marker?: string | undefined;
  /** Where the plan's JSON is kept, so that the next command can name it. */
  readonly planFile?: string | undefined;
}

export const formatNames = ["text", "markdown", "html", "json", "sarif", "junit", "github"] as const;

export type Format = (typeof formatNames)[number];

/** The forms that `validate` knows. */
export const messageFormatNames = ["text", "json", "sarif", "junit", "github"] as const;

export type MessageFormat = (typeof messageFormatNames)[number];

/** A whole document as one text. Ends with one line break; Markdown and GitHub are empty where there is nothing to say. */
export function render(format: Format, document: ReportDocument, _options: RenderOptions = {}): string {
  if (format === "text") return `${renderText(document)}\n`;
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** The messages about an allowlist as one text; none where it is valid. */
export function renderMessages(_format: MessageFormat, messages: readonly Message[]): string {
  return `${JSON.stringify({ version: 1, messages }, null, 2)}\n`;
}
