import { isMatchKey } from "./entry-keys.js";
import { toDuration } from "./duration.js";
import { shown } from "./nearest.js";
import { isUser, type Place } from "./place.js";
import type { Problem } from "./source-text.js";
import type { TreeNode } from "./tree.js";

const wanted: Readonly<Record<string, string>> = {
  object: "a mapping (`key: value`)",
  array: "a list (`- item`)",
  string: "text",
  integer: "a whole number",
  number: "a number",
  boolean: "`true` or `false`",
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
    text: `${name} is ${describe(node)}, and must be ${wantedAt(place, type)}`,
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

/** What may stand there; of a choice between two kinds the schema names only the one. */
function wantedAt(place: Place, type: string): string {
  const { path } = place;
  if (isUser(place)) return "a list of entries, or a mapping";
  if (path.length === 2 && path[0] === "groups") return "a list of e-mails, or a mapping";
  return `${wanted[type] ?? type}${mayBeNone(path) ? ", or `none`" : ""}`;
}

function mayBeNone(path: readonly string[]): boolean {
  const key = path.at(-1);
  return key === "maxDevices" || (path.at(-2) === "policy" && (key === "stale" || key === "revoked"));
}

function nullProblem(place: Place): Problem {
  const { node, pair, name } = place;
  return {
    code: "allowlist/null-value",
    offset: pair?.keyStart ?? node.start,
    text: `${name} has no value`,
    fix: nullFix(place),
  };
}

function nullFix(place: Place): string {
  const { pair, path } = place;
  if (pair !== undefined && (isUser(place) || isDevices(path)))
    return "write `[]` behind it if this user may have no device, or list the devices under it";
  if (path.length === 2 && path[0] === "accessUsers") return "write `{}` behind it";
  return "write a value, or remove it";
}

function typeFix(place: Place, type: string): string {
  const { node, path } = place;
  const text = node.kind === "scalar" ? node.raw.slice(0, 60) : "";
  if (path[0] === "users" && path.length === 1)
    return "write each user as `<e-mail>:` with a list of devices under it";
  if (isUser(place)) return `write a list of entries, as \`- serial: ${JSON.stringify(text)}\``;
  if (isDevices(path) && node.kind === "map") return "begin each entry with `- `";
  const [, key, value] = /^(\w+)[:=]\s*(\S+)$/u.exec(text) ?? [];
  if (path[0] === "users" && place.pair === undefined && key !== undefined && isMatchKey(key))
    return `write a blank behind the colon: \`${key}: ${JSON.stringify(value)}\``;
  if (path[0] === "users" && place.pair === undefined && text !== "")
    return `say what it is, as \`serial: ${JSON.stringify(text)}\``;
  return settingFix(path.at(-1), path, text) ?? numberFix(type, text) ?? `write ${wanted[type] ?? type}`;
}

function settingFix(key: string | undefined, path: readonly string[], text: string): string | undefined {
  if (path.length === 2 && path[0] === "groups")
    return "write a list of e-mails, or a mapping with `users:` and `policy:`";
  if (key === "maxDevices") return /^\d+$/u.test(text) ? undefined : "write a whole number, or `none`";
  if (key !== undefined && mayBeNone(path))
    return `write \`${key}: { after: ${toDuration(text) === undefined ? "90d" : text} }\`, or \`${key}: none\``;
  if (path.length === 1 && key === "freeze") return "write `freeze: { until: <day>, reason: <why> }`";
  return (key === "perUser" || key === "perRun") && text === "none" ? "remove it for no limit" : undefined;
}

function numberFix(type: string, text: string): string | undefined {
  return (type === "integer" || type === "number") && /^\d+$/u.test(text) ? "remove the quotes" : undefined;
}

function isDevices(path: readonly string[]): boolean {
  return path.length === 3 && path[0] === "users" && path[2] === "devices";
}

function describe(node: TreeNode): string {
  if (node.kind === "map") return "a mapping";
  if (node.kind === "list") return "a list";
  if (typeof node.value === "string") return "text";
  return typeof node.value === "number"
    ? `the number ${String(node.value)}`
    : `the value ${String(node.value)}`;
}
