/**
 * The forms that a value of the allowlist can have. Each defines its JSON Schema, its text in the docs, what can be
 * below it and, for a single value, how to read it.
 */

import { pairAt, textNode, type AddProblem, type TreeNode, type TreePair } from "../source.js";
import { type Duration, readDuration, readNumber } from "../values.js";

export type Schema = Readonly<Record<string, unknown>>;

/** The schema of a row: in full, or as a reference to its definition. */
type SchemaOf = (row: Row) => Schema;

export interface Shape {
  /** The JSON Schema, without what the row adds. */
  readonly schema: (of: SchemaOf) => Schema;
  /** The text in the docs, in Markdown, with the default as the allowlist would write it. */
  readonly type: (byDefault?: unknown) => string;
  /** The row of a key, or of an item by its index. */
  readonly at: (step: string) => Row | undefined;
  /** The keys of a mapping whose keys are fixed. */
  readonly rows?: Rows;
  /** What the user's own keys in a mapping are: `<e-mail>`. */
  readonly names?: string;
  /** Whether it takes `none` beside one other kind of value. */
  readonly orNone?: true;
}

/**
 * What was read. Its value may be undefined. There is no `Read` where the file's value is wrong, which is then
 * reported.
 */
interface Read<T> {
  readonly value: T;
}

type Reader<T> = (pair: TreePair, addProblem: AddProblem) => Read<T> | undefined;

/** A shape that is read on its own, wherever it appears. */
export interface Value<T> extends Shape {
  readonly read: Reader<T>;
  /** The value as the allowlist writes it. */
  readonly written: (value: T) => unknown;
}

/** A key of the allowlist, or an item of a list: its name, its meaning, and what it can hold. */
export interface Row<S extends Shape = Shape> {
  readonly title: string;
  readonly means: string;
  readonly shape: S;
  /** What applies if the key is missing. */
  readonly byDefault?: S extends Value<infer T> ? T : unknown;
  /** The name of its definition in the schema, if it appears in several places. */
  readonly name?: string;
  readonly required?: boolean;
  /** For a setting of the policy: the place closest to a user that may set it, if that is not the user. */
  readonly closest?: "root" | "group";
  readonly hints?: Hints;
}

/** What to do about mistakes with a key, where the shape does not say enough. */
interface Hints {
  /** If it is required, and is missing. */
  readonly missing?: string;
  /** If it has no value. */
  readonly empty?: string;
  /** If the number is too small to make sense. */
  readonly tooSmall?: string;
  /** If it has a value of another kind. Undefined if there is nothing to add for that text or that kind of node. */
  readonly otherKind?: (text: string, node: TreeNode["kind"]) => string | undefined;
  /** What can be there, if the shape is a choice between two kinds. */
  readonly kinds?: string;
}

/** The type of a row's value once it is read. */
export type ValueOf<R> = R extends { readonly shape: Value<infer T> } ? T : never;

export function key<S extends Shape, const More extends Partial<Row<S>>>(
  title: string,
  means: string,
  shape: S,
  more?: More,
): Row<S> & NoInfer<More> {
  return { title, means, shape, ...more } as Row<S> & More;
}

export type Rows = Readonly<Record<string, Row>>;

const nothing = () => undefined;

/** @param limits `least` and `most` bound the length in characters; the whole text must match `pattern` */
export function text(limits: {
  readonly least?: 1;
  readonly most?: number;
  readonly pattern?: string;
}): Shape {
  const { least, most, pattern } = limits;
  const schema = { type: "string", minLength: least, maxLength: most, pattern };
  return { schema: () => given(schema), type: typed("text"), at: nothing };
}

function typed(what: string): Shape["type"] {
  return (byDefault) => (byDefault === undefined ? what : `${what}; default ${code(byDefault)}`);
}

function code(value: unknown): string {
  return `\`${String(value)}\``;
}

/** A name, or text that something is compared with. */
export const word = text({ least: 1, most: 256 });
/** Text for readers, optional. */
export const note = text({ most: 1000 });
/** Text for readers, required. */
export const why = text({ least: 1, most: 1000 });

