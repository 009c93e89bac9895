/** Two stacks on one account: what one revokes the other may let in. */

import type { Scope } from "../allowlist/allowlist.js";
import type { Registration } from "../cloudflare/types.js";
import type { Finding } from "./finding.js";
import { isInScope, userOf } from "./scope.js";

/** Another stack of the same project on the same account. */
export interface Sibling {
  readonly stack: string;
  /** What it decides about; undefined where its allowlist could not be read, with the reason. */
  readonly scope: Scope | { readonly unreadable: string };
}

/** One finding for each other stack that has some of these registrations in its scope too. */
export function reportOverlap(
  siblings: readonly Sibling[],
  scope: Scope,
  registrations: readonly Registration[],
): Finding[] {
  return siblings.flatMap((sibling) => {
    if ("unreadable" in sibling.scope) {
      const text = `stack ${sibling.stack} is on this account too, and whether its scope overlaps cannot be told: ${sibling.scope.unreadable}`;
      return [{ code: "overlapping-stack", text, registrations: [] }];
    }
    const other = sibling.scope;
    const shared = registrations.filter((one) => {
      const email = userOf(one);
      return isInScope(one, email, scope) && isInScope(one, email, other);
    });
    if (shared.length === 0) return [];
    const text = `stack ${sibling.stack} has ${shared.length} of these registrations in its scope too, and may undo what this one does: give each stack a scope of its own`;
    return [{ code: "overlapping-stack", text, registrations: shared.map(({ id }) => id).sort() }];
  });
}
