/**
 * The schema of the JSON report, made of the types that say what is in it. A field's doc comment is its description, and
 * its name the title; tags say what a type cannot:
 *
 * - `@title`: where the name does not do. An interface that has one stands under `definitions`.
 * - `@minLength`, `@minimum`, `@pattern`, `@propertyNames`, `@asType`, `@example` (JSON): as in the schema. Numbers are
 *   whole and from 0 on, unless a tag says otherwise.
 * - `@open`: a later version may have further values, so that those of the type are examples.
 * - `@optional`: reports of before this field have none.
 * - `@each`: the description of every field of a record; `{key}` is its name.
 */

import { dirname, join } from "node:path";
import ts from "typescript";

/** As far as somebody reads it here. */
export interface Schema {
  readonly [keyword: string]: unknown;
  readonly $ref?: string;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly type?: string | readonly string[];
  readonly allOf?: readonly Schema[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly enum?: readonly string[];
  readonly examples?: readonly unknown[];
  readonly definitions?: Readonly<Record<string, Schema>>;
}

const TAGS = [
  ...(["title", "minLength", "minimum", "pattern", "propertyNames", "asType", "example"] as const),
  ...(["open", "optional", "each"] as const),
];

/** What a doc comment says: its text in one line, and its tags. */
interface Said {
  readonly description: string;
  readonly tags: Readonly<Partial<Record<(typeof TAGS)[number], string>>>;
}

const FILE = "src/report/document.ts";
const TYPE = "ReportDocument";

let made: Schema | undefined;

/** @throws Error where a type has no form in JSON, a field no description, or a tag no meaning */
export function reportSchema(root: string): Schema {
  made ??= makeSchema(root);
  return made;
}

function makeSchema(root: string): Schema {
  const program = programOf(join(root, FILE));
  const checker = program.getTypeChecker();
  const definitions: Record<string, Schema> = {};
  const defined = new Map<string, ts.Type>();

  function said(symbol: ts.Symbol): Said {
    const description = ts.displayPartsToString(symbol.getDocumentationComment(checker));
    const tags = symbol.getJsDocTags(checker).map(({ name, text }) => {
      if (!TAGS.some((tag) => tag === name)) throw new Error(`${symbol.name} has the unknown tag @${name}`);
      return [name, ts.displayPartsToString(text).trim()] as const;
    });
    return { description: description.replace(/\s+/gu, " ").trim(), tags: Object.fromEntries(tags) };
  }

  /** The literals of a type in the order in which the source says them; the checker's own order may change by the way. */
  function literalsOf(node: ts.Node | undefined): string[] {
    if (node === undefined) return [];
    if (ts.isStringLiteral(node)) return [node.text];
    if (ts.isTypeOperatorNode(node))
      return checker.getPropertiesOfType(checker.getTypeFromTypeNode(node.type)).map(({ name }) => name);
    if (ts.isIndexedAccessTypeNode(node)) {
      const [key = ""] = literalsOf(node.indexType);
      return literalsOf(checker.getTypeFromTypeNode(node.objectType).getProperty(key)?.declarations?.[0]);
    }
    const found: string[] = [];
    if (ts.isTypeReferenceNode(node) && node.typeArguments === undefined) {
      const symbol = checker.getSymbolAtLocation(node.typeName);
      const origin =
        symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      found.push(
        ...(origin?.declarations ?? [])
          .filter(ts.isTypeAliasDeclaration)
          .flatMap(({ type }) => literalsOf(type)),
      );
    }
    ts.forEachChild(node, (child) => void found.push(...literalsOf(child)));
    return found;
  }

  function propertiesOf(type: ts.Type, node: ts.Node | undefined): readonly ts.Symbol[] {
    const properties = checker.getPropertiesOfType(type);
    const owners = properties.map((one) => one.declarations?.[0]?.parent);
    const literals = properties.some(({ declarations }) => !declarations) ? literalsOf(node) : [];
    const place = (one: ts.Symbol) => {
      const [declaration] = one.declarations ?? [];
      return declaration
        ? ([owners.indexOf(declaration.parent), declaration.pos] as const)
        : ([0, literals.indexOf(one.name)] as const);
    };
    return properties.toSorted((one, other) => {
      const [[owner, at], [otherOwner, otherAt]] = [place(one), place(other)];
      return owner - otherOwner || at - otherAt;
    });
  }

  function objectOf(type: ts.Type, node: ts.Node | undefined, path: string, each?: string): Schema {
    const fields = propertiesOf(type, node).map((symbol) => {
      const one = said(symbol);
      const { name, declarations } = symbol;
      const at = path === "" ? name : `${path}.${name}`;
      const description = one.description || (each ?? "").replace("{key}", name);
      if (description === "" || description.includes("{@"))
        throw new Error(`${at} has no description: ${FILE}`);
      const parts = partsOf(checker.getTypeOfSymbol(symbol));
      const isRequired = parts.every(isDefined) && !(symbol.flags & ts.SymbolFlags.Optional);
      const { $ref, ...shape } = schemaOf(parts.filter(isDefined), declarations?.[0], at, one.tags);
      const schema = {
        title: one.tags.title ?? ($ref === undefined ? titleOf(name) : undefined),
        description,
        ...($ref === undefined ? shape : { allOf: [{ $ref }] }),
      };
      return { name, schema, isRequired: isRequired && one.tags.optional === undefined };
    });
    const required = fields.filter(({ isRequired }) => isRequired).map(({ name }) => name);
    return {
      type: "object",
      ...(required.length > 0 && { required }),
      properties: Object.fromEntries(fields.map(({ name, schema }) => [name, schema])),
    };
  }

  function schemaOf(
    parts: readonly ts.Type[],
    node: ts.Node | undefined,
    path: string,
    tags: Said["tags"] = {},
  ): Schema {
    const { open, asType, minLength, minimum, pattern, propertyNames, example, each } = tags;
    const told = {
      ...(minLength !== undefined && { minLength: Number(minLength) }),
      ...(minimum !== undefined && { minimum: Number(minimum) }),
      ...(pattern !== undefined && { pattern }),
      ...(propertyNames !== undefined && { propertyNames: { pattern: propertyNames } }),
      ...(example !== undefined && { examples: [JSON.parse(example) as unknown] }),
    };
    const [type] = parts;
    if (type === undefined) throw new Error(`${path} has no form in JSON`);
    if (asType === "string") return { type: asType, ...told };
    if (parts.every((one) => one.isStringLiteral())) {
      const values = parts.map(({ value }) => value);
      const literals = literalsOf(node);
      if (!values.every((value) => literals.includes(value)))
        throw new Error(`${path}: values without an order`);
      const inOrder = [...new Set(literals)].filter((value) => values.includes(value));
      return { type: "string", ...told, [open === undefined ? "enum" : "examples"]: inOrder };
    }
    const isA = (flag: ts.TypeFlags) => parts.every(({ flags }) => (flags & flag) !== 0);
    if (isA(ts.TypeFlags.BooleanLike)) return { type: "boolean" };
    if (isA(ts.TypeFlags.String | ts.TypeFlags.Null))
      return { type: parts.length > 1 ? ["string", "null"] : "string", ...told };
    if (parts.length > 1) throw new Error(`${path} is a union that has no form here`);
    if (type.isNumberLiteral()) return { type: "integer", const: type.value };
    if (isA(ts.TypeFlags.Number)) return { type: asType ?? "integer", minimum: 0, ...told };
    if (checker.isArrayType(type)) {
      const [element] = checker.getTypeArguments(type as ts.TypeReference);
      return { type: "array", items: schemaOf(element ? [element] : [], undefined, `${path}[]`) };
    }
    const values = type.getStringIndexType();
    if (values) return { type: "object", additionalProperties: schemaOf([values], undefined, path), ...told };
    if (!(type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)))
      throw new Error(`${path} has no form in JSON`);
    const symbol = type.aliasSymbol ?? type.getSymbol();
    const owner = symbol && said(symbol);
    const title = owner?.tags.title;
    if (title === undefined) return objectOf(type, node, path, each);
    const name = title
      .replace(/ \w/gu, (letters) => letters.trim().toUpperCase())
      .replace(/^\w/u, (letter) => letter.toLowerCase());
    if ((defined.get(name) ?? type) !== type) throw new Error(`${path}: another type is titled ${title}`);
    defined.set(name, type);
    definitions[name] ??= { title, description: owner?.description, ...objectOf(type, undefined, path) };
    return { $ref: `#/definitions/${name}` };
  }

