/** Findings about registrations that are left alone though somebody should look at them. */

import { compare } from "../compare.js";
import { counted } from "../counted.js";
import type { Decision, Rule } from "./decision.js";
import type { Finding, FindingCode } from "./finding.js";
import { named } from "./naming.js";

/** One finding a registration, and for users that the allowlist does not know one a user. */
export function reportLeft(decisions: readonly Decision[]): Finding[] {
  const findings: Finding[] = [];
  const byUser = new Map<string, Decision[]>();
  for (const decision of decisions) {
    if (decision.desired !== "as-is") continue;
    const { code } = decision.reason;
    if (code === "unknown-user" || code === "no-user") {
      if (decision.live === "revoked") continue;
      const group = byUser.get(decision.user);
      if (group) group.push(decision);
      else byUser.set(decision.user, [decision]);
    } else if (isTold(code) && (decision.live === "active" || REVOKED_TOO.has(code))) {
      const { id } = decision.registration;
      const text = `${named(decision.registration, decision.user)} is left alone: ${decision.reason.text}`;
      findings.push({ code, text, source: decision.source, registrations: [id] });
    }
  }
  const users = [...byUser].sort(([a], [b]) => compare(a, b));
  return [...findings, ...users.map(([user, group]) => aboutUser(user, group))];
}

/** Protected and ignored registrations are left alone on purpose, older ones by nature. */
function isTold(code: Rule): code is Rule & FindingCode {
  return TOLD.has(code);
}

const TOLD: ReadonlySet<Rule> = new Set<Rule>([
  "unknown-hardware",
  "listed-revoked",
  "grace",
  "condition",
  "expired",
  "unlisted",
]);

/** These keep out somebody whom the allowlist may want in. */
const REVOKED_TOO: ReadonlySet<Rule> = new Set<Rule>(["unknown-hardware", "listed-revoked"]);

function aboutUser(user: string, group: readonly Decision[]): Finding {
  const [first] = group;
  const count = counted(group.length, "active registration");
  const noUser = first?.reason.code === "no-user";
  const what = noUser ? "belongs to no person" : "is not in the allowlist";
  return {
    code: noUser ? "no-user" : "unknown-user",
    text: `${user || "a registration without an e-mail"} ${what}: ${count} left alone`,
    ...(first && { source: first.source }),
    registrations: group.map(({ registration }) => registration.id),
  };
}
