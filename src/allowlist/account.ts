/** `account`: which account, or accounts, an allowlist is for. */

import type { Allowlist } from "./allowlist.js";
import { AllowlistError } from "./message.js";
import { shown } from "./nearest.js";
import type { SourcePosition } from "./policy.js";
import type { ParsedFile } from "./root-file.js";
import type { Tell } from "./source-text.js";
import { textNode, valueAt, type TreeNode } from "./tree.js";

/** What to do about something that is no account id. */
export const ACCOUNT_ID_FORM =
  "an account id is 32 hex digits; it stands in the dashboard's address: https://dash.cloudflare.com/<id>";

/** Whether a text has the form of an account id: 32 hex digits. */
export function isAccountId(text: string): boolean {
  return /^[\da-f]{32}$/iu.test(text);
}

/** The root file's account ids in lower case, each with its line; none where it is for any account. */
export function readAccount(root: ParsedFile, tell: Tell): ReadonlyMap<string, SourcePosition> {
  const node = valueAt(root.tree, "account");
  const found = new Map<string, SourcePosition>();
  const items: readonly TreeNode[] = node?.kind === "list" ? node.items : node === undefined ? [] : [node];
  for (const item of items) {
    const id = textNode(item);
    const key = id?.value.toLowerCase() ?? "";
    if (id === undefined || !isAccountId(key))
      tell({
        code: "allowlist/bad-value",
        offset: item.start,
        text: id === undefined ? "this is not an account id" : `${shown(id.value)} is not an account id`,
        fix: ACCOUNT_ID_FORM,
      });
    else if (!found.has(key)) found.set(key, root.source.position(id.start));
  }
  return found;
}

/**
 * Refuses an allowlist that is for another account: every device of the account at hand would be unlisted in it. To be
 * asked before the account is.
 *
 * @throws AllowlistError
 */
export function checkAccount({ account }: Pick<Allowlist, "account">, live: string): void {
  const [first] = account;
  if (first === undefined || account.has(live.toLowerCase())) return;
  const [id, source] = first;
  const ids = account.size === 1 ? `account ${id}` : `${account.size} accounts (${id}, …)`;
  throw new AllowlistError([
    {
      code: "allowlist/other-account",
      text: `this allowlist is for ${ids}, and the run is about account ${live}`,
      fix: "run it on its own account, or name the allowlist of this one; where it is meant for both, list both ids under `account`",
      source,
    },
  ]);
}
