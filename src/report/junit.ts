/**
 * JUnit XML, in the elements and attributes that Jenkins and GitLab read: acts that are due show as failed test cases.
 * Findings are in cases that pass, since no act follows from them.
 */

import type { Message } from "../allowlist/messages.js";
import { escapeXml } from "../text/entities.js";
import type { ReportDocument } from "./document.js";
import { itemRules, noticesOf, messageNotice, type Notice } from "./notices.js";
import { guardFigure, guardVerdict } from "./words.js";

/** One test case: it passes if there are no notices. */
interface Case {
  readonly group: string;
  readonly name: string;
  readonly notices: readonly Notice[];
  /** Shown if it passes; escaped. */
  readonly output?: string;
}

/** At most this many notices are listed in one test case; the rest are counted. */
const MOST = 200;

/** One test case for each guard, problem, kind of act and kind of finding. */
export function renderJunit(document: ReportDocument): string {
  const notices = noticesOf(document, true);
  const findings = (rule: string): Pick<Case, "notices" | "output"> => ({
    notices: [],
    output: spelled(of(rule)),
  });
  const groupOf = (rule: string) => rule.split("/")[0] ?? "";
  const byRule = new Set([...itemRules.keys(), "skipped", "finding"]);
  const isKnown = new Set(["act", "guard", ...byRule]);
  const problems = notices.filter(({ rule }) => !isKnown.has(groupOf(rule)));
  const of = (rule: string) => notices.filter((one) => one.rule === rule);
  const kinds = [
    "act/revoke",
    "act/delete",
    "act/unrevoke",
    ...[...new Set(notices.map(({ rule }) => rule))].filter((rule) => byRule.has(groupOf(rule))).sort(),
  ];
  return write("WARP registrations", [
    ...(problems.length === 0 ? [{ group: "problem", name: "no problems", notices: [] }] : cases(problems)),
    ...document.guards.map((guard) => ({
      group: "guard",
      name: guard.guard,
      notices: document.approved ? [] : of(`guard/${guard.guard}`),
      output: escapeXml(`${guardFigure(guard)}: ${guardVerdict(guard, document)}`),
    })),
    ...kinds.map((rule) => {
      const [group = "", name = ""] = rule.split("/");
      return { group, name, ...(group === "finding" ? findings(rule) : { notices: of(rule) }) };
    }),
  ]);
}

/** One test case for each message; one that passes if there are none. */
export function renderJunitMessages(messages: readonly Message[]): string {
  const valid = { group: "allowlist", name: "valid", notices: [] };
  return write("WARP allowlist", messages.length === 0 ? [valid] : cases(messages.map(messageNotice)));
}

function cases(notices: readonly Notice[]): Case[] {
  return notices.map((one) => ({ group: one.rule, name: place(one) || one.text, notices: [one] }));
}

function write(name: string, all: readonly Case[]): string {
  const failures = all.filter(({ notices }) => notices.length > 0).length;
  const figures = `name="${escapeXml(name)}" tests="${all.length}" failures="${failures}" errors="0"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${figures}>`,
    `  <testsuite ${figures} skipped="0">`,
    ...all.flatMap(testCase),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function testCase({ group, name, notices, output }: Case): string[] {
  const open = `    <testcase classname="warp.${escapeXml(group, 100)}" name="${escapeXml(name, 300)}"`;
  const [first] = notices;
  if (!first)
    return output === undefined
      ? [`${open}/>`]
      : [`${open}>`, `      <system-out>${output}</system-out>`, "    </testcase>"];
  const message = notices.length === 1 ? first.text : `${notices.length} of ${first.rule}`;
  return [
    `${open}>`,
    `      <failure type="${escapeXml(first.rule, 100)}" message="${escapeXml(message, 300)}">${spelled(notices)}</failure>`,
    "    </testcase>",
  ];
}

/** One line for each, escaped, up to the limit. */
function spelled(notices: readonly Notice[]): string {
  const lines = notices.slice(0, MOST).map((one) => `- ${escapeXml(oneLine(one))}`);
  return [...lines, ...(notices.length > MOST ? [`and ${notices.length - MOST} more`] : [])].join("\n");
}

function oneLine(one: Notice): string {
  const where = place(one);
  const fix = one.fix === undefined ? "" : `; fix: ${one.fix}`;
  return `${one.text}${fix}${where === "" ? "" : ` (${where})`}`;
}

function place({ source }: Notice): string {
  return source ? `${source.file}:${source.line}:${source.column}` : "";
}
