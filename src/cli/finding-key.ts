/** Findings by their identity, so that they can be accepted, and their age be told; keys of earlier files are still read. */

import { createHash } from "node:crypto";
import { identityOf, type Finding } from "../reconcile/finding.js";

/** A finding with its key: what is told of it may grow, and the key stays. */
export interface Keyed {
  readonly key: string;
  /** The key that files of before this version have. */
  readonly formerKey: string;
  readonly finding: Finding;
}

export function withKeys(findings: readonly Finding[]): readonly Keyed[] {
  return findings.map((finding) => ({ key: identityOf(finding), formerKey: formerKeyOf(finding), finding }));
}

/** What a file says of a finding: by its key, or else by the one of before. */
export function lookUpKey<T>(
  { key, formerKey }: Pick<Keyed, "key" | "formerKey">,
  find: (key: string) => T | undefined,
): T | undefined {
  return find(key) ?? find(formerKey);
}

/** Their registrations come and go with every enrolment, and say nothing about what was found. */
const WHOLESALE: ReadonlySet<string> = new Set(["overlapping-stack", "change-out-of-scope"]);

/**
 * The key of before findings had a subject: their registrations, or, where they are about the allowlist, their file and
 * the first clause of their text. It holds as long as that text is the same; nothing new is written by it.
 */
function formerKeyOf({ code, text, source, registrations }: Finding): string {
  const about =
    registrations.length > 0 && !WHOLESALE.has(code)
      ? [...registrations].sort()
      : [source?.file ?? "", clause(text)];
  return `${code}:${createHash("sha256").update(JSON.stringify(about)).digest("hex").slice(0, 16)}`;
}

/** What follows a semicolon is advice and guesses; counts change. */
function clause(text: string): string {
  return (text.split(/; (?=did you mean|that is a device|nothing is left|it says)/u)[0] ?? text).replace(
    /\b\d+ (?=(?:of these |active )?registrations?\b)/gu,
    "",
  );
}
