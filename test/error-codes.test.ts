/** What the tables of docs/error-codes.md are generated from is sentences; links of the docs lead somewhere. */

import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { type CodeMeaning, messageCatalogue } from "../src/allowlist/message-codes.js";
import { apiErrorCatalogue } from "../src/cloudflare/errors.js";
import { aboutRule, type RuleCode, ruleMeanings } from "../src/reconcile/decision.js";
import { findingKinds } from "../src/reconcile/findings/kinds.js";

const DOCS = join(__dirname, "..", "docs");

/** Each kind of code, with the meaning and the fix from which the page's table is generated. */
const KINDS: readonly (readonly [string, number, readonly (readonly [string, string, string])[]])[] = [
  ["messages", 50, rowsOf(messageCatalogue)],
  ["errors of the account", 10, rowsOf(apiErrorCatalogue)],
  ["findings", 40, rowsOf(findingKinds)],
  [
    "rules",
    20,
    (Object.keys(ruleMeanings) as RuleCode[]).map((code) => [code, ruleMeanings[code], aboutRule(code).fix]),
  ],
];

function rowsOf(catalogue: Readonly<Record<string, CodeMeaning>>): [string, string, string][] {
  return Object.entries(catalogue).map(([code, { meaning, fix }]) => [code, meaning, fix]);
}

test.each(KINDS)("the meanings and fixes of %s are whole sentences", (_, least, rows) => {
  expect(rows.length).toBeGreaterThanOrEqual(least);
  for (const [code, meaning, fix] of rows) {
    expect(meaning, code).toMatch(/^[A-Z`].*\.$/u);
    expect(fix, code).toMatch(/^[A-Z`].*[.`]$/u);
  }
});

test("no page of docs/ points to a page or a heading that is not there", () => {
  const slug = (heading: string) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-");
  const read = (name: string) => readFileSync(join(DOCS, name), "utf8");
  const pages = readdirSync(DOCS).filter((name) => name.endsWith(".md"));
  const broken = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/gu)].flatMap(
      ([link, path, anchor]) => {
        const target = path ? join(dirname(page), path) : page;
        try {
          const text = target.endsWith(".md") ? read(target) : (statSync(join(DOCS, target)), "");
          const headings = [...text.matchAll(/^#+ (.+)$/gmu)].map(([, heading = ""]) => slug(heading));
          return anchor === undefined || headings.includes(anchor) ? [] : [`${page}: ${link}`];
        } catch {
          return [`${page}: ${link}`];
        }
      },
    ),
  );
  expect(broken).toEqual([]);
});
