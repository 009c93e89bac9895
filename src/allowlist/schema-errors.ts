import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { didYouMean, shown } from "../text/words.js";
import { missingKey, unknownKey } from "./key-messages.js";
import { type FileKind, rowAt, SCHEMAS } from "./keys/root.js";
import type { Row } from "./keys/shape.js";
import type { Message } from "./messages.js";
import { locate, type Place, type Problem, type SourceText, type TreeNode } from "./source.js";
import { isEmail, normaliseEmail, quoteProblem } from "./values.js";

/** What the schema says against a file, as messages with places; one for each place. */
export function schemaMessages(
  source: SourceText,
  root: TreeNode,
  kind: FileKind,
  errors: readonly ErrorObject[],
  report: (message: Message) => void,
): void {
  const told = new Set<string>();
  const unknown = unknownKeys(errors);
  for (const error of errors) {
    // A branch of the schema that was taken and failed: what failed in it is told by itself.
    if (error.keyword === "if" || error.keyword === "anyOf") continue;
    const place = locate(root, error.instancePath);
    if (isTime(place, error)) continue;
    const problem = toProblem(place, { source, root, kind }, error, unknown.get(error.instancePath) ?? []);
    if (problem === undefined) continue;
    const key = `${problem.offset} ${problem.code === "allowlist/unknown-key" ? problem.text : ""}`;
    // A node that fails by its type fails by its other rules too, and one that an alias repeats fails again.
    if (told.has(key)) continue;
    told.add(key);
    report(source.message(problem));
  }
}

/** Texts with a pattern are days, times and durations: the readers tell more about them than the schema can. */
function isTime({ node }: Place, { parentSchema }: ErrorObject): boolean {
  const schema = parentSchema as { readonly pattern?: string } | undefined;
  return schema?.pattern !== undefined && node.kind === "scalar" && node.value !== null;
}

/** The file that errors are about. */
interface Held {
  readonly source: SourceText;
  readonly root: TreeNode;
  readonly kind: FileKind;
}

function toProblem(
  place: Place,
  { source, root, kind }: Held,
  error: ErrorObject,
  unknown: readonly string[],
): Problem | undefined {
  const { node, name } = place;
  const row = rowAt(kind, place.path);
  const params = error.params as Readonly<Record<string, unknown>>;
  const offset = node.start;
  // Its users stand beside it, as is told of each.
  if (place.path.length === 1 && name === "`users`" && isEmpty(node) && hasUsersAtTop(root)) return undefined;
  if (node.kind === "scalar" && node.value === null) return typeProblem(place, row, String(params.type));
  switch (error.keyword) {
    case "additionalProperties":
      return unknownKey(place, { kind, source }, String(params.additionalProperty), allowedKeys(error));
    case "required":
      return missingKey(place, kind, String(params.missingProperty), unknown);
    case "type":
      return typeProblem(place, row, String(params.type));
    case "enum":
      return notAllowed(place, (params.allowedValues as readonly unknown[]).map(String));
    case "maxLength":
      return {
        code: "allowlist/too-long",
        offset,
        text: `${name} is longer than ${String(params.limit)} characters`,
        fix: "shorten it",
      };
    case "minLength":
      return { code: "allowlist/bad-value", offset, text: `${name} is empty`, fix: "write a value" };
    case "minItems":
    case "minProperties":
      return {
        code: "allowlist/bad-value",
        offset,
        text: `${name} is an empty ${node.kind === "map" ? "mapping" : "list"}, which would say nothing`,
        fix: "remove the key, or list what it is for",
      };
    case "minimum":
    case "maximum":
      return {
        code: "allowlist/bad-value",
        offset,
        text: `${name} is ${shown(node.kind === "scalar" ? node.raw : "")}, and must be ${String(params.comparison)} ${String(params.limit)}`,
        fix:
          row?.hints?.tooSmall ??
          `write a number that is ${String(params.comparison)} ${String(params.limit)}`,
      };
    default:
      return { code: "allowlist/bad-value", offset, text: `${name} ${error.message ?? "is not allowed"}` };
  }
}

function isEmpty(node: TreeNode): boolean {
  return node.kind === "scalar" && node.value === null;
}

function hasUsersAtTop(root: TreeNode): boolean {
  return root.kind === "map" && [...root.pairs.keys()].some((key) => isEmail(normaliseEmail(key)));
}

