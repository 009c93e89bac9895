import { shown } from "./nearest.js";
import type { Place } from "./schema-messages.js";
import type { Problem } from "./source-text.js";
import type { TreeNode } from "./tree.js";

const wanted: Readonly<Record<string, string>> = {
  object: "a mapping (`key: value`)",
  array: "a list (`- item`)",
  string: "text",
  integer: "a whole number",
  number: "a number",
};

/** A value of the wrong kind, where the schema wants `type` (a type of JSON Schema). */
export function typeProblem(place: Place, type: string): Problem {
  const { node, name } = place;
  if (node.kind === "scalar" && node.value === null) return nullProblem(place);
  if (node.kind === "scalar" && type === "string")
    return quoteProblem(place, node.raw, `${describe(node)} to YAML`);
  return {
    code: "allowlist/wrong-type",
    offset: node.start,
    text: `${name} is ${describe(node)}, and must be ${wanted[type] ?? type}`,
    fix: typeFix(place, type),
  };
}

/** Text without quotes that YAML, or another reader of YAML, takes for something else. */
export function quoteProblem(place: Pick<Place, "node" | "pair" | "name">, raw: string, as: string): Problem {
  const quoted = JSON.stringify(raw.length > 80 ? `${raw.slice(0, 79)}…` : raw);
  return {
    code: "allowlist/quote-it",
    offset: place.node.start,
    text: `${place.name} is ${shown(raw)} without quotes, which is ${as}, not text`,
    fix: `quote it: ${place.pair === undefined ? "" : `${place.pair.key}: `}${quoted}`,
  };
}

function nullProblem({ node, pair, path, name }: Place): Problem {
  const isUser = pair !== undefined && path.length === 2 && path[0] === "users";
  return {
    code: "allowlist/null-value",
    offset: pair?.keyStart ?? node.start,
    text: `${name} has no value`,
    fix: isUser
      ? "write `[]` behind it if this user may have no device, or list the devices under it"
      : "write a value, or remove it",
  };
}

function typeFix({ node, path }: Place, type: string): string {
  const inUsers = path[0] === "users";
  const text = node.kind === "scalar" ? node.raw.slice(0, 60) : "";
  if (inUsers && path.length === 1) return "write each user as `<e-mail>:` with a list of devices under it";
  if (inUsers && path.length === 2)
    return node.kind === "map"
      ? "begin each entry with `- `"
      : `write a list of entries, as \`- serial: ${JSON.stringify(text)}\``;
  if (inUsers && path.length === 3 && text !== "")
    return `say what it is, as \`serial: ${JSON.stringify(text)}\``;
  if ((type === "integer" || type === "number") && /^\d+$/u.test(text)) return "remove the quotes";
  return `write ${wanted[type] ?? type}`;
}

function describe(node: TreeNode): string {
  if (node.kind === "map") return "a mapping";
  if (node.kind === "list") return "a list";
  if (typeof node.value === "string") return "text";
  return typeof node.value === "number"
    ? `the number ${String(node.value)}`
    : `the value ${String(node.value)}`;
}
