/** What is generated from tables of the code and checked in: `npm run generate` writes it, a test holds it. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { ENTRY, MATCH } from "../../src/allowlist/keys/entries.js";
import { FREEZE, GUARDS, LIMITS, ROOT, SCHEMAS } from "../../src/allowlist/keys/root.js";
import { type Row, type Rows, written } from "../../src/allowlist/keys/shape.js";
import { GIVEN, SHARED, USER } from "../../src/allowlist/keys/users.js";
import { type CodeMeaning, messageCatalogue } from "../../src/allowlist/message-codes.js";
import { apiErrorCatalogue } from "../../src/cloudflare/errors.js";
import { aboutRule, type RuleCode, ruleMeanings } from "../../src/reconcile/decision.js";
import { findingKinds } from "../../src/reconcile/findings/kinds.js";

const SCHEMA_FILES = {
  "schemas/allowlist.schema.json": SCHEMAS.root,
  "schemas/users.schema.json": SCHEMAS.users,
};

const BESIDES = Object.entries(ENTRY.shape.rows ?? {}).filter(([name]) => !Object.hasOwn(MATCH, name));

/** Tables by the page, and by the name in the page's marker: `<!-- keys: root -->`, `<!-- codes: messages -->`. */
const TABLES: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  "docs/allowlist.md": {
    "keys: root": table({ ...ROOT, ...SHARED }),
    "keys: user": table(USER.shape.rows),
    "keys: match": table(MATCH),
    "keys: entry": table(Object.fromEntries(BESIDES)),
    "keys: given": table(GIVEN),
  },
  "docs/guards.md": {
    "keys: guards": [
      ...table(GUARDS, "guards."),
      ...tableRows(LIMITS, "limits."),
      ...tableRows(FREEZE, "freeze."),
    ],
  },
  "docs/error-codes.md": {
    "codes: messages": codeTable(["code", "cause", "fix"], messageCatalogue),
    "codes: errors": codeTable(["code", "cause", "fix"], apiErrorCatalogue),
    "codes: findings": codeTable(["code", "cause", "what to do"], findingKinds),
    "codes: rules": codeTable(["code", "means", "to change it"], ruleRows()),
  },
};

function ruleRows(): Readonly<Record<string, CodeMeaning>> {
  const codes = Object.keys(ruleMeanings) as RuleCode[];
  return Object.fromEntries(codes.map((code) => [code, aboutRule(code)]));
}

/** A table of codes, in the order of their catalogue. */
function codeTable(
  heads: readonly string[],
  catalogue: Readonly<Record<string, CodeMeaning>>,
): readonly string[] {
  const rows = Object.entries(catalogue).map(([code, { meaning, fix }]) => [`\`${code}\``, meaning, fix]);
  return [heads, heads.map(() => "---"), ...rows].map(
    (cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`,
  );
}

function table(rows: Rows = {}, prefix = ""): readonly string[] {
  return ["| key | type, default | means |", "| --- | --- | --- |", ...tableRows(rows, prefix)];
}

/** A section, all of whose keys may be left out, is told key by key, and what is in it in one row each. */
function tableRows(rows: Rows, prefix: string, mayBeSections = true): readonly string[] {
  return Object.entries(rows).flatMap(([name, row]) => {
    const { rows: below, names, type } = row.shape;
    if (
      mayBeSections &&
      below !== undefined &&
      row.name === undefined &&
      !Object.values(below).some(isRequired)
    )
      return tableRows(below, `${prefix}${name}.`, false);
    const key = `${prefix}${name}${names === undefined ? "" : `.${names}`}`;
    return [`| \`${key}\` | ${type(written(row))} | ${row.means} |`];
  });
}

function isRequired({ required }: Row): boolean {
  return required === true;
}

/** The texts by file, relative to the package's folder, formatted as everything here. */
export async function generated(folder: string): Promise<ReadonlyMap<string, string>> {
  const schemas = Object.entries(SCHEMA_FILES).map(
    ([file, schema]) => [file, JSON.stringify(schema, undefined, 2)] as const,
  );
  const pages = Object.entries(TABLES).map(([file, tables]) => {
    const page = readFileSync(join(folder, file), "utf8");
    return [file, Object.entries(tables).reduce(withTable, page)] as const;
  });
  const texts = await Promise.all(
    [...schemas, ...pages].map(async ([file, text]) => {
      const filepath = join(folder, file);
      return [file, await format(text, { ...(await resolveConfig(filepath)), filepath })] as const;
    }),
  );
  return new Map(texts);
}

function withTable(page: string, [name, lines]: readonly [string, readonly string[]]): string {
  const [start, end] = [
    `<!-- ${name} (npm run generate) -->`,
    `<!-- end of ${name.split(":", 1)[0] ?? ""} -->`,
  ];
  const from = page.indexOf(start);
  const to = page.indexOf(end, from);
  if (from === -1 || to === -1) throw new Error(`the page has no place for the table of ${name}: ${start}`);
  return `${page.slice(0, from)}${start}\n\n${lines.join("\n")}\n\n${page.slice(to)}`;
}
