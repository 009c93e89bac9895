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
  /** The format of standard output, and of files without a format of their own. */
  readonly format?: F;
  readonly output?: readonly Target<F>[];
  readonly quiet?: boolean;
  /** False if `--no-color` is given. */
  readonly color?: boolean;
}

/** How a text is shown. */
interface Shown {
  readonly colour: boolean;
  /** Undefined if it does not go to a terminal. */
  readonly columns?: number | undefined;
}

/** Makes the text of a format. It is called again for each file, because a text in parts can be read only once. */
type Render<F extends string> = (format: F, shown: Shown) => OutputText;

/**
 * Writes all files or none, and then standard output, unless `--quiet` is given or a file without a format of its own
 * replaces it. The first of the known formats is the default.
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

/** Parts end at line breaks, and no secret continues over one. */
function* hiddenBy(hide: (text: string) => string, text: OutputText): Generator<string, void> {
  for (const part of partsOf(text)) yield hide(part);
}

/**
 * The width for a text on this stream, from the terminal; undefined if it is not a terminal, or does not report one.
 */
export function columnsFor({ isTTY, columns = 0 }: Pick<Sink, "isTTY" | "columns">): number | undefined {
  return isTTY === true && columns > 0 ? Math.max(NARROWEST, columns) : undefined;
}

/** A narrower terminal cannot show a readable table. */
const NARROWEST = 40;

/** An empty report stays empty. */
function withLineEnd(text: OutputText): OutputText {
  return typeof text !== "string" || text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

// The requested formats, and where they go: `--format json`, `--output json=plan.json`.

/** A requested file, with its format if the user named it. */
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

/** The format's full name. Throws commander's error with what was probably meant. */
export function parseFormat<F extends string>(text: string, known: readonly F[]): F {
  const found = findFormat(text, known);
  if (found !== undefined) return found;
  const guess = nearest(text, known);
  const hint = guess === undefined ? "" : ` Did you mean ${guess}?`;
  throw new InvalidArgumentError(`There is no such format.${hint} Formats: ${known.join(", ")}.`);
}

/** `plan.md`, or `markdown=plan.md`. A file with such a name is given as `./a=b`. */
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

/** The format from a file's name, if neither the file nor `--format` has one. */
function formatOf<F extends string>(path: string, known: readonly F[]): F | undefined {
  const format = EXTENSIONS[extname(path).toLowerCase()];
  return known.find((name) => name === format);
}

// What a command may write: only formats that it has, and over no file that it reads. Checked before anything is
// listed.

/** The options about outputs that are checked here. */
interface WantedOutputs<F extends string> {
  readonly format?: F;
  readonly output?: readonly Target<F>[];
}

/** The files that the options name. */
export function pathsOf({ output = [] }: WantedOutputs<string>): readonly string[] {
  return output.map(({ path }) => path);
}

/**
 * All checks that need only the options: see {@link checkEndings} and {@link checkPlaces}.
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
 * Refuses a file whose ending is not a format of this command: it would get another format under that name.
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
 * Makes sure that no output is an input or another output, under any name and through links.
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
    // A file that does not exist yet cannot be an input, and can be named twice only by the same path.
    const id = identityOf(folder, path) ?? resolve(folder, path);
    if (isNoFile(folder, path)) continue;
    if (read.has(id))
      throw new UserError(`this run reads ${path}, and would overwrite it`, "give the output another name");
    if (written.has(id))
      throw new UserError(`this run would write ${path} twice`, "give each output its own name");
    written.set(id, path);
  }
}

/** Several outputs can go to a terminal or a pipe. */
function isNoFile(folder: string, path: string): boolean {
  return statSync(resolve(folder, path), { throwIfNoEntry: false })?.isFile() === false;
}

/** The identity of an existing regular file. */
function identityOf(folder: string, path: string): string | undefined {
  try {
    const stat = statSync(resolve(folder, path), { bigint: true });
    return stat.isFile() ? `${stat.dev} ${stat.ino}` : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Colour goes only to terminals by default. `FORCE_COLOR` decides before `NO_COLOR`, as in Node itself; `0` and `false`
 * mean no colour.
 */
function wantsColour(sink: Sink, env: Surroundings["env"]): boolean {
  const forced = env.FORCE_COLOR;
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  if ((env.NO_COLOR ?? "") !== "" || env.TERM === "dumb") return false;
  return sink.isTTY === true;
}
