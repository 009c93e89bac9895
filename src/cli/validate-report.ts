/** The verdict on an allowlist in each format. */

import { formatMessages } from "../allowlist/format.js";
import type { Message } from "../allowlist/message.js";
import { renderMessages, type MessageFormat } from "../report/formats.js";
import { counted } from "../counted.js";

/** What was found out about an allowlist. */
export interface Verdict {
  readonly errors: readonly Message[];
  readonly warnings: readonly Message[];
  /** Where it is valid: what it holds, in one line. */
  readonly summary?: string;
}

/** Warnings are in text, JSON (`severity`) and annotations; SARIF and JUnit know errors alone, since each is a failure there. */
export function renderVerdict(format: MessageFormat, verdict: Verdict): string {
  const { errors, warnings } = verdict;
  switch (format) {
    case "text":
      return toText(verdict);
    case "json":
      return renderMessages(format, [
        ...errors.map((message) => ({ severity: "error", ...message })),
        ...warnings.map((message) => ({ severity: "warning", ...message })),
      ]);
    case "github":
      // A line holds one command, and no text of a message can begin another.
      return (
        renderMessages(format, errors) + renderMessages(format, warnings).replace(/^::error/gmu, "::warning")
      );
    case "sarif":
    case "junit":
      return renderMessages(format, errors);
  }
}

function toText({ errors, warnings, summary }: Verdict): string {
  const parts: string[] = [];
  // The same words as the Pulumi program's, but for the last ones, which count errors.
  const words = warnings.length === 0 ? [] : formatMessages(warnings).split("\n\n").slice(0, -1);
  if (words.length > 0)
    parts.push(...words.map((text) => `warning: ${text}`), counted(words.length, "warning"));
  if (errors.length > 0) parts.push(formatMessages(errors));
  else if (summary !== undefined) parts.push(summary);
  return parts.join("\n\n");
}
