/** What is shown of whatever was thrown. */

import { formatMessages } from "../allowlist/format.js";
import { AllowlistError } from "../allowlist/message.js";
import { CloudflareError } from "../cloudflare/index.js";
import { escapeText } from "../escape.js";
import { ReportError } from "../report/file.js";
import { ReviewedPlanError } from "../report/reviewed-plan.js";
import { SettingError } from "../report/setting-error.js";
import { SimulatorError } from "../simulator/index.js";
import { UserError } from "./user-error.js";

/** Their messages say all that a user needs. */
const USER_ERRORS = [
  UserError,
  CloudflareError,
  ReportError,
  ReviewedPlanError,
  SettingError,
  SimulatorError,
];

/** What to print, escaped; only a bug shows where it is. */
export function errorText(thrown: unknown): string {
  return escapeText(words(thrown), Infinity, { keepLineFeeds: true, keepTabs: true });
}

function words(thrown: unknown): string {
  if (thrown instanceof AllowlistError) return formatMessages(thrown.messages);
  if (USER_ERRORS.some((kind) => thrown instanceof kind)) return `error: ${(thrown as Error).message}`;
  const trace = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return `error: this is a bug in warp-registrations; please report it with these lines\n${trace}`;
}
