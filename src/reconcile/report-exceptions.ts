/** Exceptions that except nothing, and entries that exceptions make void. */

import type { Allowlist, Entry, SourcePosition } from "../allowlist/allowlist.js";
import { nearest, nearestEmail } from "../allowlist/nearest.js";
import type { Rule } from "./decision.js";
import type { Draft } from "./draft.js";
import type { Finding } from "./finding.js";
import { isIgnored } from "./ignore.js";
import type { Match } from "./match.js";
import { describeMatch } from "./verdict.js";
import { quoted } from "./naming.js";

/** A typing error in a protection protects nobody, so every line that finds nothing is told. */
export function reportExceptions(allowlist: Allowlist, drafts: readonly Draft[]): Finding[] {
  return [
    ...reportProtections(allowlist, drafts),
    ...allowlist.ignore
      .filter((rule) => !drafts.some(({ candidate }) => isIgnored(candidate, rule)))
      .map((rule): Finding => {
        const text = `ignore ${describeMatch(rule)} matches no registration`;
        return { code: "unmatched-ignore", text, source: rule.source, registrations: [] };
      }),
    ...reportShadowed(drafts),
  ];
}

function reportProtections({ protected: list, guards }: Allowlist, drafts: readonly Draft[]): Finding[] {
  const lists = [
    ["protected user", list.users, ({ candidate }: Draft) => candidate.email],
    ["protected device", list.devices, ({ candidate }: Draft) => candidate.registration.device.id],
    ["protected registration", list.registrations, ({ candidate }: Draft) => candidate.registration.id],
    ["guards.self", guards.self, ({ candidate }: Draft) => candidate.email],
  ] as const;
  return lists.flatMap(([what, wanted, keyOf]) => {
    if (wanted.size === 0) return [];
    const known = new Set(drafts.map(keyOf));
    return [...wanted]
      .filter(([key]) => !known.has(key))
      .map(([key, source]) =>
        unmatched(what, key, source, (key.includes("@") ? nearestEmail : nearest)(key, [...known])),
      );
  });
}

function unmatched(what: string, key: string, source: SourcePosition, near: string | undefined): Finding {
  const hint = near === undefined ? "" : `; did you mean ${quoted(near)}?`;
  const text = `${what} ${quoted(key)} is nobody's in the account's scope${hint}`;
  return { code: "unmatched-protection", text, source, registrations: [] };
}

const EXCEPTIONS: ReadonlySet<Rule> = new Set<Rule>(["protected", "self", "ignored"]);

/** Entries all of whose registrations an exception takes away. */
function reportShadowed(drafts: readonly Draft[]): Finding[] {
  const excepted = new Map<Entry, [Draft, ...Draft[]]>();
  for (const draft of drafts) {
    const { match } = draft.candidate;
    if (match.kind !== "entry" || !EXCEPTIONS.has(draft.decision.reason.code)) continue;
    const group = excepted.get(match.entry);
    if (group) group.push(draft);
    else excepted.set(match.entry, [draft]);
  }
  if (excepted.size === 0) return [];
  for (const { candidate, decision } of drafts) {
    if (EXCEPTIONS.has(decision.reason.code)) continue;
    for (const entry of speaking(candidate.match)) excepted.delete(entry);
  }
  return [...excepted].map(([entry, group]) => toFinding(entry, group));
}

/** The entries that have a say, be it that they refuse a registration, or may mean it, so that it is left alone. */
function speaking(match: Match): readonly Entry[] {
  if (match.kind === "none") return [];
  return match.kind === "contradiction" ? match.entries : [match.entry];
}

function toFinding(entry: Entry, group: readonly [Draft, ...Draft[]]): Finding {
  const [{ candidate, decision }] = group;
  const why = decision.reason.code;
  return {
    code: "shadowed-entry",
    text: `${describeMatch(entry)} of ${candidate.email} never decides: all that it matches is ${why === "self" ? "the operator's own" : why}`,
    source: entry.source,
    related: [{ text: "the line that takes precedence", source: decision.source }],
    registrations: group.map(({ candidate }) => candidate.registration.id),
  };
}
