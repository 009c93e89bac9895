/** Entries that ask for different states of one registration: what only the live account shows. */

import type { Message } from "../allowlist/message.js";
import type { Decided } from "./decide.js";
import { named } from "./naming.js";

/** What an exception decides contradicts nothing, whatever its entries say. */
export function contradictions({ decisions, matchOf }: Decided): Message[] {
  return decisions.flatMap(({ registration, user, reason, candidate }) => {
    const match = reason.code === "contradiction" ? matchOf(candidate) : undefined;
    if (match?.kind !== "contradiction") return [];
    const [one, other] = match.entries;
    return [
      {
        code: "allowlist/contradiction",
        text: `two entries ask for different states of ${named(registration, user)}: ${one.state} here, ${other.state} at line ${other.source.line}`,
        fix: "make one of them more specific (registration beats serial and hardwareId, then device, name, nameGlob), or remove one",
        source: one.source,
        related: [{ text: `the entry that asks for ${other.state}`, source: other.source }],
      },
    ];
  });
}
