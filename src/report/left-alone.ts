/** What a plan does not touch, by the rule that says so. */

import { ruleMeanings } from "../reconcile/decision.js";
import type { ReportDocument, ReportedDecision } from "./document.js";

/** The registrations that one rule leaves alone. */
export interface LeftAlone {
  readonly code: string;
  /** The code in words: `unknown user`. */
  readonly title: string;
  /** What the rule means, in one line; empty for a rule of a later version. */
  readonly meaning: string;
  readonly decisions: readonly ReportedDecision[];
}

/** One for each rule that left something alone, in the order in which the rules are asked. */
export function leftAlone({ decisions }: ReportDocument): readonly LeftAlone[] {
  const byRule = new Map<string, ReportedDecision[]>();
  for (const decision of decisions) {
    if (decision.action !== "leave") continue;
    const group = byRule.get(decision.reason.code);
    if (group) group.push(decision);
    else byRule.set(decision.reason.code, [decision]);
  }
  const meanings: Readonly<Record<string, string>> = ruleMeanings;
  const order = Object.keys(meanings);
  const rank = (code: string) => (order.includes(code) ? order.indexOf(code) : order.length);
  return [...byRule]
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([code, group]) => ({
      code,
      title: code.replaceAll("-", " "),
      meaning: Object.hasOwn(meanings, code) ? (meanings[code] ?? "") : "",
      decisions: group,
    }));
}
