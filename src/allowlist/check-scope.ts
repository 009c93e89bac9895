import type { Scope } from "./allowlist.js";
import { domainOf } from "./email.js";
import type { Message } from "./message.js";
import { shown } from "./nearest.js";
import type { PlacedUser } from "./placed.js";
import type { ParsedFile } from "./root-file.js";
import { pairAt, valueAt } from "./tree.js";

/** A user whom the scope's e-mails and domains leave out: the entries could never matter. */
export function checkScope(
  users: Iterable<PlacedUser>,
  scope: Scope,
  root: ParsedFile,
  report: (message: Message) => void,
): void {
  if (scope.emails.size === 0 && scope.emailDomains.size === 0) return;
  const section = valueAt(root.tree, "scope");
  const criterion = pairAt(section, "emailDomains") ?? pairAt(section, "emails");
  const source = root.source.position(criterion?.keyStart ?? 0);
  for (const { user, pair, source: text } of users) {
    if (scope.emails.has(user.email) || scope.emailDomains.has(domainOf(user.email))) continue;
    report(
      text.message({
        code: "allowlist/out-of-scope",
        offset: pair.keyStart,
        text: `the user ${shown(user.written ?? user.email)} is outside the scope of ${source.file}:${source.line}, so the entries could never matter`,
        fix: "add the domain to `scope.emailDomains` or the address to `scope.emails`, or remove the user",
        related: [{ text: "the scope", source }],
      }),
    );
  }
}
