/** Access users in lines: what is due, what goes along, and what waits. */

import { escapeText } from "../escape.js";
import type { ReportDocument, ReportedAccessUser } from "./document.js";
import { withPlace } from "./text-lines.js";
import { userOutcomes, usersDue } from "./user-wording.js";
import { wrap } from "./wrap.js";

/** Where the reasons stand, below the user. */
const USER_INDENT = " ".repeat(13);

const USER_SIGNS: Readonly<Record<ReportedAccessUser["action"], string>> = {
  create: "+",
  rename: "~",
  delete: "x",
  keep: "=",
};

/** Nothing where no act is due. */
export function userLines(document: ReportDocument): string[] {
  const told = userOutcomes(document);
  const lines = usersDue(document).flatMap((user) => {
    const { action, email, id, text, source, pending } = user;
    const which = id === undefined ? "" : ` (${escapeText(id, 60)})`;
    const below = [
      ...(pending ? [`pending (${pending.why}): ${pending.text}`] : []),
      ...(told?.has(email) ? [`${told.get(email)}`] : []),
    ];
    return [
      ...wrap(
        "  ",
        `${USER_SIGNS[action]} ${action.padEnd(8)} ${escapeText(email, 300)}${which}`,
        USER_INDENT,
      ),
      ...withPlace(USER_INDENT, text, source),
      ...below.flatMap((line) => wrap(USER_INDENT, escapeText(line, 400))),
    ];
  });
  return lines.length === 0 ? [] : ["Access users:", ...lines];
}
