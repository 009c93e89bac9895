/** Cloudflare's own OpenAPI document, which is not part of this repository: it is looked for beside it. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";

const FILE = join(__dirname, "..", "..", "shared", "cloudflare", "openapi.json");

/** Whether the document is there; a user's clone goes without. */
export const there = existsSync(FILE);
if (!there) console.warn(`skipped: no OpenAPI document at ${FILE}, so nothing to validate against`);

export type Json = Readonly<Record<string, unknown>>;

interface Parameter {
  readonly name: string;
  readonly in: "query" | "path";
  readonly required?: boolean;
  readonly schema: { readonly type?: string; readonly enum?: readonly string[]; readonly maxLength?: number };
}

interface Operation {
  readonly parameters?: readonly (Parameter | { readonly $ref: string })[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Json>> };
  readonly responses: Readonly<Record<string, { readonly content: Readonly<Record<string, Json>> }>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Json;
    readonly parameters: Readonly<Record<string, Parameter>>;
  };
}

/** The document as it is. */
export function readDocument(): Document {
  return JSON.parse(readFileSync(FILE, "utf8")) as Document;
}

/** Fields of a registration that are newer than the document. */
export const NEWER = ["registration_type"];

/**
 * A schema of OpenAPI 3.0 as JSON Schema: `nullable` becomes an alternative (also beside `$ref`, where 3.0 itself
 * would pass over it; the document means it), and an object takes no property that it does not name, so that a
 * misspelt field shows.
 */
function translate(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(translate);
  if (typeof value !== "object" || value === null) return value;
  const { nullable, example: _, ...rest } = value as Json;
  const schema = Object.fromEntries(
    Object.entries(rest).map(([name, inner]) => [
      name,
      name === "$ref" && typeof inner === "string" ? inner.replace("#/", "document#/") : translate(inner),
    ]),
  );
  const closed = "properties" in schema ? { ...schema, additionalProperties: false } : schema;
  return nullable === true ? { anyOf: [{ type: "null" }, closed] } : closed;
}

function compile(schema: unknown): ValidateFunction {
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema({ $id: "document", components: { schemas: translate(readDocument().components.schemas) } });
  return ajv.compile(translate(schema) as Json);
}

function operation(path: string, method: string): Operation {
  const found = readDocument().paths[path]?.[method.toLowerCase()];
  if (found === undefined) throw new Error(`the document has no ${method} ${path}`);
  return found;
}

/** What checks an operation's answers with this status: that of a success, or of 4xx. */
export function answerValidator(path: string, method: string, status: number): ValidateFunction {
  const { responses } = operation(path, method);
  const response = responses[String(status)] ?? (status >= 400 ? responses["4XX"] : undefined);
  if (response === undefined) throw new Error(`the document has no answer ${status} to ${method} ${path}`);
  return compile(response.content["application/json"]?.schema);
}

/** What checks an operation's body; undefined where it takes none. */
export function bodyValidator(path: string, method: string): ValidateFunction | undefined {
  const body = operation(path, method).requestBody;
  return body === undefined ? undefined : compile(body.content["application/json"]?.schema);
}

/** An operation's parameters. */
export function parametersOf(path: string, method: string): readonly Parameter[] {
  const { parameters } = readDocument().components;
  return (operation(path, method).parameters ?? []).map((each) => {
    if (!("$ref" in each)) return each;
    const found = parameters[each.$ref.split("/").at(-1) ?? ""];
    if (found === undefined) throw new Error(`the document has no ${each.$ref}`);
    return found;
  });
}

/** An answer without the fields that are newer than the document. */
export function withoutNewer(body: Json): Json {
  if (!("result" in body)) return body;
  const strip = (record: unknown): unknown =>
    typeof record === "object" && record !== null
      ? Object.fromEntries(Object.entries(record).filter(([name]) => !NEWER.includes(name)))
      : record;
  const { result } = body;
  return { ...body, result: Array.isArray(result) ? result.map(strip) : strip(result) };
}
