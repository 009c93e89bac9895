import { CloudflareError } from "./cloudflare/index.js";
import { ReportError } from "./report/file.js";
import { ReviewedPlanError } from "./report/reviewed-plan.js";
import { SettingError } from "./report/setting-error.js";

/** What a user or the account can get wrong: the messages of these say all that is needed, without a stack. */
export const USER_ERRORS = [CloudflareError, ReportError, ReviewedPlanError, SettingError] as const;
