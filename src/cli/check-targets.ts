/** What a command may write: in a form that it has, and over nothing that it reads. Asked before anything is listed. */

import { statSync } from "node:fs";
import { extname, resolve } from "node:path";
import { UserError } from "./user-error.js";
import { formatOf, type Target } from "./targets.js";

/** The outputs of a command as far as they are looked at here. */
export interface WantedOutputs<F extends string> {
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
      `say which with FORMAT=${path}; formats: ${known.join(", ")}`,
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
      throw new UserError(
        `${path} is read by this run, and would be overwritten`,
        "give the output another name",
      );
    if (written.has(id))
      throw new UserError(`${path} is written twice by this run`, "give each output a name of its own");
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
