/** What is asked for in which format, and where it goes: `--format json`, `--output json=plan.json`. */

import { extname } from "node:path";
import { InvalidArgumentError } from "commander";
import { nearest } from "../allowlist/nearest.js";
import { escapeText } from "../escape.js";

/** A file that was asked for; `format` where it was named. */
export interface Target<F extends string = string> {
  readonly path: string;
  readonly format?: F;
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  ".json": "json",
  ".md": "markdown",
  ".markdown": "markdown",
  ".html": "html",
  ".htm": "html",
  ".sarif": "sarif",
  ".xml": "junit",
  ".txt": "text",
  ".yaml": "yaml",
  ".yml": "yaml",
};

/** Short names that people use. */
const SHORT: Readonly<Record<string, string>> = { md: "markdown", htm: "html", txt: "text", yml: "yaml" };

/** The format's name as it is, or commander's error with what was probably meant. */
export function parseFormat<F extends string>(text: string, known: readonly F[]): F {
  const found = findFormat(text, known);
  if (found !== undefined) return found;
  const guess = nearest(text, known);
  const hint = guess === undefined ? "" : ` Did you mean ${guess}?`;
  throw new InvalidArgumentError(`There is no such format.${hint} Formats: ${known.join(", ")}.`);
}

/** `plan.md`, or `markdown=plan.md`. A file whose name has such a form is given as `./a=b`. */
export function parseTarget<F extends string>(text: string, known: readonly F[]): Target<F> {
  const [, format, path = text] = /^([a-z]+)=(.*)$/su.exec(text) ?? [];
  if (path === "") throw new InvalidArgumentError(`Expected FILE or FORMAT=FILE, not ${escapeText(text)}.`);
  if (format !== undefined) return { format: parseFormat(format, known), path };
  const name = findFormat(path, known);
  if (name !== undefined)
    throw new InvalidArgumentError(
      `${path} is a format: write ${path}=FILE, or ./${path} for a file of that name.`,
    );
  return { path };
}

function findFormat<F extends string>(text: string, known: readonly F[]): F | undefined {
  const wanted = Object.hasOwn(SHORT, text) ? SHORT[text] : text;
  return known.find((name) => name === wanted);
}

/** By what a file is called, where neither it nor `--format` says. */
export function formatOf<F extends string>(path: string, known: readonly F[]): F | undefined {
  const format = EXTENSIONS[extname(path).toLowerCase()];
  return known.find((name) => name === format);
}
