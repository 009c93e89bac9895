import { resolve } from "node:path";
import { LARGEST_JSON, LARGEST_YAML, readInput } from "../input-file.js";
import { findJsonMistake } from "./json-place.js";
import { reasonOf, UserError } from "./user-error.js";

/** The text of a regular file of an allowed size, or a {@link UserError}; undefined where there is no file and `optional` says that this is fine. */
export function readText(folder: string, path: string): string;
export function readText(folder: string, path: string, optional: true): string | undefined;
export function readText(folder: string, path: string, optional = false): string | undefined {
  try {
    return readInput(resolve(folder, path), /\.ya?ml$/iu.test(path) ? LARGEST_YAML : LARGEST_JSON);
  } catch (error) {
    if (optional && (error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new UserError(`${path}: cannot be read: ${reasonOf(error)}`, undefined, { cause: error });
  }
}

/** JSON as a value, or a {@link UserError} with the place of the mistake. */
export function parseJson(path: string, text: string, hint?: string): unknown {
  const plain = text.startsWith("\ufeff") ? text.slice(1) : text;
  try {
    return JSON.parse(plain) as unknown;
  } catch (error) {
    const place = findJsonMistake(plain);
    const where = place ? `${path}:${place.line}:${place.column}` : path;
    const what = place ? `expected ${place.expected}` : reasonOf(error);
    throw new UserError(`${where}: not JSON: ${what}`, hint, { cause: error });
  }
}

/** Whether a value is a JSON object. */
export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
