/** Names a finding from one run to the next, so that it can be accepted, and its age be told. */

import { createHash } from "node:crypto";
import type { Finding } from "../reconcile/finding.js";

/** Their registrations come and go with every enrolment, and say nothing about what was found. */
const WHOLESALE: ReadonlySet<string> = new Set(["overlapping-stack", "change-out-of-scope"]);

/**
 * The code, and a hash of what it is about: its registrations, or, where it is about the allowlist, its file and the
 * first clause of its text. Lines that move, counts and hints do not matter; another registration does.
 */
export function findingKey({ code, text, source, registrations }: Finding): string {
  const about =
    registrations.length > 0 && !WHOLESALE.has(code)
      ? [...registrations].sort()
      : [source?.file ?? "", clause(text)];
  return `${code}:${hash(about)}`;
}

/** A finding with its key: what is told of it may grow, and the key stays. */
export interface Keyed {
  readonly key: string;
  readonly finding: Finding;
}

export function withKeys(findings: readonly Finding[]): readonly Keyed[] {
  return findings.map((finding) => ({ key: findingKey(finding), finding }));
}

/** Names an act from one run to the next. */
export function actKey(action: string, registration: string): string {
  return `act-${action}:${hash([registration])}`;
}

/** What follows a semicolon is advice and guesses; counts change. */
function clause(text: string): string {
  return (text.split(/; (?=did you mean|that is a device|nothing is left|it says)/u)[0] ?? text).replace(
    /\b\d+ (?=(?:of these |active )?registrations?\b)/gu,
    "",
  );
}

function hash(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}
