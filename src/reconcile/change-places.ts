import type { SourcePosition } from "../allowlist/allowlist.js";
import type { Finding } from "./finding.js";

/** What is new points into the new files, what it took the place of into the old ones. */
export function places(
  now: SourcePosition | undefined,
  before: SourcePosition | undefined,
): Pick<Finding, "source" | "related"> {
  return {
    ...(now && { source: now }),
    ...(before && { related: [{ text: "before the change", source: before }] }),
  };
}
