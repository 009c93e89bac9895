/** Which rules were asked about a registration, and what each of them said. */

import type { SourcePosition } from "../allowlist/allowlist.js";
import type { Rule } from "./decision.js";
import { explainAge, explainGrace } from "./explain-age.js";
import { explainEntry, explainFallback } from "./explain-entries.js";
import type { Grounds } from "./explain.js";
import { byWhom } from "./verdict.js";

/** One place of `docs/policy.md`. */
export interface Consideration {
  /** From 1, as the page counts. */
  readonly place: number;
  readonly name: string;
  /**
   * `decides`: it did. `passes`: it was asked and did not. `narrowed`: it spoke, and a later rule about what it allows
   * had the last word. `not-asked`: an earlier rule is final.
   */
  readonly outcome: "decides" | "passes" | "narrowed" | "not-asked";
  readonly text: string;
  readonly source?: SourcePosition;
}

/** What a rule that did not decide has to say for itself. */
export interface Why {
  readonly text: string;
  readonly source?: SourcePosition | undefined;
  /** Whether it spoke all the same. */
  readonly spoke?: boolean;
}

interface RuleOfPage {
  readonly name: string;
  readonly codes: readonly Rule[];
  readonly why: (grounds: Grounds) => Why;
}

/** In the page's order. */
const RULES: readonly RuleOfPage[] = [
  {
    name: "protected",
    codes: ["protected"],
    why: () => ({ text: "neither it, its device nor its user is protected" }),
  },
  { name: "the operator's own", codes: ["self"], why: () => ({ text: "its user is not in guards.self" }) },
  { name: "ignored", codes: ["ignored"], why: whyNotIgnored },
  { name: "offboarded", codes: ["offboarded"], why: (grounds) => whyNotState(grounds, "offboarded") },
  { name: "suspended", codes: ["suspended"], why: (grounds) => whyNotState(grounds, "suspended") },
  {
    name: "entry",
    codes: ["entry", "older", "listed-revoked", "contradiction", "unknown-hardware"],
    why: explainEntry,
  },
  { name: "too many devices", codes: ["max-devices"], why: whyNotTooMany },
  { name: "superseded", codes: ["superseded"], why: whyNotSuperseded },
  { name: "stale, long revoked", codes: ["stale", "revoked-age"], why: explainAge },
  { name: "grace", codes: ["grace"], why: explainGrace },
  {
    name: "not allowed",
    codes: ["unlisted", "expired", "condition", "unknown-user", "no-user"],
    why: explainFallback,
  },
];

/** After these nothing else is asked; an entry that allows is still narrowed by 7 to 9. */
const FINAL = 5;
const LAST_NARROWING = 9;
const ENTRY = 6;

export function considerRules(grounds: Grounds): readonly Consideration[] {
  const { reason, source } = grounds.draft.decision;
  const decided = RULES.findIndex(({ codes }) => codes.includes(reason.code)) + 1;
  return RULES.map(({ name, why }, at) => {
    const place = at + 1;
    if (place === decided) return { place, name, outcome: "decides", text: reason.text, source };
    if (place > lastAsked(grounds, decided))
      return { place, name, outcome: "not-asked", text: `${decided} comes first` };
    const { text, source: line, spoke } = why(grounds);
    return {
      place,
      name,
      outcome: spoke === true ? "narrowed" : "passes",
      text,
      ...(line && { source: line }),
    };
  });
}

/** What an entry refuses, or names by its id, is settled but for age with `includeListed`. */
function lastAsked({ candidate }: Grounds, decided: number): number {
  if (decided <= FINAL) return decided;
  if (decided > ENTRY) return candidate.match.kind === "entry" ? decided : RULES.length;
  const { match } = candidate;
  return match.kind === "entry" ? LAST_NARROWING : ENTRY;
}

function whyNotIgnored({ allowlist: { ignore } }: Grounds): Why {
  if (ignore.length === 0) return { text: "nothing is ignored" };
  return { text: `none of the ${ignore.length} ignore rules matches it` };
}

function whyNotState({ candidate: { user } }: Grounds, state: "offboarded" | "suspended"): Why {
  if (user?.state?.state !== state) return { text: `its user is not ${state}` };
  const { since, source } = user.state;
  return { text: `its user is ${state} only from ${since?.text ?? ""} on`, source };
}

function whyNotTooMany({ candidate, draft }: Grounds): Why {
  const { maxDevices, overMaxDevices } = candidate.policy;
  if (maxDevices.value === undefined) return { text: "policy.maxDevices is not set" };
  const { source } = maxDevices;
  const limit = `at most ${maxDevices.value}${byWhom(maxDevices)}`;
  if (candidate.match.kind !== "entry" || draft.decision.desired === "as-is")
    return { text: `${limit} that entries allow: this one does not count`, source };
  const only = overMaxDevices.value === "report" ? ", and overMaxDevices is report" : "";
  return {
    text: `its user may have ${limit}: it is within that${only === "" ? "" : `, or only reported${only}`}`,
    source,
  };
}

function whyNotSuperseded({ candidate }: Grounds): Why {
  const { superseded } = candidate.policy;
  if (superseded.value === undefined) return { text: "policy.superseded is not set" };
  const { source } = superseded;
  if (superseded.value === "report")
    return { text: "policy.superseded is report, which never decides", source };
  const entry = candidate.match.kind === "entry" ? candidate.match.entry : undefined;
  if (entry?.match.registration !== undefined)
    return { text: "the entry names the registration itself, and has the last word", source: entry.source };
  return { text: "no newer registration of this user on this device goes on to connect", source };
}
