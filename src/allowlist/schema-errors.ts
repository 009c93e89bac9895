import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { didYouMean, nearest, shown } from "../text/words.js";
import { isPolicyKey } from "./keys/policy.js";
import { type FileKind, rootKeys, rowAt, SCHEMAS, sharedKeys } from "./keys/root.js";
import type { Row } from "./keys/shape.js";
import { isMatchKey } from "./match-values.js";
import type { AddMessage } from "./messages.js";
import {
  isUser,
  locate,
  pairAt,
  type Place,
  type Problem,
  type SourceText,
  type TreeNode,
} from "./source.js";
import { belowUsers } from "./usual-mistakes.js";
import { isEmail, normaliseEmail, quoteProblem } from "./values.js";

/** The schema's errors in a file, as messages with places; one for each place. */
export function schemaMessages(
  source: SourceText,
  root: TreeNode,
  kind: FileKind,
  errors: readonly ErrorObject[],
  addMessage: AddMessage,
): void {
  const seen = new Set<string>();
  const unknown = unknownKeys(errors);
  for (const error of errors) {
    // A branch of the schema that was taken and failed: what failed inside it is reported on its own.
    if (error.keyword === "if" || error.keyword === "anyOf") continue;
    const place = locate(root, error.instancePath);
    if (isTime(place, error)) continue;
    const problem = toProblem(place, { source, root, kind }, error, unknown.get(error.instancePath) ?? []);
    if (problem === undefined) continue;
    const key = `${problem.offset} ${problem.code === "allowlist/unknown-key" ? problem.text : ""}`;
    // A node of the wrong type fails other rules too.
    if (seen.has(key)) continue;
    seen.add(key);
    addMessage(source.message(problem));
  }
}

/** Texts with a pattern are days, times and durations. The readers report them in more detail than the schema can. */
function isTime({ node }: Place, { parentSchema }: ErrorObject): boolean {
  const schema = parentSchema as { readonly pattern?: string } | undefined;
  return schema?.pattern !== undefined && node.kind === "scalar" && node.value !== null;
}

/** The file that has the errors. */
interface CheckedFile {
  readonly source: SourceText;
  readonly root: TreeNode;
  readonly kind: FileKind;
}

function toProblem(
  place: Place,
  { source, root, kind }: CheckedFile,
  error: ErrorObject,
  unknown: readonly string[],
): Problem | undefined {
  const { node, name } = place;
  const row = rowAt(kind, place.path);
  const params = error.params as Readonly<Record<string, unknown>>;
  const offset = node.start;
  // Its users are beside it: each of them is reported.
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
        text: `${name} is an empty ${node.kind === "map" ? "mapping" : "list"}, which has no effect`,
        fix: "remove the key, or add items to it",
      };
    case "minimum":
    case "maximum": {
      const limit = `at ${error.keyword === "minimum" ? "least" : "most"} ${String(params.limit)}`;
      return {
        code: "allowlist/bad-value",
        offset,
        text: `${name} is ${shown(node.kind === "scalar" ? node.raw : "")}, but must be ${limit}`,
        fix: row?.hints?.tooSmall ?? `write a number that is ${limit}`,
      };
    }
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

