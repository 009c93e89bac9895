/** What is generated from tables and types of the code and checked in: `npm run generate` writes it, a test holds it. */

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
import { reportSchema, type Schema } from "./report-schema.js";

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

/** Fields of the report, by the name in the marker of `docs/report.md`: `<!-- fields: plan -->`. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  plan: [
    ...["version", "account", "run", "origin", "generatedAt", "asOf", "fingerprint", "summary", "pending"],
    "population",
  ],
  "what holds it": ["approved", "approval", "freeze", "reviewed", "guards", "problems"],
  decisions: ["decisions"],
  findings: ["findings", "domains", "notes", "skipped", "results", "allowlist"],
  "access users": ["accessUsers", "accessUserResults"],
};

function fieldTables(schema: Schema): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    Object.entries(FIELDS).map(([name, fields]) => [
      `fields: ${name}`,
      ["| field | type | what |", "| --- | --- | --- |", ...fieldRows(schema, schema, "", fields)],
    ]),
  );
}

/** A row for each field, with what is in it below it; what is in a place is told once, by the page. */
function fieldRows(
  schema: Schema,
  { properties = {}, required = [] }: Schema,
  prefix: string,
  names: readonly string[] = Object.keys(properties),
): readonly string[] {
  return names.flatMap((name) => {
    const field = properties[name];
    if (!field) throw new Error(`the report has no field ${prefix}${name}`);
    const { type, items, description = "", enum: closed, examples = [] } = field;
    const place = field.allOf?.[0]?.$ref?.split("/").at(-1);
    const known = closed ?? examples.filter((one) => typeof one === "string");
    const list = known.map((one) => `\`${one}\``).join(", ");
    const values =
      known.length === 0 || known.length > 6 ? "" : ` One of ${list}${closed ? "." : ", so far."}`;
    const path = `${prefix}${name}`;
    return [
      `| \`${path}\`${required.includes(name) ? "" : " (optional)"} | ${place ?? typeInWords(type)} | ${description}${values} |`,
      ...(items
        ? fieldRows(schema, itemsOf(schema, items), `${path}[].`)
        : fieldRows(schema, field, `${path}.`)),
    ];
  });
}

function itemsOf({ definitions = {} }: Schema, items: Schema): Schema {
  return definitions[items.$ref?.split("/").at(-1) ?? ""] ?? items;
}

function typeInWords(type: Schema["type"] = ""): string {
  return (typeof type === "string" ? [type] : type).join(" or ").replace("array", "list");
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
  const report = reportSchema(folder);
  const schemas = Object.entries({ ...SCHEMA_FILES, "schemas/report.schema.json": report }).map(
    ([file, schema]) => [file, JSON.stringify(schema, undefined, 2)] as const,
  );
  const pages = Object.entries({ ...TABLES, "docs/report.md": fieldTables(report) }).map(([file, tables]) => {
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
