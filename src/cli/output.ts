/** Where the result of a command goes: standard output, files, or both. */

import { InvalidArgumentError } from "commander";
import { statSync } from "node:fs";
import { extname, resolve } from "node:path";
import { escapeText } from "../text/escape.js";
import { type OutputText, partsOf } from "../text/files.js";
import { hideSecrets } from "../text/redact.js";
import { nearest } from "../text/words.js";
import { type Sink, type Surroundings, UserError } from "./command.js";
import { writeFiles } from "./files.js";

export interface OutputOptions<F extends string = string> {
  /** The format of standard output, and of files that do not name theirs. */
  readonly format?: F;
  readonly output?: readonly Target<F>[];
  readonly quiet?: boolean;
  /** False where `--no-color` is given. */
  readonly color?: boolean;
}

/** How a text is shown. */
interface Shown {
  readonly colour: boolean;
  /** Undefined where it goes to no terminal. */
  readonly columns?: number | undefined;
}

/** Makes the text of a format; one that comes in parts is asked for again by each file that it goes into. */
type Render<F extends string> = (format: F, shown: Shown) => OutputText;

/**
 * Writes every file, and then standard output, unless a file without a format of its own takes its place, or
 * `--quiet` is given. Files are all written or none is. The first of the known formats is the default.
 */
export function emit<F extends string>(
  { folder, env, stdout }: Surroundings,
  { format, output = [], quiet = false, color = true }: OutputOptions<F>,
  known: readonly [F, ...F[]],
  render: Render<F>,
): void {
  const [first] = known;
  const hide = hideSecrets(env);
  const files = output.map((target) => {
    const wanted = target.format ?? format ?? formatOf(target.path, known) ?? first;
    return { path: target.path, text: hiddenBy(hide, withLineEnd(render(wanted, { colour: false }))) };
  });
  writeFiles(folder, files);
  const replaced = output.some((target) => target.format === undefined);
  if (quiet || replaced) return;
  const shown = { colour: color && wantsColour(stdout, env), columns: columnsFor(stdout) };
  for (const part of partsOf(withLineEnd(render(format ?? first, shown)))) stdout.write(part);
}

/** Parts end where a line does, and no secret goes over a line's end. */
function* hiddenBy(hide: (text: string) => string, text: OutputText): Generator<string, void> {
  for (const part of partsOf(text)) yield hide(part);
}

/** How wide a text may be that goes there: as the terminal says; undefined of what is none, or does not say. */
export function columnsFor({ isTTY, columns = 0 }: Pick<Sink, "isTTY" | "columns">): number | undefined {
  return isTTY === true && columns > 0 ? Math.max(NARROWEST, columns) : undefined;
}

/** A terminal that says less than this is none that a table can be read in. */
const NARROWEST = 40;

/** A report that says nothing is nothing at all. */
function withLineEnd(text: OutputText): OutputText {
  return typeof text !== "string" || text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

// What is asked for in which format, and where it goes: `--format json`, `--output json=plan.json`.

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
  ".csv": "csv",
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
function formatOf<F extends string>(path: string, known: readonly F[]): F | undefined {
  const format = EXTENSIONS[extname(path).toLowerCase()];
  return known.find((name) => name === format);
}

// What a command may write: in a form that it has, and over nothing that it reads. Asked before anything is listed.

/** The outputs of a command as far as they are looked at here. */
interface WantedOutputs<F extends string> {
  readonly format?: F;
  readonly output?: readonly Target<F>[];
}

/** The files that the options name. */
export function pathsOf({ output = [] }: WantedOutputs<string>): readonly string[] {
  return output.map(({ path }) => path);
}

/**
 * All that can be asked of the options alone: see {@link checkEndings} and {@link checkPlaces}.
 *
 * @throws UserError
 */
export function checkOutputs<F extends string>(
  folder: string,
  options: WantedOutputs<F>,
  known: readonly F[],
  inputs: readonly (string | undefined)[],
): void {
  checkEndings(options, known);
  checkPlaces(folder, pathsOf(options), inputs);
}

/**
 * A file whose ending tells no format of this command would get another one under that name.
 *
 * @throws UserError
 */
export function checkEndings<F extends string>(
  { format, output = [] }: WantedOutputs<F>,
  known: readonly F[],
): void {
  if (format !== undefined) return;
  for (const { path, format: own } of output) {
    const ending = extname(path);
    if (own !== undefined || ending === "" || formatOf(path, known) !== undefined) continue;
    throw new UserError(
      `--output ${path}: no format of this command ends in ${ending}`,
      `set the format with FORMAT=${path}; formats: ${known.join(", ")}`,
    );
  }
}

/**
 * No output is an input, or another output: by whatever name, through links as well.
 *
 * @throws UserError
 */
export function checkPlaces(
  folder: string,
  outputs: readonly (string | undefined)[],
  inputs: readonly (string | undefined)[],
): void {
  const read = new Map<string, string>();
  for (const path of inputs) {
    const id = path === undefined ? undefined : identityOf(folder, path);
    if (id !== undefined && path !== undefined) read.set(id, path);
  }
  const written = new Map<string, string>();
  for (const path of outputs) {
    if (path === undefined) continue;
    // What is not there yet can be no input, and be named twice by its path alone.
    const id = identityOf(folder, path) ?? resolve(folder, path);
    if (isNoFile(folder, path)) continue;
    if (read.has(id))
      throw new UserError(`this run reads ${path}, and would overwrite it`, "give the output another name");
    if (written.has(id))
      throw new UserError(`this run would write ${path} twice`, "give each output its own name");
    written.set(id, path);
  }
}

/** To a terminal or a pipe several things can be written. */
function isNoFile(folder: string, path: string): boolean {
  return statSync(resolve(folder, path), { throwIfNoEntry: false })?.isFile() === false;
}

/** Of a regular file that is there. */
function identityOf(folder: string, path: string): string | undefined {
  try {
    const stat = statSync(resolve(folder, path), { bigint: true });
    return stat.isFile() ? `${stat.dev} ${stat.ino}` : undefined;
  } catch {
    return undefined;
  }
}

/** Colour goes to terminals only. `FORCE_COLOR` (but for `0` and `false`) wins over `NO_COLOR`, as in Node itself. */
function wantsColour(sink: Sink, env: Surroundings["env"]): boolean {
  const forced = env.FORCE_COLOR;
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  if ((env.NO_COLOR ?? "") !== "" || env.TERM === "dumb") return false;
  return sink.isTTY === true;
}
