/** What a change excepts from every act, and what it excepts no more. */

import type { Allowlist, SourcePosition } from "../allowlist/allowlist.js";
import { isSameMatch } from "./change-cover.js";
import { places } from "./change-places.js";
import type { Change } from "./change-terms.js";
import type { Finding } from "./finding.js";
import { describeMatch } from "./naming.js";

/**
 * Protections and ignore rules that are new keep what they name connected for good; a protection that is gone is a
 * brake that is gone.
 */
export function reportExcepted({ base, head }: Change): Finding[] {
  const findings: Finding[] = [];
  for (const [what, listOf] of PROTECTIONS) {
    const [before, now] = [listOf(base), listOf(head)];
    for (const [key, source] of now) {
      if (before.has(key)) continue;
      findings.push({
        code: "change-excepted",
        text: `the change protects ${what} ${JSON.stringify(key)}: nothing is ever done about it`,
        source,
        registrations: [],
      });
    }
    for (const [key, source] of before) {
      if (now.has(key)) continue;
      findings.push({
        code: "change-loosened",
        text: `the change protects ${what} ${JSON.stringify(key)} no more`,
        ...places(undefined, source),
        registrations: [],
      });
    }
  }
  return [...findings, ...reportIgnored({ base, head })];
}

type Listed = ReadonlyMap<string, SourcePosition>;

const PROTECTIONS: readonly (readonly [string, (allowlist: Allowlist) => Listed])[] = [
  ["user", ({ protected: list }) => list.users],
  ["device", ({ protected: list }) => list.devices],
  ["registration", ({ protected: list }) => list.registrations],
  ["by guards.self", ({ guards }) => guards.self],
];

function reportIgnored({ base, head }: Change): Finding[] {
  return head.ignore
    .filter((rule) => !base.ignore.some((old) => isSameMatch(old.match, rule.match)))
    .map((rule) => ({
      code: "change-excepted",
      text: `the change ignores ${describeMatch(rule)}: nothing is ever done about it (${rule.reason})`,
      source: rule.source,
      registrations: [],
    }));
}