/** The keys that the schema does not know, by the JSON pointer to their mapping. */
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
    const text = `version ${value} of the allowlist's format is not supported`;
    return { code: "allowlist/unsupported-version", offset, text, fix: "write `version: 1`, without quotes" };
  }
  const text = `${name} is ${value}; allowed: ${allowed.join(", ")}`;
  if (path.at(-1) === "state" && (raw === "offboarded" || raw === "suspended") && path[0] === "users")
    return {
      code: "allowlist/bad-value",
      offset,
      text: `${name} is ${value}, which is a state of a user, not of an entry; allowed: ${allowed.join(", ")}`,
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

/** A value of the wrong kind, where the schema requires `type` (a type of JSON Schema). */
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
  // For a choice between two kinds, the schema names only one.
  const kinds = row?.hints?.kinds ?? `${kind}${row?.shape.orNone === true ? ", or `none`" : ""}`;
  const text = node.kind === "scalar" ? node.raw.slice(0, 60) : "";
  return {
    code: "allowlist/wrong-type",
    offset: node.start,
    text: `${name} is ${describe(node)}, but must be ${kinds}`,
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

// Unknown keys, and missing keys.

/** A key that has no meaning at its place. */
function unknownKey(
  place: Place,
  { kind, source }: { readonly kind: FileKind; readonly source: SourceText },
  key: string,
  allowed: readonly string[],
): Problem {
  const pair = pairAt(place.node, key);
  const offset = pair?.keyStart ?? place.node.start;
  if (place.path.length === 0 && isEmail(normaliseEmail(key))) return userAtTop(source, key, offset);
  if (isUser(place) && /^-\w/u.test(key)) return dashWithoutBlank(place, key, offset);
  // A list under `device:` was meant as `devices:`.
  if (isUser(place) && isMatchKey(key) && pair?.value.kind !== "list") return withoutDash(place, key);
  if (place.path.at(-1) === "policy" && isPolicyKey(key)) return rootPolicyOnly(place, key, offset);
  if (kind === "users" && place.path.length === 0) {
    const meant = rootKeys.find((known) => known === key) ?? nearest(key, [...rootKeys, ...allowed]);
    if (meant !== undefined && rootKeys.includes(meant))
      return {
        code: "allowlist/root-only",
        offset,
        text: `${shown(key)} is in a user file, which may contain only \`users\`, \`tests\` and \`accessUsers\``,
        fix: "move it to the root file, the one that sets `version`",
      };
  }
  const where = place.path.length === 0 ? "at the top of a file" : `in ${place.name}`;
  return {
    code: "allowlist/unknown-key",
    offset,
    text: `the key ${shown(key)} is not allowed ${where}`,
    fix:
      isPolicyKey(key) && allowed.includes("policy")
        ? "move it under `policy:`"
        : meantKey(place, key, allowed),
  };
}

/** Other names for our keys, the API's own names first. Compared without case, `_`, `-` and blanks. */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  serial: ["serialnumber", "serialno", "servicetag", "sn"],
  hardwareId: ["hardwareuuid", "hwid", "uuid", "machineid"],
  device: ["deviceid", "physicaldevice", "physicaldeviceid"],
  registration: ["registrationid", "warpregistration"],
  name: ["hostname", "devicename", "computername", "machinename"],
  nameGlob: ["nameglob", "namepattern", "hostnameglob"],
  user: ["email", "useremail", "mail", "emailaddress"],
  users: ["emails", "useremails", "people", "members"],
  expires: ["expiry", "expiresat", "expireson", "expiration", "until", "validuntil"],
  from: ["startdate", "starts", "validfrom", "since"],
  note: ["comment", "comments", "description", "notes", "remark"],
  state: ["status"],
  ticket: ["issue"],
  reason: ["justification", "why"],
};

function meantKey({ path }: Place, key: string, allowed: readonly string[]): string {
  const bare = bareWord(key);
  const same = allowed.find((one) => bareWord(one) === bare);
  const singular = bare.replace(/s$/u, "");
  const meant =
    same ??
    allowed.find((one) => synonyms[one]?.includes(bare)) ??
    allowed.find((one) => one.endsWith("s") && synonyms[one.slice(0, -1)]?.includes(singular));
  if (meant !== undefined) return `did you mean \`${meant}\`?`;
  const isEntry = allowed.includes("serial") && path[0] === "users";
  if (isEntry && synonyms.user?.includes(bare) === true)
    return "remove it: an entry is in the list below its user's address";
  if (bare === "id" && allowed.includes("registration"))
    return "did you mean `registration` (a registration's id) or `device` (a physical device's id)?";
  return didYouMean(key, allowed);
}

function bareWord(key: string): string {
  return key
    .slice(0, 100)
    .replace(/[\s_-]/gu, "")
    .toLowerCase();
}

/** A user beside `users` instead of below it. */
function userAtTop(source: SourceText, key: string, offset: number): Problem {
  return {
    code: "allowlist/unknown-key",
    offset,
    text: `the user ${shown(key)} is at the top of the file, not under \`users\``,
    fix: "put the user and the entries under the key `users:`, indented by two columns",
    right: belowUsers(source.text, offset),
  };
}

function dashWithoutBlank({ name }: Place, key: string, offset: number): Problem {
  return {
    code: "allowlist/unknown-key",
    offset,
    text: `${shown(key)} in ${name} has no space after its dash, and is read as a key`,
    fix: `begin the entry with ${shown(`- ${key.slice(1)}:`)}`,
  };
}

/**
 * A required key that is missing. Undefined if one of the unknown keys at that place is probably that key, misspelt.
 */
function missingKey(
  place: Place,
  kind: FileKind,
  key: string,
  unknown: readonly string[],
): Problem | undefined {
  const { node, pair, path, name } = place;
  const isFile = path.length === 0;
  const wanted = isFile ? [...sharedKeys, ...rootKeys] : [key];
  if (
    unknown.some(
      (each) =>
        nearest(each, wanted) !== undefined ||
        (isUser(place) && (isMatchKey(each) || each.startsWith("-"))) ||
        (isFile && isEmail(normaliseEmail(each))),
    )
  )
    return undefined;
  return {
    code: "allowlist/missing-key",
    offset: pair?.keyStart ?? node.start,
    text: `${name} has no key ${shown(key)}`,
    fix:
      isFile && kind === "users"
        ? "write `users:` and put the users under it"
        : (rowAt(kind, [...path, key])?.hints?.missing ?? `add \`${key}:\``),
  };
}

/** A setting that applies only to users nobody lists, or to no user: it belongs to the root file. */
function rootPolicyOnly({ path }: Place, key: string, offset: number): Problem {
  const whose = path[0] === "groups" ? "a group" : "a user";
  return {
    code: "allowlist/root-only",
    offset,
    text: `${shown(key)} is in the policy of ${whose}, where it has no effect`,
    fix: "move it to the `policy` of the root file",
  };
}

/** An entry's key directly under a user: the dash that begins an entry is missing. */
function withoutDash({ node, name }: Place, key: string): Problem {
  return {
    code: "allowlist/wrong-type",
    offset: node.start,
    text: `${name} is a mapping with ${shown(key)}, which belongs to an entry`,
    fix: "begin each entry with `- `",
  };
}

// The schemas, compiled.

const compiled = new Map<FileKind, ValidateFunction>();

/** The compiled schema of a kind of file. Each is compiled once in a process. */
export function validator(kind: FileKind): ValidateFunction {
  let validate = compiled.get(kind);
  if (validate === undefined) {
    // Ajv coerces nothing and fills in no default: it checks the data as written.
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
 * Ajv copies all errors so far for each part of the schema that adds some: 40,000 errors took a minute. The list it
 * copies is its own, so we can append to it instead.
 */
function addErrorsInPlace(code: string): string {
  return code.replace(
    /vErrors\.concat\((\w+)\.errors\)/gu,
    "$1.errors.reduce((all, one) => (all.push(one), all), vErrors)",
  );
}
