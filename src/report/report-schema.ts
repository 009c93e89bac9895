/** The published schema of the report, compiled. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ErrorObject, type SchemaObject, type ValidateFunction } from "ajv";
import { schemasFolder } from "../allowlist/schemas.js";

let compiled: ValidateFunction | undefined;

export function loadReportSchema(): SchemaObject {
  return JSON.parse(readFileSync(join(schemasFolder(), "report.schema.json"), "utf8")) as SchemaObject;
}

/** What does not fit first, as `decisions[3].action must be one of keep, revoke`; undefined where all fits. */
export function firstMisfit(value: unknown): string | undefined {
  compiled ??= new Ajv({ strict: true }).compile(loadReportSchema());
  if (compiled(value)) return undefined;
  const [error] = compiled.errors ?? [];
  return error && describe(error);
}

function describe({ instancePath, keyword, params, message = "does not fit" }: ErrorObject): string {
  const place = instancePath
    .split("/")
    .slice(1)
    .reduce(
      (path, key) => (/^\d+$/u.test(key) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`),
      "",
    );
  const allowed = (params as { readonly allowedValues?: readonly unknown[] }).allowedValues;
  const what = keyword === "enum" && allowed ? `must be one of ${allowed.join(", ")}` : message;
  return `${place === "" ? "the report" : place} ${what}`;
}