/** The keys that the schema does not know, by the pointer to their mapping. */
function unknownKeys(errors: readonly ErrorObject[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { keyword, instancePath, params } of errors) {
    if (keyword !== "additionalProperties") continue;
    const { additionalProperty } = params as { readonly additionalProperty: string };
    const known = found.get(instancePath);
    if (known === undefined) found.set(instancePath, [additionalProperty]);
    else known.push(additionalProperty);
  }
  return found;
}

function allowedKeys(error: ErrorObject): readonly string[] {
  const schema = error.parentSchema as { readonly properties?: object } | undefined;
  return Object.keys(schema?.properties ?? {});
}

function notAllowed({ node, path, name }: Place, allowed: readonly string[]): Problem {
  const offset = node.start;
  const raw = node.kind === "scalar" ? node.raw : "";
  const value = node.kind === "scalar" ? shown(raw) : `a ${node.kind === "map" ? "mapping" : "list"}`;
  if (path.length === 1 && path[0] === "version") {
    const text = `version ${value} of the allowlist's format is not one that is understood`;
    return { code: "allowlist/unsupported-version", offset, text, fix: "write `version: 1`, without quotes" };
  }
  const text = `${name} is ${value}; allowed: ${allowed.join(", ")}`;
  if (path.at(-1) === "state" && (raw === "offboarded" || raw === "suspended") && path[0] === "users")
    return {
      code: "allowlist/bad-value",
      offset,
      text: `${name} is ${value}, which is said of a user and not of an entry; allowed: ${allowed.join(", ")}`,
      fix: "write it under the user, beside `devices`",
      right: [`  ${path[1] ?? ""}:`, `    state: ${raw}`, "    devices:", "      - …"],
    };
  return { code: "allowlist/bad-value", offset, text, fix: didYouMean(raw, allowed) };
}

const wanted: Readonly<Record<string, string>> = {
  object: "a mapping (`key: value`)",
  array: "a list (`- item`)",
  string: "text",
  integer: "a whole number",
  number: "a number",
  boolean: "`true` or `false`",
};

/** A value of the wrong kind, where the schema wants `type` (a type of JSON Schema). */
function typeProblem(place: Place, row: Row | undefined, type: string): Problem {
  const { node, pair, name } = place;
  if (node.kind === "scalar" && node.value === null)
    return {
      code: "allowlist/null-value",
      offset: pair?.keyStart ?? node.start,
      text: `${name} has no value`,
      fix: row?.hints?.empty ?? "write a value, or remove it",
    };
  if (node.kind === "scalar" && type === "string")
    return quoteProblem(place, node.raw, `${describe(node)} to YAML`);
  const kind = wanted[type] ?? type;
  // Of a choice between two kinds the schema names only the one.
  const kinds = row?.hints?.kinds ?? `${kind}${row?.shape.orNone === true ? ", or `none`" : ""}`;
  const text = node.kind === "scalar" ? node.raw.slice(0, 60) : "";
  return {
    code: "allowlist/wrong-type",
    offset: node.start,
    text: `${name} is ${describe(node)}, and must be ${kinds}`,
    fix: row?.hints?.otherKind?.(text, node.kind) ?? numberFix(type, text) ?? `write ${kind}`,
  };
}

function numberFix(type: string, text: string): string | undefined {
  return (type === "integer" || type === "number") && /^\d+$/u.test(text) ? "remove the quotes" : undefined;
}

function describe(node: TreeNode): string {
  if (node.kind === "map") return "a mapping";
  if (node.kind === "list") return "a list";
  if (typeof node.value === "string") return "text";
  return typeof node.value === "number"
    ? `the number ${String(node.value)}`
    : `the value ${String(node.value)}`;
}

const compiled = new Map<FileKind, ValidateFunction>();

/** The compiled schema of a kind of file; compiled once in a process. */
export function validator(kind: FileKind): ValidateFunction {
  let validate = compiled.get(kind);
  if (validate === undefined) {
    // Nothing is coerced and no default is filled in: a plain answer about the data as it stands.
    validate = new Ajv({
      allErrors: true,
      verbose: true,
      strict: true,
      code: { process: addErrorsInPlace },
    }).compile(SCHEMAS[kind]);
    compiled.set(kind, validate);
  }
  return validate;
}

/**
 * Ajv copies all errors so far for each part that adds some, so that 40,000 of them took a minute. What is copied is
 * its own list: it can as well be added to.
 */
function addErrorsInPlace(code: string): string {
  return code.replace(
    /vErrors\.concat\((\w+)\.errors\)/gu,
    "$1.errors.reduce((all, one) => (all.push(one), all), vErrors)",
  );
}
