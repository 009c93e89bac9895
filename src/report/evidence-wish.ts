/** Whether a run asks for evidence: personal data, so it is off unless somebody says otherwise. */

import { didYouMean } from "../allowlist/nearest.js";
import { escapeText } from "../escape.js";
import { SettingError } from "./setting-error.js";

/** `report`: into the report's file alone; `output`: into the run's output as well. */
export const EVIDENCE_VARIABLE = "WARP_EVIDENCE";

const WISHES = ["no", "report", "output"] as const;

/** @throws SettingError for a wish that means nothing */
export function evidenceWish(env: NodeJS.ProcessEnv): (typeof WISHES)[number] {
  const given = env[EVIDENCE_VARIABLE]?.trim() ?? "";
  if (given === "") return "no";
  const wish = WISHES.find((one) => one === given);
  if (wish !== undefined) return wish;
  throw new SettingError(`${EVIDENCE_VARIABLE} is "${escapeText(given, 40)}"; ${didYouMean(given, WISHES)}`);
}
