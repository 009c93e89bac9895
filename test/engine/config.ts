/** The stack's config held against what Pulumi.yaml declares, as the CLI does it before a program runs. */

import { EngineError } from "./engine.js";

/** By full key: the default, or undefined where a value must be set. */
export type DeclaredConfig = ReadonlyMap<string, string | undefined>;

/** What Pulumi.yaml has under `config`. A key with neither `default` nor `value` must be set, described or not. */
export function readDeclared(project: string, config: unknown): DeclaredConfig {
  if (typeof config !== "object" || config === null) return new Map();
  return new Map(
    Object.entries(config).map(([key, declared]) => [
      key.includes(":") ? key : `${project}:${key}`,
      defaultOf(declared),
    ]),
  );
}

function defaultOf(declared: unknown): string | undefined {
  if (typeof declared !== "object" || declared === null) return toText(declared);
  const { default: fallback, value } = declared as Readonly<Record<string, unknown>>;
  return toText(fallback ?? value);
}

function toText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The config with the defaults; throws an `EngineError` that names what is missing. */
export function withDefaults(
  stack: string,
  declared: DeclaredConfig,
  config: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const complete = { ...config };
  const missing: string[] = [];
  for (const [key, fallback] of declared) {
    if (key in complete) continue;
    if (fallback === undefined) missing.push(key);
    else complete[key] = fallback;
  }
  if (missing.length === 0) return complete;
  const names = missing.map((key) => `'${key}'`).join(", ");
  const values = missing.length === 1 ? "value" : "values";
  throw new EngineError(
    `validating stack config: Stack '${stack}' is missing configuration ${values} ${names}`,
  );
}
