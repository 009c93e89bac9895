/** docs/error-codes.md says what the code says, and every code has its row. */

import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { messageCatalogue } from "../src/allowlist/message-codes.js";
import { apiErrorCatalogue } from "../src/cloudflare/errors.js";
import { ruleMeanings } from "../src/reconcile/decision.js";
import { findingMeanings } from "../src/reconcile/findings/finding.js";

const DOCS = join(__dirname, "..", "docs");
const PAGE = readFileSync(join(DOCS, "error-codes.md"), "utf8");

/** The rows of the table under a heading: code, meaning, and what to do. */
function tableUnder(heading: string): string[][] {
  const [, section = ""] = PAGE.split(`## ${heading}\n`);
  return section
    .split("\n## ")[0]!
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) =>
      line
        .split(/(?<!\\)\|/u)
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll("\\|", "|")),
    );
}

describe.each([
  ["Findings", findingMeanings],
  ["Rules", ruleMeanings],
])("%s", (heading, meanings) => {
  test("each code has a row with the meaning that the code gives it, and a fix", () => {
    const rows = tableUnder(heading);
    expect(rows.map(([code, meaning]) => [code, meaning])).toEqual(
      Object.entries(meanings).map(([code, meaning]) => [`\`${code}\``, meaning]),
    );
    for (const [code, , fix = ""] of rows) expect(fix, code).toMatch(/\S.*[.\]`]$/u);
  });
});

test.each([
  ["messages", messageCatalogue],
  ["errors of the account", apiErrorCatalogue],
])("the meanings and fixes of %s are sentences, from which the page's table is generated", (_, catalogue) => {
  const rows = Object.entries(catalogue);
  expect(rows.length).toBeGreaterThan(10);
  for (const [code, { meaning, fix }] of rows) {
    expect(meaning, code).toMatch(/^[A-Z`].*\.$/u);
    expect(fix, code).toMatch(/^[A-Z].*[.`]$/u);
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
