import type { Message } from "../allowlist/message.js";
import type { Finding } from "./finding.js";

/** A warning about the allowlist among the findings about the account. */
export function toFinding({ text, fix, source, related }: Message): Finding {
  return {
    code: "warning",
    text: fix === undefined ? text : `${text}; ${fix}`,
    ...(source && { source }),
    ...(related && { related }),
    registrations: [],
  };
}
