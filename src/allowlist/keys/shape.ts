/**
 * The forms that a value of the allowlist may have. Each says what it is in JSON Schema and in the docs, what may stand
 * below it, and, where it is one value, how it is read.
 */

import { pairAt, textNode, type AddProblem, type TreeNode, type TreePair } from "../source.js";
import { type Duration, readDuration, readNumber } from "../values.js";

export type Schema = Readonly<Record<string, unknown>>;

/** The schema of a row: in full, or as a reference to its definition. */
type SchemaOf = (row: Row) => Schema;

export interface Shape {
  /** As JSON Schema, without what the row says. */
  readonly schema: (of: SchemaOf) => Schema;
  /** As the docs say it, in Markdown; with the default as the allowlist would say it. */
  readonly type: (byDefault?: unknown) => string;
  /** The row of a key, or of an item by its index, below. */
  readonly at: (step: string) => Row | undefined;
  /** The keys of a mapping that has keys of ours. */
  readonly rows?: Rows;
  /** What the keys of a mapping are that the user names: `<e-mail>`. */
  readonly names?: string;
  /** Whether it says `none` or something of one kind. */
  readonly orNone?: true;
}

/** A value that may be undefined itself; nothing at all where what is written is wrong, and told. */
interface Read<T> {
  readonly value: T;
}

type Reader<T> = (pair: TreePair, addProblem: AddProblem) => Read<T> | undefined;

/** A shape that is read by itself, wherever it stands. */
export interface Value<T> extends Shape {
  readonly read: Reader<T>;
  /** As the allowlist says it. */
  readonly written: (value: T) => unknown;
}

/** A key of the allowlist, or an item of a list: what it is called, what it means, what may stand there. */
export interface Row<S extends Shape = Shape> {
  readonly title: string;
  readonly means: string;
  readonly shape: S;
  /** What holds where the key is left out. */
  readonly byDefault?: S extends Value<infer T> ? T : unknown;
  /** The name of its definition in the schema: it stands in several places. */
  readonly name?: string;
  readonly required?: boolean;
  /** Of a setting of the policy: the closest to a user that may say it, where not the user. */
  readonly closest?: "root" | "group";
  readonly hints?: Hints;
}

/** What to do about mistakes with a key, where more can be said than its shape tells. */
interface Hints {
  /** Where it must be there, and is not. */
  readonly missing?: string;
  /** Where it has no value. */
  readonly empty?: string;
  /** Where the number is less than what makes sense. */
  readonly tooSmall?: string;
  /** Where something of another kind stands; undefined if nothing more can be said of that text, or of that node. */
  readonly otherKind?: (text: string, node: TreeNode["kind"]) => string | undefined;
  /** What may stand there, of a choice between two kinds. */
  readonly kinds?: string;
}

/** What a row's value is once it is read. */
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

/** @param limits of its length in characters; `pattern` is what the whole must match */
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

/** What something is compared with, or a name. */
export const word = text({ least: 1, most: 256 });
/** For readers. */
export const note = text({ most: 1000 });
/** For readers who must know. */
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

/** A day, or a time with its zone. What a day means there is the reader's. */
export const moment: Shape = as(
  key(
    "Day or time",
    "A day as YYYY-MM-DD, in UTC, or a time with its zone, such as 2026-06-15T09:00:00Z.",
    { ...text({ pattern: "^[2-9][0-9]{3}-[0-9]{2}-[0-9]{2}([Tt].*)?$" }), type: typed("day or time") },
    { name: "moment" },
  ),
);

/** @param zero what to do where somebody writes a length of zero */
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

/** A duration that may be zero, which `none` says as well. */
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

/** @param least how many items at least; without it, none will do */
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

/** A mapping with keys of ours. @param more what JSON Schema says of the keys together */
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

/** What has a name of its own stands in several places, where its default need not be what holds. */
function inBraces(row: Row): string {
  return "byDefault" in row && row.name === undefined ? `: ${String(written(row))}` : "";
}

/** A mapping with names that the user chooses, one row for all of them. @param name what they are, as `<e-mail>` */
export function each(name: string, row: Row): Shape {
  return {
    schema: (of) => ({ type: "object", additionalProperties: of(row) }),
    type: row.shape.type,
    at: () => row,
    names: name,
  };
}

/** Either of two shapes, told apart by whether it is a list, or a mapping. */
export function either(kind: "array" | "object", then: Shape, otherwise: Shape): Shape {
  return {
    schema: (of) => ({ if: { type: kind }, then: then.schema(of), else: otherwise.schema(of) }),
    type: typed(`${then.type()}, or ${otherwise.type()}`),
    at: (step) => then.at(step) ?? otherwise.at(step),
  };
}

/** The shape of a row, which keeps its title, meaning and name there. */
export function as<S extends Shape>(row: Row<S>): S {
  return { ...row.shape, schema: (of: SchemaOf) => of(row) };
}

/** A whole JSON Schema: the row at its top, with the definitions of all that has a name below it. */
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
    description: `${row.means}${said(schema.enum, byDefault)}`.replaceAll("`", ""),
    ...schema,
    ...("byDefault" in row && { default: byDefault }),
  };
}

/** The default of a row, as the allowlist would say it. */
export function written(row: Row): unknown {
  if (!("byDefault" in row)) return undefined;
  const { shape, byDefault } = row;
  return "written" in shape ? (shape as Value<unknown>).written(byDefault) : byDefault;
}

/** A description's last words: what holds by default. */
function said(values: unknown, byDefault: unknown): string {
  if (byDefault === undefined) return "";
  if (!Array.isArray(values)) return ` Default: ${code(byDefault)}.`;
  const words = values.map((value) => `${String(value)}${value === byDefault ? " (the default)" : ""}`);
  return ` One of: ${words.join(", ")}.`;
}

/** What is given, without what is not. */
function given(schema: Schema): Schema {
  return Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== undefined));
}

/** What a key of a mapping says, or what holds without it. */
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