export function choice<const T extends string | number>(...values: readonly T[]): Value<T> {
  return {
    schema: () => ({ enum: values }),
    type: (byDefault) =>
      values.map((value) => `${code(value)}${value === byDefault ? " (default)" : ""}`).join(", "),
    at: nothing,
    read: (pair) => read(values.find((value) => value === textNode(pair.value)?.value)),
    written: (value) => value,
  };
}

export function number(limits: {
  readonly least: number;
  readonly most?: number;
  readonly whole?: false;
}): Value<number> {
  const { least, most, whole = true } = limits;
  return {
    schema: () => given({ type: whole ? "integer" : "number", minimum: least, maximum: most }),
    type: typed(`number from ${least}${most === undefined ? "" : ` to ${most}`}`),
    at: nothing,
    read: (pair, addProblem) => read(readNumber(pair, addProblem)),
    written: (value) => value,
  };
}

export const flag: Value<boolean> = {
  schema: () => ({ type: "boolean" }),
  type: typed("`true` or `false`"),
  at: nothing,
  read: ({ value }) => ({ value: value.kind === "scalar" && value.value === true }),
  written: (value) => value,
};

/** A day as `YYYY-MM-DD`, in UTC. */
export const day: Shape = as(
  key(
    "Day",
    "A day as YYYY-MM-DD, in UTC.",
    { ...text({ pattern: "^[2-9][0-9]{3}-[0-9]{2}-[0-9]{2}$" }), type: typed("day") },
    { name: "day" },
  ),
);

/** A day, or a time with its zone. The reader of the key decides what a day means there. */
export const moment: Shape = as(
  key(
    "Day or time",
    "A day as YYYY-MM-DD, in UTC, or a time with its zone, such as 2026-06-15T09:00:00Z.",
    { ...text({ pattern: "^[2-9][0-9]{3}-[0-9]{2}-[0-9]{2}([Tt].*)?$" }), type: typed("day or time") },
    { name: "moment" },
  ),
);

/** @param zero what to do if somebody writes a length of zero */
export function duration(zero: string): Value<Duration> {
  const shape = {
    ...text({ pattern: "^[1-9][0-9]{0,6}[mhdw]$" }),
    type: typed("duration"),
    read: (pair: TreePair, addProblem: AddProblem) => read(readDuration(pair, zero, addProblem)),
    written: ({ text }: Duration) => text,
  };
  const means =
    "A whole number and one of m, h, d, w (minutes, hours, days, weeks), such as 72h or 90d; at most 3650d.";
  return as(key("Duration", means, shape, { name: "duration" }));
}

/** A duration that may be zero; `none` means zero too. */
export const durationOrNone: Value<Duration> = {
  ...text({ pattern: "^(none|0[mhdw]|[1-9][0-9]{0,6}[mhdw])$" }),
  type: noneType("duration"),
  read: (pair, addProblem) =>
    isNone(pair) ? { value: { text: "0h", ms: 0 } } : read(readDuration(pair, true, addProblem)),
  written: ({ text, ms }) => (ms === 0 ? "none" : text),
};

function noneType(what: string): Shape["type"] {
  return (byDefault) => `${what}, \`none\`${byDefault === "none" ? " (default)" : ""}`;
}

/** `none`, or something else. */
export function orNone<T>(other: Value<T>): Value<T | undefined> {
  return {
    schema: (of) => {
      const schema = other.schema(of);
      if (Array.isArray(schema.enum)) return { enum: [...(schema.enum as readonly unknown[]), "none"] };
      return { if: { const: "none" }, then: {}, else: schema };
    },
    type: noneType(other.type()),
    at: other.at,
    orNone: true,
    read: (pair, addProblem) => (isNone(pair) ? { value: undefined } : other.read(pair, addProblem)),
    written: (value) => (value === undefined ? "none" : other.written(value)),
  };
}

/** @param least the least number of items; without it, the list may be empty */
export function list(item: Row, least?: 1): Shape {
  return {
    schema: (of) => given({ type: "array", items: of(item), minItems: least }),
    type: typed(`list of ${"read" in item.shape ? item.shape.type() : plural(item.title)}`),
    at: (step) => (/^\d+$/u.test(step) ? item : undefined),
  };
}

function plural(title: string): string {
  return `${title.toLowerCase().replace(/y$/u, "ie")}s`;
}

