import { DEFAULT_PATTERNS } from "./allowlist/read.js";

/** Config holds one text: several globs are separated by commas, but not by those inside `{a,b}`. */
export function splitPatterns(text: string | undefined): readonly string[] {
  if (text === undefined) return DEFAULT_PATTERNS;
  return text
    .split(/,(?![^{]*\})/u)
    .map((pattern) => pattern.trim())
    .filter((pattern) => pattern !== "");
}
