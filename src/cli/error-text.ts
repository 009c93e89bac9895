/** What is shown of whatever was thrown. */

import { formatMessages } from "../allowlist/format.js";
import { AllowlistError } from "../allowlist/message.js";
import { escapeText } from "../escape.js";
import { SimulatorError } from "../simulator/index.js";
import { USER_ERRORS } from "../user-errors.js";
import { UserError } from "./user-error.js";

const KNOWN = [...USER_ERRORS, UserError, SimulatorError];

/** What to print, escaped; only a bug shows where it is. */
export function errorText(thrown: unknown): string {
  return escapeText(words(thrown), Infinity, { keepLineFeeds: true, keepTabs: true });
}

function words(thrown: unknown): string {
  if (thrown instanceof AllowlistError) return formatMessages(thrown.messages);
  if (KNOWN.some((kind) => thrown instanceof kind)) return `error: ${(thrown as Error).message}`;
  const trace = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return `error: this is a bug in warp-registrations; please report it with these lines\n${trace}`;
}
