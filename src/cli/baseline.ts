/** `--baseline`: findings that somebody has accepted, with a reason and, where it is for a time, its end. */

import { isScalar, LineCounter, parseDocument, stringify, visit, type Node } from "yaml";
import { toDay } from "../allowlist/day.js";
import { didYouMean } from "../allowlist/nearest.js";
import type { Day } from "../allowlist/policy.js";
import type { Finding } from "../reconcile/finding.js";
import { endOf } from "../reconcile/in-force.js";
import { lookUpKey, withKeys, type Keyed } from "./finding-key.js";
import { isMapping } from "./json-file.js";
import { UserError } from "./user-error.js";

/** One line of the baseline. */
export interface Accepted {
  readonly key: string;
  /** What it said when it was accepted, for people. */
  readonly finding?: string;
  readonly reason: string;
  /** The last day, in UTC, on which it is accepted. */
  readonly until?: Day;
  readonly line: number;
}

export interface Baseline {
  readonly path: string;
  readonly accepted: readonly Accepted[];
}

const KEYS = ["key", "finding", "reason", "until"];

/** Reads YAML or JSON. Throws a {@link UserError} with the place of what is wrong. */
export function parseBaseline(path: string, text: string): Baseline {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: "silent" });
  const fail = (offset: number, what: string, fix?: string): never => {
    const { line, col } = lines.linePos(offset);
    throw new UserError(`${path}:${line}:${col}: ${what}`, fix);
  };
  const [error] = document.errors;
  if (error) return fail(error.pos[0], error.message);
  // An alias could expand without bound, and has no use here.
  visit(document, {
    Alias: (_key, { range }) => fail(range?.[0] ?? 0, "an alias", "write it out"),
    Pair: (_key, { key }) => {
      if (!isScalar(key) || typeof key.value !== "string")
        fail(
          (key as Node | null)?.range?.[0] ?? 0,
          "a key that is not text",
          "write the keys as in --write-baseline",
        );
    },
  });
  const root = document.toJS() as unknown;
  const at = (...place: (string | number)[]) =>
    (document.getIn(place, true) as Node | undefined)?.range?.[0] ?? 0;
  if (!isMapping(root) || root.version !== 1 || !Array.isArray(root.accepted)) {
    return fail(
      0,
      "is no baseline",
      "write `version: 1` and a list `accepted`, or let --write-baseline make it",
    );
  }
  const keys = new Set<unknown>();
  const accepted = root.accepted.map((row: unknown, index): Accepted => {
    const here = at("accepted", index);
    if (!isMapping(row)) return fail(here, "expected a mapping with key and reason");
    const unknown = Object.keys(row).find((name) => !KEYS.includes(name));
    if (unknown !== undefined) return fail(here, `unknown key ${unknown}`, didYouMean(unknown, KEYS));
    const { key, finding, reason, until } = row;
    if (typeof key !== "string" || key === "")
      return fail(here, "a line needs a `key`", "copy it from --write-baseline");
    if (typeof reason !== "string" || reason.trim() === "")
      return fail(here, "a line needs a `reason`", "say why it is accepted");
    if (keys.has(key)) return fail(here, `the key ${key} is there twice`, "keep one of the two");
    keys.add(key);
    const day = typeof until === "string" ? toDay(until) : undefined;
    if (until !== undefined && day === undefined) {
      return fail(at("accepted", index, "until"), "`until` is no day", "write it as 2026-06-30");
    }
    return {
      key,
      reason,
      line: lines.linePos(here).line,
      ...(typeof finding === "string" && { finding }),
      ...(day && { until: day }),
    };
  });
  return { path, accepted };
}

/** What is left once what is accepted is taken out. */
export interface Judged {
  readonly left: readonly Keyed[];
  /** How many were taken out. */
  readonly accepted: number;
}

/** Takes accepted findings out, and tells lines that accept nothing any more. Acts are none of its business. */
export function applyBaseline(found: readonly Keyed[], { path, accepted }: Baseline, asOf: Date): Judged {
  const lines = new Map(accepted.map((line) => [line.key, line]));
  const matched = new Set<string>();
  const left = found.flatMap((one) => {
    const { key, formerKey, finding } = one;
    for (const known of [key, formerKey]) if (lines.has(known)) matched.add(known);
    const line = lookUpKey(one, (known) => lines.get(known));
    if (line === undefined) return [one];
    if (line.until === undefined || asOf.getTime() < endOf(line.until)) return [];
    const text = `${finding.text} (was accepted until ${line.until.text}: ${line.reason})`;
    return [{ ...one, finding: { ...finding, text } }];
  });
  const unmatched = accepted.filter(({ key }) => !matched.has(key)).map((line) => toFinding(path, line));
  return { left: [...left, ...withKeys(unmatched)], accepted: found.length - left.length };
}

function toFinding(file: string, { key, finding, line }: Accepted): Finding {
  const what = finding === undefined ? key : JSON.stringify(finding);
  return {
    code: "unmatched-baseline",
    subject: [key],
    text: `the baseline accepts what is not found any more: ${what}; remove the line`,
    source: { file, line, column: 1 },
    registrations: [],
  };
}

/** A baseline that accepts all of these; what was accepted before keeps its reason and its end. */
export function formatBaseline(found: readonly Keyed[], before: Baseline | undefined, today: string): string {
  const known = new Map(before?.accepted.map((line) => [line.key, line]));
  const rows = new Map(
    found.map((one) => {
      const { key, finding } = one;
      const line = lookUpKey(one, (name) => known.get(name));
      const reason = line?.reason ?? `stood when the baseline was written on ${today}`;
      const until = line?.until && { until: line.until.text };
      return [key, { key, finding: finding.text, reason, ...until }];
    }),
  );
  return stringify({ version: 1, accepted: [...rows.values()] }, { lineWidth: 0 });
}
