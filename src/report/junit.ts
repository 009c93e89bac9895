/**
 * JUnit XML, in the elements and attributes that Jenkins and GitLab read: acts that are due show as failed test cases.
 * Findings are told in cases that pass, since no act follows from them.
 */

import type { Message } from "../allowlist/messages.js";
import { escapeXml } from "../text/entities.js";
import type { ReportDocument } from "./document.js";
import { itemRules, tellAll, tellMessage, type Told } from "./told.js";
import { guardFigure, guardVerdict } from "./words.js";

/** One test case: passed where nothing is told. */
interface Case {
  readonly group: string;
  readonly name: string;
  readonly told: readonly Told[];
  /** Shown where it passed; escaped. */
  readonly output?: string;
}

/** So many things are spelled out in one test case; the rest is counted. */
const MOST = 200;

/** One test case for each guard, problem, kind of act and kind of finding. */
export function renderJunit(document: ReportDocument): string {
  const told = tellAll(document, true);
  const findings = (rule: string): Pick<Case, "told" | "output"> => ({ told: [], output: spelled(of(rule)) });
  const groupOf = (rule: string) => rule.split("/")[0] ?? "";
  const byRule = new Set([...itemRules.keys(), "skipped", "finding"]);
  const isKnown = new Set(["act", "guard", ...byRule]);
  const problems = told.filter(({ rule }) => !isKnown.has(groupOf(rule)));
  const of = (rule: string) => told.filter((one) => one.rule === rule);
  const kinds = [
    "act/revoke",
    "act/delete",
    "act/unrevoke",
    ...[...new Set(told.map(({ rule }) => rule))].filter((rule) => byRule.has(groupOf(rule))).sort(),
  ];
  return write("WARP registrations", [
    ...(problems.length === 0 ? [{ group: "problem", name: "no problems", told: [] }] : cases(problems)),
    ...document.guards.map((guard) => ({
      group: "guard",
      name: guard.guard,
      told: document.approved ? [] : of(`guard/${guard.guard}`),
      output: escapeXml(`${guardFigure(guard)}: ${guardVerdict(guard, document)}`),
    })),
    ...kinds.map((rule) => {
      const [group = "", name = ""] = rule.split("/");
      return { group, name, ...(group === "finding" ? findings(rule) : { told: of(rule) }) };
    }),
  ]);
}

/** One test case for each message; one that passes where there is none. */
export function renderJunitMessages(messages: readonly Message[]): string {
  const valid = { group: "allowlist", name: "valid", told: [] };
  return write("WARP allowlist", messages.length === 0 ? [valid] : cases(messages.map(tellMessage)));
}

function cases(told: readonly Told[]): Case[] {
  return told.map((one) => ({ group: one.rule, name: place(one) || one.text, told: [one] }));
}

function write(name: string, all: readonly Case[]): string {
  const failures = all.filter(({ told }) => told.length > 0).length;
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

function testCase({ group, name, told, output }: Case): string[] {
  const open = `    <testcase classname="warp.${escapeXml(group, 100)}" name="${escapeXml(name, 300)}"`;
  const [first] = told;
  if (!first)
    return output === undefined
      ? [`${open}/>`]
      : [`${open}>`, `      <system-out>${output}</system-out>`, "    </testcase>"];
  const message = told.length === 1 ? first.text : `${told.length} of ${first.rule}`;
  return [
    `${open}>`,
    `      <failure type="${escapeXml(first.rule, 100)}" message="${escapeXml(message, 300)}">${spelled(told)}</failure>`,
    "    </testcase>",
  ];
}

/** One line for each, escaped, as far as there is room. */
function spelled(told: readonly Told[]): string {
  const lines = told.slice(0, MOST).map((one) => `- ${escapeXml(oneLine(one))}`);
  return [...lines, ...(told.length > MOST ? [`and ${told.length - MOST} more`] : [])].join("\n");
}

function oneLine(one: Told): string {
  const where = place(one);
  const fix = one.fix === undefined ? "" : `; fix: ${one.fix}`;
  return `${one.text}${fix}${where === "" ? "" : ` (${where})`}`;
}

function place({ source }: Told): string {
  return source ? `${source.file}:${source.line}:${source.column}` : "";
}
