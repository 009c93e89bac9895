import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Ajv, type SchemaObject, type ValidateFunction } from "ajv";

/** Which of the two published schemas a file is held against. */
export type FileKind = "root" | "users";

const names: Readonly<Record<FileKind, string>> = {
  root: "allowlist.schema.json",
  users: "users.schema.json",
};

const compiled = new Map<FileKind, ValidateFunction>();

/** The package's `schemas` folder, as seen from the sources and from the compiled program alike. */
export function schemasFolder(): string {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    const candidate = join(folder, "schemas");
    if (existsSync(join(candidate, names.root))) return candidate;
    if (folder === dirname(folder))
      throw new Error("the package is incomplete: its folder `schemas` is missing");
  }
}

/** The published schema of a kind of file. */
export function loadSchema(kind: FileKind): SchemaObject {
  return JSON.parse(readFileSync(join(schemasFolder(), names[kind]), "utf8")) as SchemaObject;
}

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
    }).compile(loadSchema(kind));
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