/** A mapping with fixed keys. @param more what JSON Schema requires of the keys together */
export function map(rows: Rows, more?: Schema): Shape {
  const all = Object.entries(rows);
  const required = all.flatMap(([name, row]) => (row.required === true ? [name] : []));
  return {
    schema: (of) => ({
      type: "object",
      additionalProperties: false,
      ...(required.length > 0 && { required }),
      ...more,
      properties: Object.fromEntries(all.map(([name, row]) => [name, of(row)])),
    }),
    type: typed(code(`{ ${all.map(([name, row]) => `${name}${inBraces(row)}`).join(", ")} }`)),
    at: (step) => (Object.hasOwn(rows, step) ? rows[step] : undefined),
    rows,
  };
}

/** A row with a name appears in several places, and its default need not apply in each. */
function inBraces(row: Row): string {
  return "byDefault" in row && row.name === undefined ? `: ${String(written(row))}` : "";
}

/** A mapping with keys that the user chooses, all with the same row. @param name what the keys are, as `<e-mail>` */
export function each(name: string, row: Row): Shape {
  return {
    schema: (of) => ({ type: "object", additionalProperties: of(row) }),
    type: row.shape.type,
    at: () => row,
    names: name,
  };
}

/** Either of two shapes. Which one depends on whether the value is a list, or a mapping. */
export function either(kind: "array" | "object", then: Shape, otherwise: Shape): Shape {
  return {
    schema: (of) => ({ if: { type: kind }, then: then.schema(of), else: otherwise.schema(of) }),
    type: typed(`${then.type()}, or ${otherwise.type()}`),
    at: (step) => then.at(step) ?? otherwise.at(step),
  };
}

/** The shape of a row, which still takes its title, meaning and name from that row. */
export function as<S extends Shape>(row: Row<S>): S {
  return { ...row.shape, schema: (of: SchemaOf) => of(row) };
}

/** A whole JSON Schema: the row at its top, and the definitions of all rows below it that have a name. */
export function toSchema(head: Schema, top: Row): Schema {
  const definitions = new Map<string, Schema>();
  const of = (row: Row): Schema => {
    if (row.name === undefined) return described(row, of);
    if (!definitions.has(row.name)) definitions.set(row.name, described(row, of));
    return { $ref: `#/definitions/${row.name}` };
  };
  const schema = of(top);
  const sorted = [...definitions].sort(([one], [other]) => (one < other ? -1 : 1));
  return { ...head, ...schema, definitions: Object.fromEntries(sorted) };
}

function described(row: Row, of: SchemaOf): Schema {
  const schema = row.shape.schema(of);
  const byDefault = written(row);
  return {
    title: row.title,
    description: `${row.means}${defaultSentence(schema.enum, byDefault)}`.replaceAll("`", ""),
    ...schema,
    ...("byDefault" in row && { default: byDefault }),
  };
}

/** The default of a row, as the allowlist would write it. */
export function written(row: Row): unknown {
  if (!("byDefault" in row)) return undefined;
  const { shape, byDefault } = row;
  return "written" in shape ? (shape as Value<unknown>).written(byDefault) : byDefault;
}

/** The last sentence of a description: the default. */
function defaultSentence(values: unknown, byDefault: unknown): string {
  if (byDefault === undefined) return "";
  if (!Array.isArray(values)) return ` Default: ${code(byDefault)}.`;
  const words = values.map((value) => `${String(value)}${value === byDefault ? " (the default)" : ""}`);
  return ` One of: ${words.join(", ")}.`;
}

/** The keys of a schema that have a value. */
function given(schema: Schema): Schema {
  return Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== undefined));
}

/** The value of a mapping's key, or its default. */
export function readAt<T>(
  node: TreeNode,
  name: string,
  row: Row<Value<T>>,
  addProblem: AddProblem,
): Read<T> | undefined {
  const pair = pairAt(node, name);
  if (pair !== undefined) return row.shape.read(pair, addProblem);
  return "byDefault" in row ? { value: row.byDefault } : undefined;
}

function isNone({ value }: TreePair): boolean {
  return textNode(value)?.value === "none";
}

function read<T>(value: T | undefined): Read<T> | undefined {
  return value === undefined ? undefined : { value };
}
