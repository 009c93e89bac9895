/** Where the result of a command goes: standard output, files, or both. */

import { writeFiles } from "./atomic-file.js";
import { wantsColour } from "./colour.js";
import { formatOf, type Target } from "./targets.js";
import { hideSecrets } from "../redact.js";
import type { Surroundings } from "./surroundings.js";

export interface OutputOptions<F extends string = string> {
  /** The format of standard output, and of files that do not name theirs. */
  readonly format?: F;
  readonly output?: readonly Target<F>[];
  readonly quiet?: boolean;
}

/** Makes the text of a format. */
export type Render<F extends string> = (format: F, colour: boolean) => string;

/**
 * Writes every file, and then standard output, unless a file without a format of its own takes its place, or
 * `--quiet` is given. Files are all written or none is. The first of the known formats is the default.
 */
export function emit<F extends string>(
  { folder, env, stdout }: Surroundings,
  { format, output = [], quiet = false }: OutputOptions<F>,
  known: readonly [F, ...F[]],
  render: Render<F>,
): void {
  const [first] = known;
  const hide = hideSecrets(env);
  const files = output.map((target) => {
    const wanted = target.format ?? format ?? formatOf(target.path, known) ?? first;
    return { path: target.path, text: hide(withLineEnd(render(wanted, false))) };
  });
  writeFiles(folder, files);
  const replaced = output.some((target) => target.format === undefined);
  if (quiet || replaced) return;
  stdout.write(withLineEnd(render(format ?? first, wantsColour(stdout, env))));
}

/** A report that says nothing is nothing at all. */
function withLineEnd(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}
