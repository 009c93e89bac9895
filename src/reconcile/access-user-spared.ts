/** Who is never deleted, whatever `accessUsers` says. */

import type { Allowlist, SourcePosition } from "../allowlist/allowlist.js";
import { domainOf } from "../allowlist/email.js";
import type { Message } from "../allowlist/message.js";
import type { Registration } from "../cloudflare/types.js";
import type { AccessUserDecision } from "./access-user.js";
import { named, quoted } from "./naming.js";

/**
 * A deletion takes along what is protected, the operator's own, or what another stack decides about: each is a
 * contradiction within the allowlist that names both of its lines.
 */
export function whyNotDeleted(
  { email, source, registrations: taken }: AccessUserDecision,
  { protected: protects, guards, scope }: Pick<Allowlist, "protected" | "guards" | "scope">,
  registrations: readonly Registration[],
): Message[] {
  const problems: Message[] = [];
  const contradicts = (what: string, where: SourcePosition | undefined) => {
    if (where === undefined) return;
    problems.push({
      code: "allowlist/contradiction",
      text: `the Access user ${quoted(email)} is to be deleted here, and ${what} at ${where.file}:${where.line}`,
      fix: "remove one of the two",
      source,
      related: [{ text: "what stands against it", source: where }],
    });
  };
  contradicts("is protected", protects.users.get(email));
  contradicts("runs this tool", guards.self.get(email));
  const ids = new Set(taken);
  for (const one of registrations) {
    if (!ids.has(one.id)) continue;
    const which = `the registration ${named(one, email)}, which may go with it, is protected`;
    contradicts(which, protects.registrations.get(one.id) ?? protects.devices.get(one.device.id));
  }
  if (isOutside(email, scope)) problems.push(outOfScope(email, source));
  return problems;
}

function isOutside(email: string, { emails, emailDomains }: Allowlist["scope"]): boolean {
  if (emails.size === 0 && emailDomains.size === 0) return false;
  return !emails.has(email) && !emailDomains.has(domainOf(email));
}

function outOfScope(email: string, source: SourcePosition): Message {
  return {
    code: "allowlist/out-of-scope",
    text: `the Access user ${quoted(email)} is to be deleted, and is outside \`scope\``,
    fix: "add the domain to `scope.emailDomains` or the address to `scope.emails`, or take the user out of `accessUsers`",
    source,
  };
}