  const file = program.getSourceFile(join(root, FILE));
  const module = file && checker.getSymbolAtLocation(file);
  const symbol = module && checker.getExportsOfModule(module).find(({ name }) => name === TYPE);
  if (!symbol) throw new Error(`${FILE} has no ${TYPE}`);
  const { description, tags } = said(symbol);
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    $id: "https://unpkg.com/pulumi-warp-registrations/schemas/report.schema.json",
    title: tags.title,
    description,
    ...objectOf(checker.getDeclaredTypeOfSymbol(symbol), undefined, ""),
  };
  return { ...schema, definitions };
}

/** The files that the report's types come from, and nothing of other packages: that would take seconds. */
function programOf(path: string): ts.Program {
  const options: ts.CompilerOptions = {
    ...{ target: ts.ScriptTarget.ES2023, lib: ["lib.es2023.d.ts"], types: [] },
    ...{ strict: true, exactOptionalPropertyTypes: true },
  };
  const host = ts.createCompilerHost(options);
  host.resolveModuleNameLiterals = (names, from) =>
    names.map(({ text }) => ({
      resolvedModule: text.startsWith(".")
        ? { resolvedFileName: join(dirname(from), text.replace(/\.js$/u, ".ts")), extension: ts.Extension.Ts }
        : undefined,
    }));
  return ts.createProgram([path], options, host);
}

function partsOf(type: ts.Type): readonly ts.Type[] {
  return type.isUnion() ? type.types : [type];
}

function isDefined({ flags }: ts.Type): boolean {
  return (flags & ts.TypeFlags.Undefined) === 0;
}

/** `pullRequest`: Pull request. */
function titleOf(name: string): string {
  const words = name.replace(/[A-Z]/gu, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
