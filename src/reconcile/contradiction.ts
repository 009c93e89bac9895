/** Entries that ask for different states of one registration: what only the live account shows. */

import type { Message } from "../allowlist/message.js";
import type { Draft } from "./draft.js";
import { named } from "./naming.js";

/** What an exception decides contradicts nothing, whatever its entries say. */
export function contradictions(drafts: readonly Draft[]): Message[] {
  return drafts.flatMap(({ candidate: { match, registration, email }, decision }) => {
    if (match.kind !== "contradiction" || decision.reason.code !== "contradiction") return [];
    const [one, other] = match.entries;
    return [
      {
        code: "allowlist/contradiction",
        text: `two entries ask for different states of ${named(registration, email)}: ${one.state} here, ${other.state} at line ${other.source.line}`,
        fix: "make one of them more specific (registration beats serial and hardwareId, then device, name, nameGlob), or remove one",
        source: one.source,
        related: [{ text: `the entry that asks for ${other.state}`, source: other.source }],
      },
    ];
  });
}
