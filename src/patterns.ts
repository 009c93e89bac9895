import { DEFAULT_PATTERNS } from "./allowlist/read.js";

/**
 * Config holds one text: several globs are separated by commas, but not by those inside `{a,b}`; or a list, which
 * Pulumi tells as JSON (`pulumi config set --path 'warp-registrations:allowlist[0]' …`).
 */
export function splitPatterns(text: string | undefined): readonly string[] {
  if (text === undefined) return DEFAULT_PATTERNS;
  return listOf(text) ?? split(text);
}

/** A glob may begin with `[` as well. */
function listOf(text: string): readonly string[] | undefined {
  if (!text.trimStart().startsWith("[")) return undefined;
  try {
    const value = JSON.parse(text) as unknown;
    return Array.isArray(value) && value.every((item) => typeof item === "string") ? value : undefined;
  } catch {
    return undefined;
  }
}

function split(text: string): readonly string[] {
  return text
    .split(/,(?![^{]*\})/u)
    .map((pattern) => pattern.trim())
    .filter((pattern) => pattern !== "");
}
