import type { ErrorObject } from "ajv";
import type { Message } from "./message.js";
import { didYouMean, nearest, shown } from "./nearest.js";
import { rootKeys } from "./root-file.js";
import type { FileKind } from "./schemas.js";
import type { Problem, SourceText } from "./source-text.js";
import type { TreeNode, TreePair } from "./tree.js";
import { typeProblem } from "./type-messages.js";

/** Where a schema error points to: the node, the key that holds it, and how a reader calls it. */
export interface Place {
  readonly node: TreeNode;
  /** The pair whose value the node is; undefined for the document and for list items. */
  readonly pair: TreePair | undefined;
  readonly path: readonly string[];
  readonly name: string;
}

/** What the schema says against a file, as messages with places; one for each place. */
export function schemaMessages(
  source: SourceText,
  root: TreeNode,
  kind: FileKind,
  errors: readonly ErrorObject[],
  report: (message: Message) => void,
): void {
  const told = new Set<string>();
  for (const error of errors) {
    // A branch of the schema that was taken and failed: what failed in it is told by itself.
    if (error.keyword === "if") continue;
    const place = locate(root, error.instancePath);
    if (isTime(place, error)) continue;
    const problem = toProblem(place, kind, error);
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

function locate(root: TreeNode, pointer: string): Place {
  let node = root;
  let pair: TreePair | undefined;
  const path: string[] = [];
  for (const step of pointer.split("/").slice(1)) {
    const key = step.replace(/~1/g, "/").replace(/~0/g, "~");
    pair = node.kind === "map" ? node.pairs.get(key) : undefined;
    const next = node.kind === "list" ? node.items[Number(key)] : pair?.value;
    if (next === undefined) break;
    node = next;
    path.push(key);
  }
  return { node, pair, path, name: nameOf(path, pair) };
}

function nameOf(path: readonly string[], pair: TreePair | undefined): string {
  const last = path.at(-1);
  if (last === undefined) return "the file";
  if (pair !== undefined) return shown(last);
  const item = path[0] === "users" ? "entry" : "item";
  return `${item} ${Number(last) + 1} of ${shown(path.at(-2) ?? "")}`;
}

function toProblem(place: Place, kind: FileKind, error: ErrorObject): Problem {
  const { node, name } = place;
  const params = error.params as Readonly<Record<string, unknown>>;
  const offset = node.start;
  if (node.kind === "scalar" && node.value === null) return typeProblem(place, String(params.type));
  switch (error.keyword) {
    case "additionalProperties":
      return unknownKey(place, kind, String(params.additionalProperty), allowedKeys(error));
    case "required":
      return {
        code: "allowlist/missing-key",
        offset: place.pair?.keyStart ?? offset,
        text: `${name} lacks the key ${shown(String(params.missingProperty))}`,
        fix: kind === "users" ? "write `users:` and put the users under it" : "add it",
      };
    case "type":
      return typeProblem(place, String(params.type));
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
      return {
        code: "allowlist/bad-value",
        offset,
        text: `${name} is an empty list, which would say nothing`,
        fix: "remove the key, or list what it is for",
      };
    case "minimum":
    case "maximum":
      return {
        code: "allowlist/bad-value",
        offset,
        text: `${name} is ${shown(node.kind === "scalar" ? node.raw : "")}, and must be ${String(params.comparison)} ${String(params.limit)}`,
        fix: `write a number that is ${String(params.comparison)} ${String(params.limit)}`,
      };
    default:
      return { code: "allowlist/bad-value", offset, text: `${name} ${error.message ?? "is not allowed"}` };
  }
}

function allowedKeys(error: ErrorObject): readonly string[] {
  const schema = error.parentSchema as { readonly properties?: object } | undefined;
  return Object.keys(schema?.properties ?? {});
}

function unknownKey(place: Place, kind: FileKind, key: string, allowed: readonly string[]): Problem {
  const offset = place.node.kind === "map" ? (place.node.pairs.get(key)?.keyStart ?? 0) : place.node.start;
  if (kind === "users" && place.path.length === 0) {
    const meant = rootKeys.find((known) => known === key) ?? nearest(key, [...rootKeys, ...allowed]);
    if (meant !== undefined && rootKeys.includes(meant))
      return {
        code: "allowlist/root-only",
        offset,
        text: `${shown(key)} stands in a user file, which holds \`users\` only`,
        fix: "move it to the root file, the one that says `version`",
      };
  }
  const where = place.path.length === 0 ? "at the top of a file" : `in ${place.name}`;
  return {
    code: "allowlist/unknown-key",
    offset,
    text: `the key ${shown(key)} is not known ${where}`,
    fix: didYouMean(key, allowed),
  };
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
  return { code: "allowlist/bad-value", offset, text, fix: didYouMean(raw, allowed) };
}
